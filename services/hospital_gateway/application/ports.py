"""What the use cases need from outside: the hospital's records, the format of resources, and worker keys."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from services.hospital_gateway.application.documents import (
    Address,
    Caller,
    Criteria,
    Document,
    Draft,
    EligibilityAnswer,
    EligibilityAsked,
    Entry,
    Found,
    Held,
    Kept,
    Links,
    Outcome,
    Prepared,
    Receipt,
    ReportState,
    Request,
    Search,
    SearchRequest,
    Submission,
    VisitMarks,
    Written,
)
from services.hospital_gateway.application.findings import Finding
from services.hospital_gateway.domain.asked_papers import AskedPaper
from services.hospital_gateway.domain.visit import Visit
from shared.events import Event


class Collision(Exception):
    """Another transaction took the same identifier or version first; the whole work is done again."""


class Records(Protocol):
    """One open transaction on one hospital's records."""

    async def prepare(self, keys: Sequence[tuple[str, str, str]], bundle_sha256: bytes | None) -> Prepared:
        """Look up type, system and value of identifiers, and an earlier answer to the same bytes (30 days)."""

    async def held(self, targets: Sequence[tuple[str, UUID]], *, lock: bool = False) -> list[Held]:
        """The current versions of those that exist; `lock` keeps others from changing them."""

    async def find(self, criteria: Criteria) -> list[Held]:
        """Current versions that fit, in the order of their last change, at most `criteria.count`."""

    async def count(self, criteria: Criteria) -> int:
        """How many fit, whatever page is asked for."""

    async def history_of(self, type_name: str, resource_id: UUID, before: int | None, count: int) -> list[Held]:
        """Versions of one resource, the newest first, of those older than `before`."""

    async def version_of(self, type_name: str, resource_id: UUID, version: int) -> Held | None:
        """One version, current or not."""

    async def parts_of(self, encounter_id: UUID) -> list[Held]:
        """Current versions of all resources that belong to the Encounter, itself included."""

    async def standing_of(self, patient_id: UUID) -> list[Held]:
        """Current Coverages and Consents of a patient that belong to no single Encounter."""

    async def join_patient(self, patient_id: UUID, key: tuple[str, str]) -> list[UUID]:
        """Let resources that named this patient by a number, and had none so far, be the patient's; answers the
        Encounters they belong to, all of the patient's if one of them, such as a Consent, belongs to none."""

    async def encounters_of(self, patient_ids: Sequence[UUID]) -> list[UUID]:
        """Encounters of these patients."""

    async def is_treated_for_claim(self, marks: VisitMarks) -> bool:
        """Whether the patient has an open claim within whose treatment time the visit began."""

    async def is_reported(self, marks: VisitMarks, day: date) -> bool:
        """Whether an accident report of this patient is held, for an accident whose treatment time holds the day."""

    async def was_purged(self, type_name: str, resource_id: UUID) -> bool:
        """Whether this was here once and had to be forgotten."""

    async def registered_hospitals(self, numbers: Sequence[str]) -> set[str]:
        """Which of these registry numbers are hospitals of the hub."""

    async def visits_of(self, resource_ids: Sequence[UUID]) -> dict[UUID, UUID]:
        """The Encounters that these resources belong to, an Encounter to itself, by the resource's id."""

    async def visits_naming(self, resource_ids: Sequence[UUID], count: int) -> list[UUID]:
        """The Encounters with a part that names one of these, at most `count`, the latest changed."""

    async def adopt(self, encounter_id: UUID, parts: Sequence[tuple[str, UUID]]) -> None:
        """Let held resources that belong to no Encounter belong to this one."""

    async def add(
        self,
        written: Sequence[Written],
        reports: Sequence[tuple[ReportState, str | None]],
        receipt: Receipt | None = None,
        receipt_id: UUID | None = None,
    ) -> None:
        """Store new versions, the states of new Encounters' reports, and the receipt of the Bundle; `receipt_id` is of
        the request they came in, also where a Bundle's receipt is kept later."""

    async def lock_reports(self, encounter_ids: Sequence[UUID]) -> list[ReportState]:
        """Lock the reports' states in the order of their ids."""

    async def save_report(self, state: ReportState, encounter_status: str | None) -> None:
        """Store a report's new state."""

    async def keep_receipt(self, receipt: Receipt) -> None:
        """Keep a Bundle's bytes and its answer."""

    async def acknowledge(self, request_id: UUID, sha256: bytes) -> None:
        """Give the sender of a request a receipt for its bytes, whose id is also that of `add`."""

    async def acknowledged(self, request_id: UUID | None) -> UUID | None:
        """The id of a request of before, if it was given a receipt."""

    async def publish(self, events: Sequence[Event]) -> None:
        """Put events into the outbox of this transaction."""

    async def audit(self, action: str, object_type: str, object_id: str, detail: dict[str, object]) -> None:
        """Write down the access or change."""

    def attempt(self) -> AbstractAsyncContextManager[None]:
        """A part of the transaction that is undone alone when it raises."""


