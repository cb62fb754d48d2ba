"""What goes through the use cases: drafts as read from a request, entries of a Bundle, and resources as kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from services.hospital_gateway.domain.eligibility import Eligibility
from shared.errors import SimpulError
from shared.identifiers import organisation_number

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Identifier:
    """A business identifier as sent: system and value."""

    system: str
    value: str


@dataclass(frozen=True)
class Organisation:
    """A mention of an organisation as the one that provides, manages or writes: the reference, and the registry
    numbers named beside it."""

    reference: str
    numbers: tuple[str, ...]
    expression: str


@dataclass(frozen=True)
class Draft:
    """A resource that has passed validation and is not stored yet.

    `text` is its JSON exactly as sent; `references` are all references it makes (without those into itself). Of a
    large Bundle's resource `content` holds only what is asked for before it is stored (`is_slim`).
    """

    type: str
    text: str
    content: Document
    identifiers: tuple[Identifier, ...] = ()
    references: tuple[tuple[str, str], ...] = ()  # expression, reference
    organisations: tuple[Organisation, ...] = ()
    is_slim: bool = False
    # Of references to other entries of the request: expression, reference, the types it may point to.
    wanted: tuple[tuple[str, str, frozenset[str]], ...] = ()

    @property
    def id(self) -> str | None:
        return self.content.get("id")

    def seen_from(self, place: str) -> "Draft":
        """The draft with its expressions as seen from the Bundle that holds it at `place`."""
        if not self.organisations and not self.references:
            return self
        cut = len(self.type)
        return replace(
            self,
            references=tuple((place + where[cut:], reference) for where, reference in self.references),
            wanted=tuple((place + where[cut:], reference, types) for where, reference, types in self.wanted),
            organisations=tuple(replace(one, expression=place + one.expression[cut:]) for one in self.organisations),
        )


@dataclass(frozen=True)
class Search:
    """A look-up by identifier: `Type?identifier=system|value`, of a conditional reference or create."""

    type: str
    system: str | None
    value: str


@dataclass(frozen=True)
class Criteria:
    """What a search asks of one type; an empty part asks nothing. Times are a half-open interval of the last change,
    `after` is the last match of the page before, by which the order goes on. `absent_patients` are named by what is no
    id here; what names one of them, or one of `patients`, matches."""

    type: str
    identifiers: tuple[Search, ...] = ()
    ids: tuple[UUID, ...] | None = None
    patients: tuple[UUID, ...] | None = None
    absent_patients: tuple[Search, ...] = ()
    encounters: tuple[UUID, ...] | None = None
    statuses: tuple[str, ...] | None = None
    changed_from: datetime | None = None
    changed_before: datetime | None = None
    newest_first: bool = False
    after: tuple[datetime, UUID] | None = None
    count: int = 50


@dataclass(frozen=True)
class Include:
    """What a search wants beside its matches: what they name by `parameter`, or (`reverse`) what names them by it.
    `type` is of the side that makes the reference."""

    type: str
    parameter: str
    reverse: bool = False


@dataclass(frozen=True)
class SearchRequest:
    """A search as read from its parameters; `only_count` wants the number of matches and none of them."""

    criteria: Criteria
    includes: tuple[Include, ...] = ()
    only_count: bool = False


@dataclass(frozen=True)
class Address:
    """Where a request was sent, for links: the base of all addresses, the path under it and the parameters."""

    base: str
    path: str
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Query:
    """What a GET inside a Bundle asks for, if not the current version of one resource: matches of a search, all
    versions of one resource, or one version."""

    kind: Literal["search", "history", "version"]
    parameters: tuple[tuple[str, str], ...] = ()
    version: str = ""


@dataclass(frozen=True)
class Entry:
    """One thing to do, of a Bundle or alone. `place` is the FHIRPath of the entry, or the type of a single resource.
    `patch` is the JSON Patch of a PATCH, `query` is of a GET."""

    place: str
    method: Literal["POST", "PUT", "PATCH", "GET"]
    type: str
    id: str | None = None
    draft: Draft | None = None
    full_url: str | None = None
    if_none_exist: Search | None = None
    if_match: str | None = None
    where: Search | None = None  # of a conditional update or patch, which has no id
    patch: bytes | None = None
    query: Query | None = None


@dataclass(frozen=True)
class Submission:
    """A Bundle that has been read: what to do, in order. A batch's entry that cannot be read is the error it made; the
    last entry of a document is the document itself."""

    kind: Literal["transaction", "batch", "document"]
    entries: tuple[Entry | SimpulError, ...]
    searches: Mapping[str, Search] = field(default_factory=dict)  # conditional references by their text


@dataclass(frozen=True)
class Held:
    """One stored version of a resource. `content_sha256` is of the JSON without the id and meta that the hub adds;
    `receipt_id` is of the request that it came in, where it is read from storage."""

    type: str
    id: UUID
    version: int
    updated_at: datetime
    text: str
    content_sha256: bytes
    encounter_id: UUID | None = None
    patient_id: UUID | None = None
    receipt_id: UUID | None = None

    @property
    def path(self) -> str:
        return f"{self.type}/{self.id}"


@dataclass(frozen=True)
class Found:
    """One page of a search. `more`: it goes on after the last match; `total` only where it was asked for."""

    matches: tuple[Held, ...] = ()
    included: tuple[Held, ...] = ()
    more: bool = False
    total: int | None = None


@dataclass(frozen=True)
class Links:
    """To which Encounter and patient of this hospital a resource belongs, and all other resources it names.
    `patient_key`: system and value of the number by which it names its patient without an id, or by which a Patient
    may be named so."""

    encounter_id: UUID | None
    patient_id: UUID | None
    named: tuple[tuple[str, UUID], ...] = ()
    patient_key: tuple[str, str] | None = None


@dataclass(frozen=True)
class Written(Held):
    """A version that is about to be stored, with what is kept beside it. Its content is parsed already, but for those
    of a large Bundle."""

    content: Document | None = None
    links: Links = Links(None, None)
    keys: tuple[tuple[str, str], ...] = ()  # system and value of every identifier
    exclusive: frozenset[tuple[str, str]] = frozenset()  # those of which there may be one resource only
    entry_index: int | None = None


@dataclass(frozen=True)
class Done:
    """What became of one entry. `answer` is what the hub replies to a question, such as one for eligibility;
    `acknowledged` is the id under which a single write was given a receipt."""

    status: Literal["201 Created", "200 OK"]
    held: Held
    answer: Held | None = None
    acknowledged: UUID | None = None


@dataclass(frozen=True)
class Shown:
    """What an entry that only reads gets: a resource, or a Bundle of matches or versions, as text. `held` is the
    resource where it is one."""

    text: str
    held: Held | None = None


@dataclass(frozen=True)
class Submitted:
    """The answer to a Bundle, and whether it was the answer to the same bytes before. `document` is what a document
    was stored as, which is its answer. `acknowledged` is the id under which a receipt was given, if one was."""

    answer: bytes
    replayed: bool = False
    document: Held | None = None
    acknowledged: UUID | None = None


# What became of an entry of a Bundle.
Outcome = Done | Shown | SimpulError


@dataclass(frozen=True)
class Kept:
    """A stored version with its content parsed, as the reader of visits takes it."""

    type: str
    id: str
    version: int
    sha256: str
    content: Document


@dataclass(frozen=True)
class VisitMarks:
    """By what a held visit is found again: the numbers of its patient, when it began, and when it was ended."""

    nik: str | None = None
    kpj: str | None = None
    passport: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def numbers(self) -> tuple[tuple[str, str], ...]:
        """Each with its kind, the surest first."""
        named = (("nik", self.nik), ("kpj", self.kpj), ("passport", self.passport))
        return tuple((kind, number) for kind, number in named if number)


@dataclass(frozen=True)
class ReportState:
    """What the gateway knows of an Encounter's report. `version` counts published versions, 0 before the first."""

    encounter_id: UUID
    version: int = 0
    digest: bytes | None = None
    marks: VisitMarks = VisitMarks()


