"""When a claim's next clock runs out.

Revision ID: 0003
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Claims that exist are looked at once, since nobody has noted yet when their clocks run out.
    op.execute("ALTER TABLE claim ADD COLUMN overdue_at timestamptz DEFAULT 'epoch'")
    op.execute("ALTER TABLE claim ALTER COLUMN overdue_at DROP DEFAULT")
    op.execute("CREATE INDEX claim_overdue ON claim (overdue_at) WHERE overdue_at IS NOT NULL")