class Vault(Protocol):
    """All hospitals' records; a hospital reaches its own only."""

    def of(self, caller: Caller) -> AbstractAsyncContextManager[Records]:
        """A transaction. Raises Collision, Unavailable."""


class ResourceFormat(Protocol):
    """How resources travel."""

    async def bundle(self, raw: bytes) -> Submission:
        """Raises the refusal that names every problem."""

    async def resource(self, raw: bytes, type_name: str, resource_id: str | None) -> Draft:
        """Raises the refusal that names every problem."""

    def asked_about(self, raw: bytes) -> bytes:
        """The resource in a request for `$validate`, which may come wrapped in Parameters unless it is large. Raises
        Unreadable."""

    async def second_opinion(self, draft: Draft) -> Sequence[Finding]:
        """What another judge finds doubtful about a resource that the rules have nothing against."""

    def searches(self, entries: Sequence[Entry]) -> "dict[str, Search]":
        """The conditional references of these entries, by their text."""

    def identity_keys(self, draft: Draft) -> tuple[tuple[str, str], ...]:
        """Identifiers of which a hospital has one resource each."""

    def resolved(self, draft: Draft, targets: "dict[str, str]") -> str:
        """The text with its references put to their targets."""

    def stamped(
        self, text: str, resource_id: UUID, version: int, at: datetime, *, has_meta: bool = True
    ) -> tuple[str, Document]:
        """The text with id and meta, and its content. `has_meta`: whether the text may have a meta of its own."""

    def links(self, content: Document, references: Sequence[str] | None = None) -> Links:
        """Where a resource belongs; `references` are those it makes, where they are known already."""

    def parse(self, text: str) -> Document: ...

    def numbers_of(self, content: Document) -> tuple[str, ...]:
        """Registry numbers among an organisation's identifiers."""

    def visit(self, encounter_id: str, kept: Sequence[Kept], zone: ZoneInfo) -> Visit: ...

    def transaction_response(self, done: Sequence[Outcome], kind: str) -> bytes: ...

    def search(self, address: Address, type_name: str) -> SearchRequest:
        """What the parameters ask. Raises the refusal that names every problem."""

    def page_of_history(self, address: Address) -> tuple[int | None, int]:
        """Versions before which one, and how many. Raises the refusal that names every problem."""

    def searchset(self, found: Found, address: Address) -> bytes:
        """A page of matches as a Bundle; resources as they are kept."""

    def history(self, versions: Sequence[Held], address: Address, *, more: bool) -> bytes:
        """Versions of one resource as a Bundle, the newest first."""

    def person(self, type_name: str, search: Search) -> bytes | None:
        """A Patient or Practitioner of whom nothing is known but the well-formed NIK of `search`, else None."""

    def eligibility_asked(self, content: Document) -> EligibilityAsked:
        """What a CoverageEligibilityRequest asks."""

    def eligibility_response(self, request: Held, answer: EligibilityAnswer) -> bytes:
        """The answer as a CoverageEligibilityResponse."""

    def paper_task(self, request: Request, paper: AskedPaper, before: Document | None, at: datetime) -> str | None:
        """One paper that is asked for, as a resource; None when it would read as it did `before`."""

    def papers_summary(
        self, request: Request, papers: Sequence[tuple[AskedPaper, UUID]], before: Document | None, at: datetime
    ) -> str | None:
        """All papers of a claim and their Tasks, as one message; None when it would read as it did `before`."""

    def keys_of_request(self, content: Document) -> tuple[tuple[str, str], ...]:
        """By what a request of the hub's is found again."""

    def patient_keys(self, draft: Draft) -> tuple[tuple[str, str], ...]:
        """System and value of the numbers by which this resource names patients without an id."""

    def status_keys(self, type_name: str, content: Document) -> tuple[tuple[str, str], ...]:
        """By what a search finds a status, for the types whose status may be asked for."""

    def is_of_hub(self, content: Document) -> bool:
        """Whether the hub itself said this."""

    def numbers_in(self, content: Document) -> VisitMarks:
        """A Patient's numbers."""

    def link_of(self, reference: str) -> tuple[str, UUID] | None:
        """The resource of this hospital that a reference names."""

    def patched(self, text: str, patch: bytes) -> bytes:
        """The resource after a JSON Patch. Raises the refusal of one that is none or does not fit."""

    def named_by(self, content: Document, parameter: str) -> Sequence[tuple[str, UUID]]:
        """The resources of this hospital that a resource names by a search parameter; `*` is all of them."""


class Workers(Protocol):
    """Keyed hashes that lead to a worker."""

    def worker_key(
        self,
        *,
        nik: str | None = None,
        kpj: str | None = None,
        passport: str | None = None,
        document_id: str | UUID | None = None,
    ) -> str: ...
