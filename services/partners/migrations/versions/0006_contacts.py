"""When partners last asked for something, and how they fared.

Revision ID: 0006
"""

from alembic import op

from shared.postgres.standard_tables import standard_tables_v3

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    standard_tables_v3(op, "partners")
