"""What a claim still needs from a hospital reaches it as Tasks, one for each paper, and a Communication that sums them
up: kept among the hospital's own resources, so that they are read, searched and versioned like everything else."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.hospital_gateway.application.documents import Document, Held, Request, Written
from services.hospital_gateway.application.ports import Records, ResourceFormat
from services.hospital_gateway.domain.asked_papers import AskedPaper, dropped
from shared.clock import Clock
from shared.identifiers import new_id, organisation_number

TASK, COMMUNICATION = "Task", "Communication"


@dataclass(frozen=True)
class ClaimRequests:
    """What one claim asks of the hospitals that have treated its worker. `on_suspicion`: nobody has reported the
    accident yet."""

    case_number: str
    encounter_ids: tuple[UUID, ...]
    papers: tuple[AskedPaper, ...]
    on_suspicion: bool = False


@dataclass(frozen=True)
class Visited:
    """A visit of the claim, and whose it is; the latest comes last."""

    org: str
    encounter_id: UUID


@dataclass(frozen=True)
class Made:
    """A resource that the hub made for a hospital; a Communication is about no single paper."""

    case_number: str
    org: str
    type: str
    id: UUID
    document_code: str | None


class Requests(Protocol):
    """Which requests were made, in the hub's own transaction."""

    async def visits(self, encounter_ids: Sequence[UUID]) -> list[Visited]:
        """Those that left the gateway, in the order of their beginning."""

    async def made_for(self, case_numbers: Sequence[str]) -> list[Made]: ...

    async def keep(self, made: Sequence[Made]) -> None: ...

    async def forget(self, case_number: str) -> None:
        """Delete every request of the claim with the resources that carry it."""

    def records_of(self, org: str) -> Records:
        """One hospital's records on the same transaction."""


class Notices(Protocol):
    """What hospitals said of their visits."""

    async def gives_notice(self, records: Records, encounter_id: UUID) -> bool:
        """Whether the hospital itself marked this visit as a suspected case."""


@dataclass(frozen=True)
class _Asking:
    """One claim at one hospital: its visits there and what was made before."""

    claim: ClaimRequests
    visits: tuple[UUID, ...]
    made: tuple[Made, ...]


class AskHospitals:
    """Brings claims' requests up to date; safe to call twice with the same state."""

    def __init__(self, requests: Requests, notices: Notices, resource_format: ResourceFormat, clock: Clock) -> None:
        self._requests = requests
        self._notices = notices
        self._format = resource_format
        self._clock = clock

    async def ask(self, claims: Sequence[ClaimRequests]) -> None:
        """Every hospital with a visit in a claim is asked for the same papers, since nobody knows who holds them;
        when one brings a paper, the others' Tasks are completed too. On an injury code alone nobody is asked: most
        injuries are no work accidents, and a form for each would be asked for in vain. `claims` are different ones;
        what they have in common is looked up and written at once."""
        visits = await self._requests.visits([id_ for claim in claims for id_ in claim.encounter_ids])
        made = await self._requests.made_for([claim.case_number for claim in claims])
        for org in sorted({one.org for one in visits} | {one.org for one in made}):
            here = {one.encounter_id for one in visits if one.org == org}
            order = [one.encounter_id for one in visits]
            askings = [
                _Asking(
                    claim,
                    tuple(id_ for id_ in order if id_ in here and id_ in claim.encounter_ids),
                    tuple(one for one in made if (one.org, one.case_number) == (org, claim.case_number)),
                )
                for claim in claims
            ]
            await self._ask_one(org, [one for one in askings if one.visits or one.made])

    async def forget(self, case_number: str) -> None:
        """The claim was erased."""
        await self._requests.forget(case_number)

    async def _ask_one(self, org: str, askings: Sequence[_Asking]) -> None:
        records = self._requests.records_of(org)
        made = [(one.type, one.id) for asking in askings for one in asking.made]
        heads = {one.id: one for one in await records.held(made, lock=True)} if made else {}
        latest = {asking.claim.case_number: _latest(asking, heads) for asking in askings}
        wanted = [("Encounter", id_) for id_ in latest.values() if id_ is not None]
        visits = {one.id: one for one in await records.held(wanted)} if wanted else {}
        new: list[Made] = []
        changed: list[Written] = []
        for asking in askings:
            visit = visits.get(latest[asking.claim.case_number] or _NOBODY)
            if visit is not None and await self._may_be_asked(records, asking):
                changed += self._requests_of(org, asking, visit, heads, new)
        if new:
            await self._requests.keep(new)
        if changed:
            await records.add(changed, [])
            cases: dict[str, object] = {"cases": [asking.claim.case_number for asking in askings]}
            await records.audit("request.tell", TASK, "", cases)

    async def _may_be_asked(self, records: Records, asking: _Asking) -> bool:
        if asking.made or not asking.claim.on_suspicion:
            return True
        marks = [await self._notices.gives_notice(records, id_) for id_ in asking.visits]
        return any(marks)

    def _requests_of(
        self, org: str, asking: _Asking, visit: Held, heads: Mapping[UUID, Held], new: list[Made]
    ) -> list[Written]:
        """The next versions of what one claim asks of one hospital; what is asked for the first time is put to
        `new`."""
        known = {one.document_code: one for one in asking.made}
        papers = _papers(asking.claim.papers, known, has_visits=bool(asking.visits))
        if not papers:
            return []
        case_number, now = asking.claim.case_number, self._clock.now()
        for code in (*(one.document_code for one in papers), None):
            if code not in known:
                known[code] = Made(case_number, org, TASK if code else COMMUNICATION, new_id(), code)
                new.append(known[code])
        request = Request(case_number, organisation_number(org), visit, asking.visits)
        tasks = [(one, known[one.document_code].id) for one in papers]
        changed: list[Written] = []
        for paper, task_id in tasks:
            raw = self._format.paper_task(request, paper, self._content(heads.get(task_id)), now)
            changed += self._version(TASK, task_id, raw, heads.get(task_id), now)
        summary = known[None].id
        raw = self._format.papers_summary(request, tasks, self._content(heads.get(summary)), now)
        return [*changed, *self._version(COMMUNICATION, summary, raw, heads.get(summary), now)]

    def _content(self, head: Held | None) -> Document | None:
        return self._format.parse(head.text) if head else None

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


_NOBODY = UUID(int=0)


def _latest(asking: _Asking, heads: Mapping[UUID, Held]) -> UUID | None:
    """The latest visit; when none is the claim's any more, the one that was asked about."""
    if asking.visits:
        return asking.visits[-1]
    asked = (heads[one.id].encounter_id for one in asking.made if one.id in heads)
    return next((id_ for id_ in asked if id_ is not None), None)


def _papers(asked: Sequence[AskedPaper], known: dict[str | None, Made], *, has_visits: bool) -> list[AskedPaper]:
    """What is said of each paper. A paper is first told of when it is wanted; what was told of once is followed."""
    listed = {one.document_code: one for one in asked}
    told = [
        one if has_visits else dropped(one.document_code)
        for one in asked
        if one.document_code in known or (one.standing == "wanted" and has_visits)
    ]
    return [*told, *(dropped(code) for code in known if code is not None and code not in listed)]
