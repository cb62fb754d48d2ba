"""Makes one version of a medical report of a visit: clear facts for routing, and the content that will be sealed."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.hospital_gateway.application.ports import Workers
from services.hospital_gateway.application.report_parts import (
    care_parts,
    gravest,
    period_part,
    practitioner_part,
    statement_part,
)
from services.hospital_gateway.domain.body_parts import BodyPartRules, injured_parts
from services.hospital_gateway.domain.relevance import (
    RelevanceRules,
    is_explicit_notice,
    patient_died,
    signs_of_work_accident,
)
from services.hospital_gateway.domain.visit import Coded, Moment, Visit
from shared.events import Event, new_event
from shared.events import medical_report as event
from shared.events.catalogue import MEDICAL_REPORT_ASSEMBLED
from shared.events.vocabulary import MedicalReportStatus, Precision, Sign
from shared.identifiers import zone_of
from shared.observability import current_traceparent

_WITHDRAWN = frozenset({"cancelled", "entered-in-error"})
# A visit of thousands of resources still has to fit into one event.
_RESOURCES_MAX = 1000
_PAPERS_MAX = 200
_CODED_MAX = 500
_PEOPLE_MAX = 200
_EXTERNAL_FIRST, _EXTERNAL_LAST = "V01", "Y98"


@dataclass(frozen=True)
class Rules:
    """The code lists a report is judged by."""

    relevance: RelevanceRules
    body_parts: BodyPartRules


@dataclass(frozen=True)
class Assembled:
    """A report ready to be compared with the last one and, when it differs, to go out."""

    facts: event.MedicalReportFacts
    content: event.MedicalReportContent
    digest: bytes
    signs: tuple[str, ...]
    key: str


def assemble(
    visit: Visit,
    *,
    org: str,
    region_code: str | None,
    version: int,
    at: datetime,
    rules: Rules,
    workers: Workers,
    open_claim: bool = False,
) -> Assembled:
    """The report as version `version`, received at `at`. The digest leaves out what changes without a change."""
    signs = signs_of_work_accident(visit, rules.relevance, open_claim=open_claim)
    facts = _facts(visit, org, region_code, version, at, signs, rules)
    content = _content(visit, rules)
    stable_facts = facts.model_dump_json(exclude={"version", "received_at"})
    stable_content = content.model_dump_json(exclude={"resources"})
    # All sources count, also those that the event has no room for.
    sources = ",".join(f"{one.type}/{one.id}={one.sha256}" for one in visit.sources)
    digest = hashlib.sha256(f"{stable_facts}\n{stable_content}\n{sources}".encode()).digest()
    patient = visit.patient
    key = workers.worker_key(
        nik=patient.nik,
        kpj=patient.kpj,
        passport=patient.passport_number,
        document_id=f"{org}/{patient.ihs_number or patient.resource_id or visit.id}",
    )
    return Assembled(facts, content, digest, signs, key)


def as_event(report: Assembled) -> Event:
    """The event that carries this version."""
    return new_event(
        MEDICAL_REPORT_ASSEMBLED,
        subject=report.facts.encounter_id,
        version=report.facts.version,
        key=report.key,
        facts=report.facts,
        content=report.content,
        traceparent=current_traceparent(),
    )


def with_receipt(told: Event, code: str | None) -> Event:
    """The event with the code of the receipt that the sender of its cause got."""
    return replace(told, content=told.content.model_copy(update={"receipt": code})) if told.content and code else told


def _facts(
    visit: Visit,
    org: str,
    region_code: str | None,
    version: int,
    at: datetime,
    signs: Sequence[str],
    rules: Rules,
) -> event.MedicalReportFacts:
    occurred = _occurred(visit, rules.relevance)
    withdrawn = visit.status in _WITHDRAWN
    return event.MedicalReportFacts(
        encounter_id=visit.id,
        org=org,
        version=version,
        status=MedicalReportStatus.WITHDRAWN if withdrawn else MedicalReportStatus.CURRENT,
        encounter_status=visit.status,
        encounter_class=visit.class_code,
        period_start=visit.start.at if visit.start else None,
        period_end=visit.end.at if visit.end else None,
        period_precision=Precision(visit.start.precision) if visit.start else Precision.MINUTE,
        zone=zone_of(region_code or "").key,
        occurred_at=occurred.at if occurred else None,
        occurred_at_precision=Precision(occurred.precision) if occurred else Precision.MINUTE,
        received_at=at,
        signs=tuple(Sign(one) for one in signs),
        explicit_notice=is_explicit_notice(visit, signs, rules.relevance),
        hospital_region_code=region_code,
        has_doctor_statement=visit.statement is not None,
        deceased=patient_died(visit, rules.relevance),
        disposition=visit.disposition,
        admit_source=visit.admit_source,
        case_number=visit.case_number,
        accident_report_id=_uuid(visit.accident_report),
    )


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _occurred(visit: Visit, rules: RelevanceRules) -> Moment | None:
    """The doctor's date of the accident, else the earliest onset of a telling diagnosis, else the visit's start."""
    onsets = [one.start for one in visit.conditions if one.start and rules.code_sign_of(one.code)]
    earliest = min(onsets, key=lambda moment: moment.at) if onsets else visit.start
    stated = visit.statement.accident_on if visit.statement else None
    if stated and earliest and stated != earliest.at.date():
        return Moment(datetime(stated.year, stated.month, stated.day, tzinfo=earliest.at.tzinfo), "day")
    return earliest


def _telling(conditions: Sequence[Coded], rules: Rules) -> Sequence[Coded]:
    """As many as there is room for; where there is not room for all, first those that tell of a work accident."""
    if len(conditions) <= _CODED_MAX:
        return conditions
    return sorted(conditions, key=lambda one: rules.relevance.code_sign_of(one.code) is None)[:_CODED_MAX]


def _is_external(condition: Coded) -> bool:
    return _EXTERNAL_FIRST <= condition.code[:3] <= _EXTERNAL_LAST


def _content(visit: Visit, rules: Rules) -> event.MedicalReportContent:
    employer = event.EmployerMention(registration_number=visit.employer_number, name=visit.employer_name)
    causes = [one for one in visit.conditions if _is_external(one)]
    diagnoses = [one for one in visit.conditions if not _is_external(one)]
    return event.MedicalReportContent(
        patient=_patient(visit),
        employer=employer if visit.employer_number else None,
        encounter_identifiers=visit.identifiers,
        reason_text=visit.reason_text,
        diagnoses=tuple(_diagnosis(one) for one in _telling(diagnoses, rules)),
        external_causes=tuple(_diagnosis(one) for one in _telling(causes, rules)),
        procedures=tuple(_procedure(one) for one in visit.procedures[:_CODED_MAX]),
        body_parts=tuple(
            event.InjuredPart(code=one.code, side=one.side, text=one.text)
            for one in injured_parts(visit.conditions, rules.body_parts)
        ),
        disposition_text=visit.disposition_text,
        doctor_statement=statement_part(visit.statement) if visit.statement else None,
        papers=tuple(
            event.HospitalPaper(
                kind=one.kind, resource_type=one.resource_type, resource_id=one.resource_id, sha256=one.sha256
            )
            for one in visit.papers[:_PAPERS_MAX]
        ),
        practitioners=tuple(practitioner_part(one) for one in visit.caregivers[:_PEOPLE_MAX]),
        facility=event.Facility(name=visit.facility_name, identifier=visit.facility_number, location=visit.location),
        coverage_payers=visit.coverage_payers,
        resources=tuple(
            event.SourceResource(resource_type=one.type, id=one.id, version=one.version, sha256=one.sha256)
            for one in visit.sources[:_RESOURCES_MAX]
        ),
        severity=gravest(visit.conditions),
        **care_parts(visit.care),
        episode=period_part(visit.episode) if visit.episode else None,
    )


def _patient(visit: Visit) -> event.Patient:
    patient, contact = visit.patient, visit.contact
    return event.Patient(
        nik=patient.nik,
        kpj=patient.kpj,
        passport_number=patient.passport_number,
        ihs_number=patient.ihs_number,
        name=patient.name,
        birth_date=patient.birth_date,
        sex=patient.sex,
        deceased_at=patient.deceased_at.at if patient.deceased_at else None,
        message_contact=contact.address if contact else None,
        message_language=contact.language if contact else None,
    )


def _diagnosis(condition: Coded) -> event.Diagnosis:
    return event.Diagnosis(
        code=condition.code,
        display=condition.display,
        system=condition.system,
        role=condition.role,
        rank=condition.rank,
        onset_at=condition.start.at if condition.start else None,
        onset_precision=Precision(condition.start.precision) if condition.start else None,
        clinical_status=condition.status,
        resource_id=condition.resource_id,
        severity=condition.severity,
        certainty=condition.certainty,
        beside=condition.beside,
    )


def _procedure(procedure: Coded) -> event.Procedure:
    return event.Procedure(
        code=procedure.code,
        display=procedure.display,
        system=procedure.system,
        performed_start=procedure.start.at if procedure.start else None,
        performed_end=procedure.end.at if procedure.end else None,
        status=procedure.status,
        resource_id=procedure.resource_id,
        outcome=procedure.outcome,
    )
