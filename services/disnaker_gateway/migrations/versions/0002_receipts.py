"""How often somebody without a token tried a receipt's code.

Revision ID: 0002
"""

from alembic import op

from shared.postgres.throttle_table import throttle_table_v1

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    throttle_table_v1(op, "disnaker_gateway")
