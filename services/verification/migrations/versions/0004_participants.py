"""Participants and their memberships.

Revision ID: 0004
"""

from alembic import op

from shared.postgres.rls import Tables

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_DDL = (
    """CREATE TABLE participant (
        id text COLLATE "C" PRIMARY KEY,
        org text NOT NULL,
        version bigint NOT NULL,
        nik_index text COLLATE "C",
        kpj_index text[] NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        memberships bytea NOT NULL)""",
    "CREATE INDEX participant_nik ON participant (nik_index) WHERE nik_index IS NOT NULL",
    "CREATE INDEX participant_kpj ON participant USING gin (kpj_index)",
    """CREATE TABLE participant_import (
        client_id text NOT NULL,
        key_sha256 bytea NOT NULL,
        org text NOT NULL,
        lines bigint NOT NULL,
        body_sha256 bytea NOT NULL,
        counts jsonb NOT NULL,
        refused jsonb NOT NULL,
        finished boolean NOT NULL,
        touched_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (client_id, key_sha256))""",
    "CREATE INDEX participant_import_age ON participant_import (touched_at)",
)

# As for claims: BPJS and auditors read, only BPJS writes.
_READERS = "split_part(current_setting('app.org', true), ':', 1) IN ('bpjs', 'auditor')"
_WRITERS = "split_part(current_setting('app.org', true), ':', 1) = 'bpjs' AND org = 'bpjs'"


def upgrade() -> None:
    for statement in _DDL:
        op.execute(statement)
    tables = Tables(op, "verification")
    tables.system("participant")
    op.execute(f"CREATE POLICY reading ON participant FOR SELECT TO simpul_verification_app USING ({_READERS})")
    op.execute(f"CREATE POLICY adding ON participant FOR INSERT TO simpul_verification_app WITH CHECK ({_WRITERS})")
    op.execute(
        f"CREATE POLICY changing ON participant FOR UPDATE TO simpul_verification_app "
        f"USING ({_WRITERS}) WITH CHECK ({_WRITERS})"
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON participant TO simpul_verification_app")
    tables.tenant("participant_import")
