"""What verifiers and partners add beside decisions: kinds of entries are the code's own knowledge.

Revision ID: 0002
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE claim_entry DROP CONSTRAINT claim_entry_kind_check")
