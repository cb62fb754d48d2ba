"""`CaseStore` in memory, for tests of what the case desk makes of evidence."""

import copy
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

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
from services.verification.domain.contacts import Contact
from services.verification.domain.entries import Entry
from services.verification.domain.evidence import Identity
from services.verification.domain.grouping import Pair
from services.verification.domain.likeness import likeness_keys
from services.verification.domain.membership import Membership
from services.verification.domain.surroundings import Traits
from shared.events.envelope import Event, IdentityHashes


class InMemoryCodes:
    """`CodeStore`: the codes that lead somewhere, of workers by evidence, of companions by their ids."""

    def __init__(self) -> None:
        self.of_workers: dict[str, str] = {}
        self.of_companions: dict[str, str] = {}

    async def replace(self, case_number: str, evidence_id: str, code: str, now: datetime) -> None:
        self.of_workers[evidence_id] = code

    async def give_first(self, case_number: str, evidence_id: str, held: Sequence[str], code: str) -> bool:
        if not self.of_workers.keys().isdisjoint(held):
            return False
        self.of_workers[evidence_id] = code
        return True

    async def add_companion(self, evidence_id: str, companion_id: str, code: str) -> None:
        self.of_companions[companion_id] = code

    async def end_companion(self, companion_id: str, now: datetime) -> None:
        self.of_companions.pop(companion_id, None)


class InMemoryCases:
    """Keeps everything; hands out copies, as a database does."""

    def __init__(self) -> None:
        self.evidence: dict[str, EvidenceRecord] = {}
        self.claims: dict[str, ClaimRecord] = {}
        self.entries_by_case: dict[str, list[Entry]] = {}
        self.links: dict[frozenset[str], PersonLink] = {}
        self.pairs: dict[tuple[str, str], Pair] = {}
        self.members: list[Membership] = []
        self.unnamed: set[str] = set()
        self.stream: list[StreamRow] = []
        self.events: list[Event] = []
        self.told: list[tuple[str, str]] = []
        self.codes_told: list[tuple[Contact, str]] = []
        self.codes = InMemoryCodes()

    async def lock_workers(self, identities: Iterable[Identity]) -> None:
        """Alone anyway."""

    async def lock_only(self, locks: Locks) -> None:
        """Alone anyway."""

    async def identities_in(self, case_numbers: Iterable[str]) -> list[Identity]:
        numbers = set(case_numbers)
        return [record.evidence.identity for record in self.evidence.values() if record.case_number in numbers]

    async def find(self, wanted: Wanted) -> Found:
        evidence = tuple(copy.copy(record) for record in self.evidence.values() if _fits(record, wanted))
        candidates = tuple(copy.copy(record) for record in self.evidence.values() if _shares_a_key(record, wanted))
        ids = {record.evidence.id for record in evidence} | wanted.evidence_ids
        numbers = wanted.case_numbers
        claims = tuple(
            copy.copy(claim)
            for claim in self.claims.values()
            if claim.founder_id in ids or claim.case_number in numbers or claim.merged_into in numbers
        )
        links = tuple(link for pair, link in self.links.items() if pair & ids)
        return Found(evidence, claims, links, candidates)

    async def entries(self, case_numbers: Iterable[str]) -> dict[str, list[Entry]]:
        return {number: list(self.entries_by_case.get(number, ())) for number in case_numbers}

    async def memberships(self, identities: Iterable[Identity]) -> list[Membership]:
        numbers = {number for one in identities for number in (one.nik, one.kpj) if number}
        return [member for member in self.members if member.nik in numbers or member.kpj in numbers]

    def save_evidence(self, records: Sequence[EvidenceRecord]) -> None:
        for record in records:
            self.evidence[record.evidence.id] = EvidenceRecord(
                record.evidence, record.revision + 1, record.case_number, record.document
            )

    async def move_evidence(self, moves: Sequence[Move]) -> None:
        for move in moves:
            self.evidence[move.evidence_id].case_number = move.case_number

    def save_claims(self, records: Sequence[ClaimRecord]) -> None:
        for record in records:
            self.claims[record.case_number] = copy.copy(record)
            self.claims[record.case_number].stored_version = record.version

    def save_traits(self, traits: Mapping[str, Traits]) -> None:
        """Nobody looks around here."""

    def save_entries(self, entries: Sequence[tuple[str, Entry]]) -> None:
        for case_number, entry in entries:
            self.entries_by_case.setdefault(case_number, []).append(entry)

    async def save_links(self, links: Sequence[PersonLink], ended: Sequence[frozenset[str]]) -> None:
        for pair in ended:
            self.links.pop(pair, None)
        self.links |= {frozenset((link.one, link.other)): link for link in links}

    async def save_pairs(self, pairs: Sequence[Pair], unnamed: Iterable[str], among: Iterable[str]) -> None:
        ids = set(among)
        self.unnamed = (self.unnamed - ids) | set(unnamed)
        self.pairs = {key: pair for key, pair in self.pairs.items() if not set(key) <= ids}
        self.pairs |= {(pair.one, pair.other): pair for pair in pairs}

    async def pair(self, pair_id: str) -> StoredPair | None:
        return None

    async def close_pair(self, pair_id: str, state: str, person: str) -> None:
        """None is found that could be."""

    async def tell_turn(self, whom: Sequence[Contact], document: Mapping[str, Any]) -> None:
        self.told += [(contact.address, document["waiting_on"]) for contact in whom]

    async def tell_code(self, contact: Contact, code: str) -> None:
        self.codes_told.append((contact, code))

    def append_stream(self, rows: Sequence[StreamRow]) -> None:
        self.stream += rows

    async def publish(self, events: Sequence[Event]) -> None:
        self.events += events

    async def write(self) -> None:
        """Everything is there already."""

    def terms_of(self, identities: Iterable[Identity]) -> list[str]:
        return []

    def hashes_of(self, identities: Iterable[Identity]) -> IdentityHashes:
        return IdentityHashes()


def _shares_a_key(record: EvidenceRecord, wanted: Wanted) -> bool:
    piece = record.evidence
    keys = wanted.alike if piece.identity.nik else wanted.alike | wanted.alike_unnamed
    return not keys.isdisjoint(likeness_keys(piece))


def _fits(record: EvidenceRecord, wanted: Wanted) -> bool:
    piece = record.evidence
    return (
        piece.identity.nik in wanted.niks
        or piece.identity.kpj in wanted.kpjs
        or piece.identity.passport in wanted.passports
        or piece.id in wanted.evidence_ids
        or piece.report_id in wanted.evidence_ids
        or piece.case_number in wanted.case_numbers
        or record.case_number in wanted.case_numbers
    )
