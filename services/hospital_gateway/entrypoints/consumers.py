"""What the gateway listens to: partners and the state of claims."""

from collections.abc import Callable, Sequence

from services.hospital_gateway.application.record_projections import HeldVisits, Projections, record
from shared.events import Event
from shared.events.topics import CLAIM_STATE, PARTNERS
from shared.outbox import Handle
from shared.postgres.database import Transaction

TOPICS_READ = (PARTNERS, CLAIM_STATE)


def handler(
    projections: Callable[[Transaction], Projections], held_visits: Callable[[Transaction], HeldVisits]
) -> Handle:
    """The consumer's handler: one event after the other into the projections."""

    async def handle(tx: Transaction, events: Sequence[Event]) -> None:
        kept, held = projections(tx), held_visits(tx)
        for event in events:
            await record(kept, held, event)

    return handle
