"""The first checklist of a report, from its own data alone (handbook of the field, documents per outcome)."""

from collections.abc import Iterable

from services.intake.domain.report_facts import ReportFacts
from services.intake.domain.stage_2 import Stage2Facts
from shared.regulation.checklist import CaseFacts, ChecklistItem, Provision, checklist


def first_checklist(
    report: ReportFacts, stage_2: Stage2Facts | None, document_codes: Iterable[str], report_id: str
) -> list[ChecklistItem]:
    """What the case needs and what the employer has brought; the claim's own checklist replaces it later."""
    provided = {code: Provision("provided", report_id) for code in document_codes}
    provided["T1"] = Provision("provided", report_id)
    if stage_2 is not None:
        provided["T2"] = Provision("provided", report_id)
    return checklist(_case_facts(report, stage_2), provided)


def _case_facts(report: ReportFacts, stage_2: Stage2Facts | None) -> CaseFacts:
    claimed = stage_2.claimed_items if stage_2 else frozenset()
    return CaseFacts(
        segment=report.segment,
        kind=report.kind or "accident",
        occurred_on=report.event_date,
        consequence=report.consequence,
        place_type=report.place_type,
        # A death is an outcome that Tahap I knows already.
        outcome=stage_2.outcome if stage_2 else ("death" if report.consequence == "death" else None),
        facility_type=report.facility_type,
        police_report=report.police_report_number is not None,
        violence=report.violence,
        treatment_claimed="treatment" in claimed,
        transport_claimed="transport" in claimed,
        stmb_claimed="stmb" in claimed or bool(stage_2 and stage_2.absence_periods),
        children=bool(stage_2 and stage_2.has_children),
        minor_heir=bool(stage_2 and stage_2.has_guardian),
    )
