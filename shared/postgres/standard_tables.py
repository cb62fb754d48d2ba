"""The tables every service has. Frozen: a change comes as `standard_tables_v2`, called by a new migration."""

from shared.postgres.rls import Operations, Tables

_DDL = (
    """CREATE TABLE outbox (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        shard smallint NOT NULL,
        event_id uuid NOT NULL UNIQUE,
        aggregate_id text COLLATE "C" NOT NULL,
        aggregate_version bigint NOT NULL,
        topic text COLLATE "C" NOT NULL,
        key text COLLATE "C" NOT NULL,
        headers jsonb NOT NULL,
        payload bytea,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        sent_at timestamptz)""",
    "CREATE INDEX outbox_unsent ON outbox (shard, id) WHERE sent_at IS NULL",
    "CREATE INDEX outbox_sent_at ON outbox (sent_at) WHERE sent_at IS NOT NULL",
    """CREATE TABLE inbox (
        consumer text COLLATE "C" NOT NULL,
        event_id uuid NOT NULL,
        handled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (consumer, event_id))""",
    """CREATE TABLE dead_letter (
        id uuid PRIMARY KEY,
        consumer text COLLATE "C" NOT NULL,
        topic text COLLATE "C" NOT NULL,
        key text COLLATE "C",
        partition integer NOT NULL,
        "offset" bigint NOT NULL,
        headers jsonb NOT NULL,
        payload bytea,
        reason_code text NOT NULL,
        reason text NOT NULL,
        attempts integer NOT NULL,
        failed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        state text NOT NULL,
        resolved_at timestamptz,
        resolved_by text,
        resolution text)""",
    "CREATE INDEX dead_letter_open ON dead_letter (consumer, topic, key) WHERE state = 'open'",
    """CREATE TABLE parked_event (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        consumer text COLLATE "C" NOT NULL,
        event_id uuid NOT NULL,
        topic text COLLATE "C" NOT NULL,
        key text COLLATE "C" NOT NULL,
        partition integer NOT NULL,
        "offset" bigint NOT NULL,
        headers jsonb NOT NULL,
        payload bytea,
        parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        UNIQUE (consumer, event_id))""",
    "CREATE INDEX parked_event_key ON parked_event (consumer, topic, key, id)",
    """CREATE TABLE audit_log (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        org text NOT NULL,
        client_id text NOT NULL,
        officer text,
        action text NOT NULL,
        object_type text NOT NULL,
        object_id text NOT NULL,
        outcome text NOT NULL,
        detail jsonb NOT NULL DEFAULT '{}'::jsonb,
        trace_id text)""",
    "CREATE INDEX audit_log_object ON audit_log (object_type, object_id)",
    """CREATE TABLE idempotency_key (
        org text NOT NULL,
        client_id text COLLATE "C" NOT NULL,
        route text COLLATE "C" NOT NULL,
        key_sha256 bytea NOT NULL,
        fingerprint bytea NOT NULL,
        status smallint NOT NULL,
        headers jsonb NOT NULL,
        sealed_body bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (client_id, route, key_sha256))""",
    "CREATE INDEX idempotency_key_age ON idempotency_key (created_at)",
)


def standard_tables_v1(op: Operations, service: str) -> None:
    """Outbox, inbox, dead letters, parked events, audit log and idempotency keys, with their policies."""
    for statement in _DDL:
        op.execute(statement)
    tables = Tables(op, service)
    tables.write_only("outbox")
    for table in ("inbox", "dead_letter", "parked_event"):
        tables.system(table)
    tables.tenant("idempotency_key")
    tables.tenant("audit_log", app="SELECT, INSERT")
    tables.append_only("audit_log")


_EDITS = """CREATE TABLE dead_letter_edit (
    letter_id uuid NOT NULL REFERENCES dead_letter (id) ON DELETE CASCADE,
    number integer NOT NULL CHECK (number > 0),
    edited_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    edited_by text NOT NULL,
    reason text NOT NULL,
    changed jsonb NOT NULL,
    payload bytea NOT NULL,
    PRIMARY KEY (letter_id, number))"""


def standard_tables_v2(op: Operations, service: str) -> None:
    """What operators made of dead letters before they were handled again."""
    op.execute(_EDITS)
    Tables(op, service).system("dead_letter_edit")


_CONTACTS = """CREATE TABLE partner_contact (
    org text COLLATE "C" NOT NULL,
    day date NOT NULL,
    answered bigint NOT NULL,
    refused bigint NOT NULL,
    failed bigint NOT NULL,
    last_at timestamptz NOT NULL,
    last_status smallint NOT NULL,
    PRIMARY KEY (org, day))"""


def standard_tables_v3(op: Operations, service: str) -> None:
    """Partners' requests by organisation and day."""
    op.execute(_CONTACTS)
    Tables(op, service).system("partner_contact")
