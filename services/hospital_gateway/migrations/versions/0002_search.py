"""An index for pages of a search by last change.

Revision ID: 0002
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX resource_changed ON resource (org, type, updated_at, id) WHERE latest")
