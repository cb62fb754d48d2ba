"""The deliveries in PostgreSQL: putting them in line, finding what may be sent, writing down what became of it.

Whoever adds a delivery or ends one holds its endpoint's row lock, so that a line never loses its head: without it, a
message added while the last one is just being finished would be seen by nobody.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

import asyncpg

from shared.identifiers import new_id
from shared.postgres.database import Transaction
from shared.webhooks.endpoint_health import EndpointHealth

CHANNEL = "webhook_delivery"
_HEALTH_COLUMNS = tuple(field.name for field in fields(EndpointHealth))

_INSERT = """INSERT INTO webhook_delivery
    (id, org, endpoint_id, message_id, message_type, line, position, state, head, attempts, next_attempt_at, created_at)
    SELECT n.id, e.org, n.endpoint_id, n.message_id, n.message_type, n.line, n.position, 'pending', false, 0, $7, $7
      FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::bigint[])
        AS n(id, endpoint_id, message_id, message_type, line, position)
      JOIN webhook_endpoint e ON e.id = n.endpoint_id
    ON CONFLICT (endpoint_id, message_id) DO NOTHING
    RETURNING endpoint_id, line"""
_REFRESH_HEADS = """WITH first AS (
      SELECT DISTINCT ON (d.endpoint_id, d.line) d.id, d.endpoint_id, d.line
        FROM webhook_delivery d JOIN unnest($1::uuid[], $2::text[]) AS l(endpoint_id, line) USING (endpoint_id, line)
       WHERE d.state IN ('pending', 'paused') ORDER BY d.endpoint_id, d.line, d.position)
    UPDATE webhook_delivery d SET head = (d.id = first.id) FROM first
     WHERE d.endpoint_id = first.endpoint_id AND d.line = first.line AND d.state IN ('pending', 'paused')
       AND d.head <> (d.id = first.id)"""
_HEADS = f"""SELECT d.id, d.endpoint_id, d.message_id, d.line, d.attempts, d.next_attempt_at,
      e.url, e.sealed_keys, e.sealed_previous_keys, e.previous_keys_until,
      {", ".join(f"e.{column} AS endpoint_{column}" for column in _HEALTH_COLUMNS)}
    FROM webhook_endpoint e CROSS JOIN LATERAL (
      SELECT * FROM webhook_delivery w
       WHERE w.endpoint_id = e.id AND w.head AND w.state = 'pending' AND w.id <> ALL($1::uuid[])
       ORDER BY w.next_attempt_at, w.position LIMIT $2) d
    WHERE e.state = 'active' ORDER BY d.next_attempt_at, d.position"""  # noqa: S608
_DELIVERED = """UPDATE webhook_delivery SET state = 'delivered', head = false, attempts = attempts + 1,
      last_status = $2, last_error = NULL, last_attempt_at = $3, first_attempt_at = coalesce(first_attempt_at, $3),
      delivered_at = $3
    WHERE id = $1 AND state IN ('pending', 'paused')"""
_RETRY = """UPDATE webhook_delivery SET attempts = attempts + 1, last_status = $2, last_error = $3,
      last_attempt_at = $4, first_attempt_at = coalesce(first_attempt_at, $4), next_attempt_at = $5
    WHERE id = $1 AND state IN ('pending', 'paused')"""
_EXHAUST = """UPDATE webhook_delivery SET state = 'exhausted', head = false
    WHERE endpoint_id = $1 AND state = 'pending' AND first_attempt_at <= $2 AND ($3::uuid IS NULL OR id = $3)
    RETURNING id, line"""
_REQUEUE = """UPDATE webhook_delivery SET state = 'pending', next_attempt_at = $2, first_attempt_at = NULL,
      delivered_at = NULL, attempts = 0 WHERE id = ANY($1::uuid[]) RETURNING endpoint_id, line"""


@dataclass(frozen=True)
class NewDelivery:
    """A message to put in line for an endpoint. `position` orders messages within their `line`."""

    endpoint_id: UUID
    message_id: UUID
    message_type: str
    line: str
    position: int


@dataclass(frozen=True)
class Endpoint:
    """Where to, and signed with what."""

    endpoint_id: UUID
    url: str
    sealed_keys: bytes
    sealed_previous_keys: bytes | None
    previous_keys_until: datetime | None


@dataclass(frozen=True)
class Head(Endpoint):
    """The first open delivery of a line, with its endpoint as it stands."""

    id: UUID
    message_id: UUID
    line: str
    attempts: int
    next_attempt_at: datetime
    health: EndpointHealth


async def lock_endpoints(transaction: Transaction, endpoint_ids: Collection[UUID]) -> None:
    """Hold the rows until the transaction ends, in one order for everybody."""
    await transaction.driver.execute(
        "SELECT 1 FROM webhook_endpoint WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", sorted(endpoint_ids)
    )


async def enqueue(transaction: Transaction, deliveries: Sequence[NewDelivery], now: datetime) -> int:
    """Put messages in line and wake the engine; a message that is in line already is left alone."""
    if not deliveries:
        return 0
    await lock_endpoints(transaction, {delivery.endpoint_id for delivery in deliveries})
    added = await transaction.driver.fetch(
        _INSERT,
        [new_id() for _ in deliveries],
        [delivery.endpoint_id for delivery in deliveries],
        [delivery.message_id for delivery in deliveries],
        [delivery.message_type for delivery in deliveries],
        [delivery.line for delivery in deliveries],
        [delivery.position for delivery in deliveries],
        now,
    )
    await _refresh_heads(transaction, added)
    return len(added)


async def requeue(transaction: Transaction, delivery_ids: Sequence[UUID], now: datetime) -> int:
    """Send again, whatever became of them, under the same message id and at their old place in the line."""
    endpoints = await transaction.driver.fetch(
        "SELECT DISTINCT endpoint_id FROM webhook_delivery WHERE id = ANY($1::uuid[])", delivery_ids
    )
    await lock_endpoints(transaction, {row["endpoint_id"] for row in endpoints})
    changed = await transaction.driver.fetch(_REQUEUE, delivery_ids, now)
    await _refresh_heads(transaction, changed)
    return len(changed)


async def set_delivery_paused(transaction: Transaction, delivery_id: UUID, *, paused: bool) -> str | None:
    """Hold one open delivery (and its line behind it), or let it go on. Answers its state now, None if unknown."""
    await transaction.driver.execute(
        "UPDATE webhook_delivery SET state = $2 WHERE id = $1 AND state = $3",
        delivery_id,
        *(("paused", "pending") if paused else ("pending", "paused")),
    )
    await wake(transaction)
    state: str | None = await transaction.driver.fetchval("SELECT state FROM webhook_delivery WHERE id=$1", delivery_id)
    return state


async def set_endpoint_state(transaction: Transaction, endpoint_id: UUID, reason: str | None, now: datetime) -> bool:
    """Pause an endpoint (`reason`), or make it active again (None) with a fresh schedule for what waits."""
    state = "paused" if reason else "active"
    changed = await transaction.driver.fetchval(
        "UPDATE webhook_endpoint SET state = $2, pause_reason = $3, updated_at = $4 WHERE id = $1 RETURNING true",
        endpoint_id,
        state,
        reason,
        now,
    )
    if changed and reason is None:
        await _save_health(transaction, endpoint_id, EndpointHealth())
        await transaction.driver.execute(
            "UPDATE webhook_delivery SET next_attempt_at = $2, first_attempt_at = NULL, attempts = 0 "
            "WHERE endpoint_id = $1 AND state IN ('pending', 'paused')",
            endpoint_id,
            now,
        )
        await wake(transaction)
    return bool(changed)


async def wake(transaction: Transaction) -> None:
    await transaction.driver.execute("SELECT pg_notify($1, '')", CHANNEL)


async def heads(transaction: Transaction, *, except_ids: Collection[UUID], per_endpoint: int) -> list[Head]:
    """The first open deliveries of active endpoints' lines, soonest first, at most `per_endpoint` of each."""
    rows = await transaction.driver.fetch(_HEADS, list(except_ids), per_endpoint)
    own = [field.name for field in fields(Head) if field.name != "health"]
    return [Head(**{name: row[name] for name in own}, health=_health(row, prefix="endpoint_")) for row in rows]


