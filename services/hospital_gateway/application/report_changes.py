"""After a write: which Encounters' reports it changes, and the next version of each that has changed.

An Encounter's report is locked before its parts are read and its event goes to the outbox, so two writes to one
Encounter make two versions in order, whichever comes first.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.hospital_gateway.application.assemble_report import Rules, as_event, assemble, with_receipt
from services.hospital_gateway.application.belonging import settled
from services.hospital_gateway.application.documents import Held, Kept, Receipt, ReportState, VisitMarks, Written
from services.hospital_gateway.application.ports import Records, ResourceFormat, Workers
from services.hospital_gateway.domain.relevance import is_explicit_notice, signs_of_work_accident
from services.hospital_gateway.domain.visit import Visit
from shared.events import Event
from shared.identifiers import zone_of

# What a visit's resources may name and a report reads, beside the parts of the visit itself.
_READ_ALONG = frozenset(
    {
        "Patient", "Practitioner", "PractitionerRole", "Organization", "Location", "Condition", "Medication", "Device",
        "EpisodeOfCare",
    }
)  # fmt: skip


# A correction of these is one of the reports that tell of them: a licence that was missing, the name of a medicine. A
# doctor has thousands of visits, so only the latest are told anew.
_TOLD_IN_REPORTS = frozenset({"Practitioner", "PractitionerRole", "Medication", "Device", "EpisodeOfCare"})
_VISITS_OF_COMPANIONS_MAX = 200
# They may be of the patient rather than of a visit, and are read with each of the patient's visits.
_OF_PATIENTS = frozenset({"Coverage", "Consent"})
# What the hub asks of a hospital, and its answers in words, say nothing of the visit.
_NOT_READ = frozenset({"Task", "Communication"})
# Its entries are kept one by one beside it, and those are the visit's.
_DOCUMENT = "Bundle"
_ENDED = frozenset({"finished", "cancelled", "entered-in-error"})


def _marks(visit: Visit, before: VisitMarks, at: datetime) -> VisitMarks:
    patient = visit.patient
    ended_at = (before.ended_at or at) if visit.status in _ENDED else None
    started_at = visit.start.at if visit.start else None
    return VisitMarks(patient.nik, patient.kpj, patient.passport_number, started_at, ended_at)


def _stands(one: Held) -> bool:
    """Whether it is said of a patient beside any one visit."""
    return one.type in _OF_PATIENTS and one.encounter_id is None


@dataclass(frozen=True)
class Change:
    """What one submission writes: new versions, the current ones before, and the Bundle's receipt if it was one;
    `receipt_id` is of the request they came in."""

    written: Sequence[Written]
    heads: Mapping[tuple[str, UUID], Held]
    receipt: Receipt | None = None
    receipt_id: UUID | None = None


class ReportWriter:
    """Stores new versions and publishes what they mean for reports. `receipt_code` is of the receipt that the sender of
    a request gets."""

    def __init__(
        self, resource_format: ResourceFormat, rules: Rules, workers: Workers, receipt_code: Callable[[UUID], str]
    ) -> None:
        self._format = resource_format
        self._rules = rules
        self._workers = workers
        self._receipt_code = receipt_code

    async def store(
        self,
        records: Records,
        org: str,
        region_code: str | None,
        change: Change,
        at: datetime,
    ) -> None:
        """Store the change and publish the reports that change by it."""
        written = await settled(records, change.written)
        heads, current = change.heads, {(one.type, one.id): one for one in written}
        new = {one.id for one in current.values() if one.type == "Encounter" and ("Encounter", one.id) not in heads}
        reports: list[tuple[ReportState, str | None]] = []
        events: list[Event] = []
        parts_of: dict[UUID, list[Held]] = {encounter_id: [] for encounter_id in new}
        for one in current.values():
            if one.encounter_id in parts_of and one.type != _DOCUMENT:
                parts_of[one.encounter_id].append(one)
        for encounter_id in sorted(new):
            parts = parts_of[encounter_id]
            state, status, event = await self._next(
                records, ReportState(encounter_id), parts, current, org, region_code, at
            )
            reports.append((state, status))
            events.extend([event] if event else [])
        await records.add(written, reports, change.receipt, change.receipt_id)
        for encounter in (one for one in current.values() if one.type == "Encounter"):
            outside = [named for named in encounter.links.named if named not in current and named[0] == "Condition"]
            if outside:
                await records.adopt(encounter.id, outside)
        # What is new has been read as this change has it, and not yet with what is joined to its patient only now.
        again = await self._touched(records, current, heads) - new
        for one in current.values():
            if one.type == "Patient" and one.links.patient_key is not None:
                again.update(await records.join_patient(one.id, one.links.patient_key))
        if again:
            events += [event for event, _ in await self._again(records, org, region_code, sorted(again), at)]
        if events:
            code = self._receipt_code(change.receipt_id) if change.receipt_id is not None else None
            await records.publish([with_receipt(event, code) for event in events])

    async def look_again(
        self, records: Records, org: str, region_code: str | None, encounter_ids: Sequence[UUID], at: datetime
    ) -> None:
        """Assemble these Encounters' reports anew, because something outside them has changed. What goes out names the
        receipt of what was sent last."""
        events = []
        for event, request_id in await self._again(records, org, region_code, sorted(encounter_ids), at):
            given = await records.acknowledged(request_id)
            events.append(with_receipt(event, self._receipt_code(given) if given else None))
        if events:
            await records.publish(events)

    async def gives_notice(self, records: Records, encounter_id: UUID) -> bool:
        """Whether the hospital itself marked this visit as a suspected case, however its report went out."""
        parts = [one for one in await records.parts_of(encounter_id) if one.type not in _NOT_READ]
        kept = [self._kept(one) for one in await self._with_companions(records, parts, {})]
        if not any(one.type == "Encounter" and one.id == str(encounter_id) for one in kept):
            return False
        visit, rules = self._format.visit(str(encounter_id), kept, zone_of("")), self._rules.relevance
        return is_explicit_notice(visit, signs_of_work_accident(visit, rules), rules)

    async def _again(
        self, records: Records, org: str, region_code: str | None, encounter_ids: Sequence[UUID], at: datetime
    ) -> list[tuple[Event, UUID | None]]:
        """The events, each with the id of the request by which the visit was changed last."""
        events = []
        for state in await records.lock_reports(encounter_ids):
            held = await records.parts_of(state.encounter_id)
            after, status, event = await self._next(records, state, held, {}, org, region_code, at)
            await records.save_report(after, status)
            if event is not None:
                latest = max(held, key=lambda one: one.updated_at)
                events.append((event, latest.receipt_id))
        return events

    async def _touched(
        self, records: Records, current: Mapping[tuple[str, UUID], Written], heads: Mapping[tuple[str, UUID], Held]
    ) -> set[UUID]:
        """Encounters whose report may read otherwise now."""
        touched = {one.encounter_id for one in (*current.values(), *heads.values()) if one.encounter_id is not None}
        patients, companions = [], []
        for who, one in current.items():
            before = heads.get(who)
            changed = before is not None and before.content_sha256 != one.content_sha256
            if one.type == "Patient" and changed:
                patients.append(one.id)
            elif one.type in _TOLD_IN_REPORTS and changed:
                companions.append(one.id)
            elif _stands(one) and one.patient_id is not None:
                patients.append(one.patient_id)
        if patients:
            touched.update(await records.encounters_of(patients))
        if companions:
            touched.update(await records.visits_naming(companions, _VISITS_OF_COMPANIONS_MAX))
        return touched

    async def _next(
        self,
        records: Records,
        state: ReportState,
        parts: Sequence[Held],
        current: Mapping[tuple[str, UUID], Held],
        org: str,
        region_code: str | None,
        at: datetime,
    ) -> tuple[ReportState, str | None, Event | None]:
        """The report's next state, the Encounter's status, and the event when the report changed and may go out."""
        read = [one for one in parts if one.type not in _NOT_READ]
        kept = [self._kept(one) for one in await self._with_companions(records, read, current)]
        if not any(one.type == "Encounter" and one.id == str(state.encounter_id) for one in kept):
            return state, None, None
        visit = self._format.visit(str(state.encounter_id), kept, zone_of(region_code or ""))
        state = replace(state, marks=_marks(visit, state.marks, at))
        bears_none = not signs_of_work_accident(visit, self._rules.relevance)
        report = assemble(
            visit,
            org=org,
            region_code=region_code,
            version=state.version + 1,
            at=at,
            rules=self._rules,
            workers=self._workers,
            open_claim=bears_none and await records.is_treated_for_claim(state.marks),
        )
        may_go_out = bool(report.signs) or state.version > 0
        if not may_go_out or report.digest == state.digest:
            return state, visit.status, None
        return replace(state, version=state.version + 1, digest=report.digest), visit.status, as_event(report)

    async def _with_companions(
        self, records: Records, parts: Sequence[Held], current: Mapping[tuple[str, UUID], Held]
    ) -> list[Held]:
        """The visit's parts and, once each, what they name (the patient, caregivers, places), and what is said of the
        patient beside any visit: coverages, consents."""
        found = {(one.type, one.id): one for one in parts}
        fresh: Sequence[Held] = parts
        for _ in range(2):  # a PractitionerRole names a Practitioner; nothing read here lies deeper
            named = {who for one in fresh for who in self._named(one) if who[0] in _READ_ALONG} - found.keys()
            named |= {("Patient", one.patient_id) for one in fresh if one.patient_id} - found.keys()
            missing = sorted(named - current.keys())
            fresh = [current[who] for who in named if who in current]
            fresh += await records.held(missing) if missing else []
            found.update(((one.type, one.id), one) for one in fresh)
        for patient in [one for one in found.values() if one.type == "Patient"]:
            # Of a patient who is new nothing is held yet.
            is_new = ("Patient", patient.id) in current and patient.version == 1
            held = [] if is_new else await records.standing_of(patient.id)
            found.update(((one.type, one.id), one) for one in held if (one.type, one.id) not in current)
            found.update((who, one) for who, one in current.items() if _stands(one) and one.patient_id == patient.id)
        return sorted(found.values(), key=lambda one: one.id)

    def _named(self, one: Held) -> tuple[tuple[str, UUID], ...]:
        links = one.links if isinstance(one, Written) else self._format.links(self._format.parse(one.text))
        return links.named

    def _content(self, one: Held) -> Mapping[str, object]:
        known = one.content if isinstance(one, Written) else None
        return self._format.parse(one.text) if known is None else known

    def _kept(self, one: Held) -> Kept:
        return Kept(one.type, str(one.id), one.version, one.content_sha256.hex(), self._content(one))
