"""Complaints: each with its own clock of five working days until it is answered (UU 24/2011 art. 48, uncertain)."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from services.verification.application.claim_document import decision_digest
from services.verification.domain.claim import CaseInput, ClaimView
from services.verification.domain.complaints import check_answerable
from services.verification.domain.derivation import Policy, derive_claim
from services.verification.domain.entries import ComplaintAnswer, ComplaintReceived, Decision, Entry
from shared.errors import Conflict, NotFound
from shared.identifiers import WIB
from tests.support.evidence_makers import report

POLICY = Policy(100_000_000)


def claim(now: datetime, *entries: Entry, region: str = "3671") -> ClaimView:
    return derive_claim(CaseInput((report("r", region_code=region),), entries), now, POLICY)


def received(id_: str, at: datetime, **more: str) -> ComplaintReceived:
    return ComplaintReceived(id_, at, "bpjs:cikokol", "V-1", received_at=at, **more)


def answered(complaint_id: str, at: datetime) -> ComplaintAnswer:
    return ComplaintAnswer(f"a-{complaint_id}", at, "bpjs:cikokol", "V-2", complaint_id, True, "Sudah dibayar.")


@pytest.mark.parametrize(
    ("told", "due"),
    [
        # Friday → the Friday after: a weekend lies between.
        (datetime(2026, 11, 20, 10, tzinfo=WIB), datetime(2026, 11, 27, 23, 59, 59, tzinfo=WIB)),
        # Sunday night in Jakarta counts from Sunday, though it is still Sunday noon elsewhere.
        (datetime(2026, 11, 22, 23, 30, tzinfo=WIB), datetime(2026, 11, 27, 23, 59, 59, tzinfo=WIB)),
        # 24 December (collective leave) and 25 December (Christmas) don't count.
        (datetime(2026, 12, 21, 9, tzinfo=WIB), datetime(2026, 12, 30, 23, 59, 59, tzinfo=WIB)),
    ],
)
def test_five_working_days_in_the_legal_time_of_the_place(told: datetime, due: datetime) -> None:
    [complaint] = claim(told + timedelta(hours=1), received("k", told)).complaints
    assert complaint.clock is not None
    assert (complaint.clock.due_at, complaint.clock.met, complaint.clock.confidence) == (due, None, "uncertain")


def test_the_day_is_the_places_own_at_the_border_of_time_zones() -> None:
    late_sunday = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)  # still Sunday in Tangerang, Monday already in Jayapura
    dues = []
    for region in ("3671", "9471"):
        [complaint] = claim(late_sunday, received("k", late_sunday), region=region).complaints
        assert complaint.clock is not None
        assert complaint.clock.due_at is not None
        dues.append(complaint.clock.due_at.date().isoformat())
    assert dues == ["2026-11-27", "2026-11-30"]


@pytest.mark.parametrize("accident_days", [-3, -630, -640, -2_500])
def test_the_law_of_the_accident_makes_no_difference(accident_days: float) -> None:
    """UU 24/2011 is older than every rule set; -630 and -640 days lie on either side of Permenaker 1/2025."""
    told = datetime(2026, 11, 20, 10, tzinfo=WIB)
    view = derive_claim(CaseInput((report("r", accident_days),), (received("k", told),)), told, POLICY)
    [clock] = [clock for clock in view.clocks if clock.clock == "COMPLAINT"]
    assert (clock.due_at, clock.legal_basis) == (datetime(2026, 11, 27, 23, 59, 59, tzinfo=WIB), "UU 24/2011 art. 48")


def test_an_answer_stops_the_clock_and_the_first_one_counts() -> None:
    told = datetime(2026, 11, 20, 10, tzinfo=WIB)
    in_time, late = answered("k", told + timedelta(days=3)), answered("k", told + timedelta(days=30))
    now = told + timedelta(days=60)
    arrivals: list[Entry] = [received("k", told), in_time, late]
    for entries in permutations(arrivals):
        [complaint] = claim(now, *entries).complaints
        assert complaint.clock is not None
        assert (complaint.state, complaint.clock.met, complaint.clock.running) == ("answered", True, False)
    [overdue] = claim(now, received("k", told), late).complaints
    assert overdue.clock is not None
    assert overdue.clock.met is False


def test_feedback_has_no_clock() -> None:
    told = datetime(2026, 11, 20, 10, tzinfo=WIB)
    view = claim(told, received("k", told, kind="feedback"))
    assert view.complaints[0].clock is None
    assert "COMPLAINT" not in {clock.clock for clock in view.clocks}


def test_the_claims_clocks_show_the_complaint_that_is_due_first() -> None:
    told = datetime(2026, 11, 20, 10, tzinfo=WIB)
    first, second = received("k1", told), received("k2", told + timedelta(days=7))
    open_both = claim(told + timedelta(days=8), first, second)
    [clock] = [clock for clock in open_both.clocks if clock.clock == "COMPLAINT"]
    assert (clock.starts_at, clock.running) == (told, True)
    [clock] = [
        clock
        for clock in claim(told + timedelta(days=8), first, second, answered("k1", told)).clocks
        if clock.clock == "COMPLAINT"
    ]
    assert clock.starts_at == told + timedelta(days=7)


def test_a_complaint_changes_nothing_that_could_change_a_decision() -> None:
    told = datetime(2026, 11, 20, 10, tzinfo=WIB)
    plain, complained = claim(told), claim(told, received("k", told))
    assert decision_digest(plain) == decision_digest(complained)
    assert (plain.state, plain.waiting_on, plain.waiting_reason) == (
        complained.state,
        complained.waiting_on,
        complained.waiting_reason,
    )


def test_a_complaint_on_a_settled_claim_is_still_due_and_still_told_when_overdue() -> None:
    told = datetime(2026, 11, 20, 10, tzinfo=WIB)
    rejected = Decision("d", "reject", told - timedelta(hours=1), "bpjs:cikokol", "V-1")
    assert claim(told, rejected).next_overdue_at is None
    view = claim(told, rejected, received("k", told))
    assert view.state == "REJECTED"
    assert view.next_due_at == view.next_overdue_at == datetime(2026, 11, 27, 23, 59, 59, tzinfo=WIB)
    overdue = claim(told + timedelta(days=30), rejected, received("k", told))
    assert "clock.overdue:COMPLAINT" in {entry.what for entry in overdue.timeline}


def test_only_an_open_complaint_can_be_answered() -> None:
    told = datetime(2026, 11, 20, 10, tzinfo=WIB)
    found = claim(told, received("k", told), answered("k", told)).complaints
    with pytest.raises(NotFound):
        check_answerable(found, "other")
    with pytest.raises(Conflict):
        check_answerable(found, "k")
