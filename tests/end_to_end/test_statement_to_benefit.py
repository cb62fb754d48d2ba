"""From a hospital's published example to what a claim makes of it, without a server between."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.hospital_gateway.application.assemble_report import as_event
from services.verification.application.inputs import evidence_of
from services.verification.domain.claim import CaseInput, ClaimView
from services.verification.domain.derivation import Policy, derive_claim
from services.verification.domain.evidence import Evidence, Stage2Facts
from shared.identifiers import WIB
from tests.support.evidence_makers import report as accident
from tests.support.visits import example, report

NOW = datetime(2026, 12, 22, tzinfo=UTC)
HAPPENED = datetime(2026, 11, 20, 9, 30, tzinfo=WIB)


def heard(name: str) -> Evidence:
    """The hospital's word as verification takes it from the event."""
    evidence = evidence_of(as_event(report(*example(name))))
    assert evidence is not None
    return evidence


def claim(name: str, **accident_facts: Any) -> ClaimView:
    employer = replace(accident("r", accident=accident_facts), occurred_at=HAPPENED)
    return derive_claim(CaseInput((employer, heard(name))), NOW, Policy(10**12))


def amounts(view: ClaimView) -> dict[str, int]:
    return {line.benefit: line.amount_rupiah for line in view.benefit.lines}


def papers(view: ClaimView) -> dict[str, str]:
    return {item.document_code: item.state for item in view.checklist}


def test_two_disabilities_and_two_periods_of_rest_come_through_to_the_money() -> None:
    view = claim("doctor-statement")
    # W is 5,000,000: 40 % of the thumb's 15 % and the lost index finger's whole 9 %, of 80 W; 25 days of W/30.
    assert amounts(view) == {"PARTIAL_FUNCTIONAL": 60_000_000, "STMB": 4_166_667}
    assert view.outcome == "partial_functional"
    assert {papers(view)[code] for code in ("DOC", "REF")} == {"satisfied_elsewhere"}
    assert view.return_to_work is not None
    assert {trigger.code for trigger in view.return_to_work.triggers} == {"disability", "prosthesis", "work-capacity"}


def test_what_is_asked_back_is_held_against_the_hospitals_bill() -> None:
    costs = (("treatment", 20_000_000), ("prosthesis", 1_000_000))
    asked = Stage2Facts("partial_functional", date(2026, 12, 21), 0, costs, False, False, NOW)
    view = claim("doctor-statement", stage_2=asked)
    found = {item.field: [value for _, value in item.values] for item in view.discrepancies}
    assert found["treatment_cost"] == ["20000000", "18500000"]
    assert "prosthesis" not in found


def test_a_plain_statement_counts_as_well() -> None:
    view = claim("plain-composition")
    # 10 % of the ankle's 25 %, of 80 W; 14 days.
    assert amounts(view) == {"PARTIAL_FUNCTIONAL": 10_000_000, "STMB": 2_333_333}


def test_a_scan_stands_for_the_paper_and_tells_nothing_to_reckon_with() -> None:
    view = claim("scanned-statement")
    assert papers(view)["DOC"] == "satisfied_elsewhere"
    assert amounts(view) == {}


def test_a_death_opens_its_benefits_and_its_certificate_is_there() -> None:
    view = claim("death")
    assert view.outcome == "death"
    assert amounts(view)["DEATH"] == 240_000_000
    assert papers(view)["DEATH"] == "satisfied_elsewhere"


@pytest.mark.parametrize("name", ["questionnaire", "doctor-statement", "plain-composition"])
def test_the_same_event_read_twice_is_the_same_evidence(name: str) -> None:
    event = as_event(report(*example(name)))
    assert evidence_of(event) == evidence_of(event)
