"""What BPJS core told of workers' memberships, sealed, by keyed hashes of their numbers.

Revision ID: 0004
"""

from alembic import op

from shared.postgres.rls import Tables

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """CREATE TABLE participant_projection (
            subject text PRIMARY KEY,
            version bigint NOT NULL,
            recorded_at timestamptz NOT NULL,
            identity_hashes text[] NOT NULL,
            sealed bytea NOT NULL)"""
    )
    op.execute("CREATE INDEX participant_projection_identity ON participant_projection USING gin (identity_hashes)")
    op.execute("CREATE INDEX participant_projection_recorded ON participant_projection (recorded_at)")
    Tables(op, "hospital_gateway").system("participant_projection")
