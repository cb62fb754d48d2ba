"""Handling dead letters again, or putting them away, and letting the events parked behind them follow in order.

Each step is one transaction under the consumer's lock, so a crash between two steps leaves parked events that may run;
the consumer looks for such and lets them run.
"""

from dataclasses import dataclass, replace
from uuid import UUID

import asyncpg
import orjson

from shared.clock import Clock
from shared.crashpoints import crashpoint
from shared.errors import Conflict, NotFound, Unavailable
from shared.events import decode
from shared.kafka.bus import Received
from shared.observability import EVENTS_FAILED, EVENTS_HANDLED, log, set_traceparent
from shared.outbox.dead_letters import bury, failure_of
from shared.outbox.inbox import Delivery, EventsInContext, Handle, lock_alone, take
from shared.outbox.payloads import open_edit, open_original
from shared.postgres.database import Database, Transaction
from shared.sealing import Sealer

_LETTER = """
SELECT d.*, d.headers::text AS headers_text, m.number AS edit_number, m.payload AS edit_payload,
       EXISTS (SELECT 1 FROM dead_letter e
                WHERE e.consumer = d.consumer AND e.topic = d.topic AND e.key = d.key AND e.state = 'open'
                  AND e.partition = d.partition AND e."offset" < d."offset") AS has_earlier_letter,
       EXISTS (SELECT 1 FROM parked_event p
                WHERE p.consumer = d.consumer AND p.topic = d.topic AND p.key = d.key
                  AND p.partition = d.partition AND p."offset" < d."offset") AS has_earlier_parked
  FROM dead_letter d
  LEFT JOIN LATERAL (SELECT number, payload FROM dead_letter_edit WHERE letter_id = d.id
                      ORDER BY number DESC LIMIT 1) m ON true
 WHERE d.id = $1 AND d.consumer = $2
"""
_RESOLVE = """UPDATE dead_letter SET state = $2, resolved_at = clock_timestamp(), resolved_by = $3, resolution = $4
               WHERE id = $1"""
_FAILED_AGAIN = """UPDATE dead_letter SET attempts = attempts + 1, reason_code = $2, reason = $3 WHERE id = $1"""
# A parked event may run when no open dead letter of its key came before it. One from another partition is not
# comparable, so it holds too.
_RUNNABLE = """
   NOT EXISTS (SELECT 1 FROM dead_letter d
                WHERE d.consumer = p.consumer AND d.topic = p.topic AND d.key = p.key AND d.state = 'open'
                  AND (d.partition <> p.partition OR d."offset" < p."offset"))
"""
_NEXT = f"""SELECT p.*, p.headers::text AS headers_text FROM parked_event p
             WHERE p.consumer = $1 AND p.topic = $2 AND p.key = $3 AND {_RUNNABLE}
             ORDER BY p.id LIMIT 1"""  # noqa: S608 - constant parts only
_ORPHANS = f"""SELECT DISTINCT p.topic, p.key FROM parked_event p
                WHERE p.consumer = $1 AND {_RUNNABLE} LIMIT 100"""  # noqa: S608 - constant parts only
_UNPARK = "DELETE FROM parked_event WHERE id = $1"


@dataclass(frozen=True)
class Redriven:
    """What came of it: whether the dead letter itself is resolved, how many parked events followed, how many of its
    key still wait (behind another dead letter). `edit` is which version of it was handled, 0 the original."""

    resolved: bool
    followed: int
    still_parked: int
    edit: int = 0


