"""A claim as a row of the queue, and on whose queue it is."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.verification.application.console_queue import (
    MINE,
    UNASSIGNED,
    QueueClaim,
    QueueFilter,
    due_of,
    short_name,
    working_days_between,
)
from shared.identifiers import WIB
from shared.regulation.clocks import COUNTING

# A Monday in a week without a holiday.
NOW = datetime(2026, 11, 16, 3, 0, tzinfo=UTC)


def claim(**document: Any) -> QueueClaim:
    told = {
        "state": "REPORTED",
        "waiting_on": "employer",
        "region_code": "3671",
        "assigned_to": None,
        "rule_set": "RS-2025",
        "clocks": [],
        **document,
    }
    return QueueClaim("JKK-2026-1", told, ("region-unknown",), frozenset({"hash"}), NOW - timedelta(hours=1))


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        (QueueFilter(), True),
        (QueueFilter(state="REPORTED"), True),
        (QueueFilter(state="CLOSED"), False),
        (QueueFilter(waiting_on="bpjs"), False),
        (QueueFilter(region="36"), True),
        (QueueFilter(region="31"), False),
        (QueueFilter(flag="region-unknown"), True),
        (QueueFilter(flag="kpj-shared"), False),
        (QueueFilter(assigned=UNASSIGNED), True),
        (QueueFilter(assigned=MINE), False),
        (QueueFilter(overdue=True), True),
    ],
)
def test_a_filter_shows_what_it_names(wanted: QueueFilter, shown: bool) -> None:
    assert claim().is_for(wanted, "V-1", None, NOW) is shown


def test_what_waits_for_nobody_is_shown_only_when_asked_for() -> None:
    over = claim(state="CLOSED", waiting_on="none")
    assert not over.is_for(QueueFilter(), "V-1", None, NOW)
    assert over.is_for(QueueFilter(everything=True), "V-1", None, NOW)
    assert over.is_for(QueueFilter(state="CLOSED"), "V-1", None, NOW)


def test_a_merged_number_is_on_no_queue() -> None:
    assert not claim(state="MERGED").is_for(QueueFilter(everything=True), "V-1", None, NOW)


def test_a_search_finds_by_hash_or_by_number() -> None:
    assert claim().is_for(QueueFilter(q="x"), "V-1", ["hash"], NOW)
    assert claim().is_for(QueueFilter(q="x"), "V-1", ["JKK-2026-1"], NOW)
    assert not claim().is_for(QueueFilter(q="x"), "V-1", ["other"], NOW)


def clock(name: str, due_at: datetime, running: bool = True) -> dict[str, Any]:
    return {"clock": name, "due_at": due_at.isoformat(), "running": running}


def test_working_days_are_counted_where_the_law_counts_them() -> None:
    friday_evening = datetime(2026, 11, 20, 23, 59, 59, tzinfo=WIB)
    due = due_of(claim(clocks=[clock("PAYOUT", friday_evening)]).document, NOW, COUNTING)
    assert due is not None
    assert (due["working_days"], due["overdue"], due["ticks"]) == (4, False, False)


def test_hours_are_counted_where_the_law_counts_hours() -> None:
    due = due_of(claim(clocks=[clock("T1_KK", NOW + timedelta(hours=5))]).document, NOW, COUNTING)
    assert due is not None
    assert (due["working_days"], due["seconds"], due["soon"], due["ticks"]) == (None, 18_000, True, True)


def test_the_nearest_running_clock_is_told() -> None:
    clocks = [
        clock("CLAIM_EXPIRY", NOW + timedelta(days=900)),
        clock("T1_KK", NOW - timedelta(hours=1)),
        clock("T2", NOW - timedelta(days=9), running=False),
    ]
    due = due_of(claim(clocks=clocks).document, NOW, COUNTING)
    assert due is not None
    assert (due["clock"], due["overdue"]) == ("T1_KK", True)
    assert due_of(claim().document, NOW, COUNTING) is None


def test_weekends_and_holidays_are_left_out_of_the_days_left() -> None:
    midnight = datetime(2026, 11, 24, 0, 0, tzinfo=WIB)
    assert working_days_between(NOW, midnight, COUNTING) == 5
    assert working_days_between(midnight, NOW, COUNTING) >= 4


@pytest.mark.parametrize(
    ("name", "short"),
    [("Siti Aminah", "Siti A."), ("I Made Suartana", "I M. S."), ("Budi", "Budi"), (None, None), (" ", None)],
)
def test_a_row_tells_claims_apart_and_not_who_it_is(name: str | None, short: str | None) -> None:
    assert short_name(name) == short
