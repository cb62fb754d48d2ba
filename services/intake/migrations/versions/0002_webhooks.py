"""Webhook endpoints of employers, what is on its way to them, and the news of reports that goes out.

Revision ID: 0002
"""

from alembic import op

from shared.postgres.rls import Tables

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_DDL = (
    """CREATE TABLE webhook_endpoint (
        id uuid PRIMARY KEY,
        org text COLLATE "C" NOT NULL,
        client_id text NOT NULL,
        url text NOT NULL,
        event_types text[] NOT NULL,
        state text NOT NULL,
        pause_reason text,
        public_key text NOT NULL,
        sealed_keys bytea NOT NULL,
        sealed_previous_keys bytea,
        previous_keys_until timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        failures integer NOT NULL DEFAULT 0,
        failing boolean NOT NULL DEFAULT false,
        failing_since timestamptz,
        suspect_line text,
        not_before timestamptz,
        throttled_until timestamptz,
        last_attempt_at timestamptz)""",
    "CREATE INDEX webhook_endpoint_org ON webhook_endpoint (org, id)",
    """CREATE TABLE webhook_delivery (
        id uuid PRIMARY KEY,
        org text COLLATE "C" NOT NULL,
        endpoint_id uuid NOT NULL REFERENCES webhook_endpoint (id) ON DELETE CASCADE,
        message_id uuid NOT NULL,
        message_type text NOT NULL,
        line text COLLATE "C" NOT NULL,
        position bigint NOT NULL,
        state text NOT NULL,
        head boolean NOT NULL DEFAULT false,
        attempts integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz NOT NULL,
        first_attempt_at timestamptz,
        last_attempt_at timestamptz,
        last_status integer,
        last_error text,
        delivered_at timestamptz,
        created_at timestamptz NOT NULL,
        UNIQUE (endpoint_id, message_id))""",
    "CREATE INDEX webhook_delivery_line ON webhook_delivery (endpoint_id, line, position) "
    "WHERE state IN ('pending', 'paused')",
    "CREATE INDEX webhook_delivery_due ON webhook_delivery (endpoint_id, next_attempt_at, position) "
    "WHERE head AND state = 'pending'",
    "CREATE INDEX webhook_delivery_ended ON webhook_delivery (created_at) WHERE state IN ('delivered', 'exhausted')",
    "CREATE INDEX webhook_delivery_list ON webhook_delivery (org, endpoint_id, position)",
    "CREATE INDEX webhook_delivery_message ON webhook_delivery (message_id)",
    "CREATE SEQUENCE report_notice_position",
    """CREATE TABLE report_notice (
        notification_id uuid PRIMARY KEY,
        org text COLLATE "C" NOT NULL,
        report_id uuid NOT NULL REFERENCES accident_report (report_id),
        position bigint NOT NULL DEFAULT nextval('report_notice_position') UNIQUE,
        digest text COLLATE "C" NOT NULL,
        body bytea NOT NULL,
        issued_at timestamptz NOT NULL)""",
    "CREATE INDEX report_notice_report ON report_notice (report_id, position)",
    "CREATE INDEX report_notice_org ON report_notice (org, position)",
    "CREATE INDEX report_notice_issued ON report_notice (issued_at)",
    "GRANT USAGE ON SEQUENCE report_notice_position TO simpul_intake_system",
)


def upgrade() -> None:
    for statement in _DDL:
        op.execute(statement)
    tables = Tables(op, "intake")
    tables.tenant("webhook_endpoint")
    tables.tenant("webhook_delivery", app="SELECT, INSERT, UPDATE")
    tables.tenant("report_notice", app="SELECT")


def downgrade() -> None:
    raise RuntimeError("migrations go forward only")
