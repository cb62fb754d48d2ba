"""Receipts for what hospitals send: the digests, which the purge has to forget, and how often somebody without a token
tried a code.

Revision ID: 0007
"""

from alembic import op

from shared.postgres.rls import Tables
from shared.postgres.throttle_table import throttle_table_v1

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE TABLE receipt_digest (id uuid PRIMARY KEY, org text NOT NULL, sha256 bytea NOT NULL)")
    Tables(op, "hospital_gateway").tenant("receipt_digest", app="SELECT, INSERT")
    throttle_table_v1(op, "hospital_gateway")
