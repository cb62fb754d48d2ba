"""What answers to Bundles of which nothing is held are found by when their time is over. Of such a Bundle no bytes are
kept; the index of all receipts by age, which nothing read, makes room for one of these alone.

Revision ID: 0009
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Not of Bundles from before resources told in which they came.
_EMPTY = """
UPDATE bundle_receipt b SET sealed_request = ''
 WHERE NOT EXISTS (SELECT 1 FROM resource r WHERE r.org = b.org AND r.receipt_id = b.id)
   AND received_at >= (SELECT min(updated_at) FROM resource WHERE receipt_id IS NOT NULL)
"""
_READ = ("bundle_receipt", "resource")


def upgrade() -> None:
    # The owner sees no row through the policies, which it would take for empty tables.
    for table in _READ:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(_EMPTY)
    for table in _READ:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute("DROP INDEX bundle_receipt_age")
    op.execute("CREATE INDEX bundle_receipt_answer ON bundle_receipt (received_at) WHERE sealed_request = ''")
