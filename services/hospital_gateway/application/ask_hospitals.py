"""What a claim still needs from a hospital reaches it as Tasks, one for each paper, and a Communication that sums them
up: kept among the hospital's own resources, so that they are read, searched and versioned like everything else."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.hospital_gateway.application.documents import Document, Held, Request, Written
from services.hospital_gateway.application.ports import Records, ResourceFormat
from services.hospital_gateway.domain.asked_papers import AskedPaper, dropped
from shared.clock import Clock
from shared.identifiers import new_id

TASK, COMMUNICATION = "Task", "Communication"


@dataclass(frozen=True)
class ClaimRequests:
    """What one claim asks of the hospitals that have treated its worker."""

    case_number: str
    encounter_ids: tuple[UUID, ...]
    papers: tuple[AskedPaper, ...]


@dataclass(frozen=True)
class Visited:
    """A visit of the claim, and whose it is; the latest comes last."""

    org: str
    encounter_id: UUID


@dataclass(frozen=True)
class Made:
    """A resource that the hub made for a hospital; a Communication is about no single paper."""

    org: str
    type: str
    id: UUID
    document_code: str | None


class Requests(Protocol):
    """Which requests were made, in the hub's own transaction."""

    async def visits(self, encounter_ids: Sequence[UUID]) -> list[Visited]:
        """Those that left the gateway, in the order of their beginning."""

    async def made_for(self, case_number: str) -> list[Made]: ...

    async def keep(self, case_number: str, made: Sequence[Made]) -> None: ...

    async def forget(self, case_number: str) -> None:
        """Delete every request of the claim with the resources that carry it."""

    def records_of(self, org: str) -> Records:
        """One hospital's records on the same transaction."""


class AskHospitals:
    """Brings a claim's requests up to date; safe to call twice with the same state."""

    def __init__(self, requests: Requests, resource_format: ResourceFormat, clock: Clock) -> None:
        self._requests = requests
        self._format = resource_format
        self._clock = clock

    async def ask(self, claim: ClaimRequests) -> None:
        """Every hospital with a visit in the claim is asked for the same papers, since nobody knows who holds them;
        when one brings a paper, the others' Tasks are completed too."""
        visits = await self._requests.visits(claim.encounter_ids)
        made = await self._requests.made_for(claim.case_number)
        for org in sorted({one.org for one in visits} | {one.org for one in made}):
            here = [one.encounter_id for one in visits if one.org == org]
            await self._ask_one(org, claim, here, [one for one in made if one.org == org])

    async def forget(self, case_number: str) -> None:
        """The claim was erased."""
        await self._requests.forget(case_number)

    async def _ask_one(self, org: str, claim: ClaimRequests, visits: Sequence[UUID], made: Sequence[Made]) -> None:
        records, known = self._requests.records_of(org), {one.document_code: one for one in made}
        heads = {one.id: one for one in await records.held([(one.type, one.id) for one in made], lock=True)}
        visit = await self._visit(records, visits, heads)
        if visit is None:
            return
        papers = _papers(claim.papers, known, has_visits=bool(visits))
        if not papers:
            return
        new = [
            Made(org, TASK if code else COMMUNICATION, new_id(), code)
            for code in (*(one.document_code for one in papers), None)
            if code not in known
        ]
        known.update((one.document_code, one) for one in new)
        now, changed = self._clock.now(), []
        request = Request(claim.case_number, org.partition(":")[2], visit, tuple(visits))
        tasks = [(one, known[one.document_code].id) for one in papers]
        for paper, task_id in tasks:
            raw = self._format.paper_task(request, paper, _content(self._format, heads.get(task_id)), now)
            changed += self._version(TASK, task_id, raw, heads.get(task_id), now)
        summary = known[None].id
        raw = self._format.papers_summary(request, tasks, _content(self._format, heads.get(summary)), now)
        changed += self._version(COMMUNICATION, summary, raw, heads.get(summary), now)
        await self._requests.keep(claim.case_number, new)
        await self._store(records, claim.case_number, changed)

    async def _visit(self, records: Records, visits: Sequence[UUID], heads: dict[UUID, Held]) -> Held | None:
        """The latest visit; when none is the claim's any more, the one that was asked about."""
        latest = visits[-1] if visits else next((one.encounter_id for one in heads.values() if one.encounter_id), None)
        found = await records.held([("Encounter", latest)]) if latest else []
        return found[0] if found else None

    def _version(self, type_name: str, id_: UUID, raw: str | None, head: Held | None, now: datetime) -> list[Written]:
        """The next version of a request, or none when it would read the same."""
        if raw is None:
            return []
        version = head.version + 1 if head else 1
        text, content = self._format.stamped(raw, id_, version, now, has_meta=False)
        links = self._format.links(content)
        return [
            Written(
                type=type_name,
                id=id_,
                version=version,
                updated_at=now,
                text=text,
                content_sha256=hashlib.sha256(raw.encode()).digest(),
                encounter_id=links.encounter_id,
                patient_id=links.patient_id,
                content=content,
                links=links,
                keys=self._format.keys_of_request(content),
            )
        ]

    async def _store(self, records: Records, case_number: str, changed: Sequence[Written]) -> None:
        if not changed:
            return
        await records.add(changed, [])
        for one in changed:
            await records.audit("request.tell", one.type, str(one.id), {"case": case_number, "version": one.version})


def _papers(asked: Sequence[AskedPaper], known: dict[str | None, Made], *, has_visits: bool) -> list[AskedPaper]:
    """What is said of each paper. A paper is first told of when it is wanted; what was told of once is followed."""
    listed = {one.document_code: one for one in asked}
    told = [
        one if has_visits else dropped(one.document_code)
        for one in asked
        if one.document_code in known or (one.standing == "wanted" and has_visits)
    ]
    return [*told, *(dropped(code) for code in known if code is not None and code not in listed)]


def _content(resource_format: ResourceFormat, head: Held | None) -> Document | None:
    return resource_format.parse(head.text) if head else None
