"""The checklist of a claim: the document table asked with what all agencies together have told."""

from collections.abc import Sequence
from datetime import datetime

from services.verification.domain.evidence import ACCIDENT_REPORT, AccidentFacts, DoctorStatement, Evidence
from shared.regulation.checklist import CaseFacts, ChecklistItem, Provision, checklist

# ICD-10 X85–Y09, assault: the violence rule of Permenaker 1/2025.
_ASSAULT = ("X85", "Y09")


def case_checklist(
    evidence: Sequence[Evidence], accident: AccidentFacts | None, statement: DoctorStatement | None, outcome: str | None
) -> list[ChecklistItem]:
    """Every paper of the case with where it stands and which evidence stands for it."""
    return checklist(_case_facts(evidence, accident, statement, outcome), _provisions(evidence))


def completed_at(evidence: Sequence[Evidence], items: Sequence[ChecklistItem]) -> datetime | None:
    """When the last required paper came in (the payout clock's start), None while one is missing."""
    required = [item for item in items if item.required]
    if any(item.state not in ("provided", "satisfied_elsewhere") for item in required):
        return None
    by_id = {piece.id: piece for piece in evidence}
    times = [_provided_at(by_id[item.satisfied_by], item) for item in required if item.satisfied_by in by_id]
    return max(times, default=None)


def _provided_at(piece: Evidence, item: ChecklistItem) -> datetime:
    accident = piece.accident
    if accident is not None and item.document_code == "T2" and accident.stage_2 is not None:
        return accident.stage_2.received_at
    if accident is not None and item.document_code == "T1":
        return piece.accepted_at
    if accident is not None and accident.documents_at is not None and item.document_code in accident.document_codes:
        return accident.documents_at
    return piece.statement_at or piece.received_at


def _provisions(evidence: Sequence[Evidence]) -> dict[str, Provision]:
    provided: dict[str, Provision] = {}
    for piece in sorted(evidence, key=lambda piece: (piece.accepted_at, piece.id)):
        if not piece.is_active:
            continue
        if piece.kind == ACCIDENT_REPORT and piece.accident is not None:
            codes = {"T1", *piece.accident.document_codes}
            if piece.accident.stage_2 is not None:
                codes.add("T2")
            for code in codes:
                provided.setdefault(code, Provision("provided", piece.id))
        if piece.medical is not None and piece.medical.statement is not None:
            provided.setdefault("doctor_statement", Provision("provided", piece.id))
            if piece.medical.statement.rest_days:
                provided.setdefault("rest_period", Provision("provided", piece.id))
    return provided


def _case_facts(
    evidence: Sequence[Evidence], accident: AccidentFacts | None, statement: DoctorStatement | None, outcome: str | None
) -> CaseFacts:
    medicals = [piece.medical for piece in evidence if piece.medical is not None and piece.is_active]
    occurred_on = min(piece.occurred_at for piece in evidence).date()
    if accident is None:
        return CaseFacts(occurred_on=occurred_on, outcome=outcome)
    stage_2 = accident.stage_2
    claimed = stage_2.cost_items if stage_2 else frozenset()
    rest = bool(statement and statement.rest_days) or bool(stage_2 and stage_2.absence_days)
    return CaseFacts(
        segment=accident.segment,
        kind=accident.event_kind,
        occurred_on=occurred_on,
        consequence=accident.consequence,
        place_type=accident.place_type,
        outcome=outcome,
        facility_type=accident.facility_type,
        police_report=accident.police_report,
        violence=accident.violence or any(_is_assault(code) for m in medicals for code in m.external_cause_codes),
        referred=any(medical.referred for medical in medicals),
        treatment_claimed="treatment" in claimed,
        transport_claimed="transport" in claimed,
        stmb_claimed="stmb" in claimed or (stage_2 is not None and rest),
        children=bool(stage_2 and stage_2.children),
        minor_heir=bool(stage_2 and stage_2.minor_heir),
    )


def _is_assault(code: str) -> bool:
    return _ASSAULT[0] <= code[:3].upper() <= _ASSAULT[1]
