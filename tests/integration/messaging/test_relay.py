"""The way out: nothing lost, nothing reordered, nothing repeated without a failure."""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime

import asyncpg
import pytest

from shared.errors import TooLarge, Unavailable
from shared.events import Tombstone, format_time, new_event
from shared.events.catalogue import CLAIM_STATE_RECORDED, EVENT_FAILED
from shared.events.dead_letter import EventFailed, EventFailedContent
from shared.kafka.bus import EventBus, Received, Record
from shared.kafka.in_memory import InMemoryBus
from shared.observability import set_traceparent
from shared.outbox import Relay, RelayLimits, append
from shared.postgres.cleaner import Cleaner
from shared.postgres.database import Database
from shared.sealing import Sealer
from shared.settings import RetentionSettings
from tests.support.eventually import eventually
from tests.support.probe import (
    TOPIC,
    change,
    claim_changed,
    count,
    cut_connections,
    running,
    stream_problems,
    versions,
    write_at_once,
)
from tests.support.servers import PostgresServer

QUICK = RelayLimits(lock_retry_seconds=0.05, backoff_seconds_max=0.1, poll_seconds=0.5)


async def all_sent(database: Database) -> bool:
    return await count(database, "outbox", "sent_at IS NULL") == 0


async def read_all(bus: EventBus, count_: int) -> list[Received]:
    subscription = await bus.subscribe("checker", [TOPIC])
    found: list[Received] = []
    async with asyncio.timeout(30):
        while len(found) < count_:
            found += await subscription.poll(500, 1.0)
    found += await subscription.poll(500, 0.2)
    await subscription.close()
    return found


async def test_fourteen_writers_and_two_relays_lose_and_reorder_nothing(
    database: Database, sealer: Sealer, either_bus: EventBus
) -> None:
    async with running(Relay(database, either_bus, limits=QUICK), Relay(database, either_bus, limits=QUICK)):
        told = await write_at_once(database, sealer, writers=14, aggregates=30, each=40)
        await eventually(lambda: all_sent(database))
    records = await read_all(either_bus, told)
    assert stream_problems(records, await versions(database)) == []
    assert len(records) == told


async def test_two_relays_share_the_slots_when_there_are_two_shards(
    database: Database, sealer: Sealer, memory: InMemoryBus
) -> None:
    shards = [Relay(database, memory, shard=number, shards=2, limits=QUICK) for number in (0, 1)]
    async with running(*shards):
        told = await write_at_once(database, sealer, writers=8, aggregates=30, each=20)
        await eventually(lambda: all_sent(database))
    assert len(memory.records(TOPIC)) == told
    assert stream_problems(memory.records(TOPIC), await versions(database)) == []


async def test_a_relay_of_another_number_of_shards_waits_for_the_slots_it_shares(
    database: Database, sealer: Sealer, memory: InMemoryBus
) -> None:
    async with running(Relay(database, memory, limits=QUICK)) as whole:
        await change(database, sealer, "JKK-1")
        await eventually(lambda: len(memory.records(TOPIC)) == 1)
        async with running(Relay(database, memory, shard=0, shards=2, limits=QUICK)):
            await write_at_once(database, sealer, writers=4, aggregates=30, each=10)
            await eventually(lambda: all_sent(database))
            assert not whole[0].done()
    assert len(memory.records(TOPIC)) == 41


async def test_an_event_is_published_milliseconds_after_its_commit(
    database: Database, sealer: Sealer, memory: InMemoryBus
) -> None:
    slow_poll = RelayLimits(poll_seconds=30.0)
    async with running(Relay(database, memory, limits=slow_poll)):
        reader = await memory.subscribe("reader", [TOPIC])
        await change(database, sealer, "JKK-1")
        assert await reader.poll(1, 20.0)
        delays = []
        for _ in range(20):
            await change(database, sealer, "JKK-1")
            began = time.perf_counter()
            assert await reader.poll(1, 20.0)
            delays.append(time.perf_counter() - began)
    # Typically 3 ms; the bound leaves room for a busy machine. Without NOTIFY it would be the poll's 30 s.
    assert sorted(delays)[10] < 0.1


