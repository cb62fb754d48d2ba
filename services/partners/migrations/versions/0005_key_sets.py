"""Addresses where clients publish their keys, with what was read there last; what persons are called.

Revision ID: 0005
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """ALTER TABLE client_credential
            ADD COLUMN jwks_uri text,
            ADD COLUMN published_keys jsonb,
            ADD COLUMN keys_read_at timestamptz,
            ADD COLUMN keys_tried_at timestamptz,
            ADD COLUMN keys_failure text,
            ADD COLUMN added_by_name text,
            DROP CONSTRAINT client_credential_kind_check,
            DROP CONSTRAINT client_credential_check,
            ADD CONSTRAINT client_credential_kind_check CHECK (kind IN ('key', 'key-set', 'secret')),
            ADD CONSTRAINT client_credential_check
                CHECK (num_nonnulls(public_jwk, secret_sha256, jwks_uri) = 1)"""
    )
    op.execute("ALTER TABLE client ADD COLUMN asked_by_name text")
