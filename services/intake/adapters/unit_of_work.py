"""One transaction of intake on PostgreSQL, as the use cases see it (`application.ports.Work`)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.intake.adapters.claim_rows import ClaimRows
from services.intake.adapters.news_rows import NewsRows
from services.intake.adapters.report_rows import ReportRows
from services.intake.application.ports import Asker, Office
from shared.audit import AuditEntry, record
from shared.events import Event
from shared.identifiers import new_id
from shared.messages.message import Message
from shared.messages.postman import put_message
from shared.outbox import append
from shared.postgres.database import Transaction
from shared.receipts.codes import Receipt
from shared.receipts.register import Acceptance
from shared.sealing import Sealer

_SENDER = "intake"


class PostgresWork(ReportRows, ClaimRows, NewsRows):
    """Rows, events and log of one open transaction. Row-level security shows it the asker's own rows only."""

    def __init__(self, transaction: Transaction, sealer: Sealer, office: Office) -> None:
        self.transaction = transaction
        self.driver = transaction.driver
        self.sealer = sealer
        self.office = office

    async def publish(self, event: Event) -> None:
        await append(self.transaction, [event], self.sealer)

    async def tell(self, address: str, subject: str, text: str) -> None:
        if self.office.sends_messages:
            message = Message(new_id(), address, subject, text)
            await put_message(self.transaction, self.sealer, _SENDER, message, self.office.clock.now())

    async def give_receipt(self, asker: Asker, accepted: Acceptance) -> Receipt:
        return await self.office.receipts.give(self.transaction, asker.org, asker.client_id, accepted)

    async def record(
        self, asker: Asker, action: str, object_id: UUID | str, detail: Mapping[str, Any] | None = None
    ) -> None:
        object_type, _, _ = action.rpartition(".")
        entry = AuditEntry(asker.org, asker.client_id, action, object_type, str(object_id), detail=dict(detail or {}))
        await record(self.transaction, entry)
