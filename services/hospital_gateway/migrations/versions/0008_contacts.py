"""When partners last asked for something, and how they fared.

Revision ID: 0008
"""

from alembic import op

from shared.postgres.standard_tables import standard_tables_v3

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    standard_tables_v3(op, "hospital_gateway")
