"""One member of a consumer group on Kafka, with the watch that aiokafka needs (see `supervisor`)."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from shared.errors import Unavailable
from shared.kafka.bus import Received, Subscription
from shared.kafka.lag_probe import group_lag
from shared.kafka.supervisor import SupervisorLimits, Verdict, Watchdog, end_process
from shared.observability import log


@dataclass(frozen=True)
class ConsumerOptions:
    """Bounds of reading. `fetch_wait_ms` is how long the broker holds a fetch while there is nothing.
    It is also the longest that a record may wait behind one of its own partition: aiokafka leaves a partition whose
    records are not yet taken out of the next fetch."""

    session_timeout_ms: int = 12_000
    heartbeat_interval_ms: int = 3_000
    poll_interval_max_ms: int = 300_000
    fetch_wait_ms: int = 100
    fetch_bytes_max: int = 8_388_608
    partition_fetch_bytes_max: int = 1_048_576
    start_timeout_seconds: float = 30.0
    commit_timeout_seconds: float = 5.0
    revoke_timeout_seconds: float = 5.0
    close_timeout_seconds: float = 5.0
    supervisor: SupervisorLimits = field(default_factory=SupervisorLimits)


# Clients that are still closing; asyncio itself keeps no task alive.
_left_behind: set["asyncio.Task[None]"] = set()


class _Rebalance(ConsumerRebalanceListener):  # type: ignore[misc]
    """Holds a rebalance back until the batch in hand is committed or given up, for a bounded time. What comes too
    late is refused by the broker and found in the inbox by the next owner."""

    def __init__(self, idle: asyncio.Event, timeout_seconds: float) -> None:
        self._idle = idle
        self._timeout_seconds = timeout_seconds

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        if not revoked:
            return
        try:
            async with asyncio.timeout(self._timeout_seconds):
                await self._idle.wait()
        except TimeoutError:
            log.warning("kafka.batch-abandoned", partitions=len(revoked))

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        log.info("kafka.assigned", partitions=len(assigned))


class AioKafkaSubscription:
    """A Subscription on Kafka. Rebuilds its client when it stands still."""

    def __init__(
        self,
        bootstrap: str,
        group: str,
        topics: Sequence[str],
        *,
        prefix: str = "",
        options: ConsumerOptions | None = None,
        on_dead: Callable[[str], None] = end_process,
    ) -> None:
        self._bootstrap = bootstrap
        self._group = prefix + group
        self._topics = tuple(prefix + topic for topic in topics)
        self._prefix = prefix
        self._options = options or ConsumerOptions()
        self._on_dead = on_dead
        self._watchdog = Watchdog(self._options.supervisor)
        self._idle = asyncio.Event()
        self._idle.set()
        self._consumer: AIOKafkaConsumer | None = None

    async def start(self) -> None:
        """Join the group. Raises Unavailable("kafka")."""
        self._idle.set()
        consumer = self._new_consumer()
        try:
            async with asyncio.timeout(self._options.start_timeout_seconds):
                await consumer.start()
        except (KafkaError, OSError, TimeoutError) as error:
            await self._stop(consumer)
            raise Unavailable("kafka") from error
        except asyncio.CancelledError:
            await self._stop(consumer)
            raise
        self._consumer = consumer

    async def poll(self, max_records: int, timeout_seconds: float) -> list[Received]:
        self._idle.set()
        if self._consumer is None:
            await self.start()
        consumer = self._running()
        try:
            # getmany may wait longer than it is told, while a rebalance goes on.
            async with asyncio.timeout(timeout_seconds + 1.0):
                found = await consumer.getmany(timeout_ms=int(timeout_seconds * 1000), max_records=max_records)
        except TimeoutError:
            found = {}
        except (KafkaError, OSError) as error:
            log.warning("kafka.poll-failed", error=type(error).__name__)
            await self.close()
            raise Unavailable("kafka") from error
        records = [self._received(record) for batch in found.values() for record in batch]
        if records:
            self._idle.clear()
            self._watchdog.progressed()
        elif self._watchdog.due() is Verdict.PROBE:
            await self._look_after_client()
        return records

    async def commit(self, records: Sequence[Received]) -> bool:
        try:
            offsets: dict[TopicPartition, int] = {}
            for record in records:
                place = self._place(record)
                offsets[place] = max(offsets.get(place, 0), record.offset + 1)
            consumer = self._running()
            owned = {place: offset for place, offset in offsets.items() if place in consumer.assignment()}
            async with asyncio.timeout(self._options.commit_timeout_seconds):
                await consumer.commit(owned)
        except (CommitFailedError, IllegalStateError, KafkaError, OSError, TimeoutError) as error:
            log.warning("kafka.commit-failed", error=type(error).__name__)
            return False
        finally:
            self._idle.set()
        return len(owned) == len(offsets)

    async def rewind(self, records: Sequence[Received]) -> None:
        first: dict[TopicPartition, int] = {}
        for record in records:
            place = self._place(record)
            first[place] = min(first.get(place, record.offset), record.offset)
        consumer = self._running()
        for place, offset in first.items():
            if place in consumer.assignment():
                consumer.seek(place, offset)
        self._idle.set()

    def lag(self) -> dict[str, int]:
        lag = {topic.removeprefix(self._prefix): 0 for topic in self._topics}
        if self._consumer is None:
            return lag
        for place in self._consumer.assignment():
            state = self._consumer._subscription.subscription.assignment.state_value(place)
            if state.highwater is not None and state.has_valid_position:
                lag[place.topic.removeprefix(self._prefix)] += max(0, state.highwater - state.position)
        return lag

    def problems(self) -> list[str]:
        if self._consumer is None:
            return ["not connected to kafka"]
        return []

    async def close(self) -> None:
        consumer, self._consumer = self._consumer, None
        self._idle.set()
        if consumer is not None:
            await self._stop(consumer)

    async def _look_after_client(self) -> None:
        """Nothing came for long: ask the broker by another connection whether there was something to come."""
        consumer = self._running()
        joining = consumer._subscription.reassignment_in_progress
        lag = await group_lag(
            self._bootstrap, self._group, self._topics, only=None if joining else consumer.assignment()
        )
        verdict = self._watchdog.judge(lag)
        if verdict is Verdict.GIVE_UP:
            self._on_dead(f"group {self._group} reads nothing although {lag} records wait")
        if verdict in (Verdict.REBUILD, Verdict.GIVE_UP):
            log.error("kafka.rebuilt", group=self._group, lag=lag)
            await self.close()
            await self.start()

    def _running(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            raise Unavailable("kafka")
        return self._consumer

    def _place(self, record: Received) -> TopicPartition:
        return TopicPartition(self._prefix + record.topic, record.partition)

    def _new_consumer(self) -> AIOKafkaConsumer:
        options = self._options
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            group_id=self._group,
            enable_auto_commit=False,
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            session_timeout_ms=options.session_timeout_ms,
            heartbeat_interval_ms=options.heartbeat_interval_ms,
            max_poll_interval_ms=options.poll_interval_max_ms,
            fetch_max_wait_ms=options.fetch_wait_ms,
            fetch_max_bytes=options.fetch_bytes_max,
            max_partition_fetch_bytes=options.partition_fetch_bytes_max,
        )
        consumer.subscribe(self._topics, listener=_Rebalance(self._idle, options.revoke_timeout_seconds))
        return consumer

    async def _stop(self, consumer: AIOKafkaConsumer) -> None:
        """Leave the group. A client that is stuck must not hold its successor up, nor be torn from its own tasks,
        which would connect again: after a bounded time it is left to finish by itself."""
        stopping = asyncio.create_task(consumer.stop())
        await asyncio.wait([stopping], timeout=self._options.close_timeout_seconds)
        if not stopping.done():
            log.warning("kafka.client-left-behind", group=self._group)
            _left_behind.add(stopping)
            stopping.add_done_callback(_left_behind.discard)
            return
        if (error := stopping.exception()) is not None:
            log.warning("kafka.close-failed", group=self._group, error=type(error).__name__)

    def _received(self, record: ConsumerRecord) -> Received:
        return Received(
            record.topic.removeprefix(self._prefix),
            record.partition,
            record.offset,
            None if record.key is None else _text(record.key),
            record.value,
            {name: _text(value or b"") for name, value in record.headers},
        )


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")


def _holds_to_the_port(subscription: AioKafkaSubscription) -> Subscription:
    """For the type checker: the class is what the port asks for."""
    return subscription
