"""What could belong together, read from PostgreSQL: evidence by its numbers and likeness, claims, links, entries."""

from collections.abc import Iterable

import asyncpg

from services.verification.adapters.basket import Basket
from services.verification.adapters.sealed_facts import FactsSealer
from services.verification.adapters.surroundings import read_findings
from services.verification.application.records import ClaimRecord, EvidenceRecord, Found, PersonLink, Wanted
from services.verification.domain.entries import Entry
from services.verification.domain.evidence import Identity
from shared.postgres.database import Transaction
from shared.sealing import Secrets

_HELD = """SELECT e.id, e.revision, e.facts FROM evidence_link l JOIN evidence e ON e.id = l.evidence_id
    WHERE l.ended_at IS NULL AND l.case_number = ANY($1::text[])"""
# `named` tells what was asked for from candidates that merely share a likeness key. Those are materialised, since a
# limit beside the condition would let the planner prefer to read the whole table.
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


class CaseReading:
    """On one open transaction."""

    def __init__(self, transaction: Transaction, secrets: Secrets) -> None:
        self._driver = transaction.driver
        self._index = secrets.blind_index
        self._facts = FactsSealer(secrets.sealer)
        self._basket = Basket(transaction, secrets.blind_index)

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
        index = self._index
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
