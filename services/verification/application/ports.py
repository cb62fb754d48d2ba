"""What the use cases need from outside."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

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


class CodeStore(Protocol):
    """Which tracking codes lead to which claims."""

    async def replace(self, case_number: str, evidence_id: str, code: str, now: datetime) -> None:
        """`code` leads the worker to the claim of this evidence from now on; codes given out before don't."""

    async def give_first(self, case_number: str, evidence_id: str, held: Sequence[str], code: str) -> bool:
        """`code` leads the worker to the claim of `evidence_id`, if nobody was ever given one by any of `held`, the
        claim's evidence, and messages leave from here at all; answers whether it does now."""

    async def add_companion(self, evidence_id: str, companion_id: str, code: str) -> None:
        """`code` leads a companion there."""

    async def end_companion(self, companion_id: str, now: datetime) -> None:
        """The companion's code leads nowhere from now on."""


class CaseStore(Protocol):
    """Claims and their evidence within one transaction."""

    async def lock_workers(self, identities: Iterable[Identity]) -> None:
        """Wait until no other transaction works on any of these workers (decisions 22); held to the end."""

    async def lock_only(self, locks: Locks) -> None:
        """Wait until all of `locks` are ours, in one order for everybody. What an earlier call has locked is let go
        first, so that nobody waits while holding something that another waits for. Held to the end."""

    async def identities_in(self, case_numbers: Iterable[str]) -> list[Identity]:
        """Whom the evidence of these cases names, without locking anything."""

    async def find(self, wanted: Wanted) -> Found:
        """Evidence that has any of the numbers or names any of the cases, with the claims founded on it and the
        persons' links that touch it; and candidates that share a likeness key."""

    async def entries(self, case_numbers: Iterable[str]) -> dict[str, list[Entry]]:
        """What was added to each case, by id; locks the cases' claims."""

    async def memberships(self, identities: Iterable[Identity]) -> list[Membership]:
        """Every membership filed under any of the numbers, whoever's they turn out to be."""

    # What is saved is in the database only when it was written; where an answer is awaited, there already.

    def save_evidence(self, records: Sequence[EvidenceRecord]) -> None: ...

    async def move_evidence(self, moves: Sequence[Move]) -> None:
        """Close each evidence's link and open one to its new case."""

    def save_claims(self, records: Sequence[ClaimRecord]) -> None: ...

    def save_traits(self, traits: Mapping[str, Traits]) -> None:
        """By what claims are compared with others, by case number; whoever has changed is looked around later."""

    def save_entries(self, entries: Sequence[tuple[str, Entry]]) -> None: ...

    async def save_links(self, links: Sequence[PersonLink], ended: Sequence[frozenset[str]]) -> None: ...

    async def save_pairs(self, pairs: Sequence[Pair], unnamed: Iterable[str], among: Iterable[str]) -> None:
        """Make `pairs` the open pairs of the evidence `among`, and `unnamed` those of it that stand in the basket by
        themselves; others among it are no longer in doubt."""

    async def pair(self, pair_id: str) -> StoredPair | None: ...

    async def close_pair(self, pair_id: str, state: str, person: str) -> None: ...

    @property
    def codes(self) -> CodeStore:
        """Tracking codes, in the same transaction."""

    async def tell_turn(self, whom: Sequence[Contact], document: Mapping[str, Any]) -> None:
        """Message whose turn it is now in the claim of this document; it leaves when the transaction commits."""

    async def tell_code(self, contact: Contact, code: str) -> None:
        """Message the worker's tracking code, in the same way."""

    def append_stream(self, rows: Sequence[StreamRow]) -> None: ...

    async def publish(self, events: Sequence[Event]) -> None: ...

    async def write(self) -> None:
        """Write all that was saved and told. Raises Unavailable when a claim or a piece of evidence was changed since
        it was read; the unit of work is tried again."""

    def terms_of(self, identities: Iterable[Identity]) -> list[str]:
        """Look-up hashes under which a claim of this worker is found."""

    def hashes_of(self, identities: Iterable[Identity]) -> IdentityHashes: ...
