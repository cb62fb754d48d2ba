"""A hospital's records in PostgreSQL. The hot path, a new visit in one Bundle, takes two statements of this module:
one look-up and one insert."""

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date, timedelta
from uuid import UUID

import asyncpg

from services.hospital_gateway.adapters.fhir.types import STORED_TYPES
from services.hospital_gateway.adapters.record_statements import (
    ADD_ALONE,
    ADD_WITH_RECEIPT,
    HELD,
    HELD_LOCKED,
    HISTORY,
    IS_REPORTED,
    JOIN_PATIENT,
    KEEP_RECEIPT,
    PARTS,
    PREPARE,
    REPLACE,
    STANDING,
    TREATED_FOR_CLAIM,
    VERSION,
    VISITS_NAMING,
    VISITS_OF,
)
from services.hospital_gateway.adapters.request_receipts import RequestReceipts
from services.hospital_gateway.adapters.resource_search import hashes_of, kind_of, page_sql, search_sql
from services.hospital_gateway.adapters.statement_sizes import packed, slices
from services.hospital_gateway.adapters.worker_hashes import WorkerHashes
from services.hospital_gateway.application.documents import (
    Caller,
    Criteria,
    Held,
    Prepared,
    Receipt,
    ReportState,
    VisitMarks,
    Written,
)
from services.hospital_gateway.application.ports import Collision
from shared.audit import AuditEntry, record
from shared.clock import Clock
from shared.errors import SimpulError
from shared.events import Event
from shared.identifiers import is_test, organisation_number, trial_organisation
from shared.outbox import append
from shared.postgres.database import Transaction
from shared.sealing import BlindIndex, Sealer

_NAMING = sorted(STORED_TYPES - {"Patient"})


