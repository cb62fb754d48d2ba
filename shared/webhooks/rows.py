"""Subscriptions and deliveries as rows of one transaction. Row-level security narrows both to the caller's own."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from shared.postgres.database import Transaction
from shared.webhooks.subscription import Delivery, EndpointRecord, IssuedKeys, OverseenEndpoint, Subscription

# How far back an endpoint's record goes: a busy one is told by its latest messages, a quiet one by its last days.
RECORD_DAYS = 7
RECORD_MESSAGES_MAX = 1_000
_COLUMNS = """id, org, client_id, url, event_types, state, pause_reason, public_key, created_at, updated_at,
    failing_since, last_attempt_at"""
_DELIVERY_COLUMNS = """id, endpoint_id AS subscription_id, org, message_id, message_type, line, position, state,
    attempts, next_attempt_at, last_attempt_at, last_status, last_error, delivered_at, created_at"""
_ROTATE = """UPDATE webhook_endpoint SET sealed_previous_keys = sealed_keys, sealed_keys = $2, public_key = $3,
    previous_keys_until = $4 WHERE id = $1"""
# One message may be on its way to several endpoints, so a position alone does not tell a place.
_DELIVERIES = f"""SELECT {_DELIVERY_COLUMNS} FROM webhook_delivery
    WHERE ($1::uuid IS NULL OR endpoint_id = $1) AND ($2::text IS NULL OR state = $2)
      AND ($3::bigint IS NULL OR (position, id) < ($3, $4)) ORDER BY position DESC, id DESC LIMIT $5"""  # noqa: S608
_DELIVERY = f"SELECT {_DELIVERY_COLUMNS} FROM webhook_delivery WHERE id = $1"  # noqa: S608
_GIVEN_UP = """SELECT id FROM webhook_delivery WHERE endpoint_id = $1 AND state = 'exhausted' AND created_at >= $2
    LIMIT $3"""
# The latest by `webhook_delivery_list`, what waits by `webhook_delivery_line`: neither reads the history of years.
_RECORD = f"""FROM webhook_endpoint e
    CROSS JOIN LATERAL (
      SELECT count(*) AS messages, coalesce(sum(attempts), 0) AS attempts,
          count(*) FILTER (WHERE d.state = 'delivered') AS delivered,
          count(*) FILTER (WHERE d.state = 'exhausted') AS given_up, max(delivered_at) AS last_delivered_at,
          max(last_attempt_at) AS last_attempt_at,
          (array_agg(last_status ORDER BY last_attempt_at DESC NULLS LAST))[1] AS last_status,
          (array_agg(last_error ORDER BY last_attempt_at DESC NULLS LAST))[1] AS last_error
        FROM (SELECT * FROM webhook_delivery w WHERE w.org = e.org AND w.endpoint_id = e.id
               ORDER BY w.position DESC LIMIT {RECORD_MESSAGES_MAX}) d WHERE d.created_at >= $4) r
    CROSS JOIN LATERAL (
      SELECT count(*) AS waiting, min(created_at) AS oldest_waiting_at FROM webhook_delivery w
       WHERE w.endpoint_id = e.id AND w.state IN ('pending', 'paused')) q
    WHERE ($1::text IS NULL OR e.org = $1) AND ($2::uuid IS NULL OR e.id > $2) ORDER BY e.id LIMIT $3"""  # noqa: S608
_RECORD_COLUMNS = tuple(each.name for each in fields(EndpointRecord))
_WAITING = ("waiting", "oldest_waiting_at")


class SubscriptionRows:
    """Rows of `webhook_endpoint`. `filters` names the service's own columns, each of type text[]."""

    def __init__(self, transaction: Transaction, filters: Sequence[str] = ()) -> None:
        self._driver = transaction.driver
        self._filters = tuple(filters)
        self._select = f"SELECT {', '.join((_COLUMNS, *self._filters))} FROM webhook_endpoint"  # noqa: S608

    async def add(self, subscription: Subscription, keys: IssuedKeys) -> None:
        columns = ["id", "org", "client_id", "url", "event_types", "state", "public_key", "sealed_keys",
                   "created_at", "updated_at", *self._filters]  # fmt: skip
        await self._driver.execute(
            f"INSERT INTO webhook_endpoint ({', '.join(columns)}) "  # noqa: S608
            f"VALUES ({', '.join(f'${number}' for number in range(1, len(columns) + 1))})",
            subscription.id,
            subscription.org,
            subscription.client_id,
            subscription.url,
            list(subscription.event_types),
            subscription.state,
            keys.public_key,
            keys.sealed,
            subscription.created_at,
            subscription.updated_at,
            *(list(subscription.filters[name]) for name in self._filters),
        )

    async def get(self, subscription_id: UUID) -> Subscription | None:
        row = await self._driver.fetchrow(f"{self._select} WHERE id = $1", subscription_id)
        return None if row is None else self._subscription(dict(row))

    async def page(self, after: UUID | None, limit: int) -> list[Subscription]:
        rows = await self._driver.fetch(
            f"{self._select} WHERE ($1::uuid IS NULL OR id > $1) ORDER BY id LIMIT $2", after, limit
        )
        return [self._subscription(dict(row)) for row in rows]

    async def of_orgs(self, orgs: Sequence[str]) -> list[Subscription]:
        """Those of some organisations; for the hub's own transactions."""
        rows = await self._driver.fetch(f"{self._select} WHERE org = ANY($1::text[]) ORDER BY id", list(orgs))
        return [self._subscription(dict(row)) for row in rows]

    async def overseen(self, org: str | None, after: UUID | None, limit: int, now: datetime) -> list[OverseenEndpoint]:
        """Endpoints with how they have done; for the hub's own transactions."""
        own = ", ".join(f"e.{name.strip()}" for name in (*_COLUMNS.split(","), *self._filters))
        record = ", ".join(f"{'q' if name in _WAITING else 'r'}.{name} AS record_{name}" for name in _RECORD_COLUMNS)
        since = now - timedelta(days=RECORD_DAYS)
        rows = await self._driver.fetch(
            f"SELECT {own}, e.previous_keys_until, {record} {_RECORD}",
            org,
            after,
            limit,
            since,
        )
        return [self._overseen(dict(row), now) for row in rows]

    def _overseen(self, row: dict[str, Any], now: datetime) -> OverseenEndpoint:
        record = EndpointRecord(**{name: row.pop(f"record_{name}") for name in _RECORD_COLUMNS})
        until = row.pop("previous_keys_until")
        return OverseenEndpoint(self._subscription(row), record, until if until and until > now else None)

    async def count(self) -> int:
        found: int = await self._driver.fetchval("SELECT count(*) FROM webhook_endpoint")
        return found

    async def change(
        self,
        subscription_id: UUID,
        now: datetime,
        *,
        url: str,
        event_types: Sequence[str],
        filters: Mapping[str, Sequence[str]],
    ) -> None:
        assignments = "".join(f", {name} = ${number}" for number, name in enumerate(self._filters, start=5))
        await self._driver.execute(
            "UPDATE webhook_endpoint SET url = $2, event_types = $3, updated_at = $4"  # noqa: S608
            f"{assignments} WHERE id = $1",
            subscription_id,
            url,
            list(event_types),
            now,
            *(list(filters[name]) for name in self._filters),
        )

    async def rotate_keys(self, subscription_id: UUID, keys: IssuedKeys, previous_until: datetime) -> None:
        await self._driver.execute(_ROTATE, subscription_id, keys.sealed, keys.public_key, previous_until)

    async def remove(self, subscription_id: UUID) -> None:
        await self._driver.execute("DELETE FROM webhook_endpoint WHERE id = $1", subscription_id)

    def _subscription(self, named: dict[str, Any]) -> Subscription:
        filters = {name: tuple(named.pop(name)) for name in self._filters}
        return Subscription(**{**named, "event_types": tuple(named["event_types"])}, filters=filters)


class DeliveryRows:
    """Rows of `webhook_delivery`, to look at; what changes them is in `store`."""

    def __init__(self, transaction: Transaction) -> None:
        self._driver = transaction.driver

    async def page(
        self, subscription_id: UUID | None, state: str | None, after: tuple[int, UUID] | None, limit: int
    ) -> list[Delivery]:
        """Newest first; `after` is position and id of the last one of the page before."""
        rows = await self._driver.fetch(_DELIVERIES, subscription_id, state, *(after or (None, None)), limit)
        return [Delivery(**dict(row)) for row in rows]

    async def get(self, delivery_id: UUID) -> Delivery | None:
        row = await self._driver.fetchrow(_DELIVERY, delivery_id)
        return None if row is None else Delivery(**dict(row))

    async def given_up(self, subscription_id: UUID, since: datetime, limit: int) -> list[UUID]:
        """Deliveries that were made since then and are exhausted."""
        return [row["id"] for row in await self._driver.fetch(_GIVEN_UP, subscription_id, since, limit)]
