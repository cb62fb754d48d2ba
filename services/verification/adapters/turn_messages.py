"""Messages of turns in PostgreSQL: put beside what they tell of, sent by the postman."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.verification.application.turn_message import turn_message
from shared.clock import Clock
from shared.identifiers import new_id
from shared.messages.message import Message
from shared.messages.postman import put_message
from shared.postgres.database import Transaction
from shared.sealing import Sealer

_ORG = "bpjs"


@dataclass(frozen=True)
class TurnMessages:
    """`status_page` is where the message leads."""

    sealer: Sealer
    clock: Clock
    status_page: str

    async def tell(self, transaction: Transaction, addresses: Sequence[str], document: Mapping[str, Any]) -> None:
        subject, text = turn_message(document, self.status_page)
        for address in addresses:
            message = Message(new_id(), address, subject, text)
            await put_message(transaction, self.sealer, _ORG, message, self.clock.now())
