"""From the bus through the inbox to a service's use cases.

Poll what is there, apply it in one transaction with its inbox rows, then commit the offsets. What goes wrong:
- something is away (Unavailable): the batch comes again after a pause, as often as it takes, and /readyz says so;
- the handler fails: one event at a time; the guilty one has 5 attempts or 60 s, then it is a dead letter and the later
  events of its key wait behind it, while all other keys go on;
- an event cannot be read: a dead letter at once.
"""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from shared.clock import Clock, SystemClock
from shared.crashpoints import crashpoint
from shared.errors import Unavailable, Unreadable
from shared.events import decode
from shared.kafka.bus import EventBus, Received, Subscription
from shared.observability import CONSUMER_LAG, EVENTS_FAILED, log
from shared.outbox.dead_letters import Failure, bury, failure_of
from shared.outbox.inbox import Delivery, Handle, handle_once, sharing, take
from shared.outbox.payloads import Payloads
from shared.outbox.redrive import Redrive, Redriven
from shared.postgres.database import Database
from shared.sealing import Sealer


@dataclass(frozen=True)
class ConsumerLimits:
    """Bounds of a consumer. `singly_seconds` ends a stretch of one-at-a-time, so that polling never stops for long."""

    batch_max: int = 500
    poll_seconds: float = 1.0
    attempts_max: int = 5
    attempts_seconds: float = 60.0
    retry_seconds_min: float = 0.1
    retry_seconds_max: float = 10.0
    singly_seconds: float = 60.0
    orphans_every_seconds: float = 60.0


