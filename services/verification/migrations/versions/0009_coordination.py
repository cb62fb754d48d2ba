"""How long claims took and at whose desk.

Revision ID: 0009
"""

from alembic import op

from shared.postgres.rls import Tables

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_DDL = (
    """CREATE TABLE claim_measure (
        case_number text COLLATE "C" PRIMARY KEY REFERENCES claim (case_number),
        org text NOT NULL,
        version bigint NOT NULL,
        kind text NOT NULL,
        occurred_at timestamptz NOT NULL,
        opened_at timestamptz NOT NULL,
        province text COLLATE "C",
        sector text COLLATE "C",
        employer text COLLATE "C",
        hospital text COLLATE "C",
        late boolean,
        asked_to_complete boolean NOT NULL,
        open_discrepancies bigint NOT NULL,
        reported_at timestamptz,
        treated_at timestamptz,
        applied_at timestamptz,
        complete_at timestamptz,
        concluded_at timestamptz,
        approved_at timestamptz,
        paid_at timestamptz,
        waited jsonb NOT NULL,
        waiting_on text,
        waiting_since timestamptz)""",
    "CREATE INDEX claim_measure_opened ON claim_measure (opened_at)",
    "CREATE TABLE claim_measure_cursor (id bigint PRIMARY KEY, org text NOT NULL, position bigint NOT NULL)",
)

_READERS = "split_part(current_setting('app.org', true), ':', 1) IN ('bpjs', 'auditor')"


def upgrade() -> None:
    for statement in _DDL:
        op.execute(statement)
    tables = Tables(op, "verification")
    tables.system("claim_measure")
    tables.system("claim_measure_cursor")
    app = "simpul_verification_app"
    op.execute(f"CREATE POLICY reading ON claim_measure FOR SELECT TO {app} USING ({_READERS})")
    op.execute(f"GRANT SELECT ON claim_measure TO {app}")
