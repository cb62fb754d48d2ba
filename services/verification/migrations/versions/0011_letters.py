"""Letters as they were issued.

Revision ID: 0011
"""

from alembic import op

from shared.postgres.rls import Tables

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Whoever erases a claim erases its letters with it.
_DDL = (
    """CREATE TABLE claim_letter (
        id uuid PRIMARY KEY,
        org text NOT NULL,
        case_number text COLLATE "C" NOT NULL REFERENCES claim (case_number) ON DELETE CASCADE,
        kind text NOT NULL,
        told_id uuid NOT NULL,
        number text NOT NULL,
        issued_at timestamptz NOT NULL,
        claim_version bigint NOT NULL,
        addressee text NOT NULL,
        copies text[] NOT NULL,
        replaces uuid REFERENCES claim_letter (id) ON DELETE SET NULL,
        sha256 text NOT NULL,
        content bytea NOT NULL)""",
    "CREATE INDEX claim_letter_case ON claim_letter (case_number, issued_at)",
    """CREATE TABLE claim_letter_print (
        letter_id uuid NOT NULL REFERENCES claim_letter (id) ON DELETE CASCADE,
        org text NOT NULL,
        party text NOT NULL,
        language text NOT NULL,
        sha256 text NOT NULL,
        pdf bytea NOT NULL,
        printed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (letter_id, party, language))""",
)

# As for claims: BPJS and auditors read them, and only BPJS's work makes one.
_READERS = "split_part(current_setting('app.org', true), ':', 1) IN ('bpjs', 'auditor')"
_WRITERS = "split_part(current_setting('app.org', true), ':', 1) = 'bpjs' AND org = 'bpjs'"


def upgrade() -> None:
    for statement in _DDL:
        op.execute(statement)
    tables = Tables(op, "verification")
    app, system = "simpul_verification_app", "simpul_verification_system"
    tables.system("claim_letter")
    tables.system("claim_letter_print")
    op.execute(f"CREATE POLICY reading ON claim_letter FOR SELECT TO {app} USING ({_READERS})")
    op.execute(f"CREATE POLICY adding ON claim_letter FOR INSERT TO {app} WITH CHECK ({_WRITERS})")
    op.execute(f"GRANT SELECT, INSERT ON claim_letter TO {app}")
    # What was issued is never another: it can be erased, not changed.
    op.execute(f"REVOKE UPDATE ON claim_letter FROM {system}")
    op.execute(f"REVOKE UPDATE ON claim_letter_print FROM {system}")
