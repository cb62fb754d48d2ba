"""What only a real broker can do wrong: be killed, be frozen, lose its topics, or feed a client that stands still."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from deploy.local.kafka import EmbeddedKafka
from shared.errors import Unavailable
from shared.events.topics import DEAD_LETTERS
from shared.kafka.aiokafka_bus import AioKafkaBus, BusOptions, ProducerOptions
from shared.kafka.aiokafka_subscription import AioKafkaSubscription, ConsumerOptions
from shared.kafka.bus import Received, Record
from shared.kafka.lag_probe import group_lag
from shared.kafka.supervisor import SupervisorLimits
from shared.kafka.topics import ensure_topics
from shared.outbox import Consumer, Relay
from shared.postgres.database import Database
from shared.sealing import Sealer
from tests.support.aiokafka_leaks import aiokafka_leaks_stay_here
from tests.support.eventually import eventually
from tests.support.kafka_topics import delete_topics, small_topic, topics_of_a_test
from tests.support.probe import (
    SERVICE,
    TOPIC,
    change,
    count,
    effect_problems,
    effects,
    keep_effect,
    running,
    versions,
)
from tests.support.servers import KafkaServer, own_kafka

TOPICS = [small_topic(TOPIC), small_topic(DEAD_LETTERS)]
IMPATIENT = BusOptions(producer=ProducerOptions(request_timeout_seconds=2.0, publish_timeout_seconds=3.0))


@pytest.fixture(autouse=True)
def _leaks_stay_here() -> Iterator[None]:
    with aiokafka_leaks_stay_here():
        yield


@pytest.fixture
async def prefix(kafka: KafkaServer) -> AsyncIterator[str]:
    async with topics_of_a_test(kafka.bootstrap, TOPICS) as prefix:
        yield prefix


async def read_until(subscription: AioKafkaSubscription, last: bytes) -> list[Received]:
    found: list[Received] = []
    async with asyncio.timeout(60):
        while not any(record.value == last for record in found):
            try:
                found += await subscription.poll(100, 1.0)
            except Unavailable:
                await asyncio.sleep(0.2)
    return found


async def publish_in_the_end(bus: AioKafkaBus, records: list[Record]) -> None:
    """As a relay does: again, until the broker has taken them."""
    async with asyncio.timeout(60):
        while True:
            try:
                return await bus.publish(records)
            except Unavailable:
                await asyncio.sleep(0.1)


@pytest.mark.timeout(240)
async def test_a_killed_broker_stops_no_writer_and_costs_no_event(database: Database, sealer: Sealer) -> None:
    with own_kafka() as broker:
        bus = AioKafkaBus(broker.bootstrap, topics=TOPICS, options=IMPATIENT)
        relay = Relay(database, bus)
        async with running(relay, _consumer(database, bus, sealer)):
            await _tell(database, sealer, 20)
            await eventually(lambda: _effects_are_complete(database), timeout_seconds=60)
            await asyncio.to_thread(broker.kill)
            # Accepting goes on without it, and readiness says what is the matter.
            await _tell(database, sealer, 20)
            await eventually(lambda: relay.problems(), timeout_seconds=60)
            await asyncio.to_thread(broker.start)
            await _tell(database, sealer, 20)
            await eventually(lambda: _effects_are_complete(database), timeout_seconds=90)
            await eventually(lambda: relay.problems() == [])
        await bus.close()
    assert effect_problems(await effects(database), await versions(database)) == []


def _consumer(database: Database, bus: AioKafkaBus, sealer: Sealer) -> Consumer:
    return Consumer(database, bus, sealer, group=SERVICE, topics=[TOPIC], handle=keep_effect)


async def _tell(database: Database, sealer: Sealer, times: int) -> None:
    for number in range(times):
        await change(database, sealer, f"JKK-{number % 4}")


async def _effects_are_complete(database: Database) -> bool:
    return await count(database, "effect") == sum((await versions(database)).values())


@pytest.mark.timeout(240)
async def test_a_frozen_broker_makes_publish_fail_in_time_and_the_repetition_keeps_the_order() -> None:
    with own_kafka() as broker:
        bus = AioKafkaBus(broker.bootstrap, topics=TOPICS, options=IMPATIENT)
        await bus.publish([Record(TOPIC, "k", b"0")])
        pending = [Record(TOPIC, "k", str(number).encode()) for number in range(1, 6)]
        with _frozen(broker):
            async with asyncio.timeout(15):
                with pytest.raises(Unavailable):
                    await bus.publish(pending)
        await publish_in_the_end(bus, [*pending, Record(TOPIC, "k", b"end")])
        subscription = await bus.subscribe("readers", [TOPIC])
        received = [record.value for record in await read_until(subscription, b"end")]
        await subscription.close()
        await bus.close()
    first_deliveries = list(dict.fromkeys(received))
    assert first_deliveries == [b"0", b"1", b"2", b"3", b"4", b"5", b"end"]


class _frozen:  # noqa: N801 - reads as a sentence
    """The broker's process stopped in its tracks."""

    def __init__(self, broker: EmbeddedKafka) -> None:
        pid = broker.process.pid
        assert pid is not None
        self._pid = pid

    def __enter__(self) -> None:
        os.kill(self._pid, signal.SIGSTOP)

    def __exit__(self, *_: object) -> None:
        os.kill(self._pid, signal.SIGCONT)


