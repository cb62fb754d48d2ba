"""What a claim is, given its evidence and what people settled."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from services.verification.domain.claim import CaseInput, ClaimView
from services.verification.domain.deciding import check_allowed
from services.verification.domain.derivation import Policy, derive_claim
from services.verification.domain.entries import Decision, Entry
from services.verification.domain.evidence import (
    AccidentFacts,
    Determination,
    DoctorStatement,
    Evidence,
    Stage2Facts,
    in_force,
)
from services.verification.domain.stance import Stance, fold
from shared.errors import Conflict
from tests.support.evidence_makers import DAY_0, at, report, told, visit

NOW = datetime(2026, 11, 22, tzinfo=UTC)
POLICY = Policy(100_000_000)


def claim(*pieces: Evidence, now: datetime = NOW, entries: tuple[Entry, ...] = ()) -> ClaimView:
    return derive_claim(CaseInput(pieces, entries), now, POLICY)


def turn(view: ClaimView) -> tuple[str, str, str | None]:
    return view.state, view.waiting_on, view.waiting_reason


def decision(kind: str, hours: float, person: str = "V-1", **more: object) -> Decision:
    decided_at = NOW + timedelta(hours=hours)
    return Decision(f"d{hours}", kind, decided_at, "bpjs:x", person, **more)  # type: ignore[arg-type]


def determined(id_: str, word: str, hours: float, **more: object) -> Determination:
    received = NOW + timedelta(hours=hours)
    return Determination(id_, "disnaker:36", word, date(2026, 11, 21), received, **more)  # type: ignore[arg-type]


STAGE_2 = Stage2Facts("recovered", date(2026, 11, 18), 0, (), False, False, at(3))


def complete(**more: object) -> list[Evidence]:
    accident = {"document_codes": ("KPJ", "ID"), "documents_at": at(2), "stage_2": STAGE_2, **more}
    statement = DoctorStatement(outcome="recovered", examined_on=date(2026, 11, 18))
    return [report("r", accident=accident), visit("v", medical={"statement": statement, "body_parts": ("hand_right",)})]


def test_states_follow_from_the_papers() -> None:
    assert turn(claim(visit("v"))) == ("SUSPECTED", "employer", "stage-1-missing")
    assert turn(claim(told("t"))) == ("SUSPECTED", "employer", "stage-1-missing")
    assert turn(claim(report("r"))) == ("REPORTED", "employer", "document-missing:KPJ")
    papers = {"document_codes": ("KPJ", "ID"), "documents_at": at(1)}
    assert turn(claim(report("r", accident=papers))) == ("REPORTED", "hospital", "document-missing:DOC")
    ended = claim(report("r", accident=papers), visit("v", medical={"statement": DoctorStatement("recovered")}))
    assert turn(ended) == ("AWAITING_DOCUMENTS", "employer", "document-missing:T2")
    assert turn(claim(*complete())) == ("READY_FOR_REVIEW", "bpjs", "review")


def test_withdrawn_report_leaves_a_suspected_case_or_nothing() -> None:
    assert claim(report("r", status="withdrawn")).state == "WITHDRAWN"
    assert claim(report("r", status="withdrawn"), visit("v")).state == "SUSPECTED"


def test_late_stage_1_shifts_the_first_payer_where_an_employer_owes_it() -> None:
    late = DAY_0 + timedelta(hours=48, seconds=1)
    assert claim(report("r", received_at=DAY_0 + timedelta(hours=48))).payer_of_first_resort == "BPJS"
    assert claim(report("r", received_at=late)).payer_of_first_resort == "EMPLOYER"
    assert claim(report("r", accident={"segment": "BPU"}, received_at=late)).payer_of_first_resort == "BPJS"


def test_payout_clock_starts_when_the_last_paper_came() -> None:
    clock = next(clock for clock in claim(*complete()).clocks if clock.clock == "PAYOUT")
    assert clock.starts_at == at(3)


def test_right_that_lapsed_before_anybody_told_is_expired() -> None:
    pieces = [report("r", -2_000, received_at=DAY_0)]
    assert claim(*pieces).state == "EXPIRED"


@pytest.mark.parametrize(
    ("mine", "theirs", "fields"),
    [
        (("hand_right",), ("hand_left",), {"injury_side"}),
        (("hand_right",), ("thumb_right",), set()),
        (("hand_right",), ("foot_right",), {"body_part"}),
        (("multiple",), ("foot_right",), set()),
        (("hands_both",), ("hand_left",), set()),
        ((), ("hand_left",), set()),
    ],
)
def test_contradictions_of_side_and_part(mine: tuple[str, ...], theirs: tuple[str, ...], fields: set[str]) -> None:
    view = claim(report("r", accident={"body_parts": mine}), visit("v", medical={"body_parts": theirs}))
    assert {item.field for item in view.discrepancies} == fields


def test_contradiction_of_dates_needs_more_than_a_night() -> None:
    assert not claim(report("r"), visit("v", 0.05, medical={"onset_at": at(0.05)})).discrepancies
    assert not claim(report("r", 0.6), visit("v", 0.61, medical={"onset_at": at(0.61)})).discrepancies
    assert not claim(report("r"), visit("v", 3)).discrepancies
    (early,) = claim(report("r"), visit("v", -2)).discrepancies
    assert (early.field, early.severity) == ("occurred_on", "high")
    (stated,) = claim(
        report("r"), visit("v", medical={"statement": DoctorStatement(accident_on=date(2026, 11, 15))})
    ).discrepancies
    assert dict(stated.values) == {"r": "2026-11-16", "v": "2026-11-15"}


def test_open_contradiction_of_weight_waits_on_bpjs() -> None:
    view = claim(report("r"), visit("v", medical={"body_parts": ("hand_left",)}))
    assert turn(view) == ("REPORTED", "bpjs", "discrepancy-open:injury_side")


def test_determination_settles_referral_and_contradiction() -> None:
    pieces = [report("r"), visit("v", medical={"body_parts": ("hand_left",)})]
    referred = [decision("refer_to_disnaker", 1)]
    assert turn(claim(*pieces, entries=tuple(referred)))[:2] == ("AWAITING_DETERMINATION", "disnaker")
    view = claim(*pieces, entries=(*referred, determined("x", "WORK_ACCIDENT", 2)))
    assert view.state == "CONCLUDED_WORK_ACCIDENT"
    assert [item.state for item in view.discrepancies] == ["resolved"]


def test_later_determination_supersedes_the_latest_unless_it_names_another() -> None:
    one, two = determined("a", "WORK_ACCIDENT", 1), determined("b", "NOT_WORK_ACCIDENT", 2)
    assert in_force([two, one]) is two
    three = determined("c", "WORK_ACCIDENT", 3, supersedes="a")
    assert in_force([three, one, two]) is three
    assert in_force([]) is None


def test_determination_decides_the_conclusion() -> None:
    for word, state in (
        ("OCCUPATIONAL_DISEASE", "CONCLUDED_OCCUPATIONAL_DISEASE"),
        ("NOT_WORK_ACCIDENT", "CONCLUDED_NOT_COVERED"),
    ):
        assert claim(report("r"), entries=(determined("x", word, 1),)).state == state


def test_reopening_takes_back_decisions_and_keeps_the_determination() -> None:
    settled = (decision("reject", 1), decision("reopen", 2))
    assert claim(report("r"), entries=settled).state == "REPORTED"
    found = (determined("x", "WORK_ACCIDENT", 0.5),)
    assert claim(report("r"), entries=(*settled, *found)).state == "CONCLUDED_WORK_ACCIDENT"


def test_approval_is_final_below_the_limit_and_waits_above_it() -> None:
    assert (
        claim(*complete(), entries=(decision("approve_benefit", 1, amount_rupiah=10**8),)).state == "BENEFIT_APPROVED"
    )
    first = decision("approve_benefit", 1, amount_rupiah=10**8 + 1)
    assert claim(*complete(), entries=(first,)).state == "AWAITING_SECOND_APPROVAL"
    second = replace(first, id="d2", person="V-2", decided_at=NOW + timedelta(hours=2))
    assert claim(*complete(), entries=(first, second)).state == "BENEFIT_APPROVED"


def test_approval_needs_papers_and_no_open_contradiction() -> None:
    asked = decision("approve_benefit", 1, amount_rupiah=1)
    with pytest.raises(Conflict, match="not-allowed"):
        check_allowed(claim(report("r")), Stance(), asked)
    concluded = claim(report("r"), entries=(decision("conclude", 0, outcome="work_accident"),))
    with pytest.raises(Conflict, match="documents-missing"):
        check_allowed(concluded, Stance(), asked)
    odd = claim(*complete(body_parts=("hand_left",)))
    with pytest.raises(Conflict, match="discrepancy-open"):
        check_allowed(odd, Stance(), asked)
    check_allowed(claim(*complete()), Stance(), asked)


def test_conclusion_against_an_inspector_is_refused() -> None:
    found = (determined("x", "WORK_ACCIDENT", 0),)
    stance = fold(found, POLICY.four_eyes_rupiah)
    view = claim(report("r"), entries=found)
    with pytest.raises(Conflict, match="determined"):
        check_allowed(view, stance, decision("conclude", 1, outcome="not_covered"))


def test_benefit_is_estimated_from_statement_and_wage() -> None:
    statement = DoctorStatement(
        outcome="partial_functional", disabled_part="thumb_right", function_loss_percent=Decimal(40), rest_days=30
    )
    view = claim(report("r"), visit("v", medical={"statement": statement}))
    assert {line.benefit: line.amount_rupiah for line in view.benefit.lines} == {
        "STMB": 5_000_000,
        "PARTIAL_FUNCTIONAL": 24_000_000,
    }
    assert (view.benefit.status, view.benefit.total_rupiah) == ("estimate", 29_000_000)


def test_flags_tell_and_refuse_nothing() -> None:
    late = claim(report("r", received_at=DAY_0 + timedelta(days=3)))
    assert [flag.code for flag in late.flags] == ["late-stage-1"]
    assert [flag.code for flag in claim(visit("v", region_code=None)).flags] == ["region-unknown"]
    early = claim(report("r", received_at=DAY_0 - timedelta(hours=1)))
    assert [flag.code for flag in early.flags] == ["report-before-event"]
    assert "second-stage-1" in [flag.code for flag in claim(report("r"), report("s")).flags]


def test_disease_is_a_case_of_its_own_kind() -> None:
    facts = AccidentFacts(event_kind="occupational_disease", segment="PU", consequence="injury")
    piece = replace(report("r", precision="day"), accident=facts)
    view = claim(piece)
    assert view.kind == "occupational_disease"
    assert view.clocks[0].clock == "T1_PAK"
