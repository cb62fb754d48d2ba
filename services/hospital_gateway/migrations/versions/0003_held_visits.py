"""What a held visit is found again by, which resources name which, and what was purged.

Revision ID: 0003
"""

from alembic import op

from shared.postgres.rls import Tables

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_DDL = (
    "ALTER TABLE medical_report ADD COLUMN worker_hashes text[] NOT NULL DEFAULT '{}'",
    "ALTER TABLE medical_report ADD COLUMN started_at timestamptz",
    "ALTER TABLE medical_report ADD COLUMN ended_at timestamptz",
    "CREATE INDEX medical_report_held_worker ON medical_report USING gin (worker_hashes) WHERE version = 0",
    "CREATE INDEX medical_report_held_since ON medical_report (changed_at) WHERE version = 0",
    "ALTER TABLE resource ADD COLUMN named uuid[] NOT NULL DEFAULT '{}'",
    "ALTER TABLE resource ADD COLUMN receipt_id uuid",
    "CREATE INDEX resource_named ON resource USING gin (named) WHERE latest",
    "CREATE INDEX resource_alone ON resource (updated_at) WHERE latest AND encounter_id IS NULL",
    "CREATE INDEX bundle_receipt_id ON bundle_receipt (id)",
    """CREATE TABLE purged_resource (
        org text NOT NULL,
        type text NOT NULL,
        id uuid NOT NULL,
        purged_at timestamptz NOT NULL,
        PRIMARY KEY (org, type, id))""",
)


def upgrade() -> None:
    for statement in _DDL:
        op.execute(statement)
    tables = Tables(op, "hospital_gateway")
    tables.tenant("purged_resource", app="SELECT")
    # Keyed hashes and dates only: a hospital's own transaction asks whether a worker has an open claim.
    op.execute("CREATE POLICY reading ON claim_projection FOR SELECT TO simpul_hospital_gateway_app USING (true)")
    op.execute("GRANT SELECT ON claim_projection TO simpul_hospital_gateway_app")
