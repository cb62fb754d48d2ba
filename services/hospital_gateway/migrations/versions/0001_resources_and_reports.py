"""Resources with their versions and identifiers, report states, Bundles received, projections of partners and claims.

Revision ID: 0001
"""

from alembic import op

from shared.postgres.rls import Tables
from shared.postgres.standard_tables import standard_tables_v1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_DDL = (
    """CREATE TABLE resource (
        org text NOT NULL,
        type text NOT NULL,
        id uuid NOT NULL,
        version integer NOT NULL,
        latest boolean NOT NULL,
        encounter_id uuid,
        patient_id uuid,
        updated_at timestamptz NOT NULL,
        sha256 bytea NOT NULL,
        content_sha256 bytea NOT NULL,
        entry_index integer,
        sealed bytea NOT NULL,
        PRIMARY KEY (org, type, id, version))""",
    "CREATE INDEX resource_encounter ON resource (org, encounter_id) WHERE latest AND encounter_id IS NOT NULL",
    "CREATE INDEX resource_patient ON resource (org, patient_id) WHERE latest AND patient_id IS NOT NULL",
    """CREATE TABLE resource_identifier (
        org text NOT NULL,
        type text NOT NULL,
        token text NOT NULL,
        resource_id uuid NOT NULL,
        exclusive boolean NOT NULL,
        PRIMARY KEY (org, type, token, resource_id))""",
    "CREATE UNIQUE INDEX resource_identifier_exclusive ON resource_identifier (org, type, token) WHERE exclusive",
    "CREATE INDEX resource_identifier_resource ON resource_identifier (resource_id)",
    """CREATE TABLE medical_report (
        org text NOT NULL,
        encounter_id uuid NOT NULL,
        version integer NOT NULL,
        digest bytea,
        encounter_status text,
        changed_at timestamptz NOT NULL,
        PRIMARY KEY (org, encounter_id))""",
    """CREATE TABLE bundle_receipt (
        org text NOT NULL,
        client_id text NOT NULL,
        sha256 bytea NOT NULL,
        id uuid NOT NULL,
        received_at timestamptz NOT NULL,
        entries integer NOT NULL,
        sealed_request bytea NOT NULL,
        sealed_response bytea NOT NULL,
        PRIMARY KEY (org, client_id, sha256))""",
    "CREATE INDEX bundle_receipt_age ON bundle_receipt (received_at)",
    """CREATE TABLE registered_partner (
        org text PRIMARY KEY,
        version bigint NOT NULL,
        status text NOT NULL,
        region_code text,
        kinds text[] NOT NULL)""",
    """CREATE TABLE claim_projection (
        case_number text PRIMARY KEY,
        version bigint NOT NULL,
        is_open boolean NOT NULL,
        region_code text,
        occurred_at timestamptz,
        treatment_until timestamptz,
        report_ids text[] NOT NULL,
        encounter_ids text[] NOT NULL,
        identity_hashes text[] NOT NULL)""",
    "CREATE INDEX claim_projection_identity ON claim_projection USING gin (identity_hashes) WHERE is_open",
)


def upgrade() -> None:
    standard_tables_v1(op, "hospital_gateway")
    for statement in _DDL:
        op.execute(statement)
    tables = Tables(op, "hospital_gateway")
    for table in ("resource", "resource_identifier", "medical_report", "bundle_receipt"):
        tables.tenant(table)
    tables.reference("registered_partner")
    tables.system("claim_projection")
