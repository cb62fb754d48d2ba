"""Reports, their history, papers and claims; self-reports."""

from alembic import op

from shared.postgres.rls import Tables
from shared.postgres.standard_tables import standard_tables_v1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_DDL = (
    """CREATE TABLE accident_report (
        report_id uuid PRIMARY KEY,
        org text COLLATE "C" NOT NULL,
        version integer NOT NULL,
        status text NOT NULL,
        kind text NOT NULL,
        segment text NOT NULL,
        region_code text NOT NULL,
        late boolean NOT NULL,
        due_at timestamptz NOT NULL,
        received_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        stage_2_received_at timestamptz,
        worker_key text COLLATE "C" NOT NULL,
        tracking_code_hash text COLLATE "C" NOT NULL,
        form_version integer NOT NULL,
        sealed_form bytea NOT NULL)""",
    "CREATE INDEX accident_report_changed ON accident_report (org, updated_at, report_id)",
    "CREATE INDEX accident_report_worker ON accident_report (worker_key)",
    """CREATE TABLE report_history (
        report_id uuid NOT NULL REFERENCES accident_report (report_id),
        form_version integer NOT NULL,
        org text COLLATE "C" NOT NULL,
        sealed_form bytea NOT NULL,
        sealed_reason bytea,
        replaced_at timestamptz NOT NULL,
        replaced_by_version integer NOT NULL,
        PRIMARY KEY (report_id, replaced_by_version))""",
    """CREATE TABLE report_document (
        report_id uuid NOT NULL REFERENCES accident_report (report_id),
        document_code text COLLATE "C" NOT NULL,
        version integer NOT NULL,
        org text COLLATE "C" NOT NULL,
        sha256 text COLLATE "C" NOT NULL,
        size_bytes integer NOT NULL,
        media_type text NOT NULL,
        state text NOT NULL,
        received_at timestamptz NOT NULL,
        PRIMARY KEY (report_id, document_code, version))""",
    "CREATE INDEX report_document_content ON report_document (sha256)",
    """CREATE TABLE self_report (
        report_id uuid PRIMARY KEY,
        org text COLLATE "C" NOT NULL,
        version integer NOT NULL,
        status text NOT NULL,
        received_at timestamptz NOT NULL,
        worker_key text COLLATE "C" NOT NULL,
        tracking_code_hash text COLLATE "C" NOT NULL,
        sealed_form bytea NOT NULL)""",
    "CREATE INDEX self_report_worker ON self_report (worker_key)",
    """CREATE TABLE report_claim (
        report_id uuid NOT NULL,
        case_number text COLLATE "C" NOT NULL,
        org text COLLATE "C" NOT NULL,
        claim_version bigint NOT NULL,
        linked boolean NOT NULL,
        state text NOT NULL,
        waiting_on text NOT NULL,
        payer_of_first_resort text,
        checklist jsonb NOT NULL,
        told_at timestamptz NOT NULL,
        PRIMARY KEY (report_id, case_number))""",
    "CREATE INDEX report_claim_case ON report_claim (case_number)",
)


def upgrade() -> None:
    for statement in _DDL:
        op.execute(statement)
    tables = Tables(op, "intake")
    tables.tenant("accident_report", app="SELECT, INSERT, UPDATE")
    tables.tenant("report_history", app="SELECT, INSERT")
    tables.tenant("report_document", app="SELECT, INSERT, UPDATE")
    tables.tenant("self_report", app="SELECT, INSERT")
    tables.tenant("report_claim", app="SELECT")
    standard_tables_v1(op, "intake")
