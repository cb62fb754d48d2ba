"""What this service hears on Kafka."""

from collections.abc import Awaitable, Callable, Sequence

from services.disnaker_gateway.application.ports import UnitOfWork
from services.disnaker_gateway.application.receive_notifications import receive_notifications
from services.disnaker_gateway.application.record_claim_states import record_claim_states
from shared.clock import Clock
from shared.events import Event
from shared.events.catalogue import CLAIM_STATE_RECORDED, NOTIFICATION_ISSUED
from shared.events.topics import CASE_NOTIFICATIONS, CLAIM_STATE
from shared.postgres.database import Transaction

CONSUMED_TOPICS = (CASE_NOTIFICATIONS, CLAIM_STATE)


def event_handler(
    unit_of_work: Callable[[Transaction], UnitOfWork], clock: Clock
) -> Callable[[Transaction, Sequence[Event]], Awaitable[None]]:
    """Handles a batch in one transaction. The two kinds of events do not depend on each other's order."""

    async def handle(transaction: Transaction, events: Sequence[Event]) -> None:
        work = unit_of_work(transaction)
        await record_claim_states(work, [each for each in events if each.type == CLAIM_STATE_RECORDED])
        notifications = [each for each in events if each.type == NOTIFICATION_ISSUED]
        if notifications:
            await receive_notifications(work, clock, notifications)

    return handle
