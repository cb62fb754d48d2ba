"""What an operator does with deliveries: hold, let go on, send again."""

from uuid import UUID

from services.disnaker_gateway.application.ports import DeliveryView, Officer, Subscription, UnitOfWork
from services.disnaker_gateway.application.subscriptions import owned_subscription
from shared.clock import Clock
from shared.errors import Conflict, NotFound


async def _known(work: UnitOfWork, delivery_id: UUID) -> DeliveryView:
    found = await work.deliveries.get(delivery_id)
    if found is None:
        raise NotFound("delivery.unknown", "There is no such delivery.")
    return found


async def pause_delivery(work: UnitOfWork, officer: Officer, delivery_id: UUID, *, paused: bool) -> DeliveryView:
    """Raises Conflict when the delivery has ended."""
    if (await _known(work, delivery_id)).state not in ("pending", "paused"):
        raise Conflict("delivery.ended", "The delivery has ended; it can be sent again.")
    await work.deliveries.set_paused(delivery_id, paused=paused)
    await work.audit(officer, "delivery.pause" if paused else "delivery.resume", "delivery", delivery_id)
    return await _known(work, delivery_id)


async def resend_delivery(work: UnitOfWork, clock: Clock, officer: Officer, delivery_id: UUID) -> DeliveryView:
    """Put it in line again at its old place and under its old webhook-id, whatever became of it."""
    await _known(work, delivery_id)
    await work.deliveries.resend([delivery_id], clock.now())
    await work.audit(officer, "delivery.resend", "delivery", delivery_id)
    return await _known(work, delivery_id)


async def pause_subscription(
    work: UnitOfWork, clock: Clock, officer: Officer, subscription_id: UUID, *, paused: bool
) -> Subscription:
    await owned_subscription(work, subscription_id)
    await work.subscriptions.set_state(subscription_id, "operator" if paused else None, clock.now())
    await work.audit(
        officer, "subscription.pause" if paused else "subscription.resume", "subscription", subscription_id
    )
    return await owned_subscription(work, subscription_id)
