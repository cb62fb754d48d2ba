"""Writes what a submission asks for, in one transaction: who is meant, which version, which references, whose visit.

Nothing is stored before everything is known to be possible, so that every problem is named at once.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.hospital_gateway.application.belonging import adopted
from services.hospital_gateway.application.documents import (
    Caller,
    Done,
    Draft,
    Entry,
    Held,
    Prepared,
    Receipt,
    Search,
    Written,
)
from services.hospital_gateway.application.findings import Finding, finding, refused
from services.hospital_gateway.application.ports import Records, ResourceFormat
from services.hospital_gateway.application.report_changes import Change, ReportWriter
from shared.clock import Clock
from shared.identifiers import new_id

Key = tuple[str, str, str]
_DOCUMENT = "Bundle"
_REQUESTS = frozenset({"Task", "Communication"})


@dataclass
class _Step:
    """One entry on its way: who is meant and what is to be done. `of_another`: another resource bears its identity."""

    entry: Entry
    action: Literal["create", "update", "found"]
    id: UUID
    by_identity: bool = False
    of_another: bool = False
    head: Held | None = None


@dataclass
class _Plan:
    """All entries of one submission."""

    steps: list[_Step] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    targets: dict[str, str] = field(default_factory=dict)
    patients: dict[tuple[str, str], UUID] = field(default_factory=dict)


class ResourceWriter:
    """The heart of every write; the use cases open the transaction around it."""

    def __init__(self, resource_format: ResourceFormat, reports: ReportWriter, clock: Clock) -> None:
        self._format = resource_format
        self._reports = reports
        self._clock = clock

    def keys(self, entries: Sequence[Entry], searches: Mapping[str, Search]) -> list[Key]:
        """Every identifier whose holder must be known before these entries can be written."""
        found: dict[Key, None] = {}
        for entry in entries:
            if entry.draft is not None:
                found.update(((entry.type, *key), None) for key in self._format.identity_keys(entry.draft))
                found.update((("Patient", *key), None) for key in self._format.patient_keys(entry.draft))
            for condition in (entry.if_none_exist, entry.where):
                if condition is not None:
                    found[key_of(condition)] = None
        found.update((key_of(search), None) for search in searches.values())
        return list(found)

    async def write(
        self,
        records: Records,
        caller: Caller,
        entries: Sequence[Entry],
        searches: Mapping[str, Search],
        prepared: Prepared,
        receipt_of: Callable[[list[Done]], Receipt] | None = None,
        receipt_id: UUID | None = None,
    ) -> list[Done]:
        """Do all entries or raise the refusal that names every problem; keep the receipt if there is to be one.
        `receipt_id` is of the request they came in. Raises Collision."""
        plan = self._planned(entries, searches, prepared)
        await self._meet_heads(records, plan)
        if not plan.findings:
            await self._check_organisations(records, caller, plan)
        if plan.findings:
            raise refused(plan.findings)
        now = self._clock.now()
        done, written = self._versions(plan, now)
        if plan.findings:
            raise refused(plan.findings)
        if written and written[-1].type == _DOCUMENT:
            written[-1] = _holding_all(written)
        if written:
            receipt = receipt_of(done) if receipt_of else None
            change = Change(adopted(written), _heads(plan), receipt, receipt_id)
            await self._reports.store(records, caller.org, prepared.region_code, change, now)
        elif receipt_of:
            await records.keep_receipt(receipt_of(done))
        return done

    def _planned(self, entries: Sequence[Entry], searches: Mapping[str, Search], prepared: Prepared) -> _Plan:
        plan = _Plan()
        taken: dict[Key, UUID] = {}
        changed: set[tuple[str, UUID]] = set()
        for entry in entries:
            step = self._step(entry, prepared, taken, plan)
            if step is None:
                continue
            plan.steps.append(step)
            if entry.method == "PUT":
                if (entry.type, step.id) in changed:
                    plan.findings.append(finding("entry-same-target", entry.place))
                changed.add((entry.type, step.id))
            for name in _names(entry):
                plan.targets[name] = f"{entry.type}/{step.id}"
        for key in {key for entry in entries if entry.draft for key in self._format.patient_keys(entry.draft)}:
            numbered = _held_by(("Patient", *key), prepared, taken)
            if len(numbered) == 1:
                plan.patients[key] = numbered[0]
        places = _places(entries) if searches else {}
        for reference, search in searches.items():
            holders = {*prepared.holders.get(key_of(search), ())}
            if key_of(search) in taken:
                holders.add(taken[key_of(search)])
            if len(holders) == 1:
                plan.targets[reference] = f"{search.type}/{holders.pop()}"
                continue
            code = "reference-ambiguous" if holders else "reference-unresolved"
            plan.findings.extend(finding(code, where) for where in places.get(reference, ()))
        return plan

    def _step(self, entry: Entry, prepared: Prepared, taken: dict[Key, UUID], plan: _Plan) -> _Step | None:
        if entry.where is not None:
            return self._where(entry, entry.where, prepared, taken, plan)
        if entry.draft is None or entry.method == "PUT":
            return self._addressed(entry, prepared, plan)
        keys = [(entry.type, *key) for key in self._format.identity_keys(entry.draft)]
        holders = {holder for key in keys for holder in prepared.holders.get(key, ())}
        holders |= {taken[key] for key in keys if key in taken}
        if len(holders) > 1:
            plan.findings.append(finding("identity-ambiguous", f"{entry.place}.identifier"))
            return None
        if holders:
            known = holders.pop()
            taken.update((key, known) for key in keys)
            return _Step(entry, "update", known, by_identity=True)
        if entry.if_none_exist is not None:
            found = _held_by(key_of(entry.if_none_exist), prepared, taken)
            if len(found) > 1:
                plan.findings.append(finding("reference-ambiguous", entry.place))
                return None
            if found:
                return _Step(entry, "found", found[0])
        made = new_id()
        taken.update(((entry.type, one.system, one.value), made) for one in entry.draft.identifiers)
        return _Step(entry, "create", made)

    def _where(
        self, entry: Entry, where: Search, prepared: Prepared, taken: dict[Key, UUID], plan: _Plan
    ) -> _Step | None:
        """A conditional update: of the one that fits, else a new resource."""
        found = _held_by(key_of(where), prepared, taken)
        if len(found) > 1:
            plan.findings.append(finding("reference-ambiguous", entry.place))
            return None
        if found:
            return self._addressed(replace(entry, id=str(found[0]), where=None), prepared, plan)
        borne = [(one.system, one.value) for one in entry.draft.identifiers] if entry.draft else []
        if (where.system, where.value) not in borne:
            plan.findings.append(finding("condition-differs", f"{entry.place}.identifier"))
            return None
        return self._step(replace(entry, method="POST", where=None), prepared, taken, plan)

    def _addressed(self, entry: Entry, prepared: Prepared, plan: _Plan) -> _Step | None:
        """A PUT: ids are the hub's, so what is no UUID cannot exist here."""
        try:
            step = _Step(entry, "update", UUID(entry.id))
        except ValueError:
            plan.findings.append(finding("not-found", entry.place))
            return None
        keys = self._format.identity_keys(entry.draft) if entry.draft else ()
        holders = {holder for key in keys for holder in prepared.holders.get((entry.type, *key), ())}
        step.of_another = bool(holders - {step.id})
        return step

    async def _meet_heads(self, records: Records, plan: _Plan) -> None:
        """Load, and lock where needed, the current versions of all that exists already."""
        known = [(step.entry.type, step.id) for step in plan.steps if step.action != "create"]
        if not known:
            return
        heads = {(one.type, one.id): one for one in await records.held(known, lock=True)}
        made = {(step.entry.type, step.id) for step in plan.steps if step.action == "create"}
        for step in plan.steps:
            step.head = heads.get((step.entry.type, step.id))
            if step.head is None and step.action != "create" and (step.entry.type, step.id) not in made:
                purged = await records.was_purged(step.entry.type, step.id)
                plan.findings.append(finding("purged" if purged else "not-found", step.entry.place))
            elif step.action == "update" and step.head is not None and self._is_request(step.head):
                plan.findings.append(finding("request-read-only", step.entry.place))
            elif step.of_another:
                plan.findings.append(finding("identity-ambiguous", f"{step.entry.place}.identifier"))
            elif step.entry.if_match is not None and _is_stale(step.entry.if_match, step.head):
                plan.findings.append(finding("version-stale", step.entry.place))

    def _is_request(self, head: Held) -> bool:
        """Whether it is what the hub asks of the hospital, which papers answer and no words."""
        return head.type in _REQUESTS and self._format.is_of_hub(self._format.parse(head.text))

    async def _check_organisations(self, records: Records, caller: Caller, plan: _Plan) -> None:
        """Refuse a write in another registered hospital's name (interface, section 4)."""
        named: dict[str, list[str]] = {}
        behind: dict[str, Sequence[str]] = {}
        for step in plan.steps:
            for mention in step.entry.draft.organisations if step.entry.draft else ():
                if mention.reference not in behind:
                    behind[mention.reference] = await self._numbers_behind(records, mention.reference, plan)
                for number in (*mention.numbers, *behind[mention.reference]):
                    if number != caller.number:
                        named.setdefault(number, []).append(mention.expression)
        if not named:
            return
        for number in await records.registered_hospitals(list(named)):
            plan.findings.extend(finding("organisation-foreign", where) for where in named[number])

    async def _numbers_behind(self, records: Records, reference: str, plan: _Plan) -> Sequence[str]:
        """Registry numbers of an Organization that is in the Bundle or held here."""
        for step in plan.steps:
            if step.entry.full_url == reference and step.entry.draft is not None and step.entry.type == "Organization":
                return self._format.numbers_of(step.entry.draft.content)
        target = plan.targets.get(reference, reference)
        try:
            held = await records.held([("Organization", UUID(target.removeprefix("Organization/")))])
        except ValueError:
            return ()
        return self._format.numbers_of(self._format.parse(held[0].text)) if held else ()

    def _versions(self, plan: _Plan, now: datetime) -> tuple[list[Done], list[Written]]:
        """Give every change its version, text and links."""
        done: list[Done] = []
        written: dict[tuple[str, UUID, int], Written] = {}
        latest: dict[tuple[str, UUID], Held] = {}
        for index, step in enumerate(plan.steps):
            who = (step.entry.type, step.id)
            before = latest.get(who) or step.head
            if step.entry.draft is None or step.action == "found":
                if before is not None:
                    done.append(Done("200 OK", before))
                continue
            made = self._version(step, step.entry.draft, before, plan, now, index)
            if step.by_identity and before is not None and self._subject_changed(step.entry.type, before, made):
                plan.findings.append(finding("encounter-subject-changed", f"{step.entry.place}.subject"))
            latest[who] = written[made.type, made.id, made.version] = made
            done.append(Done("201 Created" if before is None else "200 OK", made))
        return done, list(written.values())

    def _version(
        self, step: _Step, draft: Draft, before: Held | None, plan: _Plan, now: datetime, index: int
    ) -> Written:
        targets = plan.targets
        version = before.version + 1 if before else 1
        resolved = self._format.resolved(draft, targets)
        text, content = self._format.stamped(resolved, step.id, version, now, has_meta="meta" in draft.content)
        links = self._format.links(content, [targets.get(one, one) for _, one in draft.references])
        numbered = plan.patients.get(links.patient_key) if links.patient_key and draft.type != "Patient" else None
        return Written(
            type=draft.type,
            id=step.id,
            version=version,
            updated_at=now,
            text=text,
            content_sha256=hashlib.sha256(resolved.encode()).digest(),
            encounter_id=step.id if draft.type == "Encounter" else links.encounter_id,
            patient_id=links.patient_id or numbered,
            content=None if draft.is_slim else content,
            links=links,
            keys=(
                *((one.system, one.value) for one in draft.identifiers),
                *self._format.status_keys(draft.type, content),
            ),
            exclusive=frozenset(self._format.identity_keys(draft)),
            entry_index=index,
        )

    def _subject_changed(self, type_name: str, before: Held, made: Written) -> bool:
        if type_name != "Encounter":
            return False
        content = self._format.parse(made.text) if made.content is None else made.content
        then, now = self._format.parse(before.text).get("subject"), content.get("subject")
        references = [one.get("reference") if isinstance(one, dict) else None for one in (then, now)]
        return None not in references and references[0] != references[1]


