"""What intake hears from Kafka: the state of claims."""

from collections.abc import Sequence

from services.intake.application.follow_claims import follow_claims
from services.intake.entrypoints.http.desk import Desk
from shared.events import Event
from shared.outbox import Handle
from shared.postgres.database import Transaction


def claim_follower(desk: Desk) -> Handle:
    """Handles batches of `jkk.claim-state`."""

    async def handle(transaction: Transaction, events: Sequence[Event]) -> None:
        await follow_claims(desk.work(transaction), events)

    return handle
