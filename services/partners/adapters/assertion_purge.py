"""Forgets assertions that have expired: they would be refused for that alone."""

import asyncio
from datetime import timedelta

from services.partners.adapters.unit_of_work import PostgresUnitOfWork
from shared.clock import Clock
from shared.observability import log


class AssertionPurge:
    """Component: in bounded batches, so that no transaction is long."""

    name = "assertion-purge"

    def __init__(
        self, unit_of_work: PostgresUnitOfWork, clock: Clock, *, every_seconds: float, batch_size: int
    ) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._every_seconds = every_seconds
        self._batch_size = batch_size

    async def run(self) -> None:
        while True:
            await self.purge()
            await asyncio.sleep(self._every_seconds)

    async def purge(self) -> int:
        """Forget all that have expired by more than a minute; answers how many."""
        forgotten = 0
        # The margin keeps an assertion that another process, with another clock, might still take.
        expired_before = self._clock.now() - timedelta(minutes=1)
        while True:
            count = await self._unit_of_work.purge_assertions(expired_before, self._batch_size)
            forgotten += count
            if count < self._batch_size:
                break
        if forgotten:
            log.info("assertions.purged", count=forgotten)
        return forgotten

    def problems(self) -> list[str]:
        return []
