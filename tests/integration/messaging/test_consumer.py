"""The way in: one effect an event, in the order of its key, whatever is repeated, restarted or away."""

import asyncio
from collections.abc import Sequence

import pytest

from shared.errors import Unavailable
from shared.events import Event
from shared.kafka.bus import EventBus, Record
from shared.kafka.in_memory import InMemoryBus
from shared.observability import current_traceparent
from shared.outbox import Consumer, ConsumerLimits, Handle, Relay
from shared.postgres.database import Database, Transaction
from shared.sealing import Sealer
from tests.support.eventually import eventually
from tests.support.probe import (
    SERVICE,
    TOPIC,
    Handler,
    change,
    count,
    cut_connections,
    effect_problems,
    effects,
    keep_effect,
    running,
    versions,
    wire,
    write_at_once,
)
from tests.support.servers import PostgresServer

QUICK = ConsumerLimits(retry_seconds_min=0.01, retry_seconds_max=0.05, poll_seconds=0.1)


def consumer(
    database: Database, bus: EventBus, sealer: Sealer, handle: Handle, limits: ConsumerLimits = QUICK
) -> Consumer:
    return Consumer(database, bus, sealer, group=SERVICE, topics=[TOPIC], handle=handle, limits=limits)


async def test_from_use_case_to_effect_nothing_is_lost_doubled_or_reordered(
    database: Database, sealer: Sealer, either_bus: EventBus
) -> None:
    async with running(Relay(database, either_bus), consumer(database, either_bus, sealer, keep_effect)):
        told = await write_at_once(database, sealer, writers=8, aggregates=30, each=40)
        await eventually(lambda: _reached(database, told))
    assert effect_problems(await effects(database), await versions(database)) == []


async def _reached(database: Database, wanted: int) -> bool:
    return await count(database, "effect") >= wanted


async def test_an_effect_follows_its_use_case_within_milliseconds(
    database: Database, sealer: Sealer, either_bus: EventBus
) -> None:
    loop = asyncio.get_running_loop()
    arrived: asyncio.Queue[float] = asyncio.Queue()

    async def note(tx: Transaction, events: Sequence[Event]) -> None:
        arrived.put_nowait(loop.time())

    async with running(Relay(database, either_bus), consumer(database, either_bus, sealer, note)):
        await change(database, sealer, "JKK-1")
        await arrived.get()
        delays = []
        for _ in range(20):
            began = loop.time()
            await change(database, sealer, "JKK-1")
            delays.append(await arrived.get() - began)
    # Typically 15 ms on Kafka; the bound leaves room for a machine busy with other tests.
    assert sorted(delays)[10] < 0.2


async def test_the_same_event_twice_has_one_effect(database: Database, sealer: Sealer, memory: InMemoryBus) -> None:
    first, second = wire(sealer, "JKK-1", 1), wire(sealer, "JKK-1", 2)
    await memory.publish([first, first, second, first])
    async with running(consumer(database, memory, sealer, keep_effect)):
        await eventually(lambda: _reached(database, 2))
        await memory.publish([second, first, wire(sealer, "JKK-1", 3)])
        await eventually(lambda: _reached(database, 3))
    assert await effects(database) == [("JKK-1", 1), ("JKK-1", 2), ("JKK-1", 3)]


async def test_a_restart_without_committed_offsets_repeats_no_effect(
    database: Database, sealer: Sealer, memory: InMemoryBus
) -> None:
    await memory.publish([wire(sealer, "JKK-1", version) for version in range(1, 6)])
    for group_that_forgot in (memory, InMemoryBus(partitions=3)):
        if group_that_forgot is not memory:
            await group_that_forgot.publish(
                [Record(r.topic, "JKK-1", r.value, r.headers) for r in memory.records(TOPIC)]
            )
            await group_that_forgot.publish([wire(sealer, "JKK-1", 6)])
        async with running(consumer(database, group_that_forgot, sealer, keep_effect)):
            await eventually(lambda bus=group_that_forgot: _reached(database, 5 if bus is memory else 6))
    assert await effects(database) == [("JKK-1", version) for version in range(1, 7)]


