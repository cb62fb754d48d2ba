"""What workers are told, and who may follow a claim for them.

Revision ID: 0008
"""

from alembic import op

from shared.messages.tables import message_table_v1
from shared.postgres.rls import Tables
from shared.postgres.throttle_table import throttle_table_v1

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_DDL = (
    """CREATE TABLE tracking_code (
        code_hash text COLLATE "C" PRIMARY KEY,
        org text NOT NULL,
        evidence_id text COLLATE "C" NOT NULL REFERENCES evidence (id),
        companion_id uuid,
        minted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        ended_at timestamptz)""",
    "CREATE INDEX tracking_code_evidence ON tracking_code (evidence_id)",
)

# As for claims: only BPJS gives codes out. Who follows a code has no token, and is let in by the hub's own role.
_WRITERS = "split_part(current_setting('app.org', true), ':', 1) = 'bpjs' AND org = 'bpjs'"


def upgrade() -> None:
    for statement in _DDL:
        op.execute(statement)
    tables = Tables(op, "verification")
    tables.system("tracking_code")
    app = "simpul_verification_app"
    op.execute(f"CREATE POLICY giving_out ON tracking_code TO {app} USING ({_WRITERS}) WITH CHECK ({_WRITERS})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON tracking_code TO {app}")
    throttle_table_v1(op, "verification")
    message_table_v1(op, "verification")
