"""What the service keeps of claims, evidence and participants, as the use cases hold it in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from services.verification.domain.claim import ClaimView, Finding
from services.verification.domain.evidence import Evidence, Identity
from services.verification.domain.likeness import LikenessKey
from services.verification.domain.membership import Membership
from services.verification.domain.surroundings import Traits, traits_of


@dataclass
class EvidenceRecord:
    """One piece of evidence as stored. `revision` counts writes; `document` is the whole form, only when it is new."""

    evidence: Evidence
    revision: int = 0
    case_number: str | None = None
    document: bytes | None = None


@dataclass
class ClaimRecord:
    """One claim as stored; `document` is what was last shown of it, `view` what was derived in this unit of work."""

    case_number: str
    founder_id: str
    opened_at: datetime
    version: int = 0
    decision_version: int = 0
    decision_digest: str = ""
    merged_into: str | None = None
    assigned_to: str | None = None
    notification_sequence: int = 0
    notification_digest: str = ""
    document: dict[str, Any] | None = None
    view: ClaimView | None = None
    stored_version: int = 0
    terms: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def is_merged(self) -> bool:
        return self.merged_into is not None

    @property
    def is_test(self) -> bool:
        """Made of what test clients sent."""
        return bool((self.document or {}).get("test"))

    @property
    def traits(self) -> Traits:
        """By what it is compared with other claims; a merged number by nothing."""
        if self.view is not None:
            return traits_of(self.view)
        return Traits(datetime.fromisoformat((self.document or {})["occurred_at"]))


@dataclass(frozen=True)
class StreamRow:
    """One claim event before it has a position. `before` is what filters saw until then, None for a new claim."""

    event_id: UUID
    case_number: str
    claim_version: int
    state: str
    waiting_on: str
    changes: tuple[str, ...]
    region_code: str | None
    flags: tuple[str, ...]
    terms: tuple[str, ...]
    before: Mapping[str, Any] | None
    at: datetime


@dataclass(frozen=True)
class Locks:
    """What a unit of work locks: workers by their numbers, other things by their names, and likeness keys up to `weeks`
    away. Who brings evidence with a NIK shares its keys with others that do (`alike_shared`)."""

    identities: frozenset[Identity] = frozenset()
    names: frozenset[str] = frozenset()
    alike_shared: frozenset[LikenessKey] = frozenset()
    alike_alone: frozenset[LikenessKey] = frozenset()
    weeks: int = 0


@dataclass(frozen=True)
class Move:
    """A piece of evidence comes into a claim; `was_held` by another before, unless it is new."""

    evidence_id: str
    case_number: str
    was_held: bool


@dataclass(frozen=True)
class PersonLink:
    """A verifier's word about two pieces of evidence: `together` or `apart`."""

    one: str
    other: str
    relation: str
    person: str
    at: datetime


@dataclass(frozen=True)
class StoredPair:
    """A doubtful pair of the basket; without `other`, evidence that nothing else is like."""

    id: UUID
    one: str
    other: str | None
    score: float
    reasons: tuple[str, ...]
    state: str


@dataclass
class Wanted:
    """What to look for in the store: evidence by the numbers of its worker, by id, by the numbers it names, or by what
    like evidence shares (`alike_unnamed` only among evidence without a NIK)."""

    niks: set[str] = field(default_factory=set)
    kpjs: set[str] = field(default_factory=set)
    passports: set[str] = field(default_factory=set)
    evidence_ids: set[str] = field(default_factory=set)
    case_numbers: set[str] = field(default_factory=set)
    alike: set[LikenessKey] = field(default_factory=set)
    alike_unnamed: set[LikenessKey] = field(default_factory=set)

    def minus(self, known: "Wanted") -> "Wanted":
        return Wanted(*(getattr(self, f.name) - getattr(known, f.name) for f in fields(self)))

    def add(self, other: "Wanted") -> None:
        for f in fields(self):
            getattr(self, f.name).update(getattr(other, f.name))

    def __bool__(self) -> bool:
        return any(getattr(self, f.name) for f in fields(self))


@dataclass(frozen=True)
class Found:
    """What the store had. `candidates` share a likeness key and are perhaps strangers."""

    evidence: tuple[EvidenceRecord, ...] = ()
    claims: tuple[ClaimRecord, ...] = ()
    links: tuple[PersonLink, ...] = ()
    candidates: tuple[EvidenceRecord, ...] = ()


@dataclass(frozen=True)
class ParticipantRecord:
    """One worker's whole set as stored under the worker key `id`; `version` 0 is not stored yet."""

    id: str
    version: int
    memberships: tuple[Membership, ...]

    @property
    def identities(self) -> list[Identity]:
        """Every pair of numbers in the set."""
        return sorted(
            {Identity(one.nik, one.kpj) for one in self.memberships}, key=lambda i: (i.nik or "", i.kpj or "")
        )
