"""The delivery engine: sends every message of every line in order, whatever happens to it or to its receivers.

One engine works at a time; others stand by for its turn. It holds nothing that matters in memory:
a message is marked only after its receiver has answered, so a death in between sends it once more under the same
message id. Wakes by NOTIFY, by a finished attempt and by the time of the next one.
"""

import asyncio
from collections import Counter as Tally
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from prometheus_client import Counter

from shared.clock import Clock
from shared.crashpoints import crashpoint
from shared.errors import Unavailable
from shared.observability import log
from shared.postgres.database import Database, Transaction
from shared.postgres.listener import Listener
from shared.postgres.turn import held_turn
from shared.webhooks import store
from shared.webhooks.endpoint_health import EndpointHealth
from shared.webhooks.keys import EndpointKeys
from shared.webhooks.retry_schedule import RetrySchedule
from shared.webhooks.sender import Outcome, WebhookSender
from shared.webhooks.store import Head

ATTEMPTS = Counter("simpul_webhook_attempts_total", "Webhook deliveries tried.", ["service", "outcome"])

_LOCK: Final = (20_213, 0)

# Bodies of messages by id; one that is missing has been purged and cannot be sent any more.
MessageBodies = Callable[[Transaction, Sequence[UUID]], Awaitable[Mapping[UUID, bytes]]]
# Removes up to so many messages from before a time that wait for no endpoint; answers how many.
ForgetMessages = Callable[[Transaction, datetime, int], Awaitable[int]]


@dataclass(frozen=True)
class EngineLimits:
    """Named bounds of the engine."""

    concurrency_max: int = 64
    concurrency_per_endpoint_max: int = 8
    poll_seconds: float = 5.0
    record_retry_seconds: float = 1.0
    drain_seconds: float = 3.0
    untried_pause: timedelta = timedelta(seconds=5)
    retention: timedelta = timedelta(days=90)
    forget_batch: int = 1_000
    forget_every: timedelta = timedelta(hours=1)


@dataclass
class _InFlight:
    """What is being sent now."""

    deliveries: dict[UUID, "asyncio.Task[None]"] = field(default_factory=dict)
    per_endpoint: Tally[UUID] = field(default_factory=Tally)


