"""From the events of other services to the narrow facts of the domain (decisions 13)."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from services.verification.application.medical_inputs import medical_evidence
from services.verification.domain.evidence import (
    ACCIDENT_REPORT,
    SELF_REPORT,
    AccidentFacts,
    ChildFacts,
    Determination,
    Evidence,
    HeirFacts,
    Identity,
    Receipt,
    Stage2Facts,
)
from shared.events.accident_report import (
    AccidentReportContent,
    AccidentReportFacts,
    AccidentReportForm,
    StageTwoForm,
    Worker,
)
from shared.events.determination import DeterminationContent, DeterminationFacts
from shared.events.envelope import Event
from shared.events.medical_report import MedicalReportContent, MedicalReportFacts
from shared.events.self_report import SelfReportContent, SelfReportFacts

_INTAKE = "intake"
# A child needs a guardian below this age (Form 3a KK 2, item 7b).
_ADULT_YEARS = 18


def evidence_of(event: Event) -> Evidence | None:
    """The evidence an event carries, None when it carries none."""
    facts, content = event.facts, event.content
    if isinstance(facts, AccidentReportFacts) and isinstance(content, AccidentReportContent):
        return _accident_report(facts, content, event.time)
    if isinstance(facts, SelfReportFacts) and isinstance(content, SelfReportContent):
        return _self_report(facts, content)
    if isinstance(facts, MedicalReportFacts) and isinstance(content, MedicalReportContent):
        return medical_evidence(facts, content, event.time)
    return None


def determination_of(event: Event) -> Determination | None:
    """The determination an event carries, None when it carries none."""
    facts, content = event.facts, event.content
    if not isinstance(facts, DeterminationFacts) or not isinstance(content, DeterminationContent):
        return None
    return Determination(
        id=str(facts.determination_id),
        org=facts.org,
        decision=facts.decision,
        decided_on=facts.decided_on,
        received_at=facts.received_at,
        supersedes=str(facts.supersedes) if facts.supersedes else None,
        disability_code=content.disability.code if content.disability else None,
        disability_percent=content.disability.percent if content.disability else None,
        letter_number=content.letter_number,
    )


def _accident_report(facts: AccidentReportFacts, content: AccidentReportContent, at: datetime | None) -> Evidence:
    form, zone = content.report, ZoneInfo(facts.occurred_zone)
    occurred_at, precision = _when(facts.occurred_at, facts.occurred_at_precision, facts.diagnosed_on, zone)
    changed_at = at or facts.received_at
    received_at = facts.received_at if facts.version == 1 else max(changed_at, facts.received_at)
    return Evidence(
        id=str(facts.report_id),
        source=_INTAKE,
        kind=ACCIDENT_REPORT,
        version=facts.version,
        org=facts.org,
        status=facts.status,
        identity=_identity(form.worker),
        occurred_at=occurred_at or facts.received_at.astimezone(zone),
        precision=precision,
        reported_at=facts.reported_at,
        accepted_at=facts.received_at,
        received_at=received_at,
        region_code=facts.region_code,
        worker_name=form.worker.name,
        birth_date=form.worker.birth_date,
        sex=form.worker.sex,
        tracking_code_hash=content.tracking_code_hash,
        message_contact=form.worker.phone if form.worker.message_consent else None,
        message_language=form.worker.message_language,
        case_number=facts.case_number,
        accident=_accident_facts(facts, content, zone, received_at),
        receipts=(
            Receipt(
                facts.version,
                f"accident-report.{facts.change}",
                (occurred_at or facts.received_at) if facts.version == 1 else received_at,
                received_at,
                code=content.receipt,
            ),
        ),
    )


def _accident_facts(
    facts: AccidentReportFacts, content: AccidentReportContent, zone: ZoneInfo, received_at: datetime
) -> AccidentFacts:
    form: AccidentReportForm = content.report
    first_aid = form.event.first_aid
    stage_2_at = (facts.stage_2_received_at or received_at).astimezone(zone)
    # When the papers in force came; a report without that knowledge of them counts from its own last change.
    document_times = [d.received_at for d in content.documents if d.state == "in_force" and d.received_at is not None]
    return AccidentFacts(
        segment=facts.segment,
        event_kind=facts.kind,
        employer_registration=form.employer.registration_number,
        employer_name=form.employer.name,
        employer_sector=form.employer.sector_kbli,
        employer_region=form.employer.region_code,
        home_region=form.worker.region_code,
        state_service=form.worker.state_service,
        wage_rupiah=form.wage.amount_rupiah if form.wage else None,
        wage_basis=form.wage.basis if form.wage else None,
        place_type=facts.place_type,
        accident_type=facts.accident_type,
        injury_source=facts.injury_source,
        consequence=facts.consequence,
        body_parts=form.event.body_parts,
        facility_type=first_aid.facility_type if first_aid else None,
        condition_after=first_aid.condition_after if first_aid else None,
        police_report=form.event.police_report_number is not None,
        victim_count=facts.victim_count_estimate,
        document_codes=facts.document_codes,
        documents_at=max(document_times, default=received_at) if facts.document_codes else None,
        stage_2=_stage_2(content.stage_2, stage_2_at) if content.stage_2 else None,
        violence=bool(form.event.violence),
        district_code=facts.district_code,
        place=form.event.place,
        chronology=form.event.chronology,
        exposure_source=form.disease.exposure_source if form.disease else None,
        employment_ended_on=form.disease.employment_ended_on if form.disease else None,
        first_alert_at=facts.first_alert_at,
        papers_at=tuple(
            (paper.document_code, paper.received_at or received_at)
            for paper in content.documents
            if paper.state == "in_force" and paper.document_code in facts.document_codes
        ),
        witness_count=sum(witness.nik is not None for witness in form.event.witnesses),
        pmi_phase=form.event.pmi_phase,
    )


def _stage_2(form: StageTwoForm, received_at: datetime) -> Stage2Facts:
    days = sum((period.end - period.start).days + 1 for period in form.absence_periods)
    births = [*(child.birth_date for child in form.children_under_23), *(heir.birth_date for heir in form.heirs)]
    on = form.examined_on or received_at.date()
    return Stage2Facts(
        outcome=form.outcome,
        examined_on=form.examined_on,
        absence_days=days or form.absence_days or 0,
        cost_rupiah=tuple((str(cost.item), cost.amount_rupiah) for cost in form.costs),
        children=bool(form.children_under_23) or bool(form.has_children_under_23),
        minor_heir=form.guardian is not None or any(born is not None and _is_minor(born, on) for born in births),
        received_at=received_at,
        absence_periods=tuple((period.start, period.end) for period in form.absence_periods),
        guardian=form.guardian is not None,
        employer_cost_rupiah=sum(cost.amount_rupiah for cost in form.costs if cost.payee == "employer"),
        transport_rupiah=tuple((c.transport_mode, c.amount_rupiah) for c in form.costs if c.item == "transport"),
        asked_by=tuple((str(cost.item), str(cost.payee)) for cost in form.costs if cost.amount_rupiah),
        heirs=tuple(
            HeirFacts(heir.relation, heir.birth_date is not None and _is_minor(heir.birth_date, on))
            for heir in form.heirs
            if heir.relation is not None
        ),
        children_told=tuple(ChildFacts(child.birth_date, child.school_level) for child in form.children_under_23),
    )


def _is_minor(born: date, on: date) -> bool:
    """Under 18 on that day."""
    return (on.year - born.year) - ((on.month, on.day) < (born.month, born.day)) < _ADULT_YEARS


def _self_report(facts: SelfReportFacts, content: SelfReportContent) -> Evidence:
    form, zone = content.report, ZoneInfo(facts.occurred_zone)
    occurred_at, precision = _when(facts.occurred_at, facts.occurred_at_precision, facts.diagnosed_on, zone)
    when = occurred_at or facts.received_at.astimezone(zone)
    return Evidence(
        id=str(facts.report_id),
        source=_INTAKE,
        kind=SELF_REPORT,
        version=facts.version,
        org=facts.org,
        status=facts.status,
        identity=_identity(form.worker),
        occurred_at=when,
        precision=precision,
        reported_at=facts.reported_at,
        accepted_at=facts.received_at,
        received_at=facts.received_at,
        region_code=facts.region_code,
        worker_name=form.worker.name,
        birth_date=form.worker.birth_date,
        sex=form.worker.sex,
        tracking_code_hash=content.tracking_code_hash,
        message_contact=form.reporter.phone if form.reporter.message_consent else None,
        message_language=form.reporter.message_language,
        case_number=facts.case_number,
        accident=AccidentFacts(
            event_kind=facts.kind,
            victim_count=facts.victim_count_estimate,
            district_code=facts.district_code,
            place=form.event.place if form.event else None,
            chronology=form.event.chronology if form.event else None,
            exposure_source=form.disease.exposure_source if form.disease else None,
            notifier=facts.relation,
        ),
        receipts=(
            Receipt(facts.version, f"self-report.{facts.change}", when, facts.received_at, code=content.receipt),
        ),
    )


def _identity(worker: Worker) -> Identity:
    return Identity(worker.nik, worker.kpj, worker.passport_number)


def _when(instant: datetime | None, precision: str, day: date | None, zone: ZoneInfo) -> tuple[datetime | None, str]:
    """The time of the event in the zone of the place; a disease is known by the day of its diagnosis."""
    if instant is not None:
        return instant.astimezone(zone), str(precision)
    if day is not None:
        return datetime.combine(day, time.min, tzinfo=zone), "day"
    return None, "day"
