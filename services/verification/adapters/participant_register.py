"""Participants in PostgreSQL, and how far imports of them have come, within one transaction."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import orjson

from services.verification.adapters.sealed_facts import FactsSealer
from services.verification.application.import_participants import Progress, RefusedLine
from services.verification.application.records import ParticipantRecord
from services.verification.domain.evidence import Identity
from services.verification.domain.membership import Membership
from shared.errors import Conflict, Problem, Unavailable
from shared.postgres.database import Database, Transaction
from shared.sealing import Secrets

ORG: Final = "bpjs"
# Advisory locks of imports: the first number is this class's own, the second the batch or the hash of a key.
_LOCK_CLASS: Final = 4_004
_BATCH_LOCK: Final = 0

_FIND: Final = """SELECT id, version, memberships FROM participant
    WHERE nik_index = ANY($1::text[]) OR kpj_index && $2::text[]"""
_SETS: Final = "SELECT id, version, memberships FROM participant WHERE id = ANY($1::text[])"
_SAVE: Final = """INSERT INTO participant (id, org, version, nik_index, kpj_index, recorded_at, memberships)
    SELECT p.id, $1, p.version, p.nik, string_to_array(p.kpjs, ' '), $2, p.memberships
    FROM unnest($3::text[], $4::bigint[], $5::text[], $6::text[], $7::bytea[])
        AS p(id, version, nik, kpjs, memberships)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, nik_index = excluded.nik_index,
        kpj_index = excluded.kpj_index, recorded_at = excluded.recorded_at, memberships = excluded.memberships
    WHERE participant.version = excluded.version - 1
    RETURNING id"""
_NAMED: Final = """SELECT nik_index AS hash FROM evidence WHERE nik_index = ANY($1::text[])
    UNION SELECT kpj_index FROM evidence WHERE kpj_index = ANY($1::text[])"""
_BEGUN: Final = """INSERT INTO participant_import (client_id, key_sha256, org, lines, body_sha256, counts, refused,
        finished) VALUES ($1, $2, $3, 0, $4, $5::text::jsonb, '[]'::jsonb, false)
    ON CONFLICT (client_id, key_sha256) DO NOTHING"""
_PROGRESS: Final = """SELECT lines, body_sha256, counts::text AS counts, refused::text AS refused, finished
    FROM participant_import WHERE client_id = $1 AND key_sha256 = $2"""
_GO_ON: Final = """UPDATE participant_import SET lines = $4, body_sha256 = $5, counts = $6::text::jsonb,
        refused = $7::text::jsonb, finished = $8, touched_at = clock_timestamp()
    WHERE client_id = $1 AND key_sha256 = $2 AND lines = $3 RETURNING lines"""
_FORGET: Final = "DELETE FROM participant_import WHERE touched_at < clock_timestamp() - $1::interval"


class ParticipantRegister:
    """What BPJS core has told of workers, on one open transaction."""

    def __init__(self, transaction: Transaction, secrets: Secrets) -> None:
        self._driver = transaction.driver
        self._secrets = secrets
        self._index = secrets.blind_index
        self._facts = FactsSealer(secrets.sealer)

    async def memberships(self, identities: Iterable[Identity]) -> list[Membership]:
        """Every membership of the workers who are filed under any of the numbers."""
        known = list(identities)
        niks = [hash_ for nik in {one.nik for one in known if one.nik} for hash_ in self._index.all("nik", nik)]
        kpjs = [hash_ for kpj in {one.kpj for one in known if one.kpj} for hash_ in self._index.all("kpj", kpj)]
        if not niks and not kpjs:
            return []
        rows = await self._driver.fetch(_FIND, niks, kpjs)
        return [membership for row in rows for membership in self._record(row).memberships]

    async def take_turns(self) -> None:
        await self._driver.execute("SELECT pg_advisory_xact_lock($1, $2)", _LOCK_CLASS, _BATCH_LOCK)

    def worker_id(self, membership: Membership) -> str:
        return self._secrets.worker_keys.worker_key(nik=membership.nik, kpj=membership.kpj)

    async def sets(self, ids: Iterable[str]) -> dict[str, ParticipantRecord]:
        return {row["id"]: self._record(row) for row in await self._driver.fetch(_SETS, list(ids))}

    def _record(self, row: Any) -> ParticipantRecord:
        id_, version = row["id"], row["version"]
        return ParticipantRecord(id_, version, self._facts.open_memberships(row["memberships"], id_, version))

    async def save(self, records: Sequence[ParticipantRecord], at: datetime) -> None:
        index = self._index
        written = await self._driver.fetch(
            _SAVE,
            ORG,
            at,
            [record.id for record in records],
            [record.version for record in records],
            [next((index.nik(one.nik) for one in record.memberships if one.nik), None) for record in records],
            [" ".join(sorted({index.kpj(one.kpj) for one in record.memberships if one.kpj})) for record in records],
            [self._facts.seal_memberships(record.memberships, record.id, record.version) for record in records],
        )
        if len(written) != len(records):
            raise Unavailable("a participant under work", 0.05)

    async def with_evidence(self, identities: Sequence[Identity]) -> list[Identity]:
        niks = {hash_: one for one in identities if one.nik for hash_ in self._index.all("nik", one.nik)}
        kpjs = {hash_: one for one in identities if one.kpj for hash_ in self._index.all("kpj", one.kpj)}
        by_hash = niks | kpjs
        rows = await self._driver.fetch(_NAMED, list(by_hash))
        return sorted({by_hash[row["hash"]] for row in rows}, key=lambda one: (one.nik or "", one.kpj or ""))


class ImportBook:
    """How far one client's import under one Idempotency-Key has come, on one open transaction."""

    def __init__(self, transaction: Transaction, org: str, client_id: str, key: str) -> None:
        self._driver = transaction.driver
        self._org = org
        self._name = client_id, sha256(key.encode()).digest()

    async def begin(self, retention: timedelta) -> Progress:
        """Where the import stands; a fresh one stands at its beginning. What is older than `retention` is forgotten."""
        await self._driver.execute(_FORGET, retention)
        fresh = Progress()
        counts = orjson.dumps(fresh.counts).decode()
        await self._driver.execute(_BEGUN, *self._name, self._org, fresh.digest, counts)
        row = await self._driver.fetchrow(_PROGRESS, *self._name)
        assert row is not None
        return Progress(
            row["lines"],
            row["body_sha256"],
            orjson.loads(row["counts"]),
            tuple(_refused_line(item) for item in orjson.loads(row["refused"])),
            row["finished"],
        )

    async def save_progress(self, before: Progress, after: Progress) -> None:
        """Raises Conflict when another request has gone on with it meanwhile."""
        refused = [
            {"line": item.line, "problems": [[one.pointer, one.code, one.detail] for one in item.problems]}
            for item in after.refused
        ]
        row = await self._driver.fetchrow(
            _GO_ON,
            *self._name,
            before.lines,
            after.lines,
            after.digest,
            orjson.dumps(after.counts).decode(),
            orjson.dumps(refused).decode(),
            after.finished,
        )
        if row is None:
            raise _in_flight()


@asynccontextmanager
async def sole_import(database: Database, client_id: str, key: str) -> AsyncIterator[None]:
    """Nobody else imports under this key meanwhile, however many transactions it takes; the lock dies with its
    connection, and so with the process. Raises Conflict when somebody does."""
    number = int.from_bytes(sha256(f"{client_id}\n{key}".encode()).digest()[:4], signed=True) or 1
    connection = await database.connect_as_system()
    try:
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1, $2)", _LOCK_CLASS, number):
            raise _in_flight()
        yield
    finally:
        connection.terminate()


def _in_flight() -> Conflict:
    return Conflict("idempotency.in-flight", "The first request with this Idempotency-Key is still under way.")


def _refused_line(item: dict[str, Any]) -> RefusedLine:
    return RefusedLine(item["line"], tuple(Problem(*parts) for parts in item["problems"]))
