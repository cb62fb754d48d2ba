"""The clocks of a claim: when they start, stand still and stop, in the zone of the place."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.verification.domain.claim import CaseInput, ClaimView
from services.verification.domain.derivation import Policy, derive_claim
from services.verification.domain.entries import CompletionAnswer, Decision, Entry, FirstAlertAcceptance, Payment
from services.verification.domain.evidence import (
    AccidentFacts,
    Determination,
    DoctorStatement,
    Evidence,
    Receipt,
    Stage2Facts,
)
from shared.identifiers import WIB, WIT
from shared.regulation.clocks import Clock, Counting
from tests.support.evidence_makers import DAY_0, at, report, told, visit

# DAY_0 is Monday 16 November 2026, 09.30 WIB.
NOW = datetime(2026, 11, 22, tzinfo=UTC)
STAGE_2 = Stage2Facts("recovered", date(2026, 11, 18), 0, (), False, False, at(3))
STATEMENT = DoctorStatement(outcome="recovered", examined_on=date(2026, 11, 18))
PAPERS: dict[str, Any] = {"document_codes": ("KPJ", "ID"), "documents_at": at(2), "stage_2": STAGE_2}


def claim(
    *pieces: Evidence, now: datetime = NOW, entries: tuple[Entry, ...] = (), counting: Counting | None = None
) -> ClaimView:
    return derive_claim(CaseInput(pieces, entries), now, Policy(10**8, counting or Counting()))


def clock(view: ClaimView, name: str) -> Clock:
    (found,) = (clock for clock in view.clocks if clock.clock == name)
    return found


def complete() -> list[Evidence]:
    """Requirements are complete on Thursday 19 November, 09.30."""
    return [report("r", accident=PAPERS), visit("v", medical={"statement": STATEMENT, "body_parts": ("hand_right",)})]


def decided(kind: str, days: float, **more: Any) -> Decision:
    return Decision(f"d{days}", kind, at(days), "bpjs:x", "V-1", **more)


def resent(piece: Evidence, days: float) -> Evidence:
    """Its second version, received at that time."""
    receipt = Receipt(2, f"{piece.kind}.corrected", at(days), at(days))
    return replace(piece, version=2, received_at=at(days), receipts=(*piece.receipts, receipt))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WIB)


# -- Tahap I and II ----------------------------------------------------------------------------------------------------


def test_stage_1_runs_from_the_accident_until_a_report_comes() -> None:
    hospital_first = claim(visit("v"), now=at(1))
    assert clock(hospital_first, "T1_KK").due_at == at(2)
    assert clock(hospital_first, "T1_KK").running
    assert clock(claim(visit("v"), now=at(2.1)), "T1_KK").overdue
    # A suspected case told by others does not free the employer (art. 8A(4)).
    assert clock(claim(told("t"), now=at(2.1)), "T1_KK").overdue
    assert clock(claim(report("r"), visit("v"), now=at(9)), "T1_KK").met is True


@pytest.mark.parametrize(
    ("region", "hospital", "due"),
    [
        ("3671", None, "2026-11-19T00:00:00+07:00"),
        ("5171", None, "2026-11-19T00:00:00+08:00"),
        ("9171", None, "2026-11-19T00:00:00+09:00"),
        # Without the event's region the hospital's own counts, and without that the clock it used.
        (None, "9171", "2026-11-19T00:00:00+09:00"),
        (None, None, "2026-11-19T00:00:00+07:00"),
    ],
)
def test_a_day_ends_where_the_accident_was(region: str | None, hospital: str | None, due: str) -> None:
    piece = visit("v", region_code=region, precision="day", medical={"hospital_region": hospital})
    found = clock(claim(piece), "T1_KK").due_at
    assert found is not None
    assert found.isoformat() == due


def test_zone_does_not_depend_on_how_a_time_was_stored() -> None:
    fresh = visit("v", region_code=None, precision="day")
    stored = replace(fresh, occurred_at=datetime.fromisoformat(fresh.occurred_at.isoformat()))
    assert claim(fresh).clocks == claim(stored).clocks
    eastern = replace(stored, occurred_at=datetime.fromisoformat("2026-11-16T09:30:00+09:00"))
    due = clock(claim(eastern), "T1_KK").due_at
    assert due is not None
    assert due.utcoffset() == timedelta(hours=9)


def test_law_of_the_local_day_of_the_accident_counts() -> None:
    # 16.30 UTC on 1 December 2019 is 2 December in Jayapura, and there the right lapses after five years, not two.
    early = datetime(2019, 12, 1, 16, 30, tzinfo=UTC)
    received = early + timedelta(hours=1)
    for region, zone, rule_set, year in (("3671", WIB, "RS-2015", 2021), ("9171", WIT, "RS-2019", 2024)):
        piece = replace(report("r", received_at=received, region_code=region), occurred_at=early.astimezone(zone))
        view = claim(piece)
        due = clock(view, "CLAIM_EXPIRY").due_at
        assert due is not None
        assert (view.rule_set, due.year) == (rule_set, year)


@pytest.mark.parametrize(
    ("segment", "confidence"),
    [("PU", "certain"), ("PU_NON_ASN", "certain"), ("JAKON", "certain"), ("BPU", "uncertain"), ("PMI", "uncertain")],
)
def test_deadline_of_those_without_an_employer_is_shown_as_uncertain(segment: str, confidence: str) -> None:
    assert clock(claim(report("r", accident={"segment": segment})), "T1_KK").confidence == confidence


def test_stage_2_runs_from_the_end_of_the_day_of_the_doctors_word() -> None:
    waiting = claim(report("r"), visit("v", medical={"statement": STATEMENT}))
    assert clock(waiting, "T2").starts_at == local("2026-11-19T00:00:00")
    assert clock(waiting, "T2").due_at == local("2026-11-21T00:00:00")
    assert clock(waiting, "T2").overdue
    assert clock(claim(*complete()), "T2").met is True
    assert clock(claim(report("r")), "T2").starts_at is None


def test_stage_2_that_says_treatment_goes_on_does_not_stop_its_clock() -> None:
    going_on = replace(STAGE_2, outcome="in_treatment", examined_on=None)
    pieces = [report("r", accident={"stage_2": going_on}), visit("v", medical={"statement": STATEMENT})]
    assert clock(claim(*pieces), "T2").overdue


# -- the first alert ---------------------------------------------------------------------------------------------------


def accepted(alerted_at: datetime, evidence_id: str = "r") -> FirstAlertAcceptance:
    return FirstAlertAcceptance("a", at(4), "bpjs:x", "V-1", evidence_id, alerted_at, "Pesan dilihat.")


def test_accepted_first_alert_takes_back_lateness_and_payer() -> None:
    late = report("r", received_at=at(3), accident={"first_alert_at": at(0.1)})
    before, after = claim(late), claim(late, entries=(accepted(at(0.1)),))
    assert (before.late, before.payer_of_first_resort) == (True, "EMPLOYER")
    assert (after.late, after.payer_of_first_resort) == (False, "BPJS")
    assert clock(after, "T1_KK").met is True


def test_accepted_alert_counts_for_the_report_it_stands_in_only() -> None:
    late = report("r", received_at=at(3))
    assert claim(late, entries=(accepted(at(0.1), "elsewhere"),)).late
    assert claim(late, entries=(accepted(at(2.5)),)).late
    # An alert is evidence for a report, not the report.
    assert clock(claim(visit("v"), now=at(5), entries=(accepted(at(0.1), "v"),)), "T1_KK").overdue


# -- payout, and what lets it stand still ------------------------------------------------------------------------------


def test_payout_is_due_seven_working_days_after_completeness() -> None:
    found = clock(claim(*complete()), "PAYOUT")
    assert (found.starts_at, found.due_at) == (at(3), local("2026-11-30T23:59:59"))


def test_nothing_is_payable_once_the_claim_was_turned_down() -> None:
    for entry in (decided("reject", 4), decided("conclude", 4, outcome="not_covered")):
        assert clock(claim(*complete(), entries=(entry,)), "PAYOUT").starts_at is None


def test_nothing_more_is_due_once_the_claim_was_turned_down() -> None:
    pieces = [report("r"), visit("v", medical={"statement": STATEMENT})]
    for settled in (decided("reject", 4), decided("conclude", 4, outcome="not_covered")):
        view = claim(*pieces, now=at(400), entries=(settled,))
        # Tahap II was due at midnight after day 4.
        assert (clock(view, "T2").met, clock(view, "T2").running) == (None, False)
        assert view.next_overdue_at is None
        assert [entry.what for entry in view.timeline if entry.what.startswith("clock.")] == []
    missed = claim(*pieces, now=at(400), entries=(decided("reject", 30),))
    assert (clock(missed, "T2").met, clock(missed, "T2").running) == (False, False)
    reopened = claim(*pieces, now=at(400), entries=(decided("reject", 4), decided("reopen", 5)))
    assert clock(reopened, "T2").overdue


def test_withdrawn_report_leaves_its_clocks_as_they_stood() -> None:
    view = claim(report("r", status="withdrawn"), now=at(400))
    assert (view.state, clock(view, "T1_KK").met) == ("WITHDRAWN", True)
    assert not [each for each in view.clocks if each.running]
    # Where a hospital still tells of the accident, the duty to report it goes on.
    suspected = claim(report("r", status="withdrawn"), visit("v"), now=at(400))
    assert clock(suspected, "T1_KK").overdue


def test_payout_stands_still_while_the_inspector_is_asked() -> None:
    asked = decided("refer_to_disnaker", 4)
    standing = clock(claim(*complete(), entries=(asked,)), "PAYOUT")
    assert (standing.paused, standing.due_at) == (True, None)
    answer = Determination("x", "disnaker:36", "WORK_ACCIDENT", date(2026, 11, 24), at(8))
    resumed = clock(claim(*complete(), entries=(asked, answer)), "PAYOUT")
    # Asked on Friday, which counted; answered on Tuesday: Monday and Tuesday did not.
    assert (resumed.paused, resumed.due_at) == (False, local("2026-12-02T23:59:59"))
    assert resumed.confidence == "uncertain"
    withdrawn = clock(claim(*complete(), entries=(asked, decided("conclude", 8, outcome="work_accident"))), "PAYOUT")
    assert withdrawn.due_at == resumed.due_at


def test_payout_stands_still_while_completion_is_asked_for() -> None:
    asked = decided("request_completion", 4)
    pieces = complete()
    assert clock(claim(*pieces, entries=(asked,)), "PAYOUT").paused
    pieces[0] = resent(pieces[0], 8)
    assert clock(claim(*pieces, entries=(asked,)), "PAYOUT").due_at == local("2026-12-02T23:59:59")


def test_overlapping_reasons_are_one_pause() -> None:
    pieces = complete()
    pieces[0] = resent(pieces[0], 7)
    entries = (
        decided("request_completion", 4),
        decided("refer_to_disnaker", 4.1),
        Determination("x", "disnaker:36", "WORK_ACCIDENT", date(2026, 11, 24), at(8)),
    )
    assert clock(claim(*pieces, entries=entries), "PAYOUT").due_at == local("2026-12-02T23:59:59")


def test_compensation_is_as_sure_as_the_day_from_which_it_counts() -> None:
    approved = decided("approve_benefit", 9, amount_rupiah=1_000_000)
    paid = Payment("p", at(30), "bpjs:core", "STMB", 1_000_000, date(2026, 12, 10))
    answer = Determination("x", "disnaker:36", "WORK_ACCIDENT", date(2026, 11, 24), at(8))
    for more, days, confidence in (((), 10, "certain"), ((decided("refer_to_disnaker", 4), answer), 8, "uncertain")):
        view = claim(*complete(), now=at(40), entries=(*more, approved, paid))
        line = next(line for line in view.benefit.lines if line.benefit == "LATE_PAYMENT")
        assert (line.amount_rupiah, line.confidence) == (days * 10_000, confidence)
        assert clock(view, "PAYOUT").met is False


# -- follow-up ---------------------------------------------------------------------------------------------------------


def test_follow_up_is_met_by_the_answer_of_who_was_asked() -> None:
    asked = decided("request_completion", 4)
    waiting = clock(claim(*complete(), entries=(asked,)), "INFO_FOLLOWUP")
    # Fourteen working days after Friday 20 November.
    assert (waiting.due_at, waiting.running) == (local("2026-12-10T23:59:59"), True)
    one, other = complete()
    assert clock(claim(one, resent(other, 6), entries=(asked,)), "INFO_FOLLOWUP").running
    assert clock(claim(resent(one, 6), other, entries=(asked,)), "INFO_FOLLOWUP").met is True
    assert clock(claim(resent(one, 30), other, entries=(asked,)), "INFO_FOLLOWUP").met is False


def test_follow_up_is_met_by_what_the_worker_says_unless_a_paper_was_asked_for() -> None:
    said = CompletionAnswer("c", at(6), "worker:self", "status", "Sudah bekerja lagi.")
    asked, wanting = (decided("request_completion", 4, reason_code=code) for code in (None, "document-rejected:ID"))
    assert clock(claim(*complete(), entries=(asked, said)), "INFO_FOLLOWUP").met is True
    assert clock(claim(*complete(), entries=(wanting, said)), "INFO_FOLLOWUP").running
    earlier = replace(said, at=at(3))
    assert clock(claim(*complete(), entries=(earlier, asked)), "INFO_FOLLOWUP").running


def test_hospital_is_asked_for_its_own_paper() -> None:
    asked = decided("request_completion", 4, reason_code="document-rejected:DOC")
    one, other = complete()
    assert clock(claim(resent(one, 6), other, entries=(asked,)), "INFO_FOLLOWUP").running
    assert clock(claim(one, resent(other, 6), entries=(asked,)), "INFO_FOLLOWUP").met is True


def test_second_request_begins_the_follow_up_anew() -> None:
    one, other = complete()
    entries = (decided("request_completion", 4), decided("request_completion", 8))
    found = clock(claim(resent(one, 6), other, entries=entries), "INFO_FOLLOWUP")
    assert (found.starts_at, found.running) == (at(8), True)


# -- years -------------------------------------------------------------------------------------------------------------


def test_right_lapses_when_nobody_asks_for_it() -> None:
    silent = claim(visit("v"), now=at(6 * 365))
    assert (silent.state, clock(silent, "CLAIM_EXPIRY").overdue) == ("EXPIRED", True)
    assert clock(claim(visit("v"), now=at(365)), "CLAIM_EXPIRY").running
    for asked in (told("t"), report("t"), visit("t", medical={"explicit_notice": True})):
        assert claim(visit("v"), asked, now=at(6 * 365)).state != "EXPIRED"


def test_years_count_from_the_day_whether_or_not_its_hour_is_known() -> None:
    by_day = clock(claim(visit("v", precision="day")), "CLAIM_EXPIRY")
    assert by_day.due_at == clock(claim(visit("v")), "CLAIM_EXPIRY").due_at == local("2031-11-16T23:59:59")


@pytest.mark.parametrize(("ended_on", "met"), [(date(2023, 11, 16), True), (date(2023, 11, 15), False)])
def test_disease_must_appear_within_three_years_of_the_last_day_of_work(ended_on: date, met: bool) -> None:
    facts = AccidentFacts(event_kind="occupational_disease", segment="PU", employment_ended_on=ended_on)
    diagnosed = replace(report("r", precision="day"), accident=facts)
    assert clock(claim(diagnosed), "PAK_POST_EMPLOYMENT").met is met
    assert "PAK_POST_EMPLOYMENT" not in {clock.clock for clock in claim(report("r")).clocks}


# -- what is due next --------------------------------------------------------------------------------------------------


def test_next_overdue_is_the_nearest_running_clock_that_still_has_time() -> None:
    view = claim(visit("v"), now=at(1))
    assert view.next_overdue_at == at(2)
    later = claim(visit("v"), now=at(3))
    assert later.next_overdue_at == clock(later, "CLAIM_EXPIRY").due_at
    assert claim(report("r")).next_overdue_at is None
    assert claim(visit("v"), now=at(6 * 365)).next_overdue_at is None, "settled"
    assert at(0) == DAY_0
