"""The bus on Kafka, by aiokafka. Why not Kafka's transactions, and why a supervisor: docs/decisions/0010 and 0011."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.partitioner import DefaultPartitioner

from shared.errors import Unavailable
from shared.kafka.aiokafka_subscription import AioKafkaSubscription, ConsumerOptions
from shared.kafka.bus import EventBus, Record
from shared.kafka.supervisor import end_process
from shared.kafka.topics import TopicSpec, ensure_topics
from shared.observability import log


@dataclass(frozen=True)
class ProducerOptions:
    """Bounds of publishing. A batch holds one partition's records; a larger record makes a batch of its own."""

    request_timeout_seconds: float = 10.0
    publish_timeout_seconds: float = 20.0
    stop_timeout_seconds: float = 2.0
    batch_bytes_max: int = 262_144


@dataclass(frozen=True)
class BusOptions:
    """Everything that can be tuned, with its default."""

    producer: ProducerOptions = field(default_factory=ProducerOptions)
    consumer: ConsumerOptions = field(default_factory=ConsumerOptions)
    replication_factor: int = 1


class AioKafkaBus:
    """An EventBus on Kafka. `topics` are created when missing, before the first use and again when the broker has
    lost them. `prefix` stands before topic and group names at the broker. `on_dead(reason)` ends the process."""

    def __init__(
        self,
        bootstrap: str,
        *,
        topics: Iterable[TopicSpec] = (),
        prefix: str = "",
        options: BusOptions | None = None,
        on_dead: Callable[[str], None] = end_process,
    ) -> None:
        self._bootstrap = bootstrap
        self._topics = tuple(topics)
        self._prefix = prefix
        self._options = options or BusOptions()
        self._on_dead = on_dead
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()
        self._topics_exist = False
        self._partitioner = DefaultPartitioner()

    async def publish(self, records: Sequence[Record]) -> None:
        if not records:
            return
        producer = await self._running_producer()
        try:
            async with asyncio.timeout(self._options.producer.publish_timeout_seconds), asyncio.TaskGroup() as group:
                for (topic, partition), batch in (await self._by_partition(producer, records)).items():
                    group.create_task(self._send_in_order(producer, topic, partition, batch))
        except (KafkaError, OSError, TimeoutError, ExceptionGroup) as error:
            # Not `except*`: what is raised there comes out wrapped in a group, and nobody waits for a group.
            first = _broker_error(error)
            if first is None:
                raise
            log.warning("kafka.publish-failed", error=type(first).__name__)
            # Out-of-order sequence, unknown producer id, fenced or just timed out: none of these producers is worth
            # keeping, and one that is kept might still deliver what the caller is going to publish again.
            await self._give_up(producer)
            raise Unavailable("kafka") from first

    async def subscribe(self, group: str, topics: Sequence[str]) -> AioKafkaSubscription:
        await self._ensure_topics()
        subscription = AioKafkaSubscription(
            self._bootstrap, group, topics, prefix=self._prefix, options=self._options.consumer, on_dead=self._on_dead
        )
        try:
            await subscription.start()
        except Unavailable:
            self._topics_exist = False
            raise
        return subscription

    async def close(self) -> None:
        if self._producer is not None:
            await self._give_up(self._producer)

    async def _ensure_topics(self) -> None:
        if self._topics and not self._topics_exist:
            await ensure_topics(
                self._bootstrap, self._topics, prefix=self._prefix, replication_factor=self._options.replication_factor
            )
            self._topics_exist = True

    async def _running_producer(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                await self._ensure_topics()
                self._producer = await self._started_producer()
            return self._producer

    async def _started_producer(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            enable_idempotence=True,
            acks="all",
            linger_ms=0,
            request_timeout_ms=int(self._options.producer.request_timeout_seconds * 1000),
            max_batch_size=self._options.producer.batch_bytes_max,
        )
        try:
            async with asyncio.timeout(self._options.producer.publish_timeout_seconds):
                await producer.start()
        except (KafkaError, OSError, TimeoutError) as error:
            await self._abandon(producer)
            raise Unavailable("kafka") from error
        except asyncio.CancelledError:
            # A service that is stopped while it starts leaves no connection behind.
            await self._abandon(producer)
            raise
        return producer

    async def _by_partition(
        self, producer: AIOKafkaProducer, records: Sequence[Record]
    ) -> dict[tuple[str, int], list[Record]]:
        """Records by topic and partition, in their order."""
        grouped: dict[tuple[str, int], list[Record]] = defaultdict(list)
        partitions: dict[str, list[int]] = {}
        for record in records:
            topic = self._prefix + record.topic
            if topic not in partitions:
                partitions[topic] = sorted(await producer.partitions_for(topic))
            chosen = self._partitioner(record.key.encode(), partitions[topic], partitions[topic])
            grouped[topic, chosen].append(record)
        return grouped

    async def _send_in_order(
        self, producer: AIOKafkaProducer, topic: str, partition: int, records: Sequence[Record]
    ) -> None:
        """One batch after the other, each acknowledged before the next: a failed one must not be overtaken by later
        records of its keys. `producer.send` would let later batches pass."""
        batch = producer.create_batch()
        for record in records:
            headers = [(name, value.encode()) for name, value in record.headers.items()]
            key = record.key.encode()
            if batch.append(timestamp=None, key=key, value=record.value, headers=headers) is None:
                await (await producer.send_batch(batch, topic, partition=partition))
                batch = producer.create_batch()
                batch.append(timestamp=None, key=key, value=record.value, headers=headers)
        await (await producer.send_batch(batch, topic, partition=partition))

    async def _give_up(self, producer: AIOKafkaProducer) -> None:
        if self._producer is producer:
            self._producer = None
            # A broker that came back without its disk has to be given its topics again.
            self._topics_exist = False
        await self._abandon(producer)

    async def _abandon(self, producer: AIOKafkaProducer) -> None:
        """Stop a producer without waiting for what it still holds. Its own `stop` first flushes, and an idempotent
        producer retries for ever while the broker is away; there is no public way around that."""
        accumulator = producer._message_accumulator
        held = [*chain.from_iterable(accumulator._batches.values()), *accumulator._pending_batches]
        accumulator.fail_all(KafkaError("the producer was given up"))
        for future in chain.from_iterable((batch.future, batch._drain_waiter) for batch in held):
            # Asked for, so that asyncio does not report an error that nobody waits for.
            if future.done() and not future.cancelled():
                future.exception()
        if (task := producer._sender.sender_task) is not None:
            task.cancel()
        stopping = asyncio.create_task(producer.stop())
        await asyncio.wait([stopping], timeout=self._options.producer.stop_timeout_seconds)
        if not stopping.done():
            stopping.cancel()
            await producer.client.close()
        await asyncio.gather(stopping, return_exceptions=True)


def _broker_error(error: Exception) -> Exception | None:
    """The first of what went wrong between us and the broker; None when something else is among it."""
    if not isinstance(error, ExceptionGroup):
        return error
    broker, other = error.split((KafkaError, OSError, TimeoutError))
    if broker is None or other is not None:
        return None
    first: Exception = broker
    while isinstance(first, ExceptionGroup):
        first = first.exceptions[0]
    return first


def _holds_to_the_port(bus: AioKafkaBus) -> EventBus:
    """For the type checker: the class is what the port asks for."""
    return bus