async def endpoint_keys(transaction: Transaction, endpoint_id: UUID) -> Endpoint | None:
    """For messages outside the queue; None when there is no such endpoint."""
    row = await transaction.driver.fetchrow(
        "SELECT id AS endpoint_id, url, sealed_keys, sealed_previous_keys, previous_keys_until "
        "FROM webhook_endpoint WHERE id = $1",
        endpoint_id,
    )
    return None if row is None else Endpoint(**dict(row))


async def endpoint_health(transaction: Transaction, endpoint_id: UUID) -> EndpointHealth | None:
    """Lock the endpoint and read how it has answered; None when it has been deleted."""
    row = await transaction.driver.fetchrow(
        f"SELECT {', '.join(_HEALTH_COLUMNS)} FROM webhook_endpoint WHERE id = $1 FOR UPDATE",  # noqa: S608
        endpoint_id,
    )
    return None if row is None else _health(row)


async def record_delivered(transaction: Transaction, head: Head, status: int | None, now: datetime) -> None:
    """The next message of the line comes to its head."""
    await transaction.driver.execute(_DELIVERED, head.id, status, now)
    await transaction.driver.execute(_REFRESH_HEADS, [head.endpoint_id], [head.line])


async def record_retry(
    transaction: Transaction, head: Head, status: int | None, error: str | None, now: datetime, next_at: datetime
) -> None:
    await transaction.driver.execute(_RETRY, head.id, status, error, now, next_at)


