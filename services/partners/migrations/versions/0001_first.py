"""Organisations, clients and assertions that have been used.

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
    """CREATE TABLE organisation (
        org text COLLATE "C" PRIMARY KEY,
        name text NOT NULL,
        region_code text,
        version bigint NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL)""",
    """CREATE TABLE client (
        client_id text COLLATE "C" PRIMARY KEY,
        org text COLLATE "C" NOT NULL REFERENCES organisation (org),
        kind text NOT NULL,
        name text NOT NULL,
        public_jwk jsonb NOT NULL,
        secret_sha256 bytea,
        status text NOT NULL CHECK (status IN ('active', 'revoked')),
        created_at timestamptz NOT NULL,
        revoked_at timestamptz)""",
    "CREATE INDEX client_org ON client (org, client_id)",
    """CREATE TABLE spent_assertion (
        client_id text COLLATE "C" NOT NULL,
        jti_sha256 bytea NOT NULL,
        org text NOT NULL,
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (client_id, jti_sha256))""",
    "CREATE INDEX spent_assertion_expires_at ON spent_assertion (expires_at)",
)


def upgrade() -> None:
    standard_tables_v1(op, "partners")
    for statement in _DDL:
        op.execute(statement)
    tables = Tables(op, "partners")
    # The registry is the hub's own: partners' transactions may look at their own rows and change none.
    tables.tenant("organisation", app="SELECT")
    tables.tenant("client", app="SELECT")
    tables.system("spent_assertion")
