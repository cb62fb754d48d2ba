"""The verifiers' console: sessions, one-time links for signing in, saved filters.

Revision ID: 0007
"""

from alembic import op

from shared.postgres.rls import Tables

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_DDL = (
    """CREATE TABLE console_session (
        token_hash bytea PRIMARY KEY,
        person bytea NOT NULL,
        begun_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        seen_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL)""",
    "CREATE INDEX console_session_expires ON console_session (expires_at)",
    """CREATE TABLE console_link (
        token_hash bytea PRIMARY KEY,
        person bytea NOT NULL,
        expires_at timestamptz NOT NULL)""",
    """CREATE TABLE console_filter (
        id uuid PRIMARY KEY,
        officer text COLLATE "C" NOT NULL,
        wanted bytea NOT NULL,
        made_at timestamptz NOT NULL DEFAULT clock_timestamp())""",
    "CREATE INDEX console_filter_officer ON console_filter (officer, made_at)",
)


def upgrade() -> None:
    for statement in _DDL:
        op.execute(statement)
    tables = Tables(op, "verification")
    for table in ("console_session", "console_link", "console_filter"):
        tables.system(table)