async def test_what_was_committed_before_the_relay_came_is_published(
    database: Database, sealer: Sealer, memory: InMemoryBus
) -> None:
    for _ in range(5):
        await change(database, sealer, "JKK-1")
    async with running(Relay(database, memory, limits=RelayLimits(rows_max=16))):
        await eventually(lambda: len(memory.records(TOPIC)) == 5)
    assert stream_problems(memory.records(TOPIC), {"JKK-1": 5}) == []


async def test_nothing_is_published_of_a_transaction_that_rolls_back(
    database: Database, sealer: Sealer, memory: InMemoryBus
) -> None:
    async with running(Relay(database, memory, limits=QUICK)):
        with pytest.raises(ZeroDivisionError):
            async with database.system_transaction() as tx:
                await append(tx, [claim_changed("JKK-1", 1)], sealer)
                raise ZeroDivisionError
        await change(database, sealer, "JKK-2")
        await eventually(lambda: len(memory.records(TOPIC)) == 1)
    assert [record.headers["ce_subject"] for record in memory.records(TOPIC)] == ["JKK-2"]


HOLDS_LOCKS = "locktype = 'advisory' AND granted"


async def test_a_standby_takes_over_when_the_connection_that_holds_the_lock_is_lost(
    database: Database, sealer: Sealer, memory: InMemoryBus, postgres: PostgresServer
) -> None:
    async with running(Relay(database, memory, limits=QUICK), Relay(database, memory, limits=QUICK)):
        await change(database, sealer, "JKK-1")
        await eventually(lambda: len(memory.records(TOPIC)) == 1)
        for version in range(2, 6):
            # A backend ends a moment after it was told to: it may have relayed once more, and nobody holds them yet.
            assert await eventually(lambda: cut_connections(postgres.url, database, HOLDS_LOCKS)) == 1
            await change(database, sealer, "JKK-1")
            await eventually(lambda wanted=version: len(memory.records(TOPIC)) >= wanted)
    assert stream_problems(memory.records(TOPIC), {"JKK-1": 5}) == []


async def test_kafka_being_away_stops_no_writer_and_is_told(
    database: Database, sealer: Sealer, memory: InMemoryBus
) -> None:
    memory.away = True
    relay = Relay(database, memory, limits=QUICK)
    async with running(relay):
        told = await write_at_once(database, sealer, writers=5, aggregates=5, each=10)
        await eventually(lambda: relay.problems() == ["kafka is away; events wait in the outbox"])
        assert await count(database, "outbox", "sent_at IS NULL") == told
        memory.away = False
        await eventually(lambda: all_sent(database))
        await eventually(lambda: relay.problems() == [])
    assert stream_problems(memory.records(TOPIC), await versions(database)) == []


async def test_a_publish_that_fails_half_way_is_repeated_without_changing_the_order(
    database: Database, sealer: Sealer, memory: InMemoryBus
) -> None:
    for after in (0, 3, 1, 7):
        memory.fail_next_publish(after_records=after)
    for _ in range(10):
        await change(database, sealer, "JKK-1")
    async with running(Relay(database, memory, limits=QUICK)):
        await eventually(lambda: all_sent(database))
    assert stream_problems(memory.records(TOPIC), {"JKK-1": 10}) == []


async def test_ce_time_is_the_databases_time_of_the_row_to_the_microsecond(
    database: Database, sealer: Sealer, memory: InMemoryBus
) -> None:
    set_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    await change(database, sealer, "JKK-1")
    async with running(Relay(database, memory, limits=QUICK)):
        await eventually(lambda: memory.records(TOPIC))
    async with database.system_transaction() as tx:
        created_at: datetime = await tx.driver.fetchval("SELECT created_at FROM outbox")
    (record,) = memory.records(TOPIC)
    assert record.headers["ce_time"] == format_time(created_at)
    assert record.headers["traceparent"] == "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    assert (record.key, record.headers["ce_type"]) == ("JKK-1", "jkk.claim.changed.v1")


async def test_a_tombstone_leaves_as_an_empty_value(database: Database, sealer: Sealer, memory: InMemoryBus) -> None:
    gone = new_event(CLAIM_STATE_RECORDED, subject="JKK-1", version=3, key="JKK-1", facts=Tombstone())
    async with database.system_transaction() as tx:
        await append(tx, [gone], sealer)
    async with running(Relay(database, memory, limits=QUICK)):
        await eventually(lambda: memory.records("jkk.claim-state"))
    assert memory.records("jkk.claim-state")[0].value is None


