"""What hospitals are asked for: which resources of theirs the hub made for which claim, and what was asked last.

Revision ID: 0005
"""

from alembic import op

from shared.postgres.rls import Tables

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE claim_projection ADD COLUMN asked bytea")
    op.execute(
        """CREATE TABLE hospital_request (
            org text NOT NULL,
            type text NOT NULL,
            id uuid NOT NULL,
            case_number text NOT NULL,
            document_code text,
            PRIMARY KEY (org, type, id))"""
    )
    op.execute("CREATE INDEX hospital_request_case ON hospital_request (case_number)")
    Tables(op, "hospital_gateway").system("hospital_request")
