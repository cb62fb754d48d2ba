"""The inbox: an event takes effect once, in the transaction that notes that it did; and behind a dead letter of its
key it waits.

Batches of a consumer share a lock that redriving takes alone. Without it an event could be parked behind a dead letter
in the moment in which that is resolved, and stay there for ever.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, overload
from uuid import UUID

import orjson

from shared.crashpoints import crashpoint
from shared.events import Event
from shared.kafka.bus import Received
from shared.observability import EVENTS_HANDLED, set_traceparent
from shared.postgres.database import Database, Transaction

_LOCK_CLASS: Final = 20_212
_ALONE = "SELECT pg_advisory_xact_lock($1, hashtext($2))"
# Sorted, so that two members that were dealt the same partition in a rebalance wait for each other in one order.
_TAKE = """
WITH taken AS (
    INSERT INTO inbox (consumer, event_id) SELECT $1, e.id FROM unnest($2::uuid[]) AS e(id) ORDER BY e.id
        ON CONFLICT DO NOTHING RETURNING event_id)
SELECT ARRAY(SELECT event_id FROM taken) AS new,
       EXISTS (SELECT FROM dead_letter WHERE consumer = $1 AND state = 'open')
           OR EXISTS (SELECT FROM parked_event WHERE consumer = $1) AS some_wait
"""
_BLOCKED = """
SELECT topic, key FROM dead_letter
 WHERE consumer = $1 AND state = 'open' AND (topic, key) IN (SELECT * FROM unnest($2::text[], $3::text[]))
UNION
SELECT topic, key FROM parked_event
 WHERE consumer = $1 AND (topic, key) IN (SELECT * FROM unnest($2::text[], $3::text[]))
"""
_PARK = """
INSERT INTO parked_event (consumer, event_id, topic, key, partition, "offset", headers, payload)
SELECT $1, p.event_id, p.topic, p.key, p.partition, p.place, p.headers::jsonb, p.payload
  FROM unnest($2::uuid[], $3::text[], $4::text[], $5::int[], $6::bigint[], $7::text[], $8::bytea[]) WITH ORDINALITY
       AS p(event_id, topic, key, partition, place, headers, payload, number)
 ORDER BY p.number
    ON CONFLICT DO NOTHING
"""

# Applies the effects of `events`, in their order, in the consumer's own transaction. May be called again with the
# same events when that transaction did not commit.
Handle = Callable[[Transaction, Sequence[Event]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event and the record that it came in."""

    record: Received
    event: Event

    @property
    def place(self) -> tuple[str, str] | None:
        """Within which order is kept; None for a record without a key."""
        return (self.record.topic, self.record.key) if self.record.key else None


class EventsInContext(Sequence[Event]):
    """Events whose trace context becomes the current one as a handler goes over them."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._events = tuple(events)

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Event]: ...
    def __getitem__(self, index: int | slice) -> Event | Sequence[Event]:
        return self._events[index]

    def __len__(self) -> int:
        return len(self._events)

    def __iter__(self) -> Iterator[Event]:
        for event in self._events:
            set_traceparent(event.traceparent)
            yield event


def sharing(consumer: str) -> tuple[int, str]:
    """The lock that a consumer's transactions share while they look at dead letters and nobody redrives."""
    return (_LOCK_CLASS, consumer)


async def lock_alone(tx: Transaction, consumer: str) -> None:
    """Before dead letters or parked events are resolved."""
    await tx.driver.execute(_ALONE, _LOCK_CLASS, consumer)


@dataclass(frozen=True, slots=True)
class Taken:
    """Which events were new, and whether any event at all of this consumer is dead or parked."""

    new: set[UUID]
    some_wait: bool


async def take(tx: Transaction, consumer: str, event_ids: Iterable[UUID]) -> Taken:
    """Note `event_ids` as handled."""
    row = await tx.driver.fetchrow(_TAKE, consumer, list(event_ids))
    assert row is not None
    return Taken(set(row["new"]), row["some_wait"])


async def handle_once(database: Database, consumer: str, deliveries: Sequence[Delivery], handle: Handle) -> None:
    """One transaction: what is new of `deliveries` takes effect, or is parked behind a dead letter of its key.
    Raises what `handle` raises, and Unavailable("postgres"); then nothing has happened."""
    async with database.system_transaction(sharing=sharing(consumer)) as tx:
        first = _first_of_each(deliveries)
        taken = await take(tx, consumer, [delivery.event.id for delivery in first])
        crashpoint("consumer.after-inbox")
        fresh = [d for d in first if d.event.id in taken.new]
        # Of one that is not new another member may have made a dead letter while we waited for its row.
        asked = taken.some_wait or len(fresh) < len(first)
        blocked = await _blocked(tx, consumer, {d.place for d in fresh if d.place}) if asked else set()
        await _park(tx, consumer, [d for d in fresh if d.place in blocked])
        ready = [d.event for d in fresh if d.place not in blocked]
        if ready:
            set_traceparent(ready[0].traceparent)
            await handle(tx, EventsInContext(ready))
        crashpoint("consumer.before-commit")
    crashpoint("consumer.after-commit")
    for event in ready:
        EVENTS_HANDLED.labels(database.service, event.type).inc()


def _first_of_each(deliveries: Sequence[Delivery]) -> list[Delivery]:
    """A batch may hold the same event twice."""
    first: dict[UUID, Delivery] = {}
    for delivery in deliveries:
        first.setdefault(delivery.event.id, delivery)
    return list(first.values())


async def _blocked(tx: Transaction, consumer: str, places: set[tuple[str, str]]) -> set[tuple[str, str] | None]:
    if not places:
        return set()
    topics, keys = zip(*places, strict=True)
    return {(row["topic"], row["key"]) for row in await tx.driver.fetch(_BLOCKED, consumer, topics, keys)}


async def _park(tx: Transaction, consumer: str, deliveries: Sequence[Delivery]) -> None:
    if not deliveries:
        return
    records = [delivery.record for delivery in deliveries]
    await tx.driver.execute(
        _PARK,
        consumer,
        [delivery.event.id for delivery in deliveries],
        [record.topic for record in records],
        [record.key for record in records],
        [record.partition for record in records],
        [record.offset for record in records],
        [orjson.dumps(dict(record.headers)).decode() for record in records],
        [record.value for record in records],
    )
