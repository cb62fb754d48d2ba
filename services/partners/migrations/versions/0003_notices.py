"""Notices of incidents and maintenance; runs of the conformance kit.

Revision ID: 0003
"""

from alembic import op

from shared.postgres.rls import Tables

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_DDL = (
    """CREATE TABLE notice (
        id uuid PRIMARY KEY,
        org text COLLATE "C" NOT NULL,
        kind text NOT NULL CHECK (kind IN ('incident', 'maintenance')),
        audience text NOT NULL CHECK (audience IN ('partners', 'everybody')),
        services text[] NOT NULL CHECK (cardinality(services) > 0),
        title_id text NOT NULL,
        title_en text NOT NULL,
        begins_at timestamptz NOT NULL,
        ends_at timestamptz,
        created_at timestamptz NOT NULL,
        closed_at timestamptz,
        CHECK (kind = 'incident' OR ends_at IS NOT NULL))""",
    """CREATE TABLE notice_update (
        notice_id uuid NOT NULL REFERENCES notice (id),
        number integer NOT NULL,
        org text COLLATE "C" NOT NULL,
        state text NOT NULL,
        text_id text NOT NULL,
        text_en text NOT NULL,
        told_by text NOT NULL,
        told_at timestamptz NOT NULL,
        PRIMARY KEY (notice_id, number))""",
    """CREATE TABLE conformance_run (
        id uuid PRIMARY KEY,
        org text COLLATE "C" NOT NULL,
        client_id text COLLATE "C" NOT NULL,
        kit text NOT NULL,
        kit_version text NOT NULL,
        url text NOT NULL,
        began_at timestamptz NOT NULL,
        received_at timestamptz NOT NULL,
        passed integer NOT NULL,
        failed integer NOT NULL,
        not_checked integer NOT NULL,
        rules jsonb NOT NULL)""",
    "CREATE INDEX conformance_run_org ON conformance_run (org, id)",
)


def upgrade() -> None:
    for statement in _DDL:
        op.execute(statement)
    tables = Tables(op, "partners")
    # Written by the hub's operators and read by everybody through the service alone.
    tables.system("notice")
    tables.system("notice_update")
    tables.tenant("conformance_run", app="SELECT, INSERT, DELETE")
