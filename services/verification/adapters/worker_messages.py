"""Messages to workers in PostgreSQL: put beside what they tell of, sent by the postman."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.verification.application.worker_messages import code_message, turn_message
from services.verification.domain.contacts import Contact
from shared.clock import Clock
from shared.identifiers import new_id
from shared.messages.message import Message
from shared.messages.postman import put_message
from shared.postgres.database import Transaction
from shared.sealing import Sealer

_ORG = "bpjs"


@dataclass(frozen=True)
class WorkerMessages:
    """`status_page` is where the messages lead."""

    sealer: Sealer
    clock: Clock
    status_page: str

    async def tell_turn(self, transaction: Transaction, whom: Sequence[Contact], document: Mapping[str, Any]) -> None:
        for contact in whom:
            await self._put(transaction, contact, turn_message(document, self.status_page, contact.language))

    async def tell_code(self, transaction: Transaction, contact: Contact, code: str) -> None:
        await self._put(transaction, contact, code_message(code, self.status_page, contact.language))

    async def _put(self, transaction: Transaction, contact: Contact, told: tuple[str, str]) -> None:
        subject, text = told
        message = Message(new_id(), contact.address, subject, text)
        await put_message(transaction, self.sealer, _ORG, message, self.clock.now())
