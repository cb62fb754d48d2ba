"""Evidence, claims, their links and entries, the stream and the basket.

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
    """CREATE TABLE evidence (
        id text COLLATE "C" PRIMARY KEY,
        org text NOT NULL,
        source text NOT NULL,
        kind text NOT NULL,
        source_org text NOT NULL,
        version bigint NOT NULL,
        revision bigint NOT NULL,
        status text NOT NULL,
        nik_index text COLLATE "C",
        kpj_index text COLLATE "C",
        passport_index text COLLATE "C",
        named_case_number text COLLATE "C",
        named_report_id text COLLATE "C",
        occurred_at timestamptz NOT NULL,
        received_at timestamptz NOT NULL,
        facts bytea NOT NULL,
        document bytea)""",
    "CREATE INDEX evidence_nik ON evidence (nik_index) WHERE nik_index IS NOT NULL",
    "CREATE INDEX evidence_kpj ON evidence (kpj_index) WHERE kpj_index IS NOT NULL",
    "CREATE INDEX evidence_passport ON evidence (passport_index) WHERE passport_index IS NOT NULL",
    "CREATE INDEX evidence_named_case ON evidence (named_case_number) WHERE named_case_number IS NOT NULL",
    "CREATE INDEX evidence_named_report ON evidence (named_report_id) WHERE named_report_id IS NOT NULL",
    """CREATE TABLE claim (
        case_number text COLLATE "C" PRIMARY KEY,
        org text NOT NULL,
        founder_id text COLLATE "C" NOT NULL REFERENCES evidence (id),
        opened_at timestamptz NOT NULL,
        version bigint NOT NULL,
        decision_version bigint NOT NULL,
        decision_digest text NOT NULL,
        state text NOT NULL,
        waiting_on text NOT NULL,
        region_code text COLLATE "C",
        flags text[] NOT NULL,
        terms text[] NOT NULL,
        next_due_at timestamptz,
        merged_into text COLLATE "C" REFERENCES claim (case_number),
        assigned_to text,
        notification_sequence bigint NOT NULL,
        notification_digest text NOT NULL,
        document bytea NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT clock_timestamp())""",
    "CREATE INDEX claim_founder ON claim (founder_id)",
    "CREATE INDEX claim_merged ON claim (merged_into) WHERE merged_into IS NOT NULL",
    "CREATE INDEX claim_urgency ON claim (COALESCE(next_due_at, 'infinity'::timestamptz), case_number)",
    "CREATE INDEX claim_turn ON claim (waiting_on, state)",
    "CREATE INDEX claim_region ON claim (region_code text_pattern_ops)",
    "CREATE INDEX claim_terms ON claim USING gin (terms)",
    """CREATE TABLE evidence_link (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        org text NOT NULL,
        evidence_id text COLLATE "C" NOT NULL REFERENCES evidence (id),
        case_number text COLLATE "C" NOT NULL REFERENCES claim (case_number),
        linked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        ended_at timestamptz)""",
    "CREATE UNIQUE INDEX evidence_link_current ON evidence_link (evidence_id) WHERE ended_at IS NULL",
    "CREATE INDEX evidence_link_case ON evidence_link (case_number) WHERE ended_at IS NULL",
    """CREATE TABLE person_link (
        id uuid PRIMARY KEY,
        org text NOT NULL,
        one text COLLATE "C" NOT NULL,
        other text COLLATE "C" NOT NULL,
        relation text NOT NULL CHECK (relation IN ('together', 'apart')),
        person text NOT NULL,
        decided_at timestamptz NOT NULL,
        ended_at timestamptz)""",
    "CREATE INDEX person_link_one ON person_link (one) WHERE ended_at IS NULL",
    "CREATE INDEX person_link_other ON person_link (other) WHERE ended_at IS NULL",
    """CREATE TABLE claim_entry (
        id uuid PRIMARY KEY,
        org text NOT NULL,
        case_number text COLLATE "C" NOT NULL REFERENCES claim (case_number),
        kind text NOT NULL CHECK (kind IN ('decision', 'determination', 'note')),
        recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        document bytea NOT NULL)""",
    "CREATE INDEX claim_entry_case ON claim_entry (case_number)",
    """CREATE TABLE stream_event (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        org text NOT NULL,
        event_id uuid NOT NULL,
        case_number text COLLATE "C" NOT NULL,
        claim_version bigint NOT NULL,
        state text NOT NULL,
        waiting_on text NOT NULL,
        changes text[] NOT NULL,
        region_code text,
        flags text[] NOT NULL,
        terms text[] NOT NULL,
        before jsonb,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        position bigint,
        UNIQUE (case_number, claim_version))""",
    "CREATE INDEX stream_event_waiting ON stream_event (id) WHERE position IS NULL",
    "CREATE UNIQUE INDEX stream_event_position ON stream_event (position) WHERE position IS NOT NULL",
    """CREATE TABLE unmatched_pair (
        id uuid PRIMARY KEY,
        org text NOT NULL,
        one text COLLATE "C" NOT NULL REFERENCES evidence (id),
        other text COLLATE "C" NOT NULL REFERENCES evidence (id),
        score double precision NOT NULL,
        reasons text[] NOT NULL,
        state text NOT NULL CHECK (state IN ('open', 'linked', 'dismissed', 'settled')),
        found_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        closed_at timestamptz,
        closed_by text,
        UNIQUE (one, other))""",
    "CREATE INDEX unmatched_pair_open ON unmatched_pair (id) WHERE state = 'open'",
    "CREATE INDEX unmatched_pair_other ON unmatched_pair (other)",
)

# BPJS and auditors see every claim (interface 2); only BPJS changes one. Everybody else's token sees no row.
_READERS = "split_part(current_setting('app.org', true), ':', 1) IN ('bpjs', 'auditor')"
_WRITERS = "split_part(current_setting('app.org', true), ':', 1) = 'bpjs' AND org = 'bpjs'"
_CLAIM_TABLES = (
    "evidence", "claim", "evidence_link", "person_link", "claim_entry", "stream_event", "unmatched_pair",
)


def upgrade() -> None:
    standard_tables_v1(op, "verification")
    for statement in _DDL:
        op.execute(statement)
    tables = Tables(op, "verification")
    for table in _CLAIM_TABLES:
        tables.system(table)
        op.execute(f"CREATE POLICY reading ON {table} FOR SELECT TO simpul_verification_app USING ({_READERS})")
        op.execute(f"CREATE POLICY adding ON {table} FOR INSERT TO simpul_verification_app WITH CHECK ({_WRITERS})")
        op.execute(
            f"CREATE POLICY changing ON {table} FOR UPDATE TO simpul_verification_app "
            f"USING ({_WRITERS}) WITH CHECK ({_WRITERS})"
        )
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO simpul_verification_app")
    tables.append_only("claim_entry")
