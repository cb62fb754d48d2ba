"""From the events of other services to the narrow facts of the domain (decisions 13)."""

import hashlib
import re
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from services.verification.domain.evidence import (
    ACCIDENT_REPORT,
    MEDICAL_REPORT,
    SELF_REPORT,
    AccidentFacts,
    ChildFacts,
    Determination,
    DoctorStatement,
    Evidence,
    HeirFacts,
    Identity,
    MedicalFacts,
    Receipt,
    Stage2Facts,
)
from shared.events.accident_report import (
    AccidentReportContent,
    AccidentReportFacts,
    AccidentReportForm,
    SelfReportContent,
    SelfReportFacts,
    StageTwoForm,
    Worker,
)
from shared.events.determination import DeterminationContent, DeterminationFacts
from shared.events.envelope import Event
from shared.events.medical_report import Diagnosis, MedicalReportContent, MedicalReportFacts, StatementPeriod
from shared.events.medical_report import DoctorStatement as StatementForm

_INTAKE, _HOSPITAL = "intake", "hospital_gateway"
_NOT_NEEDED = re.compile(r"\s*(-+|tidak\b|tdk\b|no\b|none\b|nihil\b)", re.IGNORECASE)
# What a hospital calls the end of a stay that goes on elsewhere (v3 discharge dispositions and local spellings).
_REFERRED = frozenset({"other-hcf", "hosp", "rehab", "snf"})
# Admitted from another hospital.
_TRANSFERRED = frozenset({"hosp-trans"})
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
        return _medical_report(facts, content, event.time)
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
        case_number=facts.case_number,
        accident=_accident_facts(facts, content, zone, received_at),
        receipts=(
            Receipt(
                facts.version,
                f"accident-report.{facts.change}",
                (occurred_at or facts.received_at) if facts.version == 1 else received_at,
                received_at,
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
        receipts=(Receipt(facts.version, f"self-report.{facts.change}", when, facts.received_at),),
    )


def _medical_report(facts: MedicalReportFacts, content: MedicalReportContent, at: datetime | None) -> Evidence:
    zone = ZoneInfo(facts.zone)
    seen_at = facts.occurred_at or facts.period_start or facts.received_at
    started = (facts.period_start or seen_at).astimezone(zone)
    received_at = facts.received_at if facts.version == 1 else max(at or facts.received_at, facts.received_at)
    patient = content.patient
    what = "medical-report.received" if facts.version == 1 else "medical-report.updated"
    happened_at = started if facts.version == 1 else received_at
    medical = _medical_facts(facts, content, zone)
    told = _digests(medical, content)
    receipt = Receipt(facts.version, what, happened_at, received_at, content.doctor_statement is not None, told)
    return Evidence(
        id=facts.encounter_id,
        source=_HOSPITAL,
        kind=MEDICAL_REPORT,
        version=facts.version,
        org=facts.org,
        status=facts.status,
        identity=Identity(patient.nik, patient.kpj, patient.passport_number),
        occurred_at=seen_at.astimezone(zone),
        precision=facts.occurred_at_precision if facts.occurred_at else facts.period_precision,
        reported_at=facts.reported_at,
        accepted_at=facts.received_at,
        received_at=received_at,
        region_code=facts.event_region_code,
        worker_name=patient.name,
        birth_date=patient.birth_date,
        sex=patient.sex,
        case_number=facts.case_number,
        report_id=str(facts.accident_report_id) if facts.accident_report_id else None,
        medical=medical,
        receipts=(receipt,),
    )


def _medical_facts(facts: MedicalReportFacts, content: MedicalReportContent, zone: ZoneInfo) -> MedicalFacts:
    onsets = [
        (diagnosis.onset_at, str(diagnosis.onset_precision or facts.occurred_at_precision))
        for diagnosis in (*content.diagnoses, *content.external_causes)
        if diagnosis.onset_at and _is_injury(diagnosis)
    ]
    onset_at, onset_precision = min(onsets, default=(None, "minute"))
    statement = content.doctor_statement
    return MedicalFacts(
        explicit_notice=facts.explicit_notice,
        diagnosis_codes=tuple(diagnosis.code for diagnosis in content.diagnoses),
        external_cause_codes=tuple(cause.code for cause in content.external_causes),
        body_parts=tuple(_part(part.code, part.side) for part in content.body_parts if part.code),
        period_start=facts.period_start.astimezone(zone) if facts.period_start else None,
        onset_at=onset_at.astimezone(zone) if onset_at else None,
        deceased=facts.deceased,
        referred=facts.disposition in _REFERRED or facts.admit_source in _TRANSFERRED,
        hospital_region=facts.hospital_region_code,
        statement=_statement(statement, _doctor(statement, content, facts.org)) if statement else None,
        onset_precision=onset_precision,
        period_precision=str(facts.period_precision),
        encounter_class=facts.encounter_class,
        ended=facts.period_end is not None,
        papers=tuple(sorted({paper.kind for paper in content.papers})),
    )


def _digests(medical: MedicalFacts, content: MedicalReportContent) -> tuple[tuple[str, str], ...]:
    """What this version tells beside diagnoses, so that a new wording can be told from a mere new version."""
    if not medical.tells:
        return ()
    stated = content.doctor_statement.model_dump_json() if content.doctor_statement else ""
    papers = {kind: [one.model_dump_json() for one in content.papers if one.kind == kind] for kind in medical.papers}
    return tuple((kind, _digest("\n".join(papers.get(kind, [stated])))) for kind in medical.tells)


def _digest(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _is_injury(diagnosis: Diagnosis) -> bool:
    """S00–T98 and V01–Y98: an old illness beside the injury has an onset of its own that means nothing here."""
    return diagnosis.code[:1].upper() in "STVWXY"


def _part(code: str, side: str | None) -> str:
    """The coded part with its side, as employers' reports write it."""
    if side not in ("left", "right", "both") or code.endswith(("_left", "_right", "_both")):
        return code
    return f"{code}_{side}"


def _doctor(form: StatementForm, content: MedicalReportContent, org: str) -> str | None:
    """Who signed: the registered number of the one of that name among those who treated, else name and hospital."""
    if form.doctor_name is None:
        return None
    for practitioner in content.practitioners:
        number = practitioner.ihs_number or practitioner.nik
        if practitioner.name == form.doctor_name and number is not None:
            return number
    return f"{form.doctor_name.casefold()} {org}"


def _days(period: StatementPeriod | None) -> tuple[date, date] | None:
    if period is None or period.start is None or period.end is None:
        return None
    return period.start, period.end


def _statement(form: StatementForm, doctor: str | None) -> DoctorStatement:
    rest = _days(form.rest)
    days = (rest[1] - rest[0]).days + 1 if rest else 0
    loss = form.function_loss_percent
    return DoctorStatement(
        outcome=form.outcome,
        examined_on=form.examined_on or form.signed_on,
        disabled_part=form.disability_body_part,
        function_loss_percent=Decimal(loss) if loss is not None else None,
        rest_days=max(days, 0),
        accident_on=form.accident_on,
        work_capacity=form.work_capacity,
        rest_period=rest,
        treated_period=_days(form.treated),
        doctor=doctor,
        prosthesis=_is_needed(form.prosthesis),
        orthosis=_is_needed(form.orthosis),
    )


def _is_needed(said: str | None) -> bool:
    """What the doctor wrote under "memerlukan prothesa (apa)"; many write that none is needed."""
    return bool(said) and not _NOT_NEEDED.match(said or "")


def _identity(worker: Worker) -> Identity:
    return Identity(worker.nik, worker.kpj, worker.passport_number)


def _when(instant: datetime | None, precision: str, day: date | None, zone: ZoneInfo) -> tuple[datetime | None, str]:
    """The time of the event in the zone of the place; a disease is known by the day of its diagnosis."""
    if instant is not None:
        return instant.astimezone(zone), str(precision)
    if day is not None:
        return datetime.combine(day, time.min, tzinfo=zone), "day"
    return None, "day"
