"""Which version of a report its claim has followed; null where verification has not told.

Revision ID: 0003
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE report_claim ADD COLUMN report_version bigint")


def downgrade() -> None:
    raise RuntimeError("migrations go forward only")
