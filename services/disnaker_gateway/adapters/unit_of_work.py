"""All stores of one transaction."""

from collections.abc import Sequence

from services.disnaker_gateway.adapters.case_store import PostgresCases, PostgresDeterminations
from services.disnaker_gateway.adapters.notification_store import PostgresNotifications
from services.disnaker_gateway.adapters.subscription_store import PostgresDeliveries, PostgresSubscriptions
from services.disnaker_gateway.application.ports import Officer
from shared.audit import AuditEntry, record
from shared.events import Event
from shared.outbox import append
from shared.postgres.database import Transaction
from shared.sealing import Sealer


class PostgresUnitOfWork:
    """Stores, outbox and audit log of one open transaction; whoever opened it commits."""

    def __init__(self, transaction: Transaction, sealer: Sealer) -> None:
        self._transaction = transaction
        self._sealer = sealer
        self.subscriptions = PostgresSubscriptions(transaction)
        self.deliveries = PostgresDeliveries(transaction)
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
