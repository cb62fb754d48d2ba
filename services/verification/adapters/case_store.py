"""Claims and evidence in PostgreSQL, within one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.verification.adapters.basket import Basket
from services.verification.adapters.case_locks import CaseLocks
from services.verification.adapters.case_reading import CaseReading
from services.verification.adapters.claim_rows import ClaimRows
from services.verification.adapters.evidence_rows import EvidenceRows
from services.verification.adapters.participant_register import ParticipantRegister
from services.verification.adapters.stream_writer import add_to_stream
from services.verification.adapters.surroundings import Surroundings
from services.verification.adapters.tracking_codes import TrackingCodes
from services.verification.adapters.worker_messages import WorkerMessages
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
from services.verification.domain.membership import Membership
from services.verification.domain.surroundings import Traits
from shared.events.envelope import Event, IdentityHashes
from shared.identifiers import new_id
from shared.outbox import append
from shared.postgres.database import Transaction
from shared.postgres.late_rows import RowsInto
from shared.sealing import Secrets

# Claims belong to BPJS, whichever of its offices works on them; the statements name it themselves.
ORG = "bpjs"
# A pair is stored in the order of its ids.
_END_PERSON_LINKS = """UPDATE person_link AS held SET ended_at = clock_timestamp()
    FROM unnest($1::text[], $2::text[]) AS pair(one, other)
    WHERE held.ended_at IS NULL AND held.one = pair.one AND held.other = pair.other"""
_PERSON_LINK_ROWS = RowsInto(
    """INSERT INTO person_link (id, org, one, other, relation, person, decided_at)
    SELECT l.id, 'bpjs', l.one, l.other, l.relation, l.person, l.decided_at
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
        AS l(id, one, other, relation, person, decided_at)"""
)


class PostgresCaseStore:
    """`CaseStore` on one open transaction."""

    def __init__(self, transaction: Transaction, secrets: Secrets, messages: WorkerMessages | None = None) -> None:
        self._transaction = transaction
        self._messages = messages
        self._driver = transaction.driver
        self._late = transaction.late
        self._secrets = secrets
        self._locks = CaseLocks(transaction, secrets)
        self._reading = CaseReading(transaction, secrets)
        self._evidence = EvidenceRows(transaction, secrets)
        self._claims = ClaimRows(transaction, secrets)
        self._basket = Basket(transaction, secrets.blind_index)

    async def lock_workers(self, identities: Iterable[Identity]) -> None:
        await self._locks.lock_workers(identities)

    async def lock_only(self, locks: Locks) -> None:
        await self._locks.lock_only(locks)

    async def identities_in(self, case_numbers: Iterable[str]) -> list[Identity]:
        return await self._reading.identities_in(case_numbers)

    async def find(self, wanted: Wanted) -> Found:
        return await self._reading.find(wanted)

    async def entries(self, case_numbers: Iterable[str]) -> dict[str, list[Entry]]:
        return await self._reading.entries(case_numbers)

    async def memberships(self, identities: Iterable[Identity]) -> list[Membership]:
        return await ParticipantRegister(self._transaction, self._secrets).memberships(identities)

    def save_evidence(self, records: Sequence[EvidenceRecord]) -> None:
        self._evidence.save(records)
        self.codes.remember(records)

    async def move_evidence(self, moves: Sequence[Move]) -> None:
        await self._evidence.move(moves)

    def save_claims(self, records: Sequence[ClaimRecord]) -> None:
        self._claims.save(records)

    def save_traits(self, traits: Mapping[str, Traits]) -> None:
        Surroundings(self._transaction, self._secrets).save_traits(traits)

    def save_entries(self, entries: Sequence[tuple[str, Entry]]) -> None:
        self._claims.save_entries(entries)

    async def save_links(self, links: Sequence[PersonLink], ended: Sequence[frozenset[str]]) -> None:
        if ended:
            ones, others = zip(*(sorted(pair) for pair in ended), strict=True)
            await self._driver.execute(_END_PERSON_LINKS, ones, others)
        rows = [(new_id(), *sorted((link.one, link.other)), link.relation, link.person, link.at) for link in links]
        self._late.add(_PERSON_LINK_ROWS, rows)

    async def save_pairs(self, pairs: Sequence[Pair], unnamed: Iterable[str], among: Iterable[str]) -> None:
        await self._basket.save(pairs, unnamed, among)

    async def pair(self, pair_id: str) -> StoredPair | None:
        return await self._basket.pair(pair_id)

    async def close_pair(self, pair_id: str, state: str, person: str) -> None:
        await self._basket.close(pair_id, state, person)

    @property
    def codes(self) -> TrackingCodes:
        return TrackingCodes(self._transaction, self._secrets, ORG, are_told=self._messages is not None)

    async def tell_turn(self, whom: Sequence[Contact], document: Mapping[str, Any]) -> None:
        if self._messages is not None:
            await self._messages.tell_turn(self._transaction, whom, document)

    async def tell_code(self, contact: Contact, code: str) -> None:
        if self._messages is not None:
            await self._messages.tell_code(self._transaction, contact, code)

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
