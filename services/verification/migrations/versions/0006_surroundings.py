"""What is known of other claims that bears on one.

Revision ID: 0006
"""

from alembic import op

from shared.postgres.rls import Tables

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_DDL = (
    """CREATE TABLE claim_surrounding (
        case_number text COLLATE "C" PRIMARY KEY REFERENCES claim (case_number),
        org text NOT NULL,
        occurred_at timestamptz NOT NULL,
        worker_key text COLLATE "C",
        employer_key text COLLATE "C",
        doctor_key text COLLATE "C",
        peers_key text COLLATE "C",
        wages_hundredths bigint,
        findings jsonb NOT NULL,
        revision bigint NOT NULL,
        looked_at_revision bigint NOT NULL,
        looked_at jsonb NOT NULL)""",
    "CREATE INDEX claim_surrounding_employer ON claim_surrounding (employer_key, occurred_at)"
    " WHERE employer_key IS NOT NULL",
    "CREATE INDEX claim_surrounding_doctor ON claim_surrounding (doctor_key, occurred_at)"
    " WHERE doctor_key IS NOT NULL",
    "CREATE INDEX claim_surrounding_peers ON claim_surrounding (peers_key, case_number) WHERE peers_key IS NOT NULL",
    "CREATE INDEX claim_surrounding_waiting ON claim_surrounding (case_number) WHERE looked_at_revision < revision",
)

# As for claims: BPJS and auditors read, only BPJS writes.
_READERS = "split_part(current_setting('app.org', true), ':', 1) IN ('bpjs', 'auditor')"
_WRITERS = "split_part(current_setting('app.org', true), ':', 1) = 'bpjs' AND org = 'bpjs'"


def upgrade() -> None:
    for statement in _DDL:
        op.execute(statement)
    tables = Tables(op, "verification")
    tables.system("claim_surrounding")
    app = "simpul_verification_app"
    op.execute(f"CREATE POLICY reading ON claim_surrounding FOR SELECT TO {app} USING ({_READERS})")
    op.execute(f"CREATE POLICY adding ON claim_surrounding FOR INSERT TO {app} WITH CHECK ({_WRITERS})")
    op.execute(
        f"CREATE POLICY changing ON claim_surrounding FOR UPDATE TO {app} USING ({_WRITERS}) WITH CHECK ({_WRITERS})"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON claim_surrounding TO {app}")
