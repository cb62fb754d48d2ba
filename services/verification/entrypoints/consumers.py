"""What verification hears from Kafka."""

from collections.abc import Callable, Sequence

from services.verification.application.case_desk import CaseDesk
from services.verification.application.receive_events import receive_events
from shared.events import Event
from shared.outbox import Handle
from shared.postgres.database import Transaction


def evidence_receiver(desk_on: Callable[[Transaction], CaseDesk]) -> Handle:
    """Handles batches of accident reports, medical reports and determinations."""

    async def handle(transaction: Transaction, events: Sequence[Event]) -> None:
        await receive_events(desk_on(transaction), events)

    return handle