async def test_a_commit_without_a_coordinator_ends_in_time_and_says_no() -> None:
    with own_kafka() as broker:
        options = replace(IMPATIENT, consumer=ConsumerOptions(commit_timeout_seconds=1.0, close_timeout_seconds=20.0))
        bus = AioKafkaBus(broker.bootstrap, topics=TOPICS, options=options)
        await bus.publish([Record(TOPIC, "k", b"1")])
        subscription = await bus.subscribe("readers", [TOPIC])
        records = await read_until(subscription, b"1")
        with _frozen(broker):
            async with asyncio.timeout(5):
                assert not await subscription.commit(records)
        await subscription.close()
        await bus.close()


async def test_several_services_may_create_the_topics_at_the_same_time_and_again(
    kafka: KafkaServer, prefix: str
) -> None:
    await asyncio.gather(*(ensure_topics(kafka.bootstrap, TOPICS, prefix=f"{prefix}more-") for _ in range(4)))
    await ensure_topics(kafka.bootstrap, TOPICS, prefix=f"{prefix}more-")
    bus = AioKafkaBus(kafka.bootstrap, prefix=f"{prefix}more-")
    await bus.publish([Record(TOPIC, "k", b"1")])
    await bus.close()
    await delete_topics(kafka.bootstrap, [f"{prefix}more-{topic.name}" for topic in TOPICS])


async def test_topics_that_the_broker_has_lost_are_made_again(kafka: KafkaServer, prefix: str) -> None:
    bus = AioKafkaBus(kafka.bootstrap, topics=TOPICS, prefix=prefix, options=IMPATIENT)
    await bus.publish([Record(TOPIC, "k", b"1")])
    await delete_topics(kafka.bootstrap, [prefix + TOPIC])
    await publish_in_the_end(bus, [Record(TOPIC, "k", b"2")])
    subscription = await bus.subscribe("readers", [TOPIC])
    assert [record.value for record in await read_until(subscription, b"2")] == [b"2"]
    await subscription.close()
    await bus.close()


async def test_the_lag_of_a_group_is_what_it_has_not_committed(kafka: KafkaServer, prefix: str) -> None:
    bus = AioKafkaBus(kafka.bootstrap, prefix=prefix)
    await bus.publish([Record(TOPIC, "k", str(number).encode()) for number in range(5)])
    assert await group_lag(kafka.bootstrap, prefix + "readers", [prefix + TOPIC]) == 5
    subscription = await bus.subscribe("readers", [TOPIC])
    records = await read_until(subscription, b"4")
    assert await subscription.commit(records[:3])
    assert await group_lag(kafka.bootstrap, prefix + "readers", [prefix + TOPIC]) == 2
    assert await group_lag(kafka.bootstrap, prefix + "readers", [prefix + TOPIC], only=[]) == 0
    await subscription.close()
    await bus.close()


async def test_nobody_to_ask_for_the_lag_is_no_lag_known() -> None:
    assert await group_lag("127.0.0.1:1", "readers", [TOPIC]) is None


def _subscription(kafka: KafkaServer, prefix: str, dead: list[str]) -> AioKafkaSubscription:
    options = ConsumerOptions(supervisor=SupervisorLimits(stall_seconds=0.3), close_timeout_seconds=2.0)
    return AioKafkaSubscription(
        kafka.bootstrap, "readers", [TOPIC], prefix=prefix, options=options, on_dead=dead.append
    )


async def test_a_client_that_stands_still_is_replaced_and_the_next_one_reads_on(
    kafka: KafkaServer, prefix: str
) -> None:
    dead: list[str] = []
    bus = AioKafkaBus(kafka.bootstrap, prefix=prefix)
    subscription = _subscription(kafka, prefix, dead)
    await subscription.start()
    first_client = subscription._consumer
    assert first_client is not None
    first_client.pause(*first_client.assignment())
    await bus.publish([Record(TOPIC, "k", b"1")])
    assert [record.value for record in await read_until(subscription, b"1")] == [b"1"]
    assert subscription._consumer is not first_client
    assert dead == []
    await subscription.close()
    await bus.close()


async def test_a_client_that_no_rebuild_helps_ends_the_process(kafka: KafkaServer, prefix: str) -> None:
    dead: list[str] = []
    bus = AioKafkaBus(kafka.bootstrap, prefix=prefix)
    await bus.publish([Record(TOPIC, "k", b"1")])
    subscription = _subscription(kafka, prefix, dead)
    clients = set()
    async with asyncio.timeout(60):
        while not dead:
            if subscription._consumer is None:
                await subscription.start()
            client = subscription._consumer
            assert client is not None
            clients.add(client)
            client.pause(*client.assignment())
            await subscription.poll(10, 0.1)
    assert len(clients) == 4
    assert dead == [f"group {prefix}readers reads nothing although 1 records wait"]
    await subscription.close()
    await bus.close()


async def test_a_quiet_topic_is_no_reason_for_a_new_client(kafka: KafkaServer, prefix: str) -> None:
    subscription = _subscription(kafka, prefix, [])
    await subscription.start()
    client = subscription._consumer
    for _ in range(12):
        await subscription.poll(10, 0.1)
    assert subscription._consumer is client
    await subscription.close()
