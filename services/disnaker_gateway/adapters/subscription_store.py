"""Subscriptions and their deliveries in PostgreSQL, through the webhook tables."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.disnaker_gateway.adapters.webhooks import store
from services.disnaker_gateway.adapters.webhooks.store import NewDelivery
from services.disnaker_gateway.application.ports import (
    DeliveryView,
    IssuedKeys,
    QueueEntry,
    Subscription,
)
from shared.postgres.database import Transaction

_COLUMNS = """id, org, client_id, url, region_codes, event_types, state, pause_reason, public_key, created_at,
    updated_at, failing_since, last_attempt_at"""
_ADD = """INSERT INTO webhook_endpoint
    (id, org, client_id, url, region_codes, event_types, state, public_key, sealed_keys, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, 'active', $7, $8, $9, $9)"""
_CHANGE = """UPDATE webhook_endpoint SET url = $2, region_codes = $3, event_types = $4, updated_at = $5
    WHERE id = $1"""
_ROTATE = """UPDATE webhook_endpoint SET sealed_previous_keys = sealed_keys, sealed_keys = $2,
    public_key = $3, previous_keys_until = $4 WHERE id = $1"""
_DELIVERY_COLUMNS = """id, endpoint_id, org, message_id, message_type, line, position, state, attempts,
    next_attempt_at, last_attempt_at, last_status, last_error, delivered_at, created_at"""


class PostgresSubscriptions:
    """Rows of `webhook_endpoint` within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._driver = transaction.driver

    async def add(self, subscription: Subscription, keys: IssuedKeys) -> None:
        await self._driver.execute(
            _ADD,
            subscription.id,
            subscription.org,
            subscription.client_id,
            subscription.url,
            list(subscription.region_codes),
            list(subscription.event_types),
            keys.public_key,
            keys.sealed,
            subscription.created_at,
        )

    async def get(self, subscription_id: UUID) -> Subscription | None:
        row = await self._driver.fetchrow(
            f"SELECT {_COLUMNS} FROM webhook_endpoint WHERE id = $1",  # noqa: S608
            subscription_id,
        )
        return None if row is None else _subscription(row)

    async def page(self, after: UUID | None, limit: int) -> list[Subscription]:
        rows = await self._driver.fetch(
            f"SELECT {_COLUMNS} FROM webhook_endpoint "  # noqa: S608
            "WHERE ($1::uuid IS NULL OR id > $1) ORDER BY id LIMIT $2",
            after,
            limit,
        )
        return [_subscription(row) for row in rows]

    async def count(self) -> int:
        found: int = await self._driver.fetchval("SELECT count(*) FROM webhook_endpoint")
        return found

    async def change(
        self, subscription_id: UUID, now: datetime, *, url: str, region_codes: Sequence[str], event_types: Sequence[str]
    ) -> None:
        await self._driver.execute(_CHANGE, subscription_id, url, [*region_codes], [*event_types], now)

    async def set_state(self, subscription_id: UUID, pause_reason: str | None, now: datetime) -> None:
        await store.set_endpoint_state(self._transaction, subscription_id, pause_reason, now)

    async def rotate_keys(self, subscription_id: UUID, keys: IssuedKeys, previous_until: datetime) -> None:
        await self._driver.execute(_ROTATE, subscription_id, keys.sealed, keys.public_key, previous_until)

    async def remove(self, subscription_id: UUID) -> None:
        await self._driver.execute("DELETE FROM webhook_endpoint WHERE id = $1", subscription_id)

    async def watching(self, orgs: Sequence[str]) -> "list[Subscription]":
        rows = await self._driver.fetch(
            f"SELECT {_COLUMNS} FROM webhook_endpoint WHERE org = ANY($1::text[]) ORDER BY id",  # noqa: S608
            list(orgs),
        )
        return [_subscription(row) for row in rows]


def _subscription(row: Any) -> Subscription:
    return Subscription(
        id=row["id"],
        org=row["org"],
        client_id=row["client_id"],
        url=row["url"],
        region_codes=tuple(row["region_codes"]),
        event_types=tuple(row["event_types"]),
        state=row["state"],
        pause_reason=row["pause_reason"],
        public_key=row["public_key"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        failing_since=row["failing_since"],
        last_attempt_at=row["last_attempt_at"],
    )


class PostgresDeliveries:
    """Rows of `webhook_delivery` within one transaction. A case is a line: its notifications go out in order."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._driver = transaction.driver

    async def enqueue(self, entries: Sequence[QueueEntry], now: datetime) -> int:
        deliveries = [
            NewDelivery(
                each.subscription_id, each.notification_id, each.notification_type, each.case_number, each.position
            )
            for each in entries
        ]
        return await store.enqueue(self._transaction, deliveries, now)

    async def page(
        self, subscription_id: UUID | None, state: str | None, after: tuple[int, UUID] | None, limit: int
    ) -> list[DeliveryView]:
        """One notification may be on its way to several endpoints, so a position alone does not tell a place."""
        rows = await self._driver.fetch(
            f"SELECT {_DELIVERY_COLUMNS} FROM webhook_delivery "  # noqa: S608
            "WHERE ($1::uuid IS NULL OR endpoint_id = $1) AND ($2::text IS NULL OR state = $2) "
            "AND ($3::bigint IS NULL OR (position, id) < ($3, $4)) ORDER BY position DESC, id DESC LIMIT $5",
            subscription_id,
            state,
            *(after or (None, None)),
            limit,
        )
        return [_delivery(row) for row in rows]

    async def get(self, delivery_id: UUID) -> DeliveryView | None:
        row = await self._driver.fetchrow(
            f"SELECT {_DELIVERY_COLUMNS} FROM webhook_delivery WHERE id = $1",  # noqa: S608
            delivery_id,
        )
        return None if row is None else _delivery(row)

    async def set_paused(self, delivery_id: UUID, *, paused: bool) -> None:
        await store.set_delivery_paused(self._transaction, delivery_id, paused=paused)

    async def resend(self, delivery_ids: Sequence[UUID], now: datetime) -> int:
        return await store.requeue(self._transaction, delivery_ids, now) if delivery_ids else 0

    async def given_up(self, subscription_id: UUID, since: datetime, limit: int) -> "list[UUID]":
        rows = await self._driver.fetch(
            "SELECT id FROM webhook_delivery "
            "WHERE endpoint_id = $1 AND state = 'exhausted' AND created_at >= $2 LIMIT $3",
            subscription_id,
            since,
            limit,
        )
        return [row["id"] for row in rows]


def _delivery(row: Any) -> DeliveryView:
    return DeliveryView(
        id=row["id"],
        subscription_id=row["endpoint_id"],
        org=row["org"],
        notification_id=row["message_id"],
        event_type=row["message_type"],
        case_number=row["line"],
        position=row["position"],
        state=row["state"],
        attempts=row["attempts"],
        next_attempt_at=row["next_attempt_at"],
        last_attempt_at=row["last_attempt_at"],
        last_status=row["last_status"],
        last_error=row["last_error"],
        delivered_at=row["delivered_at"],
        created_at=row["created_at"],
    )
