"""An office's webhook endpoints: made, changed, tried out, caught up, removed."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.disnaker_gateway.application.ports import (
    IssuedKeys,
    Officer,
    Subscription,
    TestResult,
    UnitOfWork,
    Webhooks,
)
from services.disnaker_gateway.domain.province import province_of_office, regions_outside, watches
from shared.clock import Clock
from shared.errors import Conflict, Forbidden, NotFound, Problem
from shared.identifiers import new_id


@dataclass(frozen=True)
class SubscriptionChange:
    """What a PATCH names; None leaves it."""

    url: str | None = None
    region_codes: tuple[str, ...] | None = None
    event_types: tuple[str, ...] | None = None
    status: str | None = None
    rotate_secret: bool = False


@dataclass(frozen=True)
class RecoverBounds:
    """How many notifications one call puts in line, and how long deliveries are remembered."""

    notifications_max: int
    remembered: timedelta
    batch: int = 500


def _in_province(officer: Officer, region_codes: Sequence[str]) -> None:
    outside = regions_outside(province_of_office(officer.org), tuple(region_codes))
    if outside:
        raise Forbidden(
            "region.outside-province",
            "An office subscribes to regions of its own province only.",
            [
                Problem(f"/region_codes/{place}", "region.outside-province", "Not in your province.")
                for place in outside
            ],
        )


async def owned_subscription(work: UnitOfWork, subscription_id: UUID) -> Subscription:
    """Raises NotFound for an unknown one and for another office's alike."""
    found = await work.subscriptions.get(subscription_id)
    if found is None:
        raise NotFound("subscription.unknown", "There is no such subscription.")
    return found


async def subscribe(
    work: UnitOfWork,
    webhooks: Webhooks,
    clock: Clock,
    officer: Officer,
    *,
    url: str,
    region_codes: tuple[str, ...],
    event_types: tuple[str, ...],
    subscriptions_max: int,
) -> tuple[Subscription, IssuedKeys]:
    """Make an endpoint. Raises Forbidden for a region elsewhere, Refusal for a URL, Conflict over the limit."""
    _in_province(officer, region_codes)
    webhooks.check_url(url)
    if await work.subscriptions.count() >= subscriptions_max:
        raise Conflict("subscription.too-many", f"An office has at most {subscriptions_max} subscriptions.")
    subscription_id = new_id()
    keys = webhooks.new_keys(subscription_id)
    await webhooks.prove(subscription_id, url, keys)
    now = clock.now()
    subscription = Subscription(
        subscription_id, officer.org, officer.client_id, url, region_codes, event_types, "active", None,
        keys.public_key, now, now,
    )  # fmt: skip
    await work.subscriptions.add(subscription, keys)
    await work.audit(officer, "subscription.create", "subscription", subscription_id)
    return subscription, keys


async def change_subscription(
    work: UnitOfWork,
    webhooks: Webhooks,
    clock: Clock,
    officer: Officer,
    subscription_id: UUID,
    change: SubscriptionChange,
    secret_overlap: timedelta,
) -> tuple[Subscription, IssuedKeys | None]:
    """Apply what is named; the new keys when they were rotated (the old ones sign along for `secret_overlap`)."""
    before = await owned_subscription(work, subscription_id)
    now = clock.now()
    region_codes = change.region_codes if change.region_codes is not None else before.region_codes
    _in_province(officer, region_codes)
    keys = webhooks.new_keys(subscription_id) if change.rotate_secret else None
    url = before.url
    if change.url is not None and change.url != before.url:
        url = change.url
        webhooks.check_url(url)
        await webhooks.prove(subscription_id, url, keys)
    event_types = change.event_types if change.event_types is not None else before.event_types
    await work.subscriptions.change(subscription_id, now, url=url, region_codes=region_codes, event_types=event_types)
    if keys:
        await work.subscriptions.rotate_keys(subscription_id, keys, now + secret_overlap)
    if change.status == "paused" and before.state != "paused":
        await work.subscriptions.set_state(subscription_id, "partner", now)
    elif change.status == "active" and before.state != "active":
        await work.subscriptions.set_state(subscription_id, None, now)
    await work.audit(officer, "subscription.change", "subscription", subscription_id)
    return await owned_subscription(work, subscription_id), keys


async def remove_subscription(work: UnitOfWork, officer: Officer, subscription_id: UUID) -> None:
    """Its deliveries go with it; the notifications stay and can be pulled."""
    await owned_subscription(work, subscription_id)
    await work.subscriptions.remove(subscription_id)
    await work.audit(officer, "subscription.delete", "subscription", subscription_id)


async def send_test(
    begin: Callable[[], AbstractAsyncContextManager[UnitOfWork]],
    webhooks: Webhooks,
    clock: Clock,
    officer: Officer,
    subscription_id: UUID,
) -> TestResult:
    """Send a signed sample now, out of line, and say what the receiver did. No transaction waits for the receiver."""
    async with begin() as work:
        await owned_subscription(work, subscription_id)
        await work.audit(officer, "subscription.test", "subscription", subscription_id)
    body: dict[str, Any] = {
        "type": "subscription.test",
        "subscription_id": str(subscription_id),
        "sent_at": clock.now().isoformat(),
    }
    return await webhooks.send_test(subscription_id, body)


async def recover(
    work: UnitOfWork, clock: Clock, officer: Officer, subscription_id: UUID, since: datetime, bounds: RecoverBounds
) -> int:
    """Put in line again what was issued since then and never reached this endpoint: given up, or from before the
    subscription. Answers how many; more than the bound takes another call."""
    subscription = await owned_subscription(work, subscription_id)
    now = clock.now()
    # Older deliveries have been forgotten, so what arrived could not be told from what did not.
    since = max(since, now - bounds.remembered)
    given_up = await work.deliveries.given_up(subscription_id, since, bounds.notifications_max)
    count = await work.deliveries.resend(given_up, now)
    after, batch = 0, bounds.batch
    while count < bounds.notifications_max:
        missed = await work.notifications.never_queued(subscription, since, after, batch)
        wanted = [each for each in missed if watches(subscription.region_codes, each.region_code)]
        count += await work.deliveries.enqueue(wanted, now)
        if len(missed) < batch:
            break
        after = missed[-1].position
    await work.audit(officer, "subscription.recover", "subscription", subscription_id, requeued=count)
    return count


def wants(subscription: Subscription, notification_type: str, region_code: str) -> bool:
    return notification_type in subscription.event_types and watches(subscription.region_codes, region_code)