class PostgresRecords:
    """See `application.ports.Records`."""

    def __init__(
        self,
        tx: Transaction,
        caller: Caller,
        sealer: Sealer,
        index: BlindIndex,
        clock: Clock,
        replay_for: timedelta,
        receipts: RequestReceipts,
    ) -> None:
        self._tx = tx
        self._driver = tx.driver
        self._caller = caller
        self._org = caller.org
        self._sealer = sealer
        self._index = index
        self._workers = WorkerHashes(index, caller.org)
        self._clock = clock
        self._replay_for = replay_for
        self._receipts = receipts

    async def prepare(self, keys: Sequence[tuple[str, str, str]], bundle_sha256: bytes | None) -> Prepared:
        asked = {
            (key[0], token): key for key in keys for token in self._index.all(kind_of(key[0]), f"{key[1]}|{key[2]}")
        }
        row = await self._driver.fetchrow(
            PREPARE,
            self._org,
            self._caller.client_id,
            bundle_sha256,
            self._clock.now() - self._replay_for,
            [type_name for type_name, _ in asked],
            [token for _, token in asked],
        )
        assert row is not None
        holders: dict[tuple[str, str, str], tuple[UUID, ...]] = {}
        for holder in row["holders"]:
            type_name, token, resource_id = holder.split(" ")
            key = asked[type_name, token]
            known = holders.get(key, ())
            holders[key] = known if UUID(resource_id) in known else (*known, UUID(resource_id))
        replay = None
        if row["sealed_response"] is not None:
            replay = self._sealer.open_bytes(
                row["sealed_response"], type="bundle-answer", id=row["receipt_id"], version=1
            )
        return Prepared(row["region_code"], holders, replay, row["receipt_id"])

    async def held(self, targets: Sequence[tuple[str, UUID]], *, lock: bool = False) -> list[Held]:
        asked = dict.fromkeys(targets)
        arguments = (self._org, [type_name for type_name, _ in asked], [resource_id for _, resource_id in asked])
        rows = await self._driver.fetch(HELD_LOCKED if lock else HELD, *arguments)
        if lock and len(rows) < len(asked) and len(await self._driver.fetch(HELD, *arguments)) > len(rows):
            # A current version that we waited for was replaced meanwhile, and its successor is not in our snapshot.
            raise Collision
        return [self._opened(row) for row in rows]

    async def find(self, criteria: Criteria) -> list[Held]:
        sql, arguments = page_sql(self._org, criteria, hashes_of(self._index, criteria))
        return [self._opened(row) for row in await self._driver.fetch(sql, *arguments)]

    async def count(self, criteria: Criteria) -> int:
        condition, arguments = search_sql(self._org, criteria, hashes_of(self._index, criteria))
        counted = await self._driver.fetchval(f"SELECT count(*) FROM resource r WHERE {condition}", *arguments)  # noqa: S608
        return int(counted)

    async def history_of(self, type_name: str, resource_id: UUID, before: int | None, count: int) -> list[Held]:
        rows = await self._driver.fetch(HISTORY, self._org, type_name, resource_id, before, count)
        return [self._opened(row) for row in rows]

    async def version_of(self, type_name: str, resource_id: UUID, version: int) -> Held | None:
        row = await self._driver.fetchrow(VERSION, self._org, type_name, resource_id, version)
        return self._opened(row) if row else None

    async def parts_of(self, encounter_id: UUID) -> list[Held]:
        return [self._opened(row) for row in await self._driver.fetch(PARTS, self._org, encounter_id)]

    async def standing_of(self, patient_id: UUID) -> list[Held]:
        return [self._opened(row) for row in await self._driver.fetch(STANDING, self._org, patient_id)]

    async def encounters_of(self, patient_ids: Sequence[UUID]) -> list[UUID]:
        rows = await self._driver.fetch(
            "SELECT id FROM resource WHERE org = $1 AND patient_id = ANY($2) AND latest AND type = 'Encounter'",
            self._org,
            list(patient_ids),
        )
        return [row["id"] for row in rows]

    async def join_patient(self, patient_id: UUID, key: tuple[str, str]) -> list[UUID]:
        tokens = self._index.all(kind_of("Patient"), f"{key[0]}|{key[1]}")
        rows = await self._driver.fetch(JOIN_PATIENT, self._org, patient_id, list(tokens), _NAMING)
        encounters = [row["encounter_id"] for row in rows if row["encounter_id"] is not None]
        if len(encounters) < len(rows):
            encounters += await self.encounters_of([patient_id])
        return encounters

    async def registered_hospitals(self, numbers: Sequence[str]) -> set[str]:
        orgs = [f"hospital:{number}" for number in numbers]
        if is_test(self._org):
            orgs += [trial_organisation(org) for org in orgs]
        sql = "SELECT org FROM registered_partner WHERE org = ANY($1) AND 'hospital' = ANY(kinds)"
        rows = await self._driver.fetch(sql, orgs)
        return {organisation_number(row["org"]) for row in rows}

    async def visits_of(self, resource_ids: Sequence[UUID]) -> dict[UUID, UUID]:
        rows = await self._driver.fetch(VISITS_OF, self._org, list(resource_ids))
        return {row["id"]: row["encounter_id"] for row in rows}

    async def visits_naming(self, resource_ids: Sequence[UUID], count: int) -> list[UUID]:
        rows = await self._driver.fetch(VISITS_NAMING, self._org, list(resource_ids), count)
        return [row["encounter_id"] for row in rows]

    async def adopt(self, encounter_id: UUID, parts: Sequence[tuple[str, UUID]]) -> None:
        await self._driver.execute(
            """UPDATE resource r SET encounter_id = $2 FROM unnest($3::text[], $4::uuid[]) AS given(type, id)
                WHERE r.org = $1 AND r.type = given.type AND r.id = given.id AND r.latest AND r.encounter_id IS NULL""",
            self._org,
            encounter_id,
            [type_name for type_name, _ in parts],
            [resource_id for _, resource_id in parts],
        )

    async def add(
        self,
        written: Sequence[Written],
        reports: Sequence[tuple[ReportState, str | None]],
        receipt: Receipt | None = None,
        receipt_id: UUID | None = None,
    ) -> None:
        last = {(one.type, one.id): one.version for one in written}
        first = {(one.type, one.id): one.version for one in reversed(written)}
        replaced = [who for who, version in first.items() if version > 1]
        if replaced:
            await self._replace(replaced)
        *before, final = slices(written)
        for part in before:
            await self._add(part, last, (), None, receipt_id)
        if not await self._add(final, last, reports, receipt, receipt_id):
            raise Collision

    async def _add(
        self,
        written: Sequence[Written],
        last: Mapping[tuple[str, UUID], int],
        reports: Sequence[tuple[ReportState, str | None]],
        receipt: Receipt | None,
        receipt_id: UUID | None,
    ) -> bool:
        """One slice of new versions; `last` is the current version of each. False when another Bundle of the same
        bytes came first."""
        texts = [one.text.encode() for one in written]
        current = [one for one in written if last[one.type, one.id] == one.version]
        names = self._named_by(current)
        stored = await self._driver.fetchval(
            ADD_WITH_RECEIPT if receipt else ADD_ALONE,
            self._org,
            [one.type for one in written],
            [one.id for one in written],
            [one.version for one in written],
            [last[one.type, one.id] == one.version for one in written],
            [one.encounter_id for one in written],
            [one.patient_id for one in written],
            [one.updated_at for one in written],
            [hashlib.sha256(text).digest() for text in texts],
            [one.content_sha256 for one in written],
            [one.entry_index for one in written],
            [
                self._sealer.seal_bytes(text, type=one.type, id=one.id, version=one.version)
                for one, text in zip(written, texts, strict=True)
            ],
            [name[0] for name in names],
            [name[1] for name in names],
            [name[2] for name in names],
            [name[3] for name in names],
            [state.encounter_id for state, _ in reports],
            [state.version for state, _ in reports],
            [state.digest for state, _ in reports],
            [status for _, status in reports],
            self._clock.now(),
            [" ".join(str(resource_id) for _, resource_id in one.links.named) for one in written],
            [" ".join(self._workers.kept(state.marks)) for state, _ in reports],
            [state.marks.started_at for state, _ in reports],
            receipt_id,
            [state.marks.ended_at for state, _ in reports],
            *(self._receipt_values(receipt) if receipt else ()),
        )
        return bool(stored)

    def _named_by(self, current: Sequence[Written]) -> list[tuple[str, str, UUID, bool]]:
        """Type, token, id and whether it is the only one, of each identifier that is to be found; and of the number by
        which something names its patient."""
        borne = ((one, key, one.type) for one in current for key in one.keys)
        named = ((one, one.links.patient_key, "Patient") for one in current if one.links.patient_key is not None)
        return list(dict.fromkeys(
            (one.type, self._token(kind, key), one.id, key in one.exclusive) for one, key, kind in (*borne, *named)
        ))  # fmt: skip

    async def _replace(self, who: Sequence[tuple[str, UUID]]) -> None:
        """Make room for new current versions: the old ones are no longer current, and their identifiers go."""
        ids = [resource_id for _, resource_id in who]
        await self._driver.execute(REPLACE, self._org, [type_name for type_name, _ in who], ids)
        await self._driver.execute(
            "DELETE FROM resource_identifier WHERE org = $1 AND resource_id = ANY($2)", self._org, ids
        )

    async def lock_reports(self, encounter_ids: Sequence[UUID]) -> list[ReportState]:
        rows = await self._driver.fetch(
            """SELECT encounter_id, version, digest, ended_at FROM medical_report
                WHERE org = $1 AND encounter_id = ANY($2) ORDER BY encounter_id FOR UPDATE""",
            self._org,
            list(encounter_ids),
        )
        return [
            ReportState(row["encounter_id"], row["version"], row["digest"], VisitMarks(ended_at=row["ended_at"]))
            for row in rows
        ]

    async def save_report(self, state: ReportState, encounter_status: str | None) -> None:
        await self._driver.execute(
            """UPDATE medical_report SET version = $3, digest = $4, encounter_status = $5, changed_at = $6,
                      worker_hashes = $7, started_at = $8, ended_at = $9
                WHERE org = $1 AND encounter_id = $2""",
            self._org,
            state.encounter_id,
            state.version,
            state.digest,
            encounter_status,
            self._clock.now(),
            self._workers.kept(state.marks),
            state.marks.started_at,
            state.marks.ended_at,
        )

    async def is_treated_for_claim(self, marks: VisitMarks) -> bool:
        hashes = self._workers.sought(marks)
        if not hashes or marks.started_at is None:
            return False
        return bool(await self._driver.fetchval(TREATED_FOR_CLAIM, hashes, marks.started_at))

    async def is_reported(self, marks: VisitMarks, day: date) -> bool:
        hashes = self._workers.sought(marks)
        return bool(hashes) and bool(await self._driver.fetchval(IS_REPORTED, hashes, day))

    async def was_purged(self, type_name: str, resource_id: UUID) -> bool:
        row = await self._driver.fetchval(
            "SELECT 1 FROM purged_resource WHERE org = $1 AND type = $2 AND id = $3", self._org, type_name, resource_id
        )
        return row is not None

    async def keep_receipt(self, receipt: Receipt) -> None:
        if await self._driver.fetchval(KEEP_RECEIPT, *self._receipt_values(receipt)) is None:
            raise Collision

    def _receipt_values(self, receipt: Receipt) -> tuple[object, ...]:
        return (
            self._org,
            self._caller.client_id,
            receipt.sha256,
            receipt.id,
            receipt.received_at,
            receipt.entries,
            self._sealed_request(receipt),
            self._sealer.seal_bytes(receipt.response, type="bundle-answer", id=receipt.id, version=1),
            receipt.received_at - self._replay_for,
        )

    def _sealed_request(self, receipt: Receipt) -> bytes:
        """Empty where nothing of the Bundle is held: by that the purge finds what no resource would lead it to."""
        if not receipt.request:
            return b""
        return self._sealer.seal_bytes(packed(receipt.request), type="bundle", id=receipt.id, version=1)

    async def acknowledge(self, request_id: UUID, sha256: bytes) -> None:
        await self._receipts.give(request_id, sha256)

    async def acknowledged(self, request_id: UUID | None) -> UUID | None:
        return await self._receipts.given(request_id)

    async def publish(self, events: Sequence[Event]) -> None:
        await append(self._tx, events, self._sealer)

    async def audit(self, action: str, object_type: str, object_id: str, detail: dict[str, object]) -> None:
        entry = AuditEntry(self._org, self._caller.client_id, action, object_type, object_id, detail=detail)
        await record(self._tx, entry)

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        await self._driver.execute("SAVEPOINT attempt")
        mark = self._tx.late.mark()
        try:
            yield
        except SimpulError:
            self._tx.late.back_to(mark)
            await self._driver.execute("ROLLBACK TO SAVEPOINT attempt")
            raise
        await self._driver.execute("RELEASE SAVEPOINT attempt")

    def _token(self, type_name: str, key: tuple[str, str]) -> str:
        return self._index.of(kind_of(type_name), f"{key[0]}|{key[1]}")

    def _opened(self, row: asyncpg.Record) -> Held:
        text = self._sealer.open_bytes(row["sealed"], type=row["type"], id=row["id"], version=row["version"])
        return Held(
            row["type"],
            row["id"],
            row["version"],
            row["updated_at"],
            text.decode(),
            row["content_sha256"],
            row["encounter_id"],
            row["patient_id"],
            row["receipt_id"],
        )