async def record_health(
    transaction: Transaction, endpoint_id: UUID, before: EndpointHealth, after: EndpointHealth, now: datetime
) -> None:
    """Save the endpoint's health; when it has recovered, everything that waits for it is due at once."""
    if not before.failures and not after.failures:
        return
    await _save_health(transaction, endpoint_id, after)
    if before.failing and not after.failing:
        await transaction.driver.execute(
            "UPDATE webhook_delivery SET next_attempt_at = $2 "
            "WHERE endpoint_id = $1 AND state = 'pending' AND next_attempt_at > $2",
            endpoint_id,
            now,
        )


async def exhaust(
    transaction: Transaction, endpoint_id: UUID, first_attempt_until: datetime, only: UUID | None
) -> list[UUID]:
    """Give up what was first tried before `first_attempt_until`, the delivery `only` or all; answers which."""
    rows = await transaction.driver.fetch(_EXHAUST, endpoint_id, first_attempt_until, only)
    await _refresh_heads(transaction, [{"endpoint_id": endpoint_id, "line": row["line"]} for row in rows])
    return [row["id"] for row in rows]


async def forget_ended(transaction: Transaction, before: datetime, limit: int) -> int:
    """Delete up to `limit` deliveries that ended, and were made, before that time."""
    status = await transaction.driver.execute(
        "DELETE FROM webhook_delivery WHERE id IN (SELECT id FROM webhook_delivery "
        "WHERE state IN ('delivered', 'exhausted') AND created_at < $1 LIMIT $2)",
        before,
        limit,
    )
    return int(status.rpartition(" ")[2])


async def _refresh_heads(transaction: Transaction, lines: "Sequence[asyncpg.Record | dict[str, object]]") -> None:
    if lines:
        await transaction.driver.execute(
            _REFRESH_HEADS, [line["endpoint_id"] for line in lines], [line["line"] for line in lines]
        )
        await wake(transaction)


async def _save_health(transaction: Transaction, endpoint_id: UUID, health: EndpointHealth) -> None:
    assignments = ", ".join(f"{column} = ${number}" for number, column in enumerate(_HEALTH_COLUMNS, start=2))
    await transaction.driver.execute(
        f"UPDATE webhook_endpoint SET {assignments} WHERE id = $1",  # noqa: S608
        endpoint_id,
        *(getattr(health, column) for column in _HEALTH_COLUMNS),
    )


def _health(row: "asyncpg.Record", prefix: str = "") -> EndpointHealth:
    return EndpointHealth(**{column: row[prefix + column] for column in _HEALTH_COLUMNS})