def _holding_all(written: list[Written]) -> Written:
    """A document, which stands last, with everything that it holds and the visit it tells of first: it goes with the
    first of its visits that has to be forgotten."""
    *parts, document = written
    encounter_id = next((one.encounter_id for one in parts if one.encounter_id is not None), None)
    named = tuple(dict.fromkeys((one.type, one.id) for one in parts))
    return replace(document, encounter_id=encounter_id, links=replace(document.links, named=named))


def _is_stale(if_match: str, head: Held | None) -> bool:
    return head is not None and if_match.removeprefix("W/").strip('"') != str(head.version)


def key_of(search: Search) -> Key:
    """The identifier that a search asks for, as `prepare` answers for it."""
    return (search.type, search.system or "", search.value)


def _held_by(key: Key, prepared: Prepared, taken: Mapping[Key, UUID]) -> tuple[UUID, ...]:
    """Who bears an identifier: what is held, else what an earlier entry of the same Bundle makes."""
    found = prepared.holders.get(key, ())
    return found or ((taken[key],) if key in taken else ())


def _names(entry: Entry) -> list[str]:
    """The references by which other entries may mean this one."""
    if entry.full_url is None:
        return []
    names = [entry.full_url]
    if "://" in entry.full_url and not entry.full_url.startswith("urn:"):
        # Relative references of a Bundle hold within the server that its absolute fullUrls name.
        names.append("/".join(entry.full_url.split("/")[-2:]))
    return names


def _places(entries: Sequence[Entry]) -> dict[str, list[str]]:
    """Where each reference stands."""
    places: dict[str, list[str]] = {}
    for entry in entries:
        for where, reference in entry.draft.references if entry.draft else ():
            places.setdefault(reference, []).append(where)
    return places


def _heads(plan: _Plan) -> dict[tuple[str, UUID], Held]:
    return {(step.entry.type, step.id): step.head for step in plan.steps if step.head is not None}
