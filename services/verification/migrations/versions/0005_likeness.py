"""By what evidence of an unnamed worker is found again; and evidence that stands in the basket by itself.

Revision ID: 0005
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_DDL = (
    # Keyed hashes of what like evidence shares (birth date, name as heard, words of it with year or employer).
    "ALTER TABLE evidence ADD COLUMN likeness text[] NOT NULL DEFAULT '{}'",
    # Evidence with a NIK looks only among evidence without one, which is little; so the two lie apart.
    # Every look-up reads what a GIN index has not yet sorted in; that would be megabytes.
    "CREATE INDEX evidence_likeness_unnamed ON evidence USING gin (likeness) WITH (fastupdate = off)"
    " WHERE nik_index IS NULL",
    "CREATE INDEX evidence_likeness_named ON evidence USING gin (likeness) WITH (gin_pending_list_limit = 256)"
    " WHERE nik_index IS NOT NULL",
    "ALTER TABLE unmatched_pair ALTER COLUMN other DROP NOT NULL",
    "ALTER TABLE unmatched_pair DROP CONSTRAINT unmatched_pair_one_other_key",
    "ALTER TABLE unmatched_pair ADD CONSTRAINT unmatched_pair_one_other_key UNIQUE NULLS NOT DISTINCT (one, other)",
)


def upgrade() -> None:
    for statement in _DDL:
        op.execute(statement)
