"""What the depth of a hospital's report does to a claim: every disability, every period of rest, bills and aids."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from services.verification.application.claim_document import document_of
from services.verification.application.console_claim import ClaimFile, comparison
from services.verification.application.inputs import evidence_of
from services.verification.domain.claim import CaseInput, ClaimView
from services.verification.domain.derivation import Policy, derive_claim
from services.verification.domain.entries import DiscrepancyResolution, Entry
from services.verification.domain.evidence import (
    Determination,
    DoctorStatement,
    Evidence,
    MedicalFacts,
    Stage2Facts,
    StatedDisability,
)
from services.verification.domain.periods import days_of
from shared.events import Event
from shared.events.medical_report import MedicalReportContent, MedicalReportFacts
from tests.support.agency_events import medical_report, random_nik
from tests.support.evidence_makers import at, report, visit

NOW = datetime(2026, 12, 22, tzinfo=UTC)
THUMB = StatedDisability("thumb_right", Decimal(40), None, "functional")
LOST_INDEX = StatedDisability("index_finger_right", None, None, "anatomical")


def claim(*pieces: Evidence, entries: tuple[Entry, ...] = (), **more: Any) -> ClaimView:
    return derive_claim(CaseInput(pieces, entries, **more), NOW, Policy(10**12))


def stated(id_: str = "v", days: float = 0.05, outcome: str = "partial_functional", **more: Any) -> Evidence:
    medical = more.pop("medical", {})
    return visit(id_, days, medical={"statement": DoctorStatement(outcome, **more), **medical})


def asked(**costs: int) -> dict[str, Any]:
    stage_2 = Stage2Facts(
        "partial_functional", date(2026, 11, 30), 0, tuple(costs.items()), False, False, at(15),
        employer_cost_rupiah=sum(costs.values()), asked_by=tuple((item, "employer") for item in costs),
    )  # fmt: skip
    return {"stage_2": stage_2}


def amounts(view: ClaimView) -> dict[str, int]:
    return {line.benefit: line.amount_rupiah for line in view.benefit.lines}


def found(view: ClaimView) -> dict[str, tuple[list[str], str]]:
    return {item.field: ([value for _, value in item.values], item.severity) for item in view.discrepancies}


@pytest.mark.parametrize(
    ("disabilities", "amount"),
    [
        # Of 80 wages of 5,000,000: 40 % of 15 %.
        ((THUMB,), 24_000_000),
        ((StatedDisability(None, Decimal(40), "P15"),), 24_000_000),
        # The row that the doctor names counts before the part, which may be coarser.
        ((StatedDisability("hand_right", Decimal(40), "P15"),), 24_000_000),
        # A row the table does not know is no row.
        ((StatedDisability("thumb_right", Decimal(40), "P99"),), 24_000_000),
        ((THUMB, StatedDisability("index_finger_right", Decimal(50), None, "functional")), 42_000_000),
        # Two fingers are twice the same row, two thumbs of one hand are a slip.
        ((StatedDisability("finger_right", Decimal(50)), StatedDisability("finger_right", Decimal(50))), 16_000_000),
        ((StatedDisability("eye_left", Decimal(100)), StatedDisability("eye_right", Decimal(20))), 168_000_000),
        ((THUMB, THUMB), 24_000_000),
    ],
)
def test_every_disability_of_the_statement_counts(disabilities: tuple[StatedDisability, ...], amount: int) -> None:
    view = claim(report("r"), stated(disabilities=disabilities))
    assert amounts(view)["PARTIAL_FUNCTIONAL"] == amount


def test_a_lost_part_beside_a_weakened_one_is_worked_out_part_by_part() -> None:
    for outcome in ("partial_functional", "partial_anatomical"):
        view = claim(report("r"), stated(outcome=outcome, disabilities=(THUMB, LOST_INDEX)))
        # 40 % of 15 % and the whole 9 %.
        assert amounts(view)["PARTIAL_FUNCTIONAL"] == 60_000_000
        assert "disabilities-of-both-kinds" in {remark.code for remark in view.benefit.remarks}


def test_a_percentage_beside_a_lost_part_takes_nothing_away() -> None:
    lost = StatedDisability("index_finger_right", Decimal(9), None, "anatomical")
    assert amounts(claim(report("r"), stated(disabilities=(THUMB, lost))))["PARTIAL_FUNCTIONAL"] == 60_000_000


def test_days_of_rest_are_counted_over_all_periods_once() -> None:
    first, second = (date(2026, 11, 16), date(2026, 11, 25)), (date(2026, 12, 1), date(2026, 12, 5))
    view = claim(
        report("r"), stated(outcome="recovered", rest_periods=(first, second), rest_period=second, rest_days=15)
    )
    assert amounts(view)["STMB"] == 2_500_000


def test_the_inspectors_row_is_held_against_the_doctors() -> None:
    inspector = Determination("x", "disnaker:36", "WORK_ACCIDENT", date(2026, 12, 1), at(1), disability_code="P17")
    told = found(claim(report("r"), stated(disabilities=(THUMB,)), entries=(inspector,)))
    assert told["disability_code"] == (["P15", "P17"], "high")
    agreed = Determination("x", "disnaker:36", "WORK_ACCIDENT", date(2026, 12, 1), at(1), disability_code="P15")
    assert "disability_code" not in found(claim(report("r"), stated(disabilities=(THUMB,)), entries=(agreed,)))


def test_the_side_of_a_disability_is_held_against_the_report() -> None:
    other = StatedDisability("thumb_left", Decimal(40))
    told = found(claim(report("r"), stated(disabilities=(other,), medical={"body_parts": ("hand",)})))
    assert told["injury_side"] == (["right", "left"], "high")


@pytest.mark.parametrize(
    ("billed", "expected"),
    [
        ((("treatment", 1_000_000),), (["1500000", "1000000"], "medium")),
        ((("treatment", 1_500_000),), None),
        ((("treatment", 2_000_000),), None),
        ((), None),
        ((("transport", 1_000),), (["1500000", "0"], "medium")),
    ],
)
def test_more_than_was_billed_is_asked_back(billed: tuple[tuple[str, int], ...], expected: Any) -> None:
    view = claim(report("r", accident=asked(treatment=1_500_000)), visit("v", 0.05, medical={"billed_rupiah": billed}))
    assert found(view).get("treatment_cost") == expected


def test_bills_of_several_visits_add_up() -> None:
    visits = [
        visit(name, days, medical={"billed_rupiah": (("treatment", 800_000),)}) for name, days in (("v", 0.1), ("w", 2))
    ]
    assert "treatment_cost" not in found(claim(report("r", accident=asked(treatment=1_500_000)), *visits))


def test_a_prosthesis_that_nobody_ordered_is_asked_about() -> None:
    accident = asked(prosthesis=9_000_000)
    assert found(claim(report("r", accident=accident), stated(disabilities=(THUMB,))))["prosthesis"][0] == [
        "asked",
        "not-needed",
    ]
    for reason in (
        {"prosthesis": True},
        {"orthosis": True},
        {"medical": {"aids": ("prosthesis",)}},
        {"outcome": "in_treatment"},
    ):
        assert "prosthesis" not in found(claim(report("r", accident=accident), stated(disabilities=(THUMB,), **reason)))


def test_a_grave_diagnosis_contradicts_a_walk_home_a_little() -> None:
    view = claim(report("r", accident={"condition_after": "outpatient"}), visit("v", medical={"severity": "severe"}))
    assert found(view)["severity"] == (["outpatient", "severe"], "low")


def test_what_was_billed_counts_once_a_person_keeps_it() -> None:
    pieces = (
        report("r", accident=asked(treatment=1_500_000, transport=100_000), received_at=at(5)),
        visit("v", 0.05, medical={"billed_rupiah": (("treatment", 1_000_000),)}),
    )
    values = (("r", "1500000"), ("v", "1000000"))
    kept = DiscrepancyResolution("x", NOW, "bpjs:1", "u-1", "d", "treatment_cost", "v", values, "Tagihan RS")
    view = claim(*pieces, entries=(kept,))
    [item] = [one for one in view.discrepancies if one.field == "treatment_cost"]
    assert item.state == "resolved"
    assert view.reimbursement is not None
    assert view.reimbursement.claimed_rupiah == 1_100_000


def medical(event: Event, **content: Any) -> MedicalFacts:
    """What is read of an event with its content changed."""
    assert isinstance(event.content, MedicalReportContent)
    assert isinstance(event.facts, MedicalReportFacts)
    changed = MedicalReportContent.model_validate({**event.content.model_dump(), **content})
    evidence = evidence_of(Event(**{**vars_of(event), "content": changed}))
    assert evidence is not None
    assert evidence.medical is not None
    return evidence.medical


def vars_of(event: Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in event.__slots__}


def test_the_facts_of_a_report_are_drawn_from_its_depth() -> None:
    statement = {
        "outcome": "partial_functional", "doctor_number": "10009880728", "doctor_name": "dr. Sari",
        "disabilities": [{"kind": "functional", "body_part": "thumb_right", "percent": "40", "code": "P15"}],
        "rest_periods": [
            {"from": "2026-11-16", "to": "2026-11-25"}, {"from": "2026-11-25", "to": "2026-11-30"},
            {"from": None, "to": "2026-12-30"},
        ],
    }  # fmt: skip
    line = {"resource_type": "Claim", "resource_id": "c"}
    facts = medical(
        medical_report(random_nik(), statement=statement),
        costs=[
            {"item": "treatment", "amount_rupiah": 100, **line}, {"item": "treatment", "amount_rupiah": 50, **line},
            {"item": "treatment", "amount_rupiah": None, "currency": "USD", **line},
            {"item": "transport", "amount_rupiah": 7, **line},
        ],
        aids=[{"kind": "orthosis"}], severity="severe", referrals=[{"direction": "to"}],
    )  # fmt: skip
    assert facts.billed_rupiah == (("transport", 7), ("treatment", 150))
    assert (facts.aids, facts.severity, facts.referred) == (("orthosis",), "severe", True)
    said = facts.statement
    assert said is not None
    assert said.disabilities == (StatedDisability("thumb_right", Decimal(40), "P15", "functional"),)
    assert (said.rest_days, said.doctor, len(said.rest)) == (15, "10009880728", 2)


def test_a_statement_of_before_still_reads() -> None:
    said = DoctorStatement("partial_functional", disabled_part="thumb_right", function_loss_percent=Decimal(40))
    assert said.stated_disabilities == (StatedDisability("thumb_right", Decimal(40)),)
    assert DoctorStatement("recovered").stated_disabilities == ()


def test_a_day_of_two_periods_is_one_day() -> None:
    day = date(2026, 11, 16)
    assert days_of([(day, day), (day, date(2026, 11, 17)), (day, date(2026, 11, 1)), (day, date(2056, 1, 1))]) == {
        day, date(2026, 11, 17),
    }  # fmt: skip


def test_the_console_shows_disabilities_by_row_and_costs_of_both_sides() -> None:
    inspector = Determination("x", "disnaker:36", "WORK_ACCIDENT", date(2026, 12, 1), at(1), disability_code="P15")
    pieces = (
        report("r", accident=asked(treatment=1_000_000)),
        stated(disabilities=(THUMB, LOST_INDEX), medical={"billed_rupiah": (("treatment", 2_000_000),)}),
    )
    view = claim(*pieces, entries=(inspector,))
    shown = comparison(ClaimFile(document_of(view), None, pieces, (inspector,)), revealed=False)
    rows = {row["title"]["en"]: row["cells"] for row in shown["rows"]}
    assert rows["Disabilities (table)"] == [None, ("text", "P15 40 %, P17"), ("text", "P15")]
    assert rows["Cost of treatment"] == [("rupiah", 1_000_000), ("rupiah", 2_000_000), None]
