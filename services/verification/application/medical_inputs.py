"""From a hospital's report to the narrow facts that rules ask about (decisions 13)."""

import hashlib
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from services.verification.domain.evidence import (
    MEDICAL_REPORT,
    DoctorStatement,
    Evidence,
    Identity,
    MedicalFacts,
    Receipt,
    StatedDisability,
)
from services.verification.domain.periods import days_of
from shared.events.medical_report import (
    CostLine,
    Diagnosis,
    MedicalReportContent,
    MedicalReportFacts,
    StatementPeriod,
)
from shared.events.medical_report import DoctorStatement as StatementForm

_HOSPITAL = "hospital_gateway"
_NOT_NEEDED = re.compile(r"\s*(-+|tidak\b|tdk\b|no\b|none\b|nihil\b)", re.IGNORECASE)
# What a hospital calls the end of a stay that goes on elsewhere (v3 discharge dispositions and local spellings).
_REFERRED = frozenset({"other-hcf", "hosp", "rehab", "snf"})
# Admitted from another hospital.
_TRANSFERRED = frozenset({"hosp-trans"})


def medical_evidence(facts: MedicalReportFacts, content: MedicalReportContent, at: datetime | None) -> Evidence:
    """The evidence of one version of a hospital's report, which the hub took at `at`."""
    zone = ZoneInfo(facts.zone)
    seen_at = facts.occurred_at or facts.period_start or facts.received_at
    started = (facts.period_start or seen_at).astimezone(zone)
    received_at = facts.received_at if facts.version == 1 else max(at or facts.received_at, facts.received_at)
    patient = content.patient
    what = "medical-report.received" if facts.version == 1 else "medical-report.updated"
    happened_at = started if facts.version == 1 else received_at
    medical = _medical_facts(facts, content, zone)
    told = _digests(medical, content)
    statement = content.doctor_statement is not None
    receipt = Receipt(facts.version, what, happened_at, received_at, statement, told, content.receipt)
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
        message_contact=patient.message_contact,
        message_language=patient.message_language,
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
        referred=facts.disposition in _REFERRED or facts.admit_source in _TRANSFERRED or bool(content.referrals),
        hospital_region=facts.hospital_region_code,
        statement=_statement(statement, _doctor(statement, content, facts.org)) if statement else None,
        onset_precision=onset_precision,
        period_precision=str(facts.period_precision),
        encounter_class=facts.encounter_class,
        ended=facts.period_end is not None,
        papers=tuple(sorted({paper.kind for paper in content.papers})),
        severity=content.severity,
        billed_rupiah=_billed(content.costs),
        aids=tuple(sorted({aid.kind for aid in content.aids})),
    )


def _billed(lines: Sequence[CostLine]) -> tuple[tuple[str, int], ...]:
    """Sums by cost item; lines in other currencies are nobody's claim here."""
    sums: dict[str, int] = {}
    for line in lines:
        if line.amount_rupiah is not None:
            sums[line.item] = sums.get(line.item, 0) + line.amount_rupiah
    return tuple(sorted(sums.items()))


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
    """Who signed: the registered number, the statement's own or of the one of that name among those who treated, else
    name and hospital."""
    registered = form.doctor_number or form.licence_number
    if registered is not None or form.doctor_name is None:
        return registered
    for practitioner in content.practitioners:
        number = practitioner.ihs_number or practitioner.nik
        if practitioner.name == form.doctor_name and number is not None:
            return number
    return f"{form.doctor_name.casefold()} {org}"


def _days(period: StatementPeriod | None) -> tuple[date, date] | None:
    if period is None or period.start is None or period.end is None:
        return None
    return period.start, period.end


def _periods(periods: Sequence[StatementPeriod], single: StatementPeriod | None) -> tuple[tuple[date, date], ...]:
    told = periods or ([single] if single is not None else [])
    return tuple(days for period in told if (days := _days(period)) is not None)


def _statement(form: StatementForm, doctor: str | None) -> DoctorStatement:
    rest, treated = _periods(form.rest_periods, form.rest), _periods(form.treated_periods, form.treated)
    days = len(days_of(rest))
    loss = form.function_loss_percent
    return DoctorStatement(
        outcome=form.outcome,
        examined_on=form.examined_on or form.signed_on,
        disabled_part=form.disability_body_part,
        function_loss_percent=Decimal(loss) if loss is not None else None,
        rest_days=days,
        accident_on=form.accident_on,
        work_capacity=form.work_capacity,
        rest_period=rest[-1] if rest else None,
        treated_period=treated[-1] if treated else None,
        doctor=doctor,
        prosthesis=_is_needed(form.prosthesis),
        orthosis=_is_needed(form.orthosis),
        disabilities=tuple(
            StatedDisability(one.body_part, one.percent, one.code, one.kind) for one in form.disabilities
        ),
        rest_periods=rest,
        treated_periods=treated,
    )


def _is_needed(said: str | None) -> bool:
    """What the doctor wrote under "memerlukan prothesa (apa)"; many write that none is needed."""
    return bool(said) and not _NOT_NEEDED.match(said or "")
