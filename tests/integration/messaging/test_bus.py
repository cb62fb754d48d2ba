"""One behaviour suite for both buses: what is promised by the port holds in memory and on Kafka."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from shared.errors import Unavailable
from shared.kafka.aiokafka_bus import AioKafkaBus
from shared.kafka.bus import EventBus, Received, Record, Subscription
from shared.kafka.in_memory import InMemoryBus
from tests.support.kafka_topics import small_topic, topics_of_a_test

TOPIC, OTHER = "jkk.probes", "jkk.other-probes"


@pytest.fixture(params=["in_memory", "kafka"])
async def bus(request: pytest.FixtureRequest) -> AsyncIterator[EventBus]:
    if request.param == "in_memory":
        yield InMemoryBus(partitions=3)
        return
    bootstrap = request.getfixturevalue("kafka").bootstrap
    async with topics_of_a_test(bootstrap, [small_topic(TOPIC), small_topic(OTHER)]) as prefix:
        bus = AioKafkaBus(bootstrap, prefix=prefix)
        yield bus
        await bus.close()


def numbered(key: str, count: int, *, first: int = 0) -> list[Record]:
    return [Record(TOPIC, key, f"{key}:{first + number}".encode()) for number in range(count)]


async def read(subscription: Subscription, count: int, *, commit: bool = True) -> list[Received]:
    """At least `count` records, in the order of arrival."""
    found: list[Received] = []
    async with asyncio.timeout(30):
        while len(found) < count:
            batch = await subscription.poll(100, 1.0)
            found += batch
            if commit and batch:
                assert await subscription.commit(batch)
    return found


async def nothing_more(subscription: Subscription) -> bool:
    return await subscription.poll(100, 0.5) == []


def values(records: list[Received], key: str) -> list[bytes | None]:
    return [record.value for record in records if record.key == key]


async def test_records_of_one_key_keep_their_order_however_keys_are_mixed(bus: EventBus) -> None:
    keys = [f"key-{number}" for number in range(10)]
    sent = [Record(TOPIC, key, f"{key}:{n}".encode()) for n in range(40) for key in keys]
    await bus.publish(sent)
    subscription = await bus.subscribe("readers", [TOPIC])
    received = await read(subscription, len(sent))
    for key in keys:
        assert values(received, key) == [f"{key}:{n}".encode() for n in range(40)]
    await subscription.close()


async def test_one_key_always_goes_to_one_partition(bus: EventBus) -> None:
    await bus.publish(numbered("k", 3))
    await bus.publish(numbered("k", 3, first=3))
    subscription = await bus.subscribe("readers", [TOPIC])
    assert len({record.partition for record in await read(subscription, 6)}) == 1
    await subscription.close()


async def test_each_group_reads_everything_from_the_beginning(bus: EventBus) -> None:
    await bus.publish(numbered("k", 5))
    for group in ("first", "second"):
        subscription = await bus.subscribe(group, [TOPIC])
        assert values(await read(subscription, 5), "k") == [f"k:{n}".encode() for n in range(5)]
        await subscription.close()


async def test_what_is_committed_does_not_come_again(bus: EventBus) -> None:
    await bus.publish(numbered("k", 5))
    subscription = await bus.subscribe("readers", [TOPIC])
    await read(subscription, 5)
    await subscription.close()
    await bus.publish(numbered("k", 2, first=5))
    again = await bus.subscribe("readers", [TOPIC])
    assert values(await read(again, 2), "k") == [b"k:5", b"k:6"]
    await again.close()


async def test_what_is_not_committed_comes_again_to_the_next_member(bus: EventBus) -> None:
    await bus.publish(numbered("k", 5))
    subscription = await bus.subscribe("readers", [TOPIC])
    received = await read(subscription, 5, commit=False)
    assert await subscription.commit(received[:2])
    await subscription.close()
    again = await bus.subscribe("readers", [TOPIC])
    assert values(await read(again, 3), "k") == [b"k:2", b"k:3", b"k:4"]
    await again.close()


async def test_rewound_records_come_again_in_order(bus: EventBus) -> None:
    await bus.publish(numbered("k", 5))
    subscription = await bus.subscribe("readers", [TOPIC])
    received = await read(subscription, 5, commit=False)
    await subscription.rewind(received[2:])
    assert values(await read(subscription, 3), "k") == [b"k:2", b"k:3", b"k:4"]
    await subscription.close()


async def test_members_of_a_group_share_the_partitions_and_a_leaver_is_replaced(bus: EventBus) -> None:
    first = await bus.subscribe("readers", [TOPIC])
    joining = asyncio.create_task(bus.subscribe("readers", [TOPIC]))
    # The first member has to notice the newcomer, which it does while it polls.
    while not joining.done():
        await first.poll(10, 0.2)
    second = await joining
    keys = [f"key-{number}" for number in range(30)]
    await bus.publish([Record(TOPIC, key, b"1") for key in keys])
    seen: list[list[Received]] = [[], []]
    async with asyncio.timeout(30):
        while len(seen[0]) + len(seen[1]) < len(keys):
            for member, found in zip((first, second), seen, strict=True):
                found += (batch := await member.poll(100, 0.2))
                await member.commit(batch)
    assert seen[0]
    assert seen[1]
    assert {r.partition for r in seen[0]}.isdisjoint({r.partition for r in seen[1]})
    await second.close()
    await bus.publish([Record(TOPIC, key, b"2") for key in keys])
    rest = await read(first, len(keys))
    assert {record.key for record in rest if record.value == b"2"} == set(keys)
    await first.close()


async def test_a_member_reads_all_its_topics(bus: EventBus) -> None:
    await bus.publish([Record(TOPIC, "a", b"1"), Record(OTHER, "a", b"2")])
    subscription = await bus.subscribe("readers", [TOPIC, OTHER])
    assert {(r.topic, r.value) for r in await read(subscription, 2)} == {(TOPIC, b"1"), (OTHER, b"2")}
    await subscription.close()


async def test_headers_keys_and_tombstones_arrive_as_they_were_sent(bus: EventBus) -> None:
    headers = {"ce_id": "1", "ce_subject": "Kota Tangerang – ubin ☂", "empty": ""}
    await bus.publish([Record(TOPIC, "kunci ☂", None, headers)])
    subscription = await bus.subscribe("readers", [TOPIC])
    (record,) = await read(subscription, 1)
    assert (record.topic, record.key, record.value, dict(record.headers)) == (TOPIC, "kunci ☂", None, headers)
    await subscription.close()


async def test_big_records_pass_and_keep_their_place(bus: EventBus) -> None:
    big = b"x" * 3_900_000
    await bus.publish([Record(TOPIC, "k", b"before"), Record(TOPIC, "k", big), Record(TOPIC, "k", b"after")])
    subscription = await bus.subscribe("readers", [TOPIC])
    assert values(await read(subscription, 3), "k") == [b"before", big, b"after"]
    await subscription.close()


async def test_a_poll_answers_at_most_what_it_is_asked_for(bus: EventBus) -> None:
    await bus.publish(numbered("k", 7))
    subscription = await bus.subscribe("readers", [TOPIC])
    batches: list[int] = []
    async with asyncio.timeout(30):
        while sum(batches) < 7:
            batches.append(len(await subscription.poll(3, 1.0)))
    assert max(batches) <= 3
    await subscription.close()


async def test_an_empty_topic_answers_nothing_in_the_time_given(bus: EventBus) -> None:
    subscription = await bus.subscribe("readers", [TOPIC])
    began = time.monotonic()
    assert await nothing_more(subscription)
    assert time.monotonic() - began < 2.0
    await subscription.close()


async def test_lag_counts_what_is_still_to_be_read(bus: EventBus) -> None:
    await bus.publish(numbered("k", 6))
    subscription = await bus.subscribe("readers", [TOPIC])
    async with asyncio.timeout(30):
        while not (first := await subscription.poll(2, 1.0)):
            pass
    assert subscription.lag() == {TOPIC: 6 - len(first)}
    await read(subscription, 6 - len(first))
    assert subscription.lag() == {TOPIC: 0}
    await subscription.close()


async def test_in_a_quiet_system_a_record_is_read_within_milliseconds(bus: EventBus) -> None:
    subscription = await bus.subscribe("readers", [TOPIC])
    await bus.publish(numbered("k", 1))
    await read(subscription, 1)
    delays = []
    for number in range(20):
        began = time.perf_counter()
        await bus.publish(numbered("k", 1, first=number + 1))
        await read(subscription, 1)
        delays.append(time.perf_counter() - began)
    # Typically 5 ms on two cores; the bound leaves room for a machine busy with other tests.
    assert sorted(delays)[10] < 0.1
    await subscription.close()


async def test_an_empty_publish_is_no_work(bus: EventBus) -> None:
    await bus.publish([])


async def test_nobody_there_is_unavailable_and_quick() -> None:
    bus = AioKafkaBus("127.0.0.1:1")
    with pytest.raises(Unavailable):
        await bus.publish(numbered("k", 1))
    with pytest.raises(Unavailable):
        await bus.subscribe("readers", [TOPIC])
    await bus.close()
