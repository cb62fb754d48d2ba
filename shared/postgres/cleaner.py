"""Removing from the standard tables what has done its work, in small transactions: sent events, inbox rows, idempotency
keys, partners' requests by day, and dead letters that were handled again or discarded, with their edits."""

import asyncio
from datetime import timedelta

from shared.observability import log
from shared.postgres.database import Database
from shared.settings import RetentionSettings

_EVERY_SECONDS = 3_600.0
# `handled_at` has no index: inbox rows lie in the table in the order of their time, and this runs once an hour.
_DELETES = {
    "outbox": """DELETE FROM outbox WHERE id IN (
        SELECT id FROM outbox WHERE sent_at < clock_timestamp() - $1::interval ORDER BY sent_at LIMIT $2)""",
    "inbox": """DELETE FROM inbox WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM inbox WHERE handled_at < clock_timestamp() - $1::interval LIMIT $2))""",
    "idempotency_key": """DELETE FROM idempotency_key WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM idempotency_key WHERE created_at < clock_timestamp() - $1::interval LIMIT $2))""",
    "dead_letter": """DELETE FROM dead_letter WHERE id IN (SELECT id FROM dead_letter
        WHERE state <> 'open' AND resolved_at < clock_timestamp() - $1::interval LIMIT $2)""",
    "partner_contact": """DELETE FROM partner_contact WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM partner_contact WHERE last_at < clock_timestamp() - $1::interval LIMIT $2))""",
}


class Cleaner:
    """Component: cleans at its start and then once an hour."""

    name = "cleaner"

    def __init__(self, database: Database, settings: RetentionSettings, *, batch_rows_max: int = 1_000) -> None:
        self._database = database
        self._ages = {
            "outbox": timedelta(hours=settings.outbox_retention_hours),
            "inbox": timedelta(days=settings.inbox_retention_days),
            "idempotency_key": timedelta(days=settings.idempotency_retention_days),
            "dead_letter": timedelta(days=settings.dead_letter_retention_days),
            "partner_contact": timedelta(days=settings.contact_retention_days),
        }
        self._batch_rows_max = batch_rows_max

    def problems(self) -> list[str]:
        return []

    async def run(self) -> None:
        """Clean until cancelled. Raises Unavailable("postgres")."""
        while True:
            await self.clean()
            await asyncio.sleep(_EVERY_SECONDS)

    async def clean(self) -> dict[str, int]:
        """Remove everything that is due; answers how many rows by table."""
        removed = {table: await self._clean(table, age) for table, age in self._ages.items()}
        if any(removed.values()):
            log.info("cleaner.removed", **removed)
        return removed

    async def _clean(self, table: str, age: timedelta) -> int:
        total = 0
        while True:
            async with self._database.system_transaction() as tx:
                status = await tx.driver.execute(_DELETES[table], age, self._batch_rows_max)
            removed = int(status.rpartition(" ")[2])
            total += removed
            if removed < self._batch_rows_max:
                return total
