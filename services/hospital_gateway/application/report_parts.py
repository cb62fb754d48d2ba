"""Parts of a medical report's content: the doctor's statement, what was done, what it cost, who answers for it."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from services.hospital_gateway.domain.care import Care, CostLine, Disability
from services.hospital_gateway.domain.visit import Caregiver, Coded, Days, Statement
from shared.events import medical_report as event
from shared.events.vocabulary import CostItem

_SEVERITIES = ("mild", "moderate", "severe", "fatal")
# A stay of months has thousands of lines; what rules ask for are sums, so the rest is one line an item.
_COSTS_MAX = 500


def gravest(conditions: Iterable[Coded]) -> str | None:
    """The gravest severity that any diagnosis names."""
    told = [one.severity for one in conditions if one.severity in _SEVERITIES]
    return max(told, key=_SEVERITIES.index, default=None)


def statement_part(said: Statement) -> event.DoctorStatement:
    """The doctor's statement as it travels."""
    first = said.disabilities[0] if said.disabilities else Disability()
    return event.DoctorStatement(
        form_code=said.form_code,
        doctor_name=said.doctor_name,
        doctor_role=said.doctor_role,
        doctor_phone=said.doctor_phone,
        facility_name=said.facility_name,
        accident_on=said.accident_on,
        examined_on=said.examined_on,
        anamnesis=said.anamnesis,
        physical_examination=said.physical_examination,
        treatment=said.treatment,
        diagnosis=said.diagnosis,
        comorbidity=said.comorbidity,
        outcome=said.outcome,
        disability_body_part=first.part,
        function_loss_percent=first.percent,
        prosthesis=said.prosthesis,
        orthosis=said.orthosis,
        died_at=said.died_at.at if said.died_at else None,
        work_capacity=said.work_capacity,
        work_conditions=said.work_conditions,
        treated=_latest(said.treated),
        rest=_latest(said.rest),
        note=said.note,
        signed_on=said.signed_on,
        resource_id=said.resource_id,
        doctor_number=said.doctor_number,
        licence_number=said.licence,
        practice_licence=said.practice,
        disabilities=tuple(
            event.Disability(kind=one.kind, body_part=one.part, percent=one.percent, code=one.code, text=one.words)
            for one in said.disabilities
        ),
        rest_periods=tuple(period_part(one) for one in said.rest),
        treated_periods=tuple(period_part(one) for one in said.treated),
        recognised_as=said.recognised_as,
    )


def period_part(days: Days) -> event.StatementPeriod:
    return event.StatementPeriod(start=days.first, end=days.last)


def _latest(periods: Sequence[Days]) -> event.StatementPeriod | None:
    return period_part(periods[-1]) if periods else None


def practitioner_part(one: Caregiver) -> event.Practitioner:
    return event.Practitioner(
        name=one.name,
        nik=one.nik,
        ihs_number=one.ihs_number,
        role=one.role,
        phone=one.phone,
        licence_number=one.licence,
        practice_licence=one.practice,
    )


def care_parts(care: Care) -> dict[str, Any]:
    """The fields of the content that tell of treatment, money, referrals and papers."""
    return {
        "triage": care.triage,
        "clinical": event.ClinicalNotes.model_validate(asdict(care.clinical)) if care.clinical else None,
        "medicines": tuple(event.Medicine.model_validate(asdict(one)) for one in care.medicines),
        "aids": tuple(event.Aid.model_validate({**asdict(one), "text": one.words}) for one in care.aids),
        "referrals": tuple(event.Referral.model_validate(asdict(one)) for one in care.referrals),
        "costs": tuple(_cost(one) for one in _at_most(care.costs)),
        "documents": tuple(event.HospitalDocument.model_validate(asdict(one)) for one in care.documents),
        "signatures": tuple(event.Signature.model_validate(asdict(one)) for one in care.signatures),
    }


def _cost(line: CostLine) -> event.CostLine:
    return event.CostLine(
        item=CostItem(line.item),
        code=line.code,
        text=line.words,
        quantity=str(line.quantity) if line.quantity is not None else None,
        amount_rupiah=line.amount_rupiah,
        paid_rupiah=line.paid_rupiah,
        currency=line.currency,
        served_on=line.served_on,
        resource_type=line.resource_type,
        resource_id=line.resource_id,
    )


def _at_most(lines: Sequence[CostLine]) -> list[CostLine]:
    """All lines, or from the last one on that there is room for their sum by what they were for."""
    kept, rest = list(lines[:_COSTS_MAX]), lines[_COSTS_MAX:]
    for item in dict.fromkeys(one.item for one in rest):
        of_item = [one for one in rest if one.item == item]
        kept.append(
            CostLine(
                item,
                of_item[0].resource_type,
                of_item[0].resource_id,
                amount_rupiah=_sum(one.amount_rupiah for one in of_item),
                paid_rupiah=_sum(one.paid_rupiah for one in of_item),
            )
        )
    return kept


def _sum(amounts: Iterable[int | None]) -> int | None:
    known = [one for one in amounts if one is not None]
    return sum(known) if known else None