class DeliveryEngine:
    """Sends what is due. `run()` works for ever; `send_due()` is one step of it, for virtual time."""

    name = "webhook-deliveries"

    def __init__(
        self,
        database: Database,
        sender: WebhookSender,
        keys: EndpointKeys,
        bodies: MessageBodies,
        clock: Clock,
        *,
        limits: EngineLimits | None = None,
        schedule: RetrySchedule | None = None,
        forget: ForgetMessages | None = None,
    ) -> None:
        self._database = database
        self._sender = sender
        self._keys = keys
        self._bodies = bodies
        self._clock = clock
        self._limits = limits or EngineLimits()
        self._schedule = schedule or RetrySchedule()
        self._in_flight = _InFlight()
        self._wake = asyncio.Event()
        self._trouble: str | None = None
        self._broken: BaseException | None = None
        self._forget_messages = forget
        self._forget_at = clock.now()

    def problems(self) -> list[str]:
        return [self._trouble] if self._trouble else []

    async def run(self) -> None:
        """Work until cancelled. Raises Unavailable when the database goes; run it again."""
        try:
            async with held_turn(
                self._database,
                [_LOCK],
                store.CHANNEL,
                retry_seconds=self._limits.poll_seconds,
                standing_by=self._stand_by,
            ) as turn:
                try:
                    async with asyncio.TaskGroup() as group:
                        group.create_task(self._listen(turn.listener))
                        await self._work()
                finally:
                    await self._abandon()
        except ExceptionGroup as errors:
            # Not `except*`: what is raised there comes out wrapped in a group again.
            unavailable, other = errors.split(Unavailable)
            if unavailable is None or other is not None:
                raise
            raise unavailable.exceptions[0] from None
        finally:
            self._trouble = "not running"

    def _stand_by(self) -> None:
        self._trouble = None  # somebody else sends: all is well

    async def _listen(self, listener: Listener) -> None:
        while True:
            await listener.wait(self._limits.poll_seconds)
            self._wake.set()

    async def _work(self) -> None:
        while True:
            self._wake.clear()
            next_at = await self.start_due()
            self._trouble = None
            await self.forget_old()
            seconds = self._limits.poll_seconds
            if next_at is not None:
                seconds = min(seconds, max((next_at - self._clock.now()).total_seconds(), 0.0))
            try:
                async with asyncio.timeout(seconds):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def send_due(self) -> datetime | None:
        """Send everything that is due now and wait for the answers; answers when the next thing is due."""
        while True:
            # An attempt that ends while the heads are read is in none of them: what it waits for is seen next time.
            all_ended = not self._in_flight.deliveries
            next_at = await self.start_due()
            if self._in_flight.deliveries:
                await asyncio.wait(self._in_flight.deliveries.values(), return_when=asyncio.FIRST_COMPLETED)
            elif all_ended:
                return next_at

    async def start_due(self) -> datetime | None:
        """Start an attempt for each head of line that may go now, within the bounds; answers when the next may go
        (None: nothing waits, or only for attempts under way)."""
        if self._broken is not None:
            broken, self._broken = self._broken, None
            raise broken
        now = self._clock.now()
        async with self._database.system_transaction() as transaction:
            heads = await store.heads(
                transaction,
                except_ids=self._in_flight.deliveries.keys(),
                per_endpoint=self._limits.concurrency_per_endpoint_max,
            )
            due, next_at = self._chosen(heads, now)
            bodies = await self._bodies(transaction, [head.message_id for head in due]) if due else {}
        for head in due:
            self._start(head, bodies.get(head.message_id))
        return next_at

    def _chosen(self, heads: Sequence[Head], now: datetime) -> tuple[list[Head], datetime | None]:
        due: list[Head] = []
        next_at: datetime | None = None
        taken = Tally(self._in_flight.per_endpoint)
        room = self._limits.concurrency_max - len(self._in_flight.deliveries)
        for head in heads:
            at_once = 1 if head.health.failing else self._limits.concurrency_per_endpoint_max
            if taken[head.endpoint_id] >= at_once or len(due) >= room:
                continue  # a finished attempt wakes the engine
            earliest = head.health.earliest(
                tried_before=head.attempts > 0, due_at=head.next_attempt_at, untried_pause=self._limits.untried_pause
            )
            if earliest <= now:
                due.append(head)
                taken[head.endpoint_id] += 1
            else:
                next_at = min(next_at or earliest, earliest)
        return due, next_at

    def _start(self, head: Head, body: bytes | None) -> None:
        task = asyncio.create_task(self._attempt(head, body), name=f"webhook-{head.id}")
        self._in_flight.deliveries[head.id] = task
        self._in_flight.per_endpoint[head.endpoint_id] += 1
        task.add_done_callback(lambda done: self._finished(head, done))

    def _finished(self, head: Head, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and task.exception() is not None:
            self._broken = task.exception()
        self._in_flight.deliveries.pop(head.id, None)
        self._in_flight.per_endpoint[head.endpoint_id] -= 1
        if not self._in_flight.per_endpoint[head.endpoint_id]:
            del self._in_flight.per_endpoint[head.endpoint_id]
        self._wake.set()

    async def _attempt(self, head: Head, body: bytes | None) -> None:
        outcome = await self._sent(head, body)
        crashpoint("webhook.after-post")
        while True:
            try:
                async with self._database.system_transaction() as transaction:
                    await self._record(transaction, head, outcome, purged=body is None)
            except Unavailable:
                await asyncio.sleep(self._limits.record_retry_seconds)
            else:
                break
        crashpoint("webhook.after-record")

    async def _sent(self, head: Head, body: bytes | None) -> Outcome:
        if body is None:
            return Outcome(False, None, "message-purged")
        try:
            keys = self._keys.signing(head, self._clock.now())
            return await self._sender.post(head.url, keys, str(head.message_id), body)
        except Exception as error:
            # A bug of ours with one message: it waits like any other failure, and the others go on.
            log.error("webhook.attempt-failed", delivery=str(head.id), error=type(error).__name__, exc_info=error)
            return Outcome(False, None, "internal-error")

    async def _record(self, transaction: Transaction, head: Head, outcome: Outcome, *, purged: bool) -> None:
        now = self._clock.now()
        before = await store.endpoint_health(transaction, head.endpoint_id)
        if before is None:
            return  # the subscription was deleted meanwhile
        ATTEMPTS.labels(self._database.service, "delivered" if outcome.delivered else "failed").inc()
        ids = {"delivery": str(head.id), "endpoint": str(head.endpoint_id), "message": str(head.message_id)}
        if outcome.delivered:
            await store.record_delivered(transaction, head, outcome.status, now)
            await store.record_health(transaction, head.endpoint_id, before, before.after_success(now), now)
            log.info("webhook.delivered", **ids, attempt=head.attempts + 1)
            return
        if purged:
            await store.record_retry(transaction, head, None, outcome.error, now, now)
            await store.exhaust(transaction, head.endpoint_id, now, head.id)
            log.error("webhook.message-purged", **ids)
            return
        log.warning("webhook.failed", **ids, attempt=head.attempts + 1, status=outcome.status, error=outcome.error)
        await self._record_failure(transaction, head, outcome, before, now)

    async def _record_failure(
        self, transaction: Transaction, head: Head, outcome: Outcome, before: EndpointHealth, now: datetime
    ) -> None:
        endpoint_id = head.endpoint_id
        after = before.after_failure(
            self._schedule,
            head.line,
            now,
            endpoint_wide=outcome.endpoint_wide,
            retry_after_seconds=outcome.retry_after_seconds,
        )
        next_at = now + self._schedule.delay(head.attempts + 1, outcome.retry_after_seconds)
        await store.record_retry(transaction, head, outcome.status, outcome.error, now, next_at)
        await store.record_health(transaction, endpoint_id, before, after, now)
        if outcome.gone:
            await store.set_endpoint_state(transaction, endpoint_id, "gone", now)
            log.error("webhook.alarm", alarm="endpoint-gone", endpoint=str(endpoint_id))
            return
        for alarm in after.alarms(before, now):
            log.error("webhook.alarm", alarm=alarm, endpoint=str(endpoint_id))
        # An endpoint that fails has failed for everything that waits for it; else only this message is judged.
        only = None if after.failing else head.id
        for delivery_id in await store.exhaust(transaction, endpoint_id, now - self._schedule.give_up_after, only):
            log.error("webhook.alarm", alarm="exhausted", endpoint=str(endpoint_id), delivery=str(delivery_id))

    async def forget_old(self) -> None:
        """Remove deliveries that ended long ago, and their messages, a bounded batch at a time."""
        now = self._clock.now()
        if now < self._forget_at:
            return
        before, limit = now - self._limits.retention, self._limits.forget_batch
        async with self._database.system_transaction() as transaction:
            forgotten = await store.forget_ended(transaction, before, limit)
            if self._forget_messages is not None:
                forgotten = max(forgotten, await self._forget_messages(transaction, before, limit))
        if forgotten < limit:
            self._forget_at = now + self._limits.forget_every

    async def _abandon(self) -> None:
        """Let attempts under way be written down if that is soon; what is not will be sent again."""
        tasks = list(self._in_flight.deliveries.values())
        if tasks:
            await asyncio.wait(tasks, timeout=self._limits.drain_seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
