"""Credentials beside each other with expiry and approval, clients that wait for approval.

Revision ID: 0002
"""

from alembic import op

from shared.postgres.rls import Tables

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_CREDENTIALS = """CREATE TABLE client_credential (
    id uuid PRIMARY KEY,
    client_id text COLLATE "C" NOT NULL REFERENCES client (client_id),
    org text COLLATE "C" NOT NULL,
    kind text NOT NULL CHECK (kind IN ('key', 'secret')),
    public_jwk jsonb,
    secret_sha256 bytea,
    added_by text NOT NULL,
    added_at timestamptz NOT NULL,
    approved_by text,
    approved_at timestamptz,
    expires_at timestamptz,
    retired_at timestamptz,
    CHECK (num_nonnulls(public_jwk, secret_sha256) = 1))"""
# Every client had one key, and hospitals a secret beside it.
_MOVE = (
    """INSERT INTO client_credential (id, client_id, org, kind, public_jwk, added_by, added_at, approved_by,
        approved_at)
    SELECT gen_random_uuid(), client_id, org, 'key', public_jwk, 'hub', created_at, 'hub', created_at FROM client""",
    """INSERT INTO client_credential (id, client_id, org, kind, secret_sha256, added_by, added_at, approved_by,
        approved_at)
    SELECT gen_random_uuid(), client_id, org, 'secret', secret_sha256, 'hub', created_at, 'hub', created_at
      FROM client WHERE secret_sha256 IS NOT NULL""",
)
_CLIENT = (
    """ALTER TABLE client
        ADD COLUMN region_code text,
        ADD COLUMN asked_by text NOT NULL DEFAULT 'hub',
        ADD COLUMN approved_by text,
        ADD COLUMN approved_at timestamptz,
        DROP COLUMN public_jwk,
        DROP COLUMN secret_sha256,
        DROP CONSTRAINT client_status_check,
        ADD CONSTRAINT client_status_check CHECK (status IN ('requested', 'active', 'revoked'))""",
    "UPDATE client SET approved_by = 'hub', approved_at = created_at",
    "ALTER TABLE client ALTER COLUMN asked_by DROP DEFAULT",
)


def upgrade() -> None:
    # The owner sees no row through the policies, which it would take for an empty table.
    op.execute("ALTER TABLE client NO FORCE ROW LEVEL SECURITY")
    for statement in (_CREDENTIALS, *_MOVE, *_CLIENT):
        op.execute(statement)
    op.execute("CREATE INDEX client_credential_client ON client_credential (client_id, added_at, id)")
    op.execute("ALTER TABLE client FORCE ROW LEVEL SECURITY")
    Tables(op, "partners").tenant("client_credential", app="SELECT")
