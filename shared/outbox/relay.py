"""From the outbox to the bus: the only publisher of a service.

One connection holds the advisory locks, selects, marks and listens. If it is lost, PostgreSQL frees the locks, and
whatever this relay still does with the rows it had read is only a repetition for consumers, never a wrong order.
Measured and argued in docs/decisions/0010.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import asyncpg
import orjson

from shared.crashpoints import crashpoint
from shared.errors import Unavailable
from shared.events import format_time
from shared.kafka.bus import EventBus, Record
from shared.observability import OUTBOX_AGE, OUTBOX_UNSENT, log
from shared.outbox.append import CHANNEL, SLOTS
from shared.postgres.database import Database
from shared.postgres.turn import held_turn

_LOCK_CLASS: Final = 20_211

# Slot by slot along the partial index: a backlog of a million rows is not sorted to find the first five hundred. The
# sum keeps a round within the broker's request limit; the first row always goes.
_SELECT = """
SELECT id, topic, key, headers::text AS headers, payload, created_at
  FROM (SELECT o.*, sum(o.bytes) OVER (ORDER BY o.id) - o.bytes AS bytes_before
          FROM unnest($1::smallint[]) AS slot
         CROSS JOIN LATERAL (
               SELECT *, coalesce(octet_length(payload), 0) AS bytes FROM outbox
                WHERE shard = slot AND sent_at IS NULL ORDER BY id LIMIT $2) AS o) AS candidates
 WHERE bytes_before < $3
 ORDER BY id
"""
_MARK = "UPDATE outbox SET sent_at = clock_timestamp() WHERE id = ANY($1::bigint[])"
_MEASURE = """
SELECT count(*) AS unsent, coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 AS age_seconds
  FROM (SELECT created_at FROM outbox WHERE shard = ANY($1::smallint[]) AND sent_at IS NULL LIMIT 10000) AS unsent_rows
"""


@dataclass(frozen=True)
class RelayLimits:
    """Bounds of the relay's work. A round takes up to `rows_max` rows of about `bytes_max` bytes together."""

    rows_max: int = 500
    bytes_max: int = 4_194_304
    poll_seconds: float = 1.0
    lock_retry_seconds: float = 0.5
    backoff_seconds_min: float = 0.1
    backoff_seconds_max: float = 5.0
    measure_every_seconds: float = 5.0
    statement_seconds: float = 30.0


class Relay:
    """Publishes the slots that fall to relay `shard` of `shards`. Start as many as you like: one works, the others
    stand by. A failed send stops everything behind it until it succeeds."""

    def __init__(
        self,
        database: Database,
        bus: EventBus,
        *,
        shard: int = 0,
        shards: int = 1,
        limits: RelayLimits | None = None,
    ) -> None:
        if not 0 <= shard < shards <= SLOTS:
            raise ValueError(f"shard {shard} of {shards}: at most {SLOTS}")
        self.name = "relay" if shards == 1 else f"relay-{shard}"
        self._database = database
        self._bus = bus
        self.slots = [slot for slot in range(SLOTS) if slot % shards == shard]
        self._limits = limits or RelayLimits()
        self._problem: str | None = None
        self._backoff_seconds = 0.0
        self._measured_at = float("-inf")

    def problems(self) -> list[str]:
        return [self._problem] if self._problem else []

    async def run(self) -> None:
        """Relay until cancelled. Raises Unavailable("postgres") when the connection is lost, to be run again."""
        try:
            async with held_turn(
                self._database,
                self._locks(),
                CHANNEL,
                retry_seconds=self._limits.lock_retry_seconds,
                standing_by=self._well,
                # A mark that is lost means that the event goes out again, and consumers know it already.
                repeatable=True,
            ) as turn:
                log.info("relay.active", slots=len(self.slots))
                while True:
                    await self._relay_or_back_off(turn.connection)
                    await turn.listener.wait(self._limits.poll_seconds)
        except Unavailable:
            self._problem = "postgres is away"
            raise
        except Exception as error:
            self._problem = f"stopped by {type(error).__name__}"
            raise

    def _locks(self) -> list[tuple[int, int]]:
        """All our slots: who gets one of two relays' common slots gets all."""
        return [(_LOCK_CLASS, slot) for slot in self.slots]

    def _well(self) -> None:
        self._problem = None

    async def _relay_or_back_off(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        while True:
            await self._measure(connection)
            try:
                sent = await self._relay_round(connection)
            except Unavailable as error:
                self._problem = f"{error.partner} is away; events wait in the outbox"
                limits = self._limits
                self._backoff_seconds = min(
                    max(self._backoff_seconds * 2, limits.backoff_seconds_min), limits.backoff_seconds_max
                )
                log.warning("relay.waiting", partner=error.partner, seconds=self._backoff_seconds)
                await asyncio.sleep(self._backoff_seconds)
                continue
            self._problem, self._backoff_seconds = None, 0.0
            if not sent:
                return

    async def _relay_round(self, connection: "asyncpg.Connection[asyncpg.Record]") -> int:
        """Publish what is next and mark it; answers how many. Raises Unavailable when the bus did not take all."""
        rows = await self._select_unsent(connection)
        crashpoint("outbox.after-select")
        if not rows:
            return 0
        await self._bus.publish([_record(row) for row in rows])
        crashpoint("outbox.after-publish")
        await self._mark_sent(connection, [row["id"] for row in rows])
        crashpoint("outbox.after-mark")
        return len(rows)

    async def _select_unsent(self, connection: "asyncpg.Connection[asyncpg.Record]") -> list[asyncpg.Record]:
        return await connection.fetch(
            _SELECT,
            self.slots,
            max(1, self._limits.rows_max // len(self.slots)),
            self._limits.bytes_max,
            timeout=self._limits.statement_seconds,
        )

    async def _mark_sent(self, connection: "asyncpg.Connection[asyncpg.Record]", ids: list[int]) -> None:
        await connection.execute(_MARK, ids, timeout=self._limits.statement_seconds)

    async def _measure(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        if time.monotonic() - self._measured_at < self._limits.measure_every_seconds:
            return
        self._measured_at = time.monotonic()
        row = await connection.fetchrow(_MEASURE, self.slots, timeout=self._limits.statement_seconds)
        if row is not None:
            OUTBOX_UNSENT.labels(self._database.service).set(row["unsent"])
            OUTBOX_AGE.labels(self._database.service).set(row["age_seconds"])


def _record(row: asyncpg.Record) -> Record:
    """The row as a record; its database time becomes `ce_time`."""
    created_at: datetime = row["created_at"]
    headers: dict[str, str] = orjson.loads(row["headers"])
    return Record(row["topic"], row["key"], row["payload"], {**headers, "ce_time": format_time(created_at)})
