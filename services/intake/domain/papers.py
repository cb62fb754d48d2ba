"""The first checklist of a report, from its own data alone (handbook of the field, documents per outcome)."""

from collections.abc import Iterable

from services.intake.domain.report_facts import ReportFacts
from services.intake.domain.stage_2 import IN_TREATMENT, Stage2Facts
from shared.regulation.checklist import ChecklistItem, Provision, checklist
from shared.regulation.document_rules import CaseFacts

# Form 3 KK 1, note ***: two people who know the chronology.
_WITNESSES_NEEDED = 2


def first_checklist(
    report: ReportFacts, stage_2: Stage2Facts | None, document_codes: Iterable[str], report_id: str
) -> list[ChecklistItem]:
    """What the case needs and what the employer has brought; the claim's own checklist replaces it later."""
    brought = {"T1", *document_codes}
    if len(report.witness_niks) >= _WITNESSES_NEEDED:
        brought.add("two_witnesses")
    if stage_2 is not None:
        brought.add("interim_stage_2" if stage_2.outcome == IN_TREATMENT else "T2")
    if stage_2 is not None and stage_2.has_guardian:
        brought.add("guardian")
    return checklist(_case_facts(report, stage_2), {key: Provision("provided", report_id) for key in brought})


def checklist_of_suspicion(report: ReportFacts) -> list[ChecklistItem]:
    """Of a case that nobody has reported by Tahap I yet."""
    return checklist(_case_facts(report, None), {})


def _case_facts(report: ReportFacts, stage_2: Stage2Facts | None) -> CaseFacts:
    claimed = stage_2.claimed_items if stage_2 else frozenset()
    return CaseFacts(
        segment=report.segment,
        kind=report.kind or "accident",
        occurred_on=report.event_date,
        consequence=report.consequence,
        place_type=report.place_type,
        # A death is an outcome that Tahap I knows already.
        outcome="death" if report.consequence == "death" else (stage_2.outcome if stage_2 else None),
        facility_type=report.facility_type,
        pmi_phase=report.pmi_phase,
        police_report=report.police_report_number is not None,
        violence=report.violence,
        treatment_claimed="treatment" in claimed if stage_2 else None,
        transport_claimed="transport" in claimed,
        stmb_claimed="stmb" in claimed or bool(stage_2 and stage_2.absence_periods),
        children=stage_2.has_children if stage_2 else None,
        minor_heir=bool(stage_2 and stage_2.needs_guardian),
    )
