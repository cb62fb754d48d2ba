"""Take over what verification tells Disnaker: store it, keep the case's view, put it in line for the webhooks."""

from collections.abc import Sequence

from services.disnaker_gateway.application.ports import NewNotification, QueueEntry, UnitOfWork
from services.disnaker_gateway.domain.province import REGIONS, office_of, watches
from shared.clock import Clock
from shared.errors import Unreadable
from shared.events import Event
from shared.events.case_notification import CaseNotificationContent, CaseNotificationFacts
from shared.webhooks.subscription import Subscription


async def receive_notifications(work: UnitOfWork, clock: Clock, events: Sequence[Event]) -> None:
    """Safe to call twice with the same events. Raises Unreadable when an event is not a notification."""
    now = clock.now()
    notifications = []
    for event in events:
        notification, content = _read(event)
        notifications.append(notification)
        await work.cases.record_view(
            notification.case_number,
            notification.org,
            notification.region_code,
            notification.sequence,
            content.case.model_dump(mode="json"),
        )
    positions = await work.notifications.add(notifications, now)
    fresh = [each for each in notifications if each.notification_id in positions]
    # Read after the lock of the positions was waited for, so that a subscription made meanwhile is seen.
    subscriptions = await work.subscriptions.of_orgs(sorted({each.org for each in fresh}))
    entries = [
        QueueEntry(
            subscription.id,
            each.notification_id,
            each.notification_type,
            each.case_number,
            each.region_code,
            positions[each.notification_id],
        )
        for each in fresh
        for subscription in subscriptions
        if subscription.org == each.org and wants(subscription, each.notification_type, each.region_code)
    ]
    await work.deliveries.enqueue(entries, now)


def wants(subscription: Subscription, notification_type: str, region_code: str) -> bool:
    """Whether a notification is for this endpoint of the office."""
    return notification_type in subscription.event_types and watches(subscription.filters[REGIONS], region_code)


def _read(event: Event) -> tuple[NewNotification, CaseNotificationContent]:
    facts, content = event.facts, event.content
    if not isinstance(facts, CaseNotificationFacts) or not isinstance(content, CaseNotificationContent):
        raise Unreadable("event.unexpected", f"{event.type} is not a notification")
    notification = NewNotification(
        facts.notification_id,
        office_of(facts.region_code, test=facts.test),
        facts.case_number,
        facts.region_code,
        facts.notification_type.value,
        facts.sequence,
        content.notification.model_dump_json().encode(),
    )
    return notification, content
