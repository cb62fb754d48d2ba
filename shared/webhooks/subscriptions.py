"""A partner's webhook endpoints: made, changed, tried out, caught up, removed; and the operator's brakes.

Every act leaves an audit row in its transaction. Whose rows a transaction sees is decided by whoever opened it.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.audit import AuditEntry, record
from shared.clock import Clock
from shared.errors import Conflict, NotFound
from shared.identifiers import new_id
from shared.postgres.database import Database, Transaction
from shared.web.door import Principal
from shared.webhooks import store
from shared.webhooks.desk import WebhookDesk
from shared.webhooks.rows import DeliveryRows, SubscriptionRows
from shared.webhooks.store import NewDelivery
from shared.webhooks.subscription import (
    Delivery,
    IssuedKeys,
    OverseenEndpoint,
    Subscription,
    SubscriptionBounds,
    SubscriptionChange,
    TestResult,
)


@dataclass(frozen=True)
class MissedPage:
    """Some messages that were never in line for an endpoint. `after` goes on behind them; None: there are no more."""

    deliveries: Sequence[NewDelivery]
    after: int | None


# (transaction, subscription, since, after, limit): messages of its kinds since then, by position beyond `after`.
Missed = Callable[[Transaction, Subscription, datetime, int, int], Awaitable[MissedPage]]


class Subscriptions:
    """What partners and operators do. `filters` names the service's own columns of `webhook_endpoint`."""

    def __init__(
        self,
        database: Database,
        desk: WebhookDesk,
        clock: Clock,
        bounds: SubscriptionBounds,
        missed: Missed,
        *,
        filters: Sequence[str] = (),
    ) -> None:
        self.database = database
        self._desk = desk
        self._clock = clock
        self._bounds = bounds
        self._missed = missed
        self._filters = tuple(filters)

    def rows(self, transaction: Transaction) -> SubscriptionRows:
        return SubscriptionRows(transaction, self._filters)

    async def subscribe(
        self,
        transaction: Transaction,
        caller: Principal,
        *,
        url: str,
        event_types: tuple[str, ...],
        filters: Mapping[str, tuple[str, ...]] | None = None,
    ) -> tuple[Subscription, IssuedKeys]:
        """Make an endpoint. Raises Refusal for a URL, Conflict over the limit."""
        rows = self.rows(transaction)
        self._desk.check_url(url)
        if await rows.count() >= self._bounds.subscriptions_max:
            detail = f"There are at most {self._bounds.subscriptions_max} subscriptions of one organisation."
            raise Conflict("subscription.too-many", detail)
        subscription_id = new_id()
        keys = self._desk.new_keys(subscription_id)
        await self._desk.prove(subscription_id, url, keys)
        now = self._clock.now()
        subscription = Subscription(
            subscription_id, caller.org, caller.client_id, url, event_types, filters or {}, "active", None,
            keys.public_key, now, now,
        )  # fmt: skip
        await rows.add(subscription, keys)
        await audited(transaction, caller, "subscription.create", subscription_id)
        return subscription, keys

    async def owned(self, transaction: Transaction, subscription_id: UUID) -> Subscription:
        """Raises NotFound for an unknown one and for another organisation's alike."""
        found = await self.rows(transaction).get(subscription_id)
        if found is None:
            raise NotFound("subscription.unknown", "There is no such subscription.")
        return found

    async def change(
        self, transaction: Transaction, caller: Principal, subscription_id: UUID, change: SubscriptionChange
    ) -> tuple[Subscription, IssuedKeys | None]:
        """Apply what is named; the new keys when they were rotated (the old ones sign along for a while)."""
        rows, before, now = self.rows(transaction), await self.owned(transaction, subscription_id), self._clock.now()
        keys = self._desk.new_keys(subscription_id) if change.rotate_secret else None
        url = before.url
        if change.url is not None and change.url != before.url:
            url = change.url
            self._desk.check_url(url)
            await self._desk.prove(subscription_id, url, keys)
        await rows.change(
            subscription_id,
            now,
            url=url,
            event_types=change.event_types if change.event_types is not None else before.event_types,
            filters={**before.filters, **change.filters},
        )
        if keys:
            await rows.rotate_keys(subscription_id, keys, now + self._bounds.secret_overlap)
        if change.status == "paused" and before.state != "paused":
            await store.set_endpoint_state(transaction, subscription_id, "partner", now)
        elif change.status == "active" and before.state != "active":
            await store.set_endpoint_state(transaction, subscription_id, None, now)
        await audited(transaction, caller, "subscription.change", subscription_id)
        return await self.owned(transaction, subscription_id), keys

    async def remove(self, transaction: Transaction, caller: Principal, subscription_id: UUID) -> None:
        """What is on its way to it goes with it."""
        await self.owned(transaction, subscription_id)
        await self.rows(transaction).remove(subscription_id)
        await audited(transaction, caller, "subscription.delete", subscription_id)

    async def overseen(
        self, transaction: Transaction, caller: Principal, *, org: str | None, after: UUID | None, limit: int
    ) -> list[OverseenEndpoint]:
        """For the operator: endpoints of all organisations or one, with how they have done, by id."""
        found = await self.rows(transaction).overseen(org, after, limit, self._clock.now())
        await audited(transaction, caller, "subscription.list", org or "*")
        return found

    async def send_test(self, caller: Principal, subscription_id: UUID, *, as_operator: bool = False) -> TestResult:
        """Send a signed sample now, out of line, and say what the receiver did. No transaction waits for it. Raises
        NotFound, TooManyRequests."""
        await self._admit_test(caller, subscription_id, as_operator=as_operator)
        sent_at = self._clock.now().isoformat()
        body: dict[str, Any] = {
            "type": "subscription.test",
            "subscription_id": str(subscription_id),
            "sent_at": sent_at,
        }
        result = await self._desk.send_test(subscription_id, body)
        async with self._opened(caller, as_operator=as_operator) as transaction:
            said = result.error or f"http-{result.status}"
            await audited(
                transaction, caller, "subscription.tested", subscription_id, said=said, duration_ms=result.duration_ms
            )
        return result

    async def _admit_test(self, caller: Principal, subscription_id: UUID, *, as_operator: bool) -> None:
        async with self._opened(caller, as_operator=as_operator) as transaction:
            await self.owned(transaction, subscription_id)
        # Paid for after the look, or others could use up what an endpoint has.
        await self._desk.admit_test(subscription_id)
        async with self._opened(caller, as_operator=as_operator) as transaction:
            await audited(transaction, caller, "subscription.test", subscription_id)

    def _opened(self, caller: Principal, *, as_operator: bool) -> AbstractAsyncContextManager[Transaction]:
        return self.database.system_transaction() if as_operator else self.database.transaction(caller.org)

    async def recover(self, transaction: Transaction, caller: Principal, subscription_id: UUID, since: datetime) -> int:
        """Put in line again what was issued since then and never reached this endpoint: given up, or from before the
        subscription. Answers how many; more than the bound takes another call."""
        subscription, bounds, now = await self.owned(transaction, subscription_id), self._bounds, self._clock.now()
        # Older deliveries have been forgotten, so what arrived could not be told from what did not.
        since = max(since, now - bounds.remembered)
        given_up = await DeliveryRows(transaction).given_up(subscription_id, since, bounds.recovered_max)
        count = await store.requeue(transaction, given_up, now) if given_up else 0
        after: int | None = 0
        while after is not None and count < bounds.recovered_max:
            missed = await self._missed(transaction, subscription, since, after, bounds.batch)
            count += await store.enqueue(transaction, missed.deliveries, now)
            after = missed.after
        await audited(transaction, caller, "subscription.recover", subscription_id, requeued=count)
        return count

    async def pause(
        self, transaction: Transaction, caller: Principal, subscription_id: UUID, *, paused: bool
    ) -> Subscription:
        """The operator's brake on a whole endpoint."""
        await self.owned(transaction, subscription_id)
        await store.set_endpoint_state(transaction, subscription_id, "operator" if paused else None, self._clock.now())
        action = "subscription.pause" if paused else "subscription.resume"
        await audited(transaction, caller, action, subscription_id)
        return await self.owned(transaction, subscription_id)

    async def pause_delivery(
        self, transaction: Transaction, caller: Principal, delivery_id: UUID, *, paused: bool
    ) -> Delivery:
        """Raises Conflict when the delivery has ended."""
        if (await _known(transaction, delivery_id)).state not in ("pending", "paused"):
            raise Conflict("delivery.ended", "The delivery has ended; it can be sent again.")
        await store.set_delivery_paused(transaction, delivery_id, paused=paused)
        await audited(transaction, caller, "delivery.pause" if paused else "delivery.resume", delivery_id)
        return await _known(transaction, delivery_id)

    async def resend_delivery(self, transaction: Transaction, caller: Principal, delivery_id: UUID) -> Delivery:
        """Put it in line again at its old place and under its old webhook-id, whatever became of it."""
        await _known(transaction, delivery_id)
        await store.requeue(transaction, [delivery_id], self._clock.now())
        await audited(transaction, caller, "delivery.resend", delivery_id)
        return await _known(transaction, delivery_id)


async def audited(
    transaction: Transaction,
    caller: Principal,
    action: str,
    object_id: UUID | str,
    *,
    object_type: str | None = None,
    **detail: str | int,
) -> None:
    """One audit row; `action` reads `<object type>.<verb>` unless another `object_type` is named."""
    entry = AuditEntry(
        caller.org,
        caller.client_id,
        action,
        object_type or action.partition(".")[0],
        str(object_id),
        officer=caller.subject or caller.client_id,
        detail=dict(detail),
    )
    await record(transaction, entry)


async def _known(transaction: Transaction, delivery_id: UUID) -> Delivery:
    found = await DeliveryRows(transaction).get(delivery_id)
    if found is None:
        raise NotFound("delivery.unknown", "There is no such delivery.")
    return found
