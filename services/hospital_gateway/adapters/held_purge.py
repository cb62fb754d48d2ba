"""Forgets what bore no sign of a work accident (interface, section 4): purpose limitation, kept by the clock.

A held visit goes 72 hours after it ended, or 30 days after its last change if it never did, with all that belongs to
it, the Bundles it came in, their answers, and the digests of their receipts, which themselves tell no content and stay.
What belongs to no visit goes with the last one that names it, else 30 days after its own last change. A row in
`purged_resource` says that something was there, and nothing of what it said.

The answer to a Bundle of which nothing is held, which no resource leads to, goes when the same bytes no longer get it.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from prometheus_client import Counter

from shared.audit import AuditEntry, record
from shared.clock import Clock
from shared.observability import log
from shared.postgres.database import Database, Transaction

PURGED = Counter("simpul_held_visits_purged_total", "Visits without a sign of a work accident that were purged.")
_HUB = "hub"
_BATCH = 100
# A Practitioner named by a PractitionerRole named by an Encounter: nothing that is kept hangs deeper.
_DEPTH_MAX = 4
_DUE = """
SELECT org, encounter_id FROM medical_report
 WHERE version = 0 AND (ended_at < $1 OR (ended_at IS NULL AND changed_at < $2))
 ORDER BY changed_at LIMIT $3
"""
_LOCK = """
SELECT encounter_id FROM medical_report
 WHERE org = $1 AND encounter_id = $2 AND version = 0 AND (ended_at < $3 OR (ended_at IS NULL AND changed_at < $4))
   FOR UPDATE SKIP LOCKED
"""
# A document goes with the first of its visits that goes.
_OF_VISIT = """
SELECT DISTINCT type, id FROM resource WHERE org = $1 AND (encounter_id = $2 OR id = $2)
 UNION SELECT type, id FROM resource WHERE org = $1 AND type = 'Bundle' AND latest AND named @> ARRAY[$2::uuid]
"""
# What nothing that is current names any more. A patient is also named by its own resources' `patient_id`.
_UNUSED = """
SELECT DISTINCT r.type, r.id FROM resource r
 WHERE r.org = $1 AND r.id = ANY($2::uuid[]) AND r.latest AND r.encounter_id IS NULL
   AND NOT EXISTS (SELECT 1 FROM resource u WHERE u.org = $1 AND u.latest AND u.id <> r.id AND u.named @> ARRAY[r.id])
   AND NOT EXISTS (SELECT 1 FROM resource u WHERE u.org = $1 AND u.latest AND u.patient_id = r.id)
"""
# What a visit's report reads of its patient is used as long as there is a visit of that patient.
_ALONE = """
SELECT r.org, r.id FROM resource r
 WHERE r.latest AND r.encounter_id IS NULL AND r.updated_at < $1
   AND NOT (r.type IN ('Coverage', 'Consent')
            AND EXISTS (SELECT 1 FROM resource e WHERE e.org = r.org AND e.latest AND e.type = 'Encounter'
                                                   AND e.patient_id = r.patient_id))
   AND NOT EXISTS (SELECT 1 FROM resource u
                    WHERE u.org = r.org AND u.latest AND u.id <> r.id AND u.named @> ARRAY[r.id])
   AND NOT EXISTS (SELECT 1 FROM resource u WHERE u.org = r.org AND u.latest AND u.patient_id = r.id)
 LIMIT $2
"""
# What stands alone but for old resources that it names in turn: two Patients linked to each other, for one. What is of
# a visit, or new, keeps all that hangs on it.
_CIRCLES = """
WITH RECURSIVE candidate AS (
    SELECT r.org, r.id FROM resource r
     WHERE r.latest AND r.encounter_id IS NULL AND r.updated_at < $1 AND cardinality(r.named) > 0
       AND EXISTS (SELECT 1 FROM resource u
                    WHERE u.org = r.org AND u.latest AND u.encounter_id IS NULL AND u.updated_at < $1
                      AND u.id <> r.id AND u.named @> ARRAY[r.id])),
above AS (
    SELECT org, id AS origin, id FROM candidate
     UNION
    SELECT a.org, a.origin, u.id FROM above a
      JOIN resource u ON u.org = a.org AND u.latest AND u.encounter_id IS NULL AND u.updated_at < $1
       AND u.named @> ARRAY[a.id])
SELECT c.org, c.id FROM candidate c
 WHERE NOT EXISTS (
    SELECT 1 FROM above a
     WHERE a.org = c.org AND a.origin = c.id
       AND EXISTS (SELECT 1 FROM resource u
                    WHERE u.org = a.org AND u.latest AND (u.encounter_id IS NOT NULL OR u.updated_at >= $1)
                      AND u.id <> a.id AND (u.named @> ARRAY[a.id] OR u.patient_id = a.id)))
 LIMIT $2
"""
_DELETE = """
WITH gone AS (DELETE FROM resource WHERE org = $1 AND id = ANY($2::uuid[]) RETURNING type, id, named, receipt_id,
              patient_id),
