"""An office says that it has seen a notification."""

from datetime import datetime
from uuid import UUID

from services.disnaker_gateway.application.ports import Officer, UnitOfWork
from shared.clock import Clock
from shared.errors import NotFound
from shared.events import new_event
from shared.events.catalogue import NOTIFICATION_ACKNOWLEDGED
from shared.events.determination import AcknowledgementContent, AcknowledgementFacts
from shared.events.determination import Officer as NamedOfficer


async def acknowledge(
    work: UnitOfWork,
    clock: Clock,
    officer: Officer,
    notification_id: UUID,
    named: NamedOfficer | None,
    note: str | None,
) -> datetime:
    """When it was first acknowledged; only the first acknowledgement is published. Raises NotFound."""
    notification = await work.notifications.get(notification_id)
    if notification is None:
        raise NotFound("notification.unknown", "There is no such notification.")
    now = clock.now()
    first = await work.notifications.acknowledge(notification_id, now)
    await work.audit(officer, "notification.acknowledge", "notification", notification_id)
    if not first:
        again = await work.notifications.get(notification_id)
        return (again.acknowledged_at if again else None) or now
    event = new_event(
        NOTIFICATION_ACKNOWLEDGED,
        subject=notification_id,
        version=1,
        key=notification.case_number,
        facts=AcknowledgementFacts(
            notification_id=notification_id,
            case_number=notification.case_number,
            org=officer.org,
            region_code=notification.region_code,
            acknowledged_at=now,
        ),
        content=AcknowledgementContent(officer=named or NamedOfficer(id=officer.person), note=note),
    )
    await work.publish([event])
    return now
