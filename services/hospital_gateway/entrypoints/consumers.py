"""What the gateway listens to: partners, participants and the state of claims."""

from collections.abc import Callable, Sequence

from services.hospital_gateway.application.record_projections import (
    HeldVisits,
    Hospitals,
    Memberships,
    Projections,
    record,
)
from shared.events import Event
from shared.events.topics import CLAIM_STATE, PARTICIPANTS, PARTNERS
from shared.outbox import Handle
from shared.postgres.database import Transaction

TOPICS_READ = (PARTNERS, PARTICIPANTS, CLAIM_STATE)


def handler(
    projections: Callable[[Transaction], Projections],
    memberships: Callable[[Transaction], Memberships],
    held_visits: Callable[[Transaction], HeldVisits],
    hospitals: Callable[[Transaction], Hospitals],
) -> Handle:
    """The consumer's handler: one event after the other into the projections, then what claims ask of hospitals."""

    async def handle(tx: Transaction, events: Sequence[Event]) -> None:
        await record(projections(tx), memberships(tx), held_visits(tx), hospitals(tx), events)

    return handle
