"""What intake hears from Kafka: the state of claims."""

from collections.abc import Callable, Sequence

from services.intake.application.follow_claims import ClaimBook, follow_claims
from shared.clock import Clock
from shared.events import Event
from shared.outbox import Handle
from shared.postgres.database import Transaction


def claim_follower(book: Callable[[Transaction], ClaimBook], clock: Clock) -> Handle:
    """Handles batches of `jkk.claim-state`; `book` opens the book of claims within a transaction."""

    async def handle(transaction: Transaction, events: Sequence[Event]) -> None:
        await follow_claims(book(transaction), clock, events)

    return handle
