"""Claims and evidence in PostgreSQL, within one transaction. Many rows go in one statement (INSERT … unnest)."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any
from uuid import UUID

import asyncpg

from services.verification.adapters.basket import Basket, stripes
from services.verification.adapters.participant_register import ParticipantRegister
from services.verification.adapters.sealed_facts import FactsSealer
from services.verification.adapters.stream_writer import SEPARATOR, add_to_stream
from services.verification.adapters.surroundings import Surroundings, read_findings
from services.verification.adapters.tracking_codes import TrackingCodes
from services.verification.adapters.turn_messages import TurnMessages
from services.verification.application.records import (
    ClaimRecord,
    EvidenceRecord,
    Found,
    Locks,
    Move,
    PersonLink,
    StoredPair,
    StreamRow,
    Wanted,
)
from services.verification.domain.entries import Entry
from services.verification.domain.evidence import Identity
from services.verification.domain.grouping import Pair
from services.verification.domain.likeness import likeness_keys
from services.verification.domain.membership import Membership
from services.verification.domain.surroundings import Traits
from shared.errors import Unavailable
from shared.events.envelope import Event, IdentityHashes
from shared.identifiers import new_id
from shared.outbox import append
from shared.postgres.database import Transaction
from shared.postgres.late_rows import RowsInto
from shared.sealing import Secrets

# Claims belong to BPJS, whichever of its offices works on them; the statements below name it themselves.
ORG = "bpjs"

_LOCK_ALL = """SELECT count(CASE WHEN alone THEN pg_advisory_xact_lock(key) ELSE pg_advisory_xact_lock_shared(key) END)
    FROM unnest('{{{}}}'::bigint[], '{{{}}}'::boolean[]) AS k(key, alone)"""
_LOCK = "SELECT count(pg_advisory_xact_lock(key)) FROM unnest($1::bigint[]) AS k(key)"
# `named` tells what was asked for from candidates that merely share a likeness key. Those are materialised, since a
# limit beside the condition would let the planner prefer to read the whole table.
_HELD = """SELECT e.id, e.revision, e.facts FROM evidence_link l JOIN evidence e ON e.id = l.evidence_id
    WHERE l.ended_at IS NULL AND l.case_number = ANY($1::text[])"""
_EVIDENCE = """WITH named(id) AS (
    SELECT id FROM evidence WHERE nik_index = ANY($1::text[])
    UNION SELECT id FROM evidence WHERE kpj_index = ANY($2::text[])
    UNION SELECT id FROM evidence WHERE passport_index = ANY($3::text[])
    UNION SELECT id FROM evidence WHERE id = ANY($4::text[])
    UNION SELECT id FROM evidence WHERE named_report_id = ANY($4::text[])
    UNION SELECT id FROM evidence WHERE named_case_number = ANY($5::text[])
    UNION SELECT evidence_id FROM evidence_link WHERE ended_at IS NULL AND case_number = ANY($5::text[])),
    alike(id) AS MATERIALIZED (
    SELECT id FROM evidence WHERE nik_index IS NULL AND likeness && $6::text[]
    UNION ALL SELECT id FROM evidence WHERE nik_index IS NOT NULL AND likeness && $7::text[]),
    wanted(id, named) AS (
    SELECT id, true FROM named
    UNION ALL (SELECT id, false FROM alike WHERE id NOT IN (SELECT id FROM named) LIMIT $8))
    SELECT e.id, e.revision, e.facts, l.case_number, wanted.named
    FROM wanted JOIN evidence e USING (id) LEFT JOIN evidence_link l ON l.evidence_id = e.id AND l.ended_at IS NULL"""
# More than this share a birth date or a name within three weeks only in a made-up load.
_CANDIDATES_MAX = 300
_CLAIMS = """SELECT case_number, founder_id, opened_at, version, decision_version, decision_digest, merged_into,
        assigned_to, notification_sequence, notification_digest, terms, document,
        (SELECT s.findings FROM claim_surrounding s WHERE s.case_number = claim.case_number) AS findings
    FROM claim WHERE founder_id = ANY($1::text[]) OR case_number = ANY($2::text[]) OR merged_into = ANY($2::text[])
    ORDER BY case_number"""
# The claims' rows are locked with it: only now is it known which they are, and that their workers are ours.
_ENTRIES = """WITH held AS MATERIALIZED (
    SELECT case_number FROM claim WHERE case_number = ANY($1::text[]) ORDER BY case_number FOR UPDATE)
    SELECT e.id, held.case_number, e.kind, e.document FROM held LEFT JOIN claim_entry e USING (case_number)
     ORDER BY e.id"""
_LINKS = """SELECT one, other, relation, person, decided_at FROM person_link
    WHERE ended_at IS NULL AND (one = ANY($1::text[]) OR other = ANY($1::text[]))"""


def _overtaken() -> Unavailable:
    """Somebody wrote between our read and our write: the same work is done again on what is there now."""
    return Unavailable("a claim under work", 0.05)


_EVIDENCE_ROWS = RowsInto(
    """INSERT INTO evidence (id, org, source, kind, source_org, version, revision, status, nik_index,
        kpj_index, passport_index, named_case_number, named_report_id, occurred_at, received_at, facts, document,
        likeness)
    SELECT e.id, 'bpjs', e.source, e.kind, e.source_org, e.version, e.revision, e.status, e.nik, e.kpj, e.passport,
        e.case_number, e.report_id, e.occurred_at, e.received_at, e.facts, e.document,
        string_to_array(e.likeness, ' ')
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::text[], $8::text[],
        $9::text[], $10::text[], $11::text[], $12::text[], $13::timestamptz[], $14::timestamptz[], $15::bytea[],
        $16::bytea[], $17::text[])
        AS e(id, source, kind, source_org, version, revision, status, nik, kpj, passport, case_number, report_id,
             occurred_at, received_at, facts, document, likeness)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, revision = excluded.revision, status = excluded.status,
        nik_index = excluded.nik_index, kpj_index = excluded.kpj_index, passport_index = excluded.passport_index,
        named_case_number = excluded.named_case_number, named_report_id = excluded.named_report_id,
        occurred_at = excluded.occurred_at, received_at = excluded.received_at, facts = excluded.facts,
        document = COALESCE(excluded.document, evidence.document), likeness = excluded.likeness
    WHERE evidence.revision = excluded.revision - 1
    RETURNING 1""",
    short=_overtaken,
)
_CLAIM_ROWS = RowsInto(
    """INSERT INTO claim (case_number, org, founder_id, opened_at, version, decision_version,
        decision_digest, state, waiting_on, region_code, flags, terms, next_due_at, merged_into, assigned_to,
        notification_sequence, notification_digest, document, overdue_at)
    SELECT c.case_number, 'bpjs', c.founder_id, c.opened_at, c.version, c.decision_version, c.decision_digest, c.state,
        c.waiting_on, c.region_code, string_to_array(c.flags, ' '), string_to_array(c.terms, chr(31)), c.next_due_at,
        c.merged_into, c.assigned_to, c.notification_sequence, c.notification_digest, c.document,
        c.overdue_at
    FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::bigint[], $5::bigint[], $6::text[], $7::text[],
        $8::text[], $9::text[], $10::text[], $11::text[], $12::timestamptz[], $13::text[], $14::text[],
        $15::bigint[], $16::text[], $17::bytea[], $18::bigint[], $19::timestamptz[])
        AS c(case_number, founder_id, opened_at, version, decision_version, decision_digest, state, waiting_on,
             region_code, flags, terms, next_due_at, merged_into, assigned_to, notification_sequence,
             notification_digest, document, stored_version, overdue_at)
    ON CONFLICT (case_number) DO UPDATE SET version = excluded.version, decision_version = excluded.decision_version,
        decision_digest = excluded.decision_digest, state = excluded.state, waiting_on = excluded.waiting_on,
        region_code = excluded.region_code, flags = excluded.flags, terms = excluded.terms,
        next_due_at = excluded.next_due_at, merged_into = excluded.merged_into, assigned_to = excluded.assigned_to,
        notification_sequence = excluded.notification_sequence, notification_digest = excluded.notification_digest,
        document = excluded.document, overdue_at = excluded.overdue_at, updated_at = clock_timestamp()
    WHERE claim.version = (SELECT v.stored FROM unnest($1::text[], $18::bigint[]) AS v(number, stored)
                            WHERE v.number = claim.case_number)
    RETURNING 1""",
    short=_overtaken,
)
_END_LINKS = (
    "UPDATE evidence_link SET ended_at = clock_timestamp() WHERE ended_at IS NULL AND evidence_id = ANY($1::text[])"
)
_LINK_ROWS = RowsInto(
    """INSERT INTO evidence_link (org, evidence_id, case_number)
    SELECT 'bpjs', l.evidence_id, l.case_number FROM unnest($1::text[], $2::text[]) AS l(evidence_id, case_number)"""
)
_ENTRY_ROWS = RowsInto(
    """INSERT INTO claim_entry (id, org, case_number, kind, document)
    SELECT e.id, 'bpjs', e.case_number, e.kind, e.document
      FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[]) WITH ORDINALITY
           AS e(id, case_number, kind, document, place)
     ORDER BY e.place ON CONFLICT (id) DO NOTHING"""
)


class PostgresCaseStore:
    """`CaseStore` on one open transaction."""

    def __init__(self, transaction: Transaction, secrets: Secrets, messages: TurnMessages | None = None) -> None:
        self._transaction = transaction
        self._messages = messages
        self._driver = transaction.driver
        self._late = transaction.late
        self._is_locked = False
        self._secrets = secrets
        self._facts = FactsSealer(secrets.sealer)
        self._basket = Basket(transaction, secrets.blind_index)

    async def lock_workers(self, identities: Iterable[Identity]) -> None:
        keys = {lock for identity in identities for lock in self._locks_of(identity)}
        if keys:
            # Sorted, so that two transactions never wait for each other in a circle.
            await self._driver.execute(_LOCK, sorted(keys))

    async def lock_only(self, locks: Locks) -> None:
        workers = {lock for identity in locks.identities for lock in self._locks_of(identity)}
        workers |= {_lock(name) for name in locks.names}
        # Locks that were taken since are let go with it (PostgreSQL, 13.3.5: as for any lock after a savepoint).
        begin = "ROLLBACK TO SAVEPOINT gathering" if self._is_locked else "SAVEPOINT gathering"
        self._is_locked = True
        taken = [
            *stripes(locks.alike_shared, locks.alike_alone, locks.weeks),
            *((key, True) for key in sorted(workers)),
        ]
        keys, alone = (
            ",".join(str(key) for key, _ in taken),
            ",".join("t" if is_alone else "f" for _, is_alone in taken),
        )
        # Two statements in one round trip, which the protocol allows without parameters: there are only numbers.
        await self._driver.execute(f"{begin}; {_LOCK_ALL.format(keys, alone)}")

    def _locks_of(self, identity: Identity) -> list[int]:
        # Keyed hashes whose secret never rotates: two processes must agree on them, and a plain hash of a NIK is none.
        hashes = self._secrets.worker_keys.all(nik=identity.nik, kpj=identity.kpj, passport=identity.passport)
        return [_lock(hash_) for hash_ in hashes]

    async def identities_in(self, case_numbers: Iterable[str]) -> list[Identity]:
        rows = await self._driver.fetch(_HELD, list(case_numbers))
        return [self._facts.open_evidence(row["facts"], row["id"], row["revision"]).identity for row in rows]

    async def find(self, wanted: Wanted) -> Found:
        evidence, candidates = await self._look_for(wanted)
        ids = list({record.evidence.id for record in evidence} | wanted.evidence_ids)
        if not evidence and not wanted.case_numbers:
            return Found(candidates=candidates)
        claims = await self._driver.fetch(_CLAIMS, ids, list(wanted.case_numbers))
        links = await self._driver.fetch(_LINKS, ids)
        return Found(
            evidence,
            tuple(self._claim(row) for row in claims),
            tuple(PersonLink(r["one"], r["other"], r["relation"], r["person"], r["decided_at"]) for r in links),
            candidates,
        )

    async def _look_for(self, wanted: Wanted) -> tuple[tuple[EvidenceRecord, ...], tuple[EvidenceRecord, ...]]:
        index = self._secrets.blind_index
        rows = await self._driver.fetch(
            _EVIDENCE,
            [hash_ for nik in wanted.niks for hash_ in index.all("nik", nik)],
            [hash_ for kpj in wanted.kpjs for hash_ in index.all("kpj", kpj)],
            [hash_ for passport in wanted.passports for hash_ in index.all("passport", passport)],
            list(wanted.evidence_ids),
            list(wanted.case_numbers),
            self._basket.hashes_sought(wanted.alike | wanted.alike_unnamed),
            self._basket.hashes_sought(wanted.alike),
            _CANDIDATES_MAX,
        )
        named = tuple(self._evidence(row) for row in rows if row["named"])
        return named, tuple(self._evidence(row) for row in rows if not row["named"])

    def _evidence(self, row: "asyncpg.Record") -> EvidenceRecord:
        revision = row["revision"]
        return EvidenceRecord(
            self._facts.open_evidence(row["facts"], row["id"], revision), revision, row["case_number"]
        )

    def _claim(self, row: "asyncpg.Record") -> ClaimRecord:
        number, version = row["case_number"], row["version"]
        return ClaimRecord(
            case_number=number,
            founder_id=row["founder_id"],
            opened_at=row["opened_at"],
            version=version,
            decision_version=row["decision_version"],
            decision_digest=row["decision_digest"],
            merged_into=row["merged_into"],
            assigned_to=row["assigned_to"],
            notification_sequence=row["notification_sequence"],
            notification_digest=row["notification_digest"],
            document=self._facts.open_claim(row["document"], number, version),
            stored_version=version,
            terms=tuple(row["terms"]),
            findings=read_findings(row["findings"]),
        )

    async def entries(self, case_numbers: Iterable[str]) -> dict[str, list[Entry]]:
        rows = await self._driver.fetch(_ENTRIES, list(case_numbers))
        found: dict[str, list[Entry]] = {number: [] for number in case_numbers}
        for row in rows:
            if row["id"] is None:
                continue
            found[row["case_number"]].append(self._facts.open_entry(row["kind"], row["document"], str(row["id"])))
        return found

    async def memberships(self, identities: Iterable[Identity]) -> list[Membership]:
        return await ParticipantRegister(self._transaction, self._secrets).memberships(identities)

    def save_evidence(self, records: Sequence[EvidenceRecord]) -> None:
        index, rows = self._secrets.blind_index, []
        for record in records:
            piece, revision = record.evidence, record.revision + 1
            form = record.document
            row = (
                piece.id,
                piece.source,
                piece.kind,
                piece.org,
                piece.version,
                revision,
                str(piece.status),
                index.nik(piece.identity.nik) if piece.identity.nik else None,
                index.kpj(piece.identity.kpj) if piece.identity.kpj else None,
                index.passport(piece.identity.passport) if piece.identity.passport else None,
                piece.case_number,
                piece.report_id,
                piece.occurred_at,
                piece.received_at,
                self._facts.seal_evidence(piece, revision),
                self._facts.seal_form(form, piece.id, piece.version) if form is not None else None,
                " ".join(self._basket.hashes_stored(likeness_keys(piece))),
            )
            rows.append(row)
        self._late.add(_EVIDENCE_ROWS, rows)
        self.codes.remember(records)

    async def move_evidence(self, moves: Sequence[Move]) -> None:
        held = [move.evidence_id for move in moves if move.was_held]
        if held:
            await self._driver.execute(_END_LINKS, held)
        self._late.add(_LINK_ROWS, [(move.evidence_id, move.case_number) for move in moves])

    def save_claims(self, records: Sequence[ClaimRecord]) -> None:
        rows = []
        # Survivors first: a merged claim refers to one.
        for record in sorted(records, key=lambda record: (record.is_merged, record.case_number)):
            document = record.document or {}
            flags = " ".join(flag["code"] for flag in document["flags"] if flag["state"] == "open")
            row = (
                record.case_number,
                record.founder_id,
                record.opened_at,
                record.version,
                record.decision_version,
                record.decision_digest,
                document["state"],
                document["waiting_on"],
                document["region_code"],
                flags,
                SEPARATOR.join(record.terms),
                record.view.next_due_at if record.view else None,
                record.merged_into,
                record.assigned_to,
                record.notification_sequence,
                record.notification_digest,
                self._facts.seal_claim(document, record.case_number, record.version),
                record.stored_version,
                record.view.next_overdue_at if record.view else None,
            )
            rows.append(row)
        self._late.add(_CLAIM_ROWS, rows)

    def save_traits(self, traits: Mapping[str, Traits]) -> None:
        Surroundings(self._transaction, self._secrets).save_traits(traits)

    def save_entries(self, entries: Sequence[tuple[str, Entry]]) -> None:
        rows = []
        for case_number, entry in entries:
            kind, sealed = self._facts.seal_entry(entry)
            rows.append((UUID(entry.id), case_number, kind, sealed))
        self._late.add(_ENTRY_ROWS, rows)

    async def save_links(self, links: Sequence[PersonLink], ended: Sequence[frozenset[str]]) -> None:
        for pair in ended:
            one, other = sorted(pair)
            await self._driver.execute(
                "UPDATE person_link SET ended_at = clock_timestamp() WHERE ended_at IS NULL"
                " AND one IN ($1, $2) AND other IN ($1, $2)",
                one,
                other,
            )
        for link in links:
            await self._driver.execute(
                "INSERT INTO person_link (id, org, one, other, relation, person, decided_at)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                new_id(),
                ORG,
                *sorted((link.one, link.other)),
                link.relation,
                link.person,
                link.at,
            )

    async def save_pairs(self, pairs: Sequence[Pair], unnamed: Iterable[str], among: Iterable[str]) -> None:
        await self._basket.save(pairs, unnamed, among)

    async def pair(self, pair_id: str) -> StoredPair | None:
        return await self._basket.pair(pair_id)

    async def close_pair(self, pair_id: str, state: str, person: str) -> None:
        await self._basket.close(pair_id, state, person)

    @property
    def codes(self) -> TrackingCodes:
        return TrackingCodes(self._transaction, self._secrets, ORG)

    async def tell(self, addresses: Sequence[str], document: Mapping[str, Any]) -> None:
        if self._messages is not None:
            await self._messages.tell(self._transaction, addresses, document)

    def append_stream(self, rows: Sequence[StreamRow]) -> None:
        add_to_stream(self._late, rows)

    async def publish(self, events: Sequence[Event]) -> None:
        await append(self._transaction, events, self._secrets.sealer)

    async def write(self) -> None:
        await self._late.write()

    def terms_of(self, identities: Iterable[Identity]) -> list[str]:
        hashes = self.hashes_of(identities)
        return sorted({*hashes.nik, *hashes.kpj, *hashes.passport})

    def hashes_of(self, identities: Iterable[Identity]) -> IdentityHashes:
        index, known = self._secrets.blind_index, list(identities)
        return IdentityHashes(
            nik=tuple(sorted({index.nik(identity.nik) for identity in known if identity.nik})),
            kpj=tuple(sorted({index.kpj(identity.kpj) for identity in known if identity.kpj})),
            passport=tuple(sorted({index.passport(identity.passport) for identity in known if identity.passport})),
        )


def _lock(name: str) -> int:
    """A signed 64-bit number for an advisory lock; a collision only makes two workers wait for each other."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True)
