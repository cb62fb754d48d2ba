"""All stores of one transaction."""

from collections.abc import Sequence
from datetime import datetime

from services.disnaker_gateway.adapters.case_store import PostgresCases, PostgresDeterminations
from services.disnaker_gateway.adapters.notification_store import PostgresNotifications
from services.disnaker_gateway.application.ports import Officer, QueueEntry
from services.disnaker_gateway.domain.province import REGIONS
from shared.audit import AuditEntry, record
from shared.events import Event
from shared.outbox import append
from shared.postgres.database import Transaction
from shared.sealing import Sealer
from shared.webhooks import store
from shared.webhooks.rows import SubscriptionRows
from shared.webhooks.store import NewDelivery


class Deliveries:
    """Puts notifications in line. A case is a line: its notifications go out in order."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def enqueue(self, entries: Sequence[QueueEntry], now: datetime) -> int:
        deliveries = [
            NewDelivery(
                each.subscription_id, each.notification_id, each.notification_type, each.case_number, each.position
            )
            for each in entries
        ]
        return await store.enqueue(self._transaction, deliveries, now)


class PostgresUnitOfWork:
    """Stores, outbox and audit log of one open transaction; whoever opened it commits."""

    def __init__(self, transaction: Transaction, sealer: Sealer) -> None:
        self._transaction = transaction
        self._sealer = sealer
        self.subscriptions = SubscriptionRows(transaction, [REGIONS])
        self.deliveries = Deliveries(transaction)
        self.notifications = PostgresNotifications(transaction, sealer)
        self.cases = PostgresCases(transaction, sealer)
        self.determinations = PostgresDeterminations(transaction, sealer)

    async def publish(self, events: Sequence[Event]) -> None:
        await append(self._transaction, events, self._sealer)

    async def audit(
        self, officer: Officer, action: str, object_type: str, object_id: object, **detail: str | int | None
    ) -> None:
        entry = AuditEntry(
            officer.org, officer.client_id, action, object_type, str(object_id), officer=officer.person, detail=detail
        )
        await record(self._transaction, entry)
