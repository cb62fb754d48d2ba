"""Subscriptions, deliveries, notifications, known cases and determinations.

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
    """CREATE TABLE webhook_endpoint (
        id uuid PRIMARY KEY,
        org text NOT NULL,
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
        last_attempt_at timestamptz,
        region_codes text[] NOT NULL)""",
    "CREATE INDEX webhook_endpoint_org ON webhook_endpoint (org, id)",
    """CREATE TABLE webhook_delivery (
        id uuid PRIMARY KEY,
        org text NOT NULL,
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
    """CREATE TABLE notification (
        notification_id uuid PRIMARY KEY,
        org text NOT NULL,
        position bigint NOT NULL UNIQUE,
        case_number text COLLATE "C" NOT NULL,
        region_code text COLLATE "C" NOT NULL,
        notification_type text NOT NULL,
        sequence integer NOT NULL,
        sealed_body bytea NOT NULL,
        received_at timestamptz NOT NULL,
        acknowledged_at timestamptz)""",
    "CREATE INDEX notification_org ON notification (org, position)",
    "CREATE INDEX notification_received ON notification (org, received_at)",
    """CREATE TABLE known_case (
        case_number text COLLATE "C" PRIMARY KEY,
        org text NOT NULL,
        region_code text COLLATE "C",
        claim_version bigint NOT NULL DEFAULT 0,
        claim_state jsonb,
        open boolean NOT NULL DEFAULT true,
        merged_into text COLLATE "C",
        view_sequence integer NOT NULL DEFAULT 0,
        sealed_view bytea)""",
    """CREATE TABLE determination (
        determination_id uuid PRIMARY KEY,
        org text NOT NULL,
        client_id text NOT NULL,
        case_number text COLLATE "C" NOT NULL,
        region_code text COLLATE "C",
        decision text NOT NULL,
        decided_on date NOT NULL,
        supersedes uuid,
        superseded_by uuid,
        position bigint NOT NULL,
        received_at timestamptz NOT NULL,
        sealed_content bytea NOT NULL,
        UNIQUE (case_number, position))""",
)


def upgrade() -> None:
    standard_tables_v1(op, "disnaker_gateway")
    for statement in _DDL:
        op.execute(statement)
    tables = Tables(op, "disnaker_gateway")
    tables.tenant("webhook_endpoint")
    tables.tenant("webhook_delivery", app="SELECT, INSERT, UPDATE")
    tables.tenant("notification", app="SELECT, UPDATE")
    tables.tenant("known_case", app="SELECT")
    tables.tenant("determination", app="SELECT, INSERT, UPDATE")


def downgrade() -> None:
    raise RuntimeError("migrations go forward only")