@dataclass(frozen=True)
class Receipt:
    """A Bundle's bytes, empty where nothing of it is held, with the answer it got."""

    id: UUID
    sha256: bytes
    request: bytes
    response: bytes
    received_at: datetime
    entries: int


@dataclass(frozen=True)
class Prepared:
    """What one look-up at the beginning of a write finds: the hospital's region, who holds the identifiers asked for,
    and the answer that a Bundle of the same bytes got, with the id of its receipt."""

    region_code: str | None = None
    holders: Mapping[tuple[str, str, str], tuple[UUID, ...]] = field(default_factory=dict)
    replay: bytes | None = None
    receipt_id: UUID | None = None


@dataclass(frozen=True)
class Caller:
    """For whom the work is done."""

    org: str
    client_id: str

    @property
    def number(self) -> str:
        """The hospital's registry number: what stands after `hospital:`."""
        return organisation_number(self.org)


@dataclass(frozen=True)
class Request:
    """For what a hospital is asked: the claim, the latest of its visits in it, and all of them."""

    case_number: str
    hospital_number: str
    visit: Held
    visits: tuple[UUID, ...]


@dataclass(frozen=True)
class EligibilityAsked:
    """What a request asks: of whom, as far as it says itself (else `patient` is a path), and of which day."""

    marks: VisitMarks
    patient: str | None
    day: date | None


@dataclass(frozen=True)
class EligibilityAnswer:
    """The answer to one request; `reported` says that an accident report of that time is held. Without `eligibility`
    nobody knows of whom was asked."""

    eligibility: Eligibility | None
    day: date
    reported: bool
    as_of: datetime | None
    answered_at: datetime
