"""Reports without an account: drafts with their photographs, photographs of reports, and how often somebody tried.

Revision ID: 0004
"""

from alembic import op

from shared.messages.tables import message_table_v1
from shared.postgres.rls import Tables
from shared.postgres.throttle_table import throttle_table_v1

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_DDL = (
    """CREATE TABLE report_draft (
        token_hash text COLLATE "C" PRIMARY KEY,
        org text COLLATE "C" NOT NULL,
        sealed_draft bytea NOT NULL,
        sent_at timestamptz,
        touched_at timestamptz NOT NULL)""",
    "CREATE INDEX report_draft_age ON report_draft (touched_at)",
    """CREATE TABLE report_draft_photo (
        token_hash text COLLATE "C" NOT NULL REFERENCES report_draft (token_hash) ON DELETE CASCADE,
        id uuid NOT NULL,
        org text COLLATE "C" NOT NULL,
        media_type text NOT NULL,
        size_bytes integer NOT NULL,
        sealed_content bytea NOT NULL,
        PRIMARY KEY (token_hash, id))""",
    """CREATE TABLE self_report_photo (
        report_id uuid NOT NULL REFERENCES self_report (report_id),
        version integer NOT NULL,
        org text COLLATE "C" NOT NULL,
        sha256 text COLLATE "C" NOT NULL,
        size_bytes integer NOT NULL,
        media_type text NOT NULL,
        received_at timestamptz NOT NULL,
        PRIMARY KEY (report_id, version))""",
)


def upgrade() -> None:
    for statement in _DDL:
        op.execute(statement)
    tables = Tables(op, "intake")
    tables.tenant("report_draft")
    tables.tenant("report_draft_photo")
    tables.tenant("self_report_photo", app="SELECT, INSERT")
    throttle_table_v1(op, "intake")
    message_table_v1(op, "intake")