@dataclass(frozen=True)
class Redrive:
    """Operators' actions on the dead letters of one consumer."""

    database: Database
    sealer: Sealer
    clock: Clock
    consumer: str
    handle: Handle

    async def redrive(self, letter_id: UUID, *, by: str) -> Redriven:
        """Handle the dead letter once more, as it was edited last, then what is parked behind it. When it fails again
        it stays, with its new reason. Raises NotFound, Conflict when it is resolved or earlier events of its key still
        wait, and Unavailable."""
        first: asyncpg.Record | None = None
        try:
            async with self.database.system_transaction() as tx:
                letter = await self._open_letter(tx, letter_id)
                if letter["has_earlier_letter"] or letter["has_earlier_parked"]:
                    raise Conflict("dead-letter.not-first", "an earlier event of the same key has to go first")
                first = letter
                await self._handle(tx, self._delivery_of_letter(letter))
                await tx.driver.execute(_RESOLVE, letter_id, "redriven", by, None)
        except Unavailable:
            raise
        except Exception as error:
            if first is None:
                raise
            return replace(await self._failed_again(letter_id, error), edit=first["edit_number"] or 0)
        crashpoint("consumer.after-redrive")
        return replace(await self._follow(letter["topic"], letter["key"]), edit=letter["edit_number"] or 0)

    async def discard(self, letter_id: UUID, reason: str, *, by: str) -> Redriven:
        """Put the dead letter away unhandled, for `reason`, and let what is parked behind it follow. Raises NotFound,
        and Conflict when it is resolved."""
        async with self.database.system_transaction() as tx:
            letter = await self._open_letter(tx, letter_id)
            await tx.driver.execute(_RESOLVE, letter_id, "discarded", by, reason)
        crashpoint("consumer.after-redrive")
        return await self._follow(letter["topic"], letter["key"])

    async def follow_orphans(self) -> int:
        """Run parked events that nothing holds back any more: a crash came between a dead letter and them."""
        async with self.database.system_transaction() as tx:
            places = await tx.driver.fetch(_ORPHANS, self.consumer)
        return sum([(await self._follow(row["topic"], row["key"])).followed for row in places])

    async def _open_letter(self, tx: Transaction, letter_id: UUID) -> asyncpg.Record:
        await lock_alone(tx, self.consumer)
        letter = await tx.driver.fetchrow(_LETTER, letter_id, self.consumer)
        if letter is None:
            raise NotFound("dead-letter.unknown", "there is no such dead letter")
        if letter["state"] != "open":
            raise Conflict("dead-letter.resolved", f"it is {letter['state']} already")
        return letter

    async def _failed_again(self, letter_id: UUID, error: Exception) -> Redriven:
        failure = failure_of(error, 1)
        async with self.database.system_transaction() as tx:
            await tx.driver.execute(_FAILED_AGAIN, letter_id, failure.code, failure.detail)
            parked = await tx.driver.fetchval(
                """SELECT count(*) FROM parked_event p JOIN dead_letter d USING (consumer, topic, key)
                    WHERE d.id = $1""",
                letter_id,
            )
        return Redriven(resolved=False, followed=0, still_parked=parked)

    async def _follow(self, topic: str, key: str | None) -> Redriven:
        followed = 0
        while key is not None and await self._next_parked(topic, key):
            followed += 1
        async with self.database.system_transaction() as tx:
            waiting = await tx.driver.fetchval(
                "SELECT count(*) FROM parked_event WHERE consumer = $1 AND topic = $2 AND key = $3",
                self.consumer,
                topic,
                key,
            )
        return Redriven(True, followed, waiting)

    async def _next_parked(self, topic: str, key: str) -> bool:
        """Handle the next parked event of a key in a transaction of its own; False when there is none to handle now.
        One that fails becomes a dead letter in its turn."""
        parked: asyncpg.Record | None = None
        try:
            async with self.database.system_transaction() as tx:
                await lock_alone(tx, self.consumer)
                parked = await tx.driver.fetchrow(_NEXT, self.consumer, topic, key)
                if parked is None:
                    return False
                delivery = self._delivery(parked, parked["payload"])
                await self._handle(tx, delivery)
                await tx.driver.execute(_UNPARK, parked["id"])
        except Unavailable:
            raise
        except Exception as error:
            if parked is None:
                raise
            await self._bury_parked(parked, error)
            return False
        EVENTS_HANDLED.labels(self.database.service, delivery.event.type).inc()
        return True

    async def _bury_parked(self, parked: asyncpg.Record, error: Exception) -> None:
        failure = failure_of(error, 1)
        async with self.database.system_transaction() as tx:
            await lock_alone(tx, self.consumer)
            if await tx.driver.execute(_UNPARK, parked["id"]) == "DELETE 0":
                return
            record = self._received(parked, parked["payload"])
            await bury(tx, self.consumer, self.database.service, record, failure, sealer=self.sealer, clock=self.clock)
        EVENTS_FAILED.labels(self.database.service, failure.code).inc()
        log.error("consumer.dead-letter", consumer=self.consumer, reason=failure.code, detail=failure.detail)

    async def _handle(self, tx: Transaction, delivery: Delivery) -> None:
        """Its inbox row is there since it failed or was parked; one that could never be read gets it now."""
        await take(tx, self.consumer, [delivery.event.id])
        set_traceparent(delivery.event.traceparent)
        await self.handle(tx, EventsInContext([delivery.event]))

    def _delivery_of_letter(self, letter: asyncpg.Record) -> Delivery:
        if letter["edit_number"] is None:
            return self._delivery(letter, open_original(self.sealer, letter["id"], letter["payload"]))
        edited = open_edit(self.sealer, letter["id"], letter["edit_number"], letter["edit_payload"])
        return self._delivery(letter, edited)

    def _delivery(self, row: asyncpg.Record, payload: bytes | None) -> Delivery:
        record = self._received(row, payload)
        return Delivery(record, decode(record.headers, record.value, self.sealer, key=record.key or ""))

    @staticmethod
    def _received(row: asyncpg.Record, payload: bytes | None) -> Received:
        headers: dict[str, str] = orjson.loads(row["headers_text"])
        return Received(row["topic"], row["partition"], row["offset"], row["key"], payload, headers)