class Consumer:
    """One member of the consumer group `group`; its name in the inbox is the group's. `handle` runs in the inbox
    transaction, in the system role, and gets new events only, in the order of their keys. `payloads` is what its dead
    letters say."""

    def __init__(
        self,
        database: Database,
        bus: EventBus,
        sealer: Sealer,
        *,
        group: str,
        topics: Sequence[str],
        handle: Handle,
        clock: Clock | None = None,
        limits: ConsumerLimits | None = None,
    ) -> None:
        self.name = f"consumer-{group}"
        self._database = database
        self._bus = bus
        self._sealer = sealer
        self._group = group
        self._topics = tuple(topics)
        self._handle = handle
        self._clock = clock or SystemClock()
        self._limits = limits or ConsumerLimits()
        self.payloads = Payloads(sealer, group)
        self._redrive = Redrive(database, sealer, self._clock, group, handle)
        self._subscription: Subscription | None = None
        self._problem: str | None = None
        self._pause_seconds = 0.0
        self._orphans_at = float("-inf")

    def problems(self) -> list[str]:
        found = [self._problem] if self._problem else []
        return [*found, *(self._subscription.problems() if self._subscription else ["not connected to kafka"])]

    async def run(self) -> None:
        """Consume until cancelled."""
        try:
            while True:
                try:
                    await self._step()
                    self._problem, self._pause_seconds = None, 0.0
                except Unavailable as error:
                    await self._pause(error)
        finally:
            subscription, self._subscription = self._subscription, None
            if subscription is not None:
                with contextlib.suppress(Unavailable):
                    await subscription.close()

    async def redrive(self, dead_letter_id: UUID, *, by: str) -> Redriven:
        """Handle a dead letter of this consumer again, then what waits behind it; see `Redrive.redrive`."""
        return await self._redrive.redrive(dead_letter_id, by=by)

    async def discard(self, dead_letter_id: UUID, reason: str, *, by: str) -> Redriven:
        """Put a dead letter of this consumer away, then run what waits behind it; see `Redrive.discard`."""
        return await self._redrive.discard(dead_letter_id, reason, by=by)

    async def _pause(self, error: Unavailable) -> None:
        self._problem = f"{error.partner} is away; events wait in kafka"
        limits = self._limits
        self._pause_seconds = min(max(self._pause_seconds * 2, limits.retry_seconds_min), limits.retry_seconds_max)
        log.warning("consumer.waiting", consumer=self._group, partner=error.partner, seconds=self._pause_seconds)
        await asyncio.sleep(self._pause_seconds)

    async def _step(self) -> None:
        if self._subscription is None:
            self._subscription = await self._bus.subscribe(self._group, self._topics)
        if time.monotonic() - self._orphans_at > self._limits.orphans_every_seconds:
            self._orphans_at = time.monotonic()
            await self._redrive.follow_orphans()
        records = await self._subscription.poll(self._limits.batch_max, self._limits.poll_seconds)
        for topic, lag in self._subscription.lag().items():
            CONSUMER_LAG.labels(self._database.service, topic).set(lag)
        if records:
            crashpoint("consumer.after-poll")
            await self._consume(self._subscription, records)

    async def _consume(self, subscription: Subscription, records: Sequence[Received]) -> None:
        """Handle all of `records` and commit their offsets. Raises Unavailable after what could not be handled was
        given back to the subscription."""
        done = 0
        try:
            done = await self._as_batch(records) or await self._singly(records)
        finally:
            if done < len(records):
                await subscription.rewind(records[done:])
        if done:
            await subscription.commit(records[:done])
        crashpoint("consumer.after-offset")

    async def _as_batch(self, records: Sequence[Received]) -> int:
        """How many were handled: all, or none when one of them is at fault. One alone is left to `_one`."""
        if len(records) == 1:
            return 0
        try:
            deliveries = [self._open(record) for record in records]
            await handle_once(self._database, self._group, deliveries, self._handle)
        except Unavailable:
            raise
        except Exception as error:
            log.warning("consumer.batch-failed", consumer=self._group, n=len(records), error=type(error).__name__)
            return 0
        return len(records)

    async def _singly(self, records: Sequence[Received]) -> int:
        """How many were handled, parked or buried, one after the other: all, unless it takes too long or something
        is away."""
        began = time.monotonic()
        for number, record in enumerate(records):
            try:
                await self._one(record)
            except Unavailable:
                if number == 0:
                    raise
                return number
            if time.monotonic() - began > self._limits.singly_seconds:
                return number + 1
        return len(records)

    async def _one(self, record: Received) -> None:
        began = time.monotonic()
        attempts = 0
        pause_seconds = self._limits.retry_seconds_min
        try:
            delivery = self._open(record)
        except Unreadable as error:
            return await self._bury(record, None, failure_of(error, 1))
        while True:
            attempts += 1
            try:
                return await handle_once(self._database, self._group, [delivery], self._handle)
            except Unavailable:
                raise
            except Unreadable as error:
                return await self._bury(record, delivery, failure_of(error, attempts))
            except Exception as error:
                late = time.monotonic() - began > self._limits.attempts_seconds
                if late or attempts >= self._limits.attempts_max:
                    return await self._bury(record, delivery, failure_of(error, attempts))
                log.warning("consumer.attempt-failed", consumer=self._group, error=type(error).__name__, n=attempts)
            await asyncio.sleep(pause_seconds)
            pause_seconds *= 2

    def _open(self, record: Received) -> Delivery:
        """Raises Unreadable, also for what nobody thought of: bytes from outside must not stop the rest."""
        try:
            return Delivery(record, decode(record.headers, record.value, self._sealer, key=record.key or ""))
        except Unreadable:
            raise
        except Exception as error:
            raise Unreadable("event.unreadable", type(error).__name__) from error

    async def _bury(self, record: Received, delivery: Delivery | None, failure: Failure) -> None:
        async with self._database.system_transaction(sharing=sharing(self._group)) as tx:
            if delivery and not (await take(tx, self._group, [delivery.event.id])).new:
                return
            await bury(tx, self._group, self._database.service, record, failure, sealer=self._sealer, clock=self._clock)
            crashpoint("consumer.before-dead-letter-commit")
        crashpoint("consumer.after-dead-letter-commit")
        EVENTS_FAILED.labels(self._database.service, failure.code).inc()
        log.error(
            "consumer.dead-letter",
            consumer=self._group,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            reason=failure.code,
            detail=failure.detail,
        )