async def test_an_effect_that_fails_half_way_leaves_nothing_and_comes_again(
    database: Database, sealer: Sealer, memory: InMemoryBus
) -> None:
    handler = Handler()
    handler.fails = lambda event: RuntimeError("after two") if event.version == 3 and len(handler.calls) < 6 else None
    await memory.publish([wire(sealer, "JKK-1", version) for version in range(1, 5)])
    async with running(consumer(database, memory, sealer, handler)):
        await eventually(lambda: _reached(database, 4))
    assert await effects(database) == [("JKK-1", version) for version in range(1, 5)]
    assert await count(database, "dead_letter") == 0


async def test_something_away_is_waited_for_as_long_as_it_takes_and_told(
    database: Database, sealer: Sealer, memory: InMemoryBus
) -> None:
    handler = Handler()
    handler.fails = lambda event: Unavailable("documents") if len(handler.calls) < 20 else None
    await memory.publish([wire(sealer, "JKK-1", version) for version in (1, 2)])
    part = consumer(database, memory, sealer, handler)
    async with running(part):
        await eventually(lambda: part.problems() == ["documents is away; events wait in kafka"])
        await eventually(lambda: _reached(database, 2))
        await eventually(lambda: part.problems() == [])
    assert await effects(database) == [("JKK-1", 1), ("JKK-1", 2)]
    assert await count(database, "dead_letter") == 0


async def test_a_lost_database_connection_costs_no_event(
    database: Database, sealer: Sealer, memory: InMemoryBus, postgres: PostgresServer
) -> None:
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def hang_once(tx: Transaction, events: Sequence[Event]) -> None:
        await keep_effect(tx, events)
        if not entered.is_set():
            entered.set()
            await go_on.wait()

    await memory.publish([wire(sealer, "JKK-1", version) for version in range(1, 6)])
    async with running(consumer(database, memory, sealer, hang_once)):
        await entered.wait()
        assert await cut_connections(postgres.url, database, "locktype = 'advisory' AND granted") == 1
        go_on.set()
        await eventually(lambda: _reached(database, 5))
    assert await effects(database) == [("JKK-1", version) for version in range(1, 6)]
    assert await count(database, "dead_letter") == 0


async def test_two_members_of_a_group_share_the_work_and_double_nothing(
    database: Database, sealer: Sealer, memory: InMemoryBus
) -> None:
    async with running(Relay(database, memory), consumer(database, memory, sealer, keep_effect)):
        writing = asyncio.create_task(write_at_once(database, sealer, writers=6, aggregates=12, each=40))
        for _ in range(4):
            async with running(consumer(database, memory, sealer, keep_effect)):
                before = await count(database, "effect")
                await eventually(lambda least=before: _reached(database, min(least + 20, 240)))
        await eventually(lambda: _reached(database, 240))
        await writing
    assert effect_problems(await effects(database), await versions(database)) == []


async def test_each_event_is_handled_in_its_own_trace(database: Database, sealer: Sealer, memory: InMemoryBus) -> None:
    traces = [f"00-{number:032x}-{number:016x}-01" for number in range(1, 4)]
    seen: list[str | None] = []

    async def note(tx: Transaction, events: Sequence[Event]) -> None:
        seen.append(current_traceparent())
        seen.extend(current_traceparent() for _ in events)

    await memory.publish([wire(sealer, "JKK-1", n + 1, traceparent=trace) for n, trace in enumerate(traces)])
    async with running(consumer(database, memory, sealer, note)):
        await eventually(lambda: len(seen) == 4)
    assert seen == [traces[0], *traces]


async def test_kafka_being_away_is_told_and_the_consumer_comes_back(
    database: Database, sealer: Sealer, memory: InMemoryBus
) -> None:
    part = consumer(database, memory, sealer, keep_effect)
    memory.away = True
    async with running(part):
        await eventually(lambda: "kafka is away; events wait in kafka" in part.problems())
        memory.away = False
        await memory.publish([wire(sealer, "JKK-1", 1)])
        await eventually(lambda: _reached(database, 1))
        assert part.problems() == []


@pytest.mark.parametrize("size", [1, 2, 500])
async def test_batches_of_any_size_come_to_the_same(
    database: Database, sealer: Sealer, memory: InMemoryBus, size: int
) -> None:
    records = [wire(sealer, f"JKK-{number}", version) for version in range(1, 21) for number in range(5)]
    await memory.publish(records)
    limits = ConsumerLimits(batch_max=size, poll_seconds=0.1)
    async with running(consumer(database, memory, sealer, keep_effect, limits)):
        await eventually(lambda: _reached(database, len(records)))
    assert effect_problems(await effects(database), {f"JKK-{number}": 20 for number in range(5)}) == []
