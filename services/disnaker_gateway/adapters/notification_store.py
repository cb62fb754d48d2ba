"""Notifications in PostgreSQL, their bodies sealed byte for byte as receivers get them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.disnaker_gateway.application.ports import NewNotification, Notification
from services.disnaker_gateway.application.receive_notifications import wants
from shared.postgres.database import Transaction
from shared.sealing import Sealer
from shared.webhooks.store import NewDelivery
from shared.webhooks.subscription import Subscription
from shared.webhooks.subscriptions import MissedPage

_TYPE = "notification.body"
_POSITIONS_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('notification.position', 0))"
_KNOWN = "SELECT notification_id FROM notification WHERE notification_id = ANY($1::uuid[])"
_LAST = "SELECT coalesce(max(position), 0) FROM notification"
_ADD = """INSERT INTO notification (notification_id, org, position, case_number, region_code, notification_type,
      sequence, sealed_body, received_at)
    SELECT *, $9::timestamptz FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[],
      $7::int[], $8::bytea[])"""
_NEVER_QUEUED = """SELECT n.notification_id, n.notification_type, n.case_number, n.region_code, n.position
    FROM notification n
    WHERE n.notification_type = ANY($2::text[]) AND n.received_at >= $3 AND n.position > $4 AND n.org = $6
      AND NOT EXISTS (
      SELECT 1 FROM webhook_delivery d WHERE d.endpoint_id = $1 AND d.message_id = n.notification_id)
    ORDER BY n.position LIMIT $5"""
_COLUMNS = """notification_id, org, position, case_number, region_code, notification_type, sealed_body,
    acknowledged_at"""


class PostgresNotifications:
    """Rows of `notification` within one transaction."""

    def __init__(self, transaction: Transaction, sealer: Sealer) -> None:
        self._driver = transaction.driver
        self._sealer = sealer

    async def add(self, notifications: Sequence[NewNotification], now: datetime) -> dict[UUID, int]:
        """The lock is held to the commit: whoever sees a position sees all before it."""
        if not notifications:
            return {}
        await self._driver.execute(_POSITIONS_LOCK)
        ids = [each.notification_id for each in notifications]
        known = {row["notification_id"] for row in await self._driver.fetch(_KNOWN, ids)}
        fresh = {each.notification_id: each for each in notifications if each.notification_id not in known}
        first = await self._driver.fetchval(_LAST) + 1
        positions = {notification_id: first + place for place, notification_id in enumerate(fresh)}
        new = list(fresh.values())
        await self._driver.execute(
            _ADD,
            [each.notification_id for each in new],
            [each.org for each in new],
            [positions[each.notification_id] for each in new],
            [each.case_number for each in new],
            [each.region_code for each in new],
            [each.notification_type for each in new],
            [each.sequence for each in new],
            [self._sealer.seal_bytes(each.body, type=_TYPE, id=each.notification_id, version=1) for each in new],
            now,
        )
        return positions

    async def page(self, after: int, region: str | None, limit: int) -> list[Notification]:
        rows = await self._driver.fetch(
            f"SELECT {_COLUMNS} FROM notification WHERE position > $1 "  # noqa: S608
            "AND ($2::text IS NULL OR starts_with(region_code, $2)) ORDER BY position LIMIT $3",
            after,
            region,
            limit,
        )
        return [self._notification(row) for row in rows]

    async def get(self, notification_id: UUID) -> Notification | None:
        row = await self._driver.fetchrow(
            f"SELECT {_COLUMNS} FROM notification WHERE notification_id = $1",  # noqa: S608
            notification_id,
        )
        return None if row is None else self._notification(row)

    async def acknowledge(self, notification_id: UUID, at: datetime) -> bool:
        """Whether this was the first acknowledgement."""
        changed = await self._driver.fetchval(
            "UPDATE notification SET acknowledged_at = $2 WHERE notification_id = $1 AND acknowledged_at IS NULL "
            "RETURNING true",
            notification_id,
            at,
        )
        return bool(changed)

    def _notification(self, row: Any) -> Notification:
        body = self._sealer.open_bytes(row["sealed_body"], type=_TYPE, id=row["notification_id"], version=1)
        return Notification(
            notification_id=row["notification_id"],
            org=row["org"],
            position=row["position"],
            case_number=row["case_number"],
            region_code=row["region_code"],
            notification_type=row["notification_type"],
            body=orjson.loads(body),
            acknowledged_at=row["acknowledged_at"],
        )


async def missed_notifications(
    transaction: Transaction, subscription: Subscription, since: datetime, after: int, limit: int
) -> MissedPage:
    """What was issued since then, is wanted by the endpoint and was never in line for it."""
    rows = await transaction.driver.fetch(
        _NEVER_QUEUED, subscription.id, list(subscription.event_types), since, after, limit, subscription.org
    )
    deliveries = [
        NewDelivery(
            subscription.id, row["notification_id"], row["notification_type"], row["case_number"], row["position"]
        )
        for row in rows
        if wants(subscription, row["notification_type"], row["region_code"])
    ]
    return MissedPage(deliveries, rows[-1]["position"] if len(rows) == limit else None)


class NotificationBodies:
    """Where the delivery engine gets the bytes of its messages."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def __call__(self, transaction: Transaction, message_ids: Sequence[UUID]) -> Mapping[UUID, bytes]:
        rows = await transaction.driver.fetch(
            "SELECT notification_id, sealed_body FROM notification WHERE notification_id = ANY($1::uuid[])",
            list(message_ids),
        )
        return {
            row["notification_id"]: self._sealer.open_bytes(
                row["sealed_body"], type=_TYPE, id=row["notification_id"], version=1
            )
            for row in rows
        }
