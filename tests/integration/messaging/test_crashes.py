"""Dying between any two steps of messaging, and starting again, leads to the same effects.

Enumerated from the registry, so a new crash point is tested the moment it is named.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from uuid import UUID

import pytest

from shared.crashpoints import CRASHPOINTS, Crash, armed, is_armed
from shared.events import Event
from shared.events.topics import DEAD_LETTERS
from shared.kafka.in_memory import InMemoryBus
from shared.outbox import Consumer, ConsumerLimits, Relay, RelayLimits, inbox, list_dead_letters
from shared.postgres.database import Database, Transaction
from shared.sealing import Sealer
from tests.support.eventually import eventually
from tests.support.probe import (
    SERVICE,
    TOPIC,
    Handler,
    change,
    count,
    effect_problems,
    effects,
    running,
    stream_problems,
    versions,
)

MESSAGING = [name for name in CRASHPOINTS if name.startswith(("outbox.", "consumer."))]
BAD = ("JKK-1", 3)


class World:
    """A service whose processes may die at any time; its database and the broker stay."""

    def __init__(self, database: Database, bus: InMemoryBus, sealer: Sealer) -> None:
        self.database, self.bus, self.sealer = database, bus, sealer
        self.mended = False
        self.crashes = 0

    def relay(self) -> Relay:
        return Relay(
            self.database, self.bus, limits=RelayLimits(lock_retry_seconds=0.02, poll_seconds=0.1, rows_max=32)
        )

    def consumer(self) -> Consumer:
        limits = ConsumerLimits(batch_max=4, poll_seconds=0.05, retry_seconds_min=0.001)
        handler = Handler(fails=self._verdict)
        return Consumer(
            self.database, self.bus, self.sealer, group=SERVICE, topics=[TOPIC], handle=handler, limits=limits
        )

    def _verdict(self, event: Event) -> Exception | None:
        return RuntimeError("bad") if (event.subject, event.version) == BAD and not self.mended else None

    async def tell(self, times: int) -> None:
        """Clients, who ask again when the service died on them."""
        for _ in range(times):
            for aggregate in ("JKK-1", "JKK-2", "JKK-3"):
                try:
                    await change(self.database, self.sealer, aggregate)
                except Crash:
                    self.crashes += 1
                    await change(self.database, self.sealer, aggregate)

    async def redrive_all(self) -> None:
        """An operator, who presses the button again when the service died on it."""
        while await count(self.database, "dead_letter", "state = 'open'"):
            async with self.database.system_transaction() as tx:
                letter = (await list_dead_letters(tx))[0]
            try:
                await self.consumer().redrive(letter.id, by="officer-7")
            except Crash:
                self.crashes += 1

    async def survive(self, done: Callable[[], Awaitable[bool]]) -> None:
        """Run relay and consumer until `done`, starting both again whenever one has died."""
        async with asyncio.timeout(30):
            while True:
                async with running(self.relay(), self.consumer()) as tasks:
                    while not await done() and not any(task.done() for task in tasks):
                        await asyncio.wait(tasks, timeout=0.02, return_when=asyncio.FIRST_COMPLETED)
                    if not any(task.done() for task in tasks):
                        return
                    self.crashes += 1

    async def is_quiet(self) -> bool:
        """Everything told is published, and effective or waiting behind the dead letter."""
        told = sum((await versions(self.database)).values())
        return (
            await count(self.database, "outbox", "sent_at IS NULL") == 0
            and await self.settled_effects() + await count(self.database, "parked_event") == told
        )

    async def settled_effects(self) -> int:
        return await count(self.database, "effect") + await count(self.database, "dead_letter", "state = 'open'")


@pytest.mark.parametrize("passage", [1, 2, 5])
@pytest.mark.parametrize("name", MESSAGING)
async def test_dying_there_costs_and_doubles_nothing(
    name: str, passage: int, database: Database, sealer: Sealer, memory: InMemoryBus
) -> None:
    world = World(database, memory, sealer)
    await world.tell(1)
    with armed(name, passage):
        await world.tell(4)
        await world.survive(world.is_quiet)
        world.mended = True
        await world.redrive_all()
        await world.tell(1)
        await world.survive(world.is_quiet)
        reached = not is_armed()
    expected = {"JKK-1": 6, "JKK-2": 6, "JKK-3": 6}
    assert effect_problems(await effects(database), expected) == []
    assert stream_problems(memory.records(TOPIC), expected) == []
    assert len({record.headers["ce_id"] for record in memory.records(DEAD_LETTERS)}) == 1
    assert await count(database, "parked_event") == 0
    assert world.crashes == (1 if reached else 0)
    assert reached or passage > 1, f"{name} is never passed"


async def test_the_story_holds_without_any_crash(database: Database, sealer: Sealer, memory: InMemoryBus) -> None:
    world = World(database, memory, sealer)
    await world.tell(5)
    await world.survive(world.is_quiet)
    assert await count(database, "parked_event") == 2
    world.mended = True
    await world.redrive_all()
    await eventually(world.is_quiet)
    assert effect_problems(await effects(database), {"JKK-1": 5, "JKK-2": 5, "JKK-3": 5}) == []


async def test_a_consumer_without_an_inbox_is_caught_doubling(
    database: Database, sealer: Sealer, memory: InMemoryBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def all_new(tx: Transaction, consumer: str, event_ids: Iterable[UUID]) -> inbox.Taken:
        return inbox.Taken(set(event_ids), some_wait=True)

    monkeypatch.setattr(inbox, "take", all_new)
    world = World(database, memory, sealer)
    world.mended = True
    await world.tell(2)

    async def all_have_effect() -> bool:
        return await count(database, "effect") >= 6

    with armed("consumer.after-commit"):
        await world.survive(all_have_effect)
        await world.survive(lambda: _is_read(world))
    problems = effect_problems(await effects(database), {"JKK-1": 2, "JKK-2": 2, "JKK-3": 2})
    assert any("twice" in problem for problem in problems)


async def _is_read(world: World) -> bool:
    """Whether the group has committed all there is."""
    reader = await world.bus.subscribe(SERVICE, [TOPIC])
    try:
        return sum(reader.lag().values()) == 0
    finally:
        await reader.close()
