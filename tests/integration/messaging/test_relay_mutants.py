"""The suite can fail: relays with one safeguard taken away are caught by the checkers that the real one passes."""

import asyncio
from collections.abc import Callable, Sequence

import asyncpg
import pytest

from shared.kafka.bus import Record
from shared.kafka.in_memory import InMemoryBus
from shared.outbox import Relay, RelayLimits
from shared.outbox import append as append_events
from shared.postgres.database import Database
from shared.sealing import Sealer
from tests.support.eventually import eventually
from tests.support.probe import TOPIC, change, claim_changed, count, running, stream_problems

LIMITS = RelayLimits(lock_retry_seconds=0.02, poll_seconds=0.05)


class CursorRelay(Relay):
    """Remembers the last id instead of asking which rows are not sent."""

    last = 0

    async def _select_unsent(self, connection: "asyncpg.Connection[asyncpg.Record]") -> list[asyncpg.Record]:
        rows = await connection.fetch(
            """SELECT id, topic, key, headers::text AS headers, payload, created_at
                 FROM outbox WHERE id > $1 ORDER BY id""",
            self.last,
        )
        self.last = max([self.last, *(row["id"] for row in rows)])
        return rows


class LocklessRelay(Relay):
    """Begins without the advisory lock."""

    def _locks(self) -> list[tuple[int, int]]:
        return []


class SkipLockedRelay(LocklessRelay):
    """Lets row locks share the rows out among relays instead."""

    async def _relay_round(self, connection: "asyncpg.Connection[asyncpg.Record]") -> int:
        async with connection.transaction():
            return await super()._relay_round(connection)

    async def _select_unsent(self, connection: "asyncpg.Connection[asyncpg.Record]") -> list[asyncpg.Record]:
        return await connection.fetch(
            """SELECT id, topic, key, headers::text AS headers, payload, created_at FROM outbox
                WHERE sent_at IS NULL ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED"""
        )


class SlowFirstPublish(InMemoryBus):
    """The first publish hangs until it is released."""

    def __init__(self) -> None:
        super().__init__(partitions=1)
        self.hangs = asyncio.Event()
        self.released = asyncio.Event()

    async def publish(self, records: Sequence[Record]) -> None:
        if not self.hangs.is_set():
            self.hangs.set()
            await self.released.wait()
        await super().publish(records)


async def late_commit(relay: Callable[..., Relay], database: Database, sealer: Sealer) -> list[str]:
    """An event with a lower id is committed after one with a higher id was published."""
    bus = InMemoryBus()
    async with running(relay(database, bus, limits=LIMITS)):
        async with database.system_transaction() as tx:
            await append_events(tx, [claim_changed("JKK-1", 1)], sealer)
            await tx.late.write()
            await change(database, sealer, "JKK-2")
            await eventually(lambda: bus.records(TOPIC))
        await change(database, sealer, "JKK-3")
        await eventually(lambda: any(r.key == "JKK-3" for r in bus.records(TOPIC)))
    return stream_problems(bus.records(TOPIC), {"JKK-1": 1, "JKK-2": 1, "JKK-3": 1})


async def two_relays(relay: Callable[..., Relay], database: Database, sealer: Sealer) -> list[str]:
    """One of two relays hangs between reading and publishing, while its aggregate goes on."""
    bus = SlowFirstPublish()
    async with running(relay(database, bus, limits=LIMITS), relay(database, bus, limits=LIMITS)):
        await change(database, sealer, "JKK-1")
        await bus.hangs.wait()
        await change(database, sealer, "JKK-1")
        # Long enough for a second relay that thinks it may: it polls twenty times a second.
        await asyncio.wait([asyncio.create_task(eventually(lambda: bus.records(TOPIC)))], timeout=1.0)
        bus.released.set()
        await eventually(lambda: _drained(database))
        await eventually(lambda: len({r.headers["ce_id"] for r in bus.records(TOPIC)}) == 2)
    records = bus.records(TOPIC)
    repeated = ["repeated"] if len(records) > 2 else []
    return [*stream_problems(records, {"JKK-1": 2}), *repeated]


async def _drained(database: Database) -> bool:
    return await count(database, "outbox", "sent_at IS NULL") == 0


@pytest.mark.parametrize("scenario", [late_commit, two_relays])
async def test_the_relay_passes(
    scenario: Callable[..., "asyncio.Future[list[str]]"], database: Database, sealer: Sealer
) -> None:
    assert await scenario(Relay, database, sealer) == []


async def test_a_relay_with_a_cursor_is_caught_losing(database: Database, sealer: Sealer) -> None:
    assert await late_commit(CursorRelay, database, sealer) == ["JKK-1 lost [1]"]


async def test_a_relay_without_the_lock_is_caught_repeating(database: Database, sealer: Sealer) -> None:
    assert await two_relays(LocklessRelay, database, sealer) == ["repeated"]


async def test_relays_that_skip_locked_rows_are_caught_reordering(database: Database, sealer: Sealer) -> None:
    assert await two_relays(SkipLockedRelay, database, sealer) == ["JKK-1 out of order: [2, 1]"]