async def test_a_partners_transaction_may_tell_and_not_read(database: Database, sealer: Sealer) -> None:
    async with database.transaction("employer:A") as tx:
        await append(tx, [claim_changed("JKK-1", 1)], sealer)
        assert await tx.driver.fetchval("SELECT current_setting('role')") == "simpul_probe_app"
    assert await count(database, "outbox") == 1
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.transaction("employer:A") as tx:
            await tx.driver.fetch("SELECT * FROM outbox")


async def test_events_of_one_call_keep_their_order(database: Database, sealer: Sealer, memory: InMemoryBus) -> None:
    async with database.system_transaction() as tx:
        await append(tx, [], sealer)
        await append(tx, [claim_changed("JKK-1", version) for version in range(1, 41)], sealer)
    async with running(Relay(database, memory, limits=QUICK)):
        await eventually(lambda: all_sent(database))
    assert stream_problems(memory.records(TOPIC), {"JKK-1": 40}) == []


def failed_event(size: int) -> tuple[EventFailed, EventFailedContent]:
    facts = EventFailed(
        dead_letter_id="0193a0b0-0000-7000-8000-000000000000",
        service="probe",
        reason="r",
        attempts=1,
        failed_at="2026-11-20T09:30:00Z",
        original_topic="t",
    )
    return facts, EventFailedContent(value_base64="x" * size)


async def test_an_event_larger_than_its_topic_takes_is_refused_where_it_is_made(
    database: Database, sealer: Sealer
) -> None:
    facts, content = failed_event(9_000_000)
    event = new_event(EVENT_FAILED, subject="a", version=1, key="k", facts=facts, content=content, service="probe")
    with pytest.raises(TooLarge):
        async with database.system_transaction() as tx:
            await append(tx, [event], sealer)


class CountingBus:
    """Notes how many bytes each publish had."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    async def publish(self, records: Sequence[Record]) -> None:
        self.sizes.append(sum(len(record.value or b"") for record in records))

    async def subscribe(self, group: str, topics: Sequence[str]) -> "InMemoryBus":
        raise Unavailable("kafka")

    async def close(self) -> None: ...


async def test_a_round_is_bounded_in_bytes_and_a_single_large_event_still_goes(
    database: Database, sealer: Sealer
) -> None:
    for number in range(6):
        facts, content = failed_event(300_000 if number else 1_500_000)
        event = new_event(
            EVENT_FAILED, subject=f"a{number}", version=1, key="k", facts=facts, content=content, service="probe"
        )
        async with database.system_transaction() as tx:
            await append(tx, [event], sealer)
    bus = CountingBus()
    async with running(Relay(database, bus, limits=RelayLimits(bytes_max=1_000_000))):  # type: ignore[arg-type]
        await eventually(lambda: all_sent(database))
    assert bus.sizes[0] > 1_500_000
    assert all(size <= 1_500_000 for size in bus.sizes[1:])


async def test_sent_events_and_old_inbox_rows_are_removed_in_batches(
    database: Database, sealer: Sealer, memory: InMemoryBus
) -> None:
    for _ in range(7):
        await change(database, sealer, "JKK-1")
    async with running(Relay(database, memory, limits=QUICK)):
        await eventually(lambda: all_sent(database))
    await change(database, sealer, "JKK-2")
    async with database.system_transaction() as tx:
        await tx.driver.execute(
            """UPDATE outbox SET sent_at = sent_at - interval '73 hours'
                WHERE sent_at IS NOT NULL AND aggregate_version < 7"""
        )
        await tx.driver.execute(
            """INSERT INTO inbox SELECT 'probe', gen_random_uuid(), clock_timestamp() - n * interval '1 day'
                 FROM unnest(ARRAY[1, 29, 31, 300]) AS n"""
        )
    removed = await Cleaner(database, RetentionSettings(), batch_rows_max=4).clean()
    assert removed == {"outbox": 6, "inbox": 2, "idempotency_key": 0, "dead_letter": 0, "partner_contact": 0}
    # The last one sent, and the one that waits.
    assert await count(database, "outbox") == 2
    assert await count(database, "outbox", "sent_at IS NULL") == 1