named AS (DELETE FROM resource_identifier WHERE org = $1 AND resource_id = ANY($2::uuid[])),
receipts AS (DELETE FROM bundle_receipt WHERE org = $1
              AND id IN (SELECT receipt_id FROM gone WHERE receipt_id IS NOT NULL)),
digests AS (DELETE FROM receipt_digest
             WHERE id IN (SELECT receipt_id FROM gone WHERE receipt_id IS NOT NULL)),
marked AS (INSERT INTO purged_resource (org, type, id, purged_at)
           SELECT DISTINCT $1, type, id, $3::timestamptz FROM gone ON CONFLICT DO NOTHING)
SELECT DISTINCT unnest(named || patient_id) AS id FROM gone
"""
# By a partial index, into which no Bundle goes of which anything is held.
_ANSWERS = """
DELETE FROM bundle_receipt WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM bundle_receipt WHERE sealed_request = '' AND received_at <= $1
     ORDER BY received_at LIMIT $2 FOR UPDATE SKIP LOCKED))
RETURNING org, id
"""


@dataclass(frozen=True)
class PurgeAges:
    """How long what is held stays, and an answer that stands alone."""

    after_end: timedelta = timedelta(hours=72)
    after_change: timedelta = timedelta(days=30)
    after_answer: timedelta = timedelta(days=30)


class HeldPurge:
    """Background part: purges at its start and then every `every_seconds`. Rows that another process has locked are
    its work, so several may run."""

    name = "held-purge"

    def __init__(
        self, database: Database, clock: Clock, ages: PurgeAges | None = None, *, every_seconds: float = 600.0
    ) -> None:
        self._database = database
        self._clock = clock
        self._ages = ages or PurgeAges()
        self._every_seconds = every_seconds

    def problems(self) -> list[str]:
        return []

    async def run(self) -> None:
        """Purge until cancelled. Raises Unavailable("postgres")."""
        while True:
            await self.purge()
            await asyncio.sleep(self._every_seconds)

    async def purge(self) -> int:
        """Purge all that is due; answers how many visits went."""
        now, visits = self._clock.now(), 0
        while True:
            async with self._database.system_transaction() as tx:
                due = await tx.driver.fetch(_DUE, *self._limits(now), _BATCH)
            purged = 0
            for row in due:
                purged += await self._purge_visit(row["org"], row["encounter_id"], now)
            visits += purged
            if not purged:
                break
        alone = await self._purge_alone(now)
        answers = await self._purge_answers(now)
        if visits or alone or answers:
            log.info("held.purged", visits=visits, others=alone, answers=answers)
        return visits

    def _limits(self, now: datetime) -> tuple[datetime, datetime]:
        return now - self._ages.after_end, now - self._ages.after_change

    async def _purge_visit(self, org: str, encounter_id: UUID, now: datetime) -> int:
        async with self._database.system_transaction() as tx:
            if await tx.driver.fetchval(_LOCK, org, encounter_id, *self._limits(now)) is None:
                return 0
            rows = await tx.driver.fetch(_OF_VISIT, org, encounter_id)
            count = await self._delete(tx, org, [row["id"] for row in rows], now)
            await tx.driver.execute(
                "DELETE FROM medical_report WHERE org = $1 AND encounter_id = $2", org, encounter_id
            )
            detail = {"resources": count}
            await record(tx, AuditEntry(org, _HUB, "visit.purge", "Encounter", str(encounter_id), detail=detail))
        PURGED.inc()
        return 1

    async def _delete(self, tx: Transaction, org: str, ids: Iterable[UUID], now: datetime) -> int:
        """Delete these and then, from the outside in, what only they named."""
        count, going = 0, list(ids)
        for _ in range(_DEPTH_MAX):
            if not going:
                break
            named = await tx.driver.fetch(_DELETE, org, going, now)
            count += len(going)
            unused = await tx.driver.fetch(_UNUSED, org, [row["id"] for row in named])
            going = [row["id"] for row in unused]
        return count

    async def _purge_alone(self, now: datetime) -> int:
        """What nothing names first, so that what then remains is named in a circle or kept by something."""
        return await self._purge_found(_ALONE, now) + await self._purge_found(_CIRCLES, now)

    async def _purge_found(self, sql: str, now: datetime) -> int:
        total = 0
        while True:
            async with self._database.system_transaction() as tx:
                rows = await tx.driver.fetch(sql, now - self._ages.after_change, _BATCH)
                for row in rows:
                    await self._delete(tx, row["org"], [row["id"]], now)
                    entry = AuditEntry(row["org"], _HUB, "resource.purge", "Resource", str(row["id"]))
                    await record(tx, entry)
            total += len(rows)
            if len(rows) < _BATCH:
                return total

    async def _purge_answers(self, now: datetime) -> int:
        total = 0
        while True:
            async with self._database.system_transaction() as tx:
                rows = await tx.driver.fetch(_ANSWERS, now - self._ages.after_answer, _BATCH)
                for row in rows:
                    await record(tx, AuditEntry(row["org"], _HUB, "answer.purge", "Bundle", str(row["id"])))
            total += len(rows)
            if len(rows) < _BATCH:
                return total
