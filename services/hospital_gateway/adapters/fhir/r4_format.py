"""FHIR R4 in JSON, as the use cases see it."""

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from services.hospital_gateway.adapters.fhir import (
    bundle_reader,
    bundles,
    eligibility,
    outcome,
    requests,
    resource_reader,
    systems,
)
from services.hospital_gateway.adapters.fhir.conditions import searches_of
from services.hospital_gateway.adapters.fhir.inspection import organisation_numbers
from services.hospital_gateway.adapters.fhir.json_patch import patched
from services.hospital_gateway.adapters.fhir.json_text import (
    member_text,
    with_first_members,
    with_leading_members,
    with_strings_replaced,
)
from services.hospital_gateway.adapters.fhir.links import absent_number, links_of, named_by, typed
from services.hospital_gateway.adapters.fhir.search_parameters import read_history_page, read_search
from services.hospital_gateway.adapters.fhir.second_opinion import second_opinion
from services.hospital_gateway.adapters.fhir.visit_reader import read_visit
from services.hospital_gateway.application.documents import (
    Address,
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
    Request,
    Search,
    SearchRequest,
    Submission,
    VisitMarks,
)
from services.hospital_gateway.application.findings import Finding
from services.hospital_gateway.domain.asked_papers import AskedPaper
from services.hospital_gateway.domain.visit import Visit
from shared.identifiers import nik_problems

_ID = frozenset({"id"})
_META = frozenset({"meta"})
_OURS_IN_META = frozenset({"versionId", "lastUpdated"})


class R4Format:
    """See `application.ports.ResourceFormat`."""

    def __init__(self, *, entries_max: int, slim_from_bytes: int) -> None:
        self._entries_max = entries_max
        self._slim_from_bytes = slim_from_bytes

    async def bundle(self, raw: bytes) -> Submission:
        return bundle_reader.read_bundle(raw, entries_max=self._entries_max, slim_from_bytes=self._slim_from_bytes)

    async def resource(self, raw: bytes, type_name: str, resource_id: str | None) -> Draft:
        return resource_reader.read_resource(raw, type_name, resource_id)

    def asked_about(self, raw: bytes) -> bytes:
        return resource_reader.asked_about(raw)

    async def second_opinion(self, draft: Draft) -> Sequence[Finding]:
        # In a thread: the first one imports models, and none may hold up the loop.
        return await asyncio.to_thread(second_opinion, draft.content, draft.type)

    def searches(self, entries: Sequence[Entry]) -> dict[str, Search]:
        return searches_of(entries)

    def identity_keys(self, draft: Draft) -> tuple[tuple[str, str], ...]:
        return resource_reader.identity_keys(draft)

    def resolved(self, draft: Draft, targets: dict[str, str]) -> str:
        made = {reference: targets[reference] for _, reference in draft.references if reference in targets}
        text = with_strings_replaced(draft.text, made) if made else draft.text
        # An id in the body is the hub's or the sender's own; either way it is no part of what is said.
        return with_leading_members(text, _ID, "") if "id" in draft.content else text

    def stamped(
        self, text: str, resource_id: UUID, version: int, at: datetime, *, has_meta: bool = True
    ) -> tuple[str, Document]:
        ours = f'"versionId":"{version}","lastUpdated":"{outcome.instant(at)}"'
        sent = member_text(text, "meta") if has_meta else None
        meta = with_leading_members(sent, _OURS_IN_META, ours) if sent else f"{{{ours}}}"
        leading = f'"id":"{resource_id}","meta":{meta}'
        stamped = with_leading_members(text, _META, leading) if sent else with_first_members(text, leading)
        content: Document = json.loads(stamped)
        return stamped, content

    def links(self, content: Document, references: Sequence[str] | None = None) -> Links:
        return links_of(content, references)

    def parse(self, text: str) -> Document:
        content: Document = json.loads(text)
        return content

    def numbers_of(self, content: Document) -> tuple[str, ...]:
        return organisation_numbers(content.get("identifier"))

    def visit(self, encounter_id: str, kept: Sequence[Kept], zone: ZoneInfo) -> Visit:
        return read_visit(encounter_id, kept, zone)

    def transaction_response(self, done: Sequence[Outcome], kind: str) -> bytes:
        return outcome.response_bundle(done, kind)

    def search(self, address: Address, type_name: str) -> SearchRequest:
        return read_search(type_name, address.parameters)

    def page_of_history(self, address: Address) -> tuple[int | None, int]:
        return read_history_page(address.parameters)

    def searchset(self, found: Found, address: Address) -> bytes:
        return bundles.searchset(found, address)

    def history(self, versions: Sequence[Held], address: Address, *, more: bool) -> bytes:
        return bundles.history(versions, address, more=more)

    def person(self, type_name: str, search: Search) -> bytes | None:
        if type_name not in ("Patient", "Practitioner") or search.system != systems.NIK or nik_problems(search.value):
            return None
        identifier = {"use": "official", "system": systems.NIK, "value": search.value}
        return json.dumps({"resourceType": type_name, "identifier": [identifier]}).encode()

    def eligibility_asked(self, content: Document) -> EligibilityAsked:
        return eligibility.eligibility_asked(content)

    def eligibility_response(self, request: Held, answer: EligibilityAnswer) -> bytes:
        return eligibility.eligibility_response(request, self.parse(request.text), answer)

    def paper_task(self, request: Request, paper: AskedPaper, before: Document | None, at: datetime) -> str | None:
        return requests.paper_task(request, self.parse(request.visit.text), paper, before, at)

    def papers_summary(
        self, request: Request, papers: Sequence[tuple[AskedPaper, UUID]], before: Document | None, at: datetime
    ) -> str | None:
        return requests.papers_summary(request, self.parse(request.visit.text), papers, before, at)

    def keys_of_request(self, content: Document) -> tuple[tuple[str, str], ...]:
        return requests.keys_of_request(content)

    def patient_keys(self, draft: Draft) -> tuple[tuple[str, str], ...]:
        numbers = dict.fromkeys(number for _, one in draft.references if (number := absent_number(one)))
        return tuple((systems.IHS_NUMBER, number) for number in numbers)

    def status_keys(self, type_name: str, content: Document) -> tuple[tuple[str, str], ...]:
        return requests.status_keys(type_name, content)

    def is_of_hub(self, content: Document) -> bool:
        return requests.is_of_hub(content)

    def numbers_in(self, content: Document) -> VisitMarks:
        return eligibility.numbers_in(content)

    def link_of(self, reference: str) -> tuple[str, UUID] | None:
        return typed(reference)

    def patched(self, text: str, patch: bytes) -> bytes:
        return patched(text, patch)

    def named_by(self, content: Document, parameter: str) -> Sequence[tuple[str, UUID]]:
        return named_by(content, parameter)
