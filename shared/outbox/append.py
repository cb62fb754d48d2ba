"""Putting events into the outbox, in the transaction of the change they tell about."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from zlib import crc32

import orjson

from shared.crashpoints import crashpoint
from shared.errors import TooLarge
from shared.events import TOPICS, Event, WireEvent, encode
from shared.observability import current_traceparent
from shared.postgres.database import Transaction
from shared.postgres.late_rows import RowsInto
from shared.sealing import Sealer

CHANNEL: Final = "outbox"
# Aggregates fall into slots, and relays share the slots out: how many relays there are is no property of a row.
SLOTS: Final = 16
# Room that headers, key and Kafka's own framing take beside the value.
_OVERHEAD_BYTES: Final = 16_384

# The rows in their order (an identity is drawn after the sort). No RETURNING: partners' roles may add rows and see
# none.
_ROWS = RowsInto(
    """INSERT INTO outbox (shard, event_id, aggregate_id, aggregate_version, topic, key, headers, payload)
    SELECT e.shard, e.event_id, e.aggregate_id, e.aggregate_version, e.topic, e.key, e.headers::jsonb, e.payload
      FROM unnest($1::smallint[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::bytea[])
           WITH ORDINALITY
           AS e(shard, event_id, aggregate_id, aggregate_version, topic, key, headers, payload, place)
     ORDER BY e.place""",
    channel=CHANNEL,
)


def slot_of(aggregate_id: str) -> int:
    """The slot of an aggregate, the same for ever."""
    return crc32(aggregate_id.encode()) % SLOTS


async def append(tx: Transaction, events: Sequence[Event], sealer: Sealer) -> None:
    """Have `events` added at the end of the transaction, to be published in this order after it commits.

    The caller holds the lock of each event's aggregate (its row locked or just inserted) to the commit: ids are drawn
    under that lock, which is what makes their order the order of the aggregate's changes. Events without a trace take
    over the current one. Raises TooLarge for an event that its topic does not take, ValueError or KeyError for one
    that is not as the catalogue says.
    """
    if not events:
        return
    trace = current_traceparent()
    wires = [encode(event if event.traceparent else replace(event, traceparent=trace), sealer) for event in events]
    for wire in wires:
        _check_size(wire)
    tx.late.add(_ROWS, [_row(event, wire) for event, wire in zip(events, wires, strict=True)])
    crashpoint("outbox.after-append")


def _row(event: Event, wire: WireEvent) -> tuple[object, ...]:
    return (
        slot_of(event.subject),
        event.id,
        event.subject,
        event.version,
        wire.topic,
        wire.key,
        orjson.dumps(wire.headers).decode(),
        wire.value,
    )


def _check_size(wire: WireEvent) -> None:
    limit = TOPICS[wire.topic].message_bytes_max - _OVERHEAD_BYTES
    if wire.value is not None and len(wire.value) > limit:
        raise TooLarge("event-too-large", f"what this would tell the other services is over {limit} bytes")
