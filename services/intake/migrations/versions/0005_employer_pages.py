"""Pages for employers: who is signed in, which rows of a table have become reports, what became of each table; and what
verification tells of a claim's deadlines.

Revision ID: 0005
"""

from alembic import op

from shared.postgres.rls import Tables

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_DDL = (
    """CREATE TABLE employer_session (
        token_hash bytea PRIMARY KEY,
        sealed_employer bytea NOT NULL,
        seen_at timestamptz NOT NULL,
        checked_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL)""",
    """CREATE TABLE imported_row (
        org text COLLATE "C" NOT NULL,
        row_hash text COLLATE "C" NOT NULL,
        report_id uuid NOT NULL REFERENCES accident_report (report_id) ON DELETE CASCADE,
        PRIMARY KEY (org, row_hash))""",
    "CREATE INDEX imported_row_report ON imported_row (report_id)",
    """CREATE TABLE import_result (
        id uuid PRIMARY KEY,
        org text COLLATE "C" NOT NULL,
        sealed_result bytea NOT NULL,
        accepted integer NOT NULL,
        earlier integer NOT NULL,
        rejected integer NOT NULL,
        made_at timestamptz NOT NULL)""",
    "CREATE INDEX import_result_age ON import_result (org, made_at)",
    "ALTER TABLE report_claim ADD COLUMN clocks jsonb NOT NULL DEFAULT '[]'",
    "ALTER TABLE report_claim ADD COLUMN waiting_reason text",
    "CREATE INDEX accident_report_newest ON accident_report (org, received_at, report_id)",
)


def upgrade() -> None:
    for statement in _DDL:
        op.execute(statement)
    tables = Tables(op, "intake")
    tables.system("employer_session")
    tables.tenant("imported_row")
    tables.tenant("import_result")


def downgrade() -> None:
    raise RuntimeError("migrations go forward only")
