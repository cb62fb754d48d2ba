"""Every clock over a weekend, a holiday, collective leave, a border of time zones and a border of rule sets."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.identifiers import WIB, WIT, WITA
from shared.regulation.calendar import WorkingCalendar
from shared.regulation.clocks import (
    COMPLETION_REQUESTED,
    COUNTING,
    DETERMINATION_REQUESTED,
    Clock,
    Counting,
    Pause,
    days_after_due,
    load_pause_rules,
    pause_rule,
    run_clock,
    start_of_count,
)
from shared.regulation.data_files import DATA_FOLDER, BadRuleFile
from shared.regulation.rule_sets import RULE_SETS, rule_set_for

BORDERS = ("weekend", "holiday", "collective leave", "time zones", "rule sets")
DAY, MINUTE = "day", "minute"

# Clock, border, when it starts (a date alone counts from its end, for hours), zone, rule set, when it is due.
# Weekend: 20 November 2026 is a Friday. Holiday: 17 and 25 August 2026. Collective leave: 15 and 28 May, 24 December
# 2026, beside the holidays of 14 and 27 May, 1 June, 25 December and 1 January. Zones: 16.30 UTC is 23.30 WIB and 01.30
# WIT of the next day. Rule sets: RS-2015 to 1 December 2019, RS-2021 to 23 February 2025.
TABLE = [
    ("T1_KK", "weekend", "2026-11-20T17:00+07:00", WIB, "RS-2025", "2026-11-22T17:00:00+07:00"),
    ("T1_KK", "holiday", "2026-08-16T20:00+07:00", WIB, "RS-2025", "2026-08-18T20:00:00+07:00"),
    ("T1_KK", "collective leave", "2026-12-23T09:00+07:00", WIB, "RS-2025", "2026-12-25T09:00:00+07:00"),
    ("T1_KK", "time zones", "2026-11-20T16:30+00:00", WIT, "RS-2025", "2026-11-23T01:30:00+09:00"),
    ("T1_KK", "rule sets", "2025-02-23T23:59+07:00", WIB, "RS-2021", "2025-02-25T23:59:00+07:00"),
    ("T1_KK", "rule sets", "2025-02-23T15:30+00:00", WIT, "RS-2025", "2025-02-26T00:30:00+09:00"),
    ("T1_PAK", "weekend", "2026-11-20", WIB, "RS-2025", "2026-11-23T00:00:00+07:00"),
    ("T1_PAK", "holiday", "2026-08-16", WIB, "RS-2025", "2026-08-19T00:00:00+07:00"),
    ("T1_PAK", "collective leave", "2026-12-23", WIB, "RS-2025", "2026-12-26T00:00:00+07:00"),
    ("T1_PAK", "time zones", "2026-11-20", WIT, "RS-2025", "2026-11-23T00:00:00+09:00"),
    ("T1_PAK", "rule sets", "2025-02-23", WITA, "RS-2021", "2025-02-26T00:00:00+08:00"),
    ("T1_PAK", "rule sets", "2025-02-24", WITA, "RS-2025", "2025-02-27T00:00:00+08:00"),
    ("T2", "weekend", "2026-11-20", WIB, "RS-2025", "2026-11-23T00:00:00+07:00"),
    ("T2", "holiday", "2026-08-16", WIB, "RS-2025", "2026-08-19T00:00:00+07:00"),
    ("T2", "collective leave", "2026-12-23", WIB, "RS-2025", "2026-12-26T00:00:00+07:00"),
    ("T2", "time zones", "2026-11-20", WIT, "RS-2025", "2026-11-23T00:00:00+09:00"),
    ("T2", "rule sets", "2019-12-01", WIB, "RS-2015", "2019-12-04T00:00:00+07:00"),
    ("T2", "rule sets", "2019-12-02", WIB, "RS-2019", "2019-12-05T00:00:00+07:00"),
    # 23 24 25 26 27 30 November, 1 December.
    ("PAYOUT", "weekend", "2026-11-20T10:00+07:00", WIB, "RS-2025", "2026-12-01T23:59:59+07:00"),
    # 18 19 20 21 24 26 27 August.
    ("PAYOUT", "holiday", "2026-08-14T10:00+07:00", WIB, "RS-2025", "2026-08-27T23:59:59+07:00"),
    # 22 23 28 29 30 31 December, 4 January.
    ("PAYOUT", "collective leave", "2026-12-21T10:00+07:00", WIB, "RS-2025", "2027-01-04T23:59:59+07:00"),
    # Thursday in Jakarta, Friday already in Jayapura.
    ("PAYOUT", "time zones", "2026-11-19T16:30+00:00", WIB, "RS-2025", "2026-11-30T23:59:59+07:00"),
    ("PAYOUT", "time zones", "2026-11-19T16:30+00:00", WIT, "RS-2025", "2026-12-01T23:59:59+09:00"),
    # 29 November 2019 is a Friday: 2 3 4 5 6 9 10 December. 2 December 2019: 3 4 5 6 9 10 11.
    ("PAYOUT", "rule sets", "2019-11-29T10:00+07:00", WIB, "RS-2015", "2019-12-10T23:59:59+07:00"),
    ("PAYOUT", "rule sets", "2019-12-02T10:00+07:00", WIB, "RS-2019", "2019-12-11T23:59:59+07:00"),
    # Seven days more than the payout above: 2 3 4 7 8 9 10 December.
    ("INFO_FOLLOWUP", "weekend", "2026-11-20T10:00+07:00", WIB, "RS-2025", "2026-12-10T23:59:59+07:00"),
    # 28 31 August, 1 2 3 4 7 September.
    ("INFO_FOLLOWUP", "holiday", "2026-08-14T10:00+07:00", WIB, "RS-2025", "2026-09-07T23:59:59+07:00"),
    # 8 11 12 13 18 19 20 21 22 25 26 29 May, 2 3 June.
    ("INFO_FOLLOWUP", "collective leave", "2026-05-07T10:00+07:00", WIB, "RS-2025", "2026-06-03T23:59:59+07:00"),
    ("INFO_FOLLOWUP", "time zones", "2026-11-19T16:30+00:00", WIT, "RS-2025", "2026-12-10T23:59:59+09:00"),
    # 21 February 2025 is a Friday: 24 to 28 February, 3 to 7 March, 10 to 13 March. 24 February: a day more.
    ("INFO_FOLLOWUP", "rule sets", "2025-02-21T10:00+07:00", WIB, "RS-2021", "2025-03-13T23:59:59+07:00"),
    ("INFO_FOLLOWUP", "rule sets", "2025-02-24T10:00+07:00", WIB, "RS-2025", "2025-03-14T23:59:59+07:00"),
    ("COMPLAINT", "weekend", "2026-11-20T10:00+07:00", WIB, "RS-2025", "2026-11-27T23:59:59+07:00"),
    ("COMPLAINT", "holiday", "2026-08-14T10:00+07:00", WIB, "RS-2025", "2026-08-24T23:59:59+07:00"),
    # 12 13 18 19 20 May.
    ("COMPLAINT", "collective leave", "2026-05-11T10:00+07:00", WIB, "RS-2025", "2026-05-20T23:59:59+07:00"),
    ("COMPLAINT", "time zones", "2026-11-19T16:30+00:00", WIT, "RS-2025", "2026-11-27T23:59:59+09:00"),
    ("COMPLAINT", "rule sets", "2025-02-21T10:00+07:00", WIB, "RS-2021", "2025-02-28T23:59:59+07:00"),
    ("COMPLAINT", "rule sets", "2025-02-24T10:00+07:00", WIB, "RS-2025", "2025-03-03T23:59:59+07:00"),
    ("OBJECTION_BPJS", "weekend", "2026-11-20T10:00+07:00", WIB, "RS-2025", "2026-11-27T23:59:59+07:00"),
    ("OBJECTION_BPJS", "holiday", "2026-08-14T10:00+07:00", WIB, "RS-2025", "2026-08-24T23:59:59+07:00"),
    ("OBJECTION_BPJS", "collective leave", "2026-05-11T10:00+07:00", WIB, "RS-2025", "2026-05-20T23:59:59+07:00"),
    ("OBJECTION_BPJS", "time zones", "2026-11-19T16:30+00:00", WIT, "RS-2025", "2026-11-27T23:59:59+09:00"),
    ("OBJECTION_BPJS", "rule sets", "2025-02-21T10:00+07:00", WIB, "RS-2021", "2025-02-28T23:59:59+07:00"),
    ("OBJECTION_BPJS", "rule sets", "2025-02-24T10:00+07:00", WIB, "RS-2025", "2025-03-03T23:59:59+07:00"),
    # 23 November to 18 December 20 days, 21 to 23 three, 28 to 31 four, 4, 6 and 7 January (the 5th is a holiday).
    ("OBJECTION_DISNAKER", "weekend", "2026-11-20T10:00+07:00", WIB, "RS-2025", "2027-01-07T23:59:59+07:00"),
    # 18 to 21, 24, 26 to 28 and 31 August, 1 to 25 September 19 days, 28, 29.
    ("OBJECTION_DISNAKER", "holiday", "2026-08-14T10:00+07:00", WIB, "RS-2025", "2026-09-29T23:59:59+07:00"),
    # 12 13, 18 to 22, 25 26 29 May, 2 to 12 June nine days, 15, 17 to 19, 22 to 26, 29, 30.
    ("OBJECTION_DISNAKER", "collective leave", "2026-05-11T10:00+07:00", WIB, "RS-2025", "2026-06-30T23:59:59+07:00"),
    ("OBJECTION_DISNAKER", "time zones", "2026-11-19T16:30+00:00", WIT, "RS-2025", "2027-01-07T23:59:59+09:00"),
    # 24 February to 27 March 24 days, then Nyepi, Eid and their leave until 7 April, 8 to 11, 14, 15.
    ("OBJECTION_DISNAKER", "rule sets", "2025-02-21T10:00+07:00", WIB, "RS-2021", "2025-04-15T23:59:59+07:00"),
    ("OBJECTION_DISNAKER", "rule sets", "2025-02-24T10:00+07:00", WIB, "RS-2025", "2025-04-16T23:59:59+07:00"),
    ("OBJECTION_MINISTER", "weekend", "2026-11-20T10:00+07:00", WIB, "RS-2025", "2027-01-07T23:59:59+07:00"),
    ("OBJECTION_MINISTER", "holiday", "2026-08-14T10:00+07:00", WIB, "RS-2025", "2026-09-29T23:59:59+07:00"),
    ("OBJECTION_MINISTER", "collective leave", "2026-05-11T10:00+07:00", WIB, "RS-2025", "2026-06-30T23:59:59+07:00"),
    ("OBJECTION_MINISTER", "time zones", "2026-11-19T16:30+00:00", WIT, "RS-2025", "2027-01-07T23:59:59+09:00"),
    ("OBJECTION_MINISTER", "rule sets", "2025-02-21T10:00+07:00", WIB, "RS-2021", "2025-04-15T23:59:59+07:00"),
    ("OBJECTION_MINISTER", "rule sets", "2025-02-24T10:00+07:00", WIB, "RS-2025", "2025-04-16T23:59:59+07:00"),
    # Years end on the same day, be it a Saturday, a holiday or leave.
    ("CLAIM_EXPIRY", "weekend", "2026-11-22T10:00+07:00", WIB, "RS-2025", "2031-11-22T23:59:59+07:00"),
    ("CLAIM_EXPIRY", "holiday", "2026-08-17T10:00+07:00", WIB, "RS-2025", "2031-08-17T23:59:59+07:00"),
    ("CLAIM_EXPIRY", "collective leave", "2021-12-24T10:00+07:00", WIB, "RS-2021", "2026-12-24T23:59:59+07:00"),
    ("CLAIM_EXPIRY", "time zones", "2026-11-20T16:30+00:00", WIT, "RS-2025", "2031-11-21T23:59:59+09:00"),
    ("CLAIM_EXPIRY", "rule sets", "2019-12-01T23:59+07:00", WIB, "RS-2015", "2021-12-01T23:59:59+07:00"),
    ("CLAIM_EXPIRY", "rule sets", "2019-12-01T16:30+00:00", WITA, "RS-2019", "2024-12-02T23:59:59+08:00"),
    ("PAK_POST_EMPLOYMENT", "weekend", "2026-11-24T00:00+07:00", WIB, "RS-2025", "2029-11-24T23:59:59+07:00"),
    ("PAK_POST_EMPLOYMENT", "holiday", "2026-08-17T00:00+07:00", WIB, "RS-2025", "2029-08-17T23:59:59+07:00"),
    ("PAK_POST_EMPLOYMENT", "collective leave", "2023-12-24T00:00+07:00", WIB, "RS-2021", "2026-12-24T23:59:59+07:00"),
    ("PAK_POST_EMPLOYMENT", "time zones", "2026-11-20T00:00+09:00", WIT, "RS-2025", "2029-11-20T23:59:59+09:00"),
    ("PAK_POST_EMPLOYMENT", "rule sets", "2019-12-01T00:00+07:00", WIB, "RS-2015", "2022-12-01T23:59:59+07:00"),
    ("PAK_POST_EMPLOYMENT", "rule sets", "2019-12-02T00:00+07:00", WIB, "RS-2019", "2022-12-02T23:59:59+07:00"),
]  # fmt: skip


def started(text: str, zone: ZoneInfo) -> tuple[datetime, date]:
    """Where counting begins, and the day of the event; a date alone has no hour."""
    if "T" in text:
        at = datetime.fromisoformat(text)
        return start_of_count(at, MINUTE, zone), at.astimezone(zone).date()
    day = date.fromisoformat(text)
    return start_of_count(datetime(day.year, day.month, day.day, tzinfo=zone), DAY, zone), day


@pytest.mark.parametrize(("clock", "border", "start", "zone", "rule_set", "due"), TABLE)
def test_a_clock_is_due_where_the_law_says(
    clock: str, border: str, start: str, zone: ZoneInfo, rule_set: str, due: str
) -> None:
    begins, event_date = started(start, zone)
    rules = rule_set_for(event_date)
    assert rules.rule_set == rule_set
    last = datetime.fromisoformat(due)
    open_ = run_clock(rules, clock, begins, None, last, zone)
    assert (open_.due_at, open_.met, open_.running, open_.overdue) == (last, None, True, False)
    assert open_.due_at is not None
    assert open_.due_at.isoformat() == due, "shown in the zone of the place"
    assert open_.legal_basis == rules.clocks[clock].legal_basis
    missed = run_clock(rules, clock, begins, None, last + timedelta(seconds=1), zone)
    assert (missed.met, missed.overdue) == (False, True)
    assert run_clock(rules, clock, begins, last, last + timedelta(days=9), zone).met is True
    late = run_clock(rules, clock, begins, last + timedelta(seconds=1), last, zone)
    assert (late.met, late.running, late.overdue) == (False, False, False)


def test_the_table_has_every_clock_at_every_border() -> None:
    clocks = {clock for rules in RULE_SETS for clock in rules.clocks}
    lacking = {(clock, border) for clock in clocks for border in BORDERS} - {row[:2] for row in TABLE}
    assert not lacking
    for rules in RULE_SETS:
        assert set(rules.clocks) == clocks, rules.rule_set


def test_the_right_lapses_on_the_last_of_february_where_the_29th_is_missing() -> None:
    for start, due in (("2016-02-29T08:00+07:00", date(2018, 2, 28)), ("2020-02-29T08:00+07:00", date(2025, 2, 28))):
        begins, day = started(start, WIB)
        found = run_clock(rule_set_for(day), "CLAIM_EXPIRY", begins, None, begins, WIB).due_at
        assert found is not None
        assert found.date() == due


def test_the_whole_last_second_of_a_day_is_in_time_and_of_an_hour_is_not() -> None:
    begins, day = started("2026-11-20T10:00+07:00", WIB)
    rules = rule_set_for(day)
    payout = datetime(2026, 12, 1, 23, 59, 59, 900_000, tzinfo=WIB)
    assert run_clock(rules, "PAYOUT", begins, payout, payout, WIB).met is True
    report = begins + timedelta(hours=48, microseconds=1)
    assert run_clock(rules, "T1_KK", begins, report, report, WIB).met is False


# -- policies ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "due"),
    [
        # Friday 17.00: seven hours of Friday, Monday, 17 hours of Tuesday.
        ("2026-11-20T17:00+07:00", "2026-11-24T17:00:00+07:00"),
        # On a Saturday nothing runs before Monday.
        ("2026-11-21T10:00+07:00", "2026-11-25T00:00:00+07:00"),
        # 24 December is collective leave, 25 a holiday, 26 and 27 a weekend.
        ("2026-12-23T09:00+07:00", "2026-12-29T09:00:00+07:00"),
        ("2026-11-17T09:00+07:00", "2026-11-19T09:00:00+07:00"),
    ],
)
def test_by_policy_the_hours_of_stage_1_leave_out_free_days(start: str, due: str) -> None:
    begins, day = started(start, WIB)
    skipping = Counting(t1_skips_holidays=True)
    found = run_clock(rule_set_for(day), "T1_KK", begins, None, begins, WIB, skipping)
    assert found.due_at == datetime.fromisoformat(due)
    assert found.confidence == "uncertain"
    stage_2 = run_clock(rule_set_for(day), "T2", begins, None, begins, WIB, skipping)
    assert stage_2.due_at == begins + timedelta(hours=48)


def test_collective_leave_counts_by_policy_and_makes_the_due_time_uncertain() -> None:
    begins, day = started("2026-12-21T10:00+07:00", WIB)
    working = Counting(WorkingCalendar(collective_leave_off=False))
    rules = rule_set_for(day)
    by_law = run_clock(rules, "PAYOUT", begins, None, begins, WIB)
    by_policy = run_clock(rules, "PAYOUT", begins, None, begins, WIB, working)
    assert by_law.due_at == datetime(2027, 1, 4, 23, 59, 59, tzinfo=WIB)
    assert by_policy.due_at == datetime(2026, 12, 31, 23, 59, 59, tzinfo=WIB)
    assert (by_law.confidence, by_policy.confidence) == ("uncertain", "uncertain")
    untouched, day = started("2026-11-20T10:00+07:00", WIB)
    assert run_clock(rules, "PAYOUT", untouched, None, untouched, WIB).confidence == "certain"


# -- pauses ------------------------------------------------------------------------------------------------------------

MONDAY = datetime(2026, 11, 9, 10, 0, tzinfo=WIB)


def paused(since: datetime, until: datetime | None, reason: str = DETERMINATION_REQUESTED) -> Pause:
    rule = pause_rule("PAYOUT", reason, date(2026, 11, 1))
    assert rule is not None
    return Pause(since, until, rule)


def payout(*pauses: Pause, stopped_at: datetime | None = None, now: datetime = MONDAY) -> Clock:
    return run_clock(rule_set_for(MONDAY.date()), "PAYOUT", MONDAY, stopped_at, now, WIB, COUNTING, pauses)


def test_a_paused_clock_has_no_due_time_until_it_resumes() -> None:
    assert payout().due_at == datetime(2026, 11, 18, 23, 59, 59, tzinfo=WIB)
    since = datetime(2026, 11, 11, 9, 0, tzinfo=WIB)
    standing = payout(paused(since, None), now=MONDAY + timedelta(days=60))
    assert (standing.paused, standing.due_at, standing.met, standing.overdue) == (True, None, None, False)
    # Wednesday counted; Thursday and Friday stood still, and Monday, on which it went on: three working days more.
    resumed = payout(paused(since, datetime(2026, 11, 16, 9, 0, tzinfo=WIB)))
    assert resumed.due_at == datetime(2026, 11, 23, 23, 59, 59, tzinfo=WIB)
    assert (resumed.paused, resumed.confidence) == (False, "uncertain")
    assert resumed.legal_basis == "PP 44/2015 art. 37(2); PP 44/2015 art. 49(2)"


def test_a_pause_within_a_day_moves_nothing() -> None:
    asked = datetime(2026, 11, 11, 9, 0, tzinfo=WIB)
    found = payout(paused(asked, asked + timedelta(hours=5), COMPLETION_REQUESTED))
    assert (found.due_at, found.confidence) == (datetime(2026, 11, 18, 23, 59, 59, tzinfo=WIB), "certain")


def test_a_pause_that_began_before_the_clock_or_after_its_end_is_no_excuse() -> None:
    before = paused(MONDAY - timedelta(days=5), MONDAY + timedelta(days=1))
    assert payout(before).due_at == datetime(2026, 11, 19, 23, 59, 59, tzinfo=WIB)
    over = paused(MONDAY - timedelta(days=5), MONDAY - timedelta(days=4))
    assert payout(over) == payout()
    late = paused(datetime(2026, 11, 19, 9, 0, tzinfo=WIB), None)
    assert payout(late, now=datetime(2026, 11, 20, tzinfo=WIB)).overdue


def test_what_is_done_during_a_pause_is_in_time() -> None:
    since = datetime(2026, 11, 11, 9, 0, tzinfo=WIB)
    paid = payout(
        paused(since, None), stopped_at=datetime(2026, 12, 24, tzinfo=WIB), now=datetime(2027, 1, 1, tzinfo=UTC)
    )
    assert (paid.met, paid.paused, paid.running) == (True, False, False)


def test_several_pauses_add_up() -> None:
    one = paused(datetime(2026, 11, 10, 9, tzinfo=WIB), datetime(2026, 11, 11, 9, tzinfo=WIB))
    two = paused(datetime(2026, 11, 12, 9, tzinfo=WIB), datetime(2026, 11, 13, 9, tzinfo=WIB), COMPLETION_REQUESTED)
    assert payout(two, one).due_at == datetime(2026, 11, 20, 23, 59, 59, tzinfo=WIB)


def test_the_law_lets_no_elapsed_hours_stand_still() -> None:
    for clock in ("T1_KK", "T1_PAK", "T2", "CLAIM_EXPIRY"):
        assert pause_rule(clock, DETERMINATION_REQUESTED, date(2026, 11, 1)) is None


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("clock: PAYOUT", "clock: T1_KK", "T1_KK is no clock of working days"),
        ("clock: PAYOUT", "clock: LUNCH", "unknown code LUNCH"),
        ("reason: completion-requested", "reason: tired", "unknown code tired"),
        ("reason: completion-requested", "because: completion-requested", "reason is missing"),
        ("from: null", "since: 2026-01-01", "unknown key"),
        ("from: null", "from: soon", "a day as YYYY-MM-DD"),
        ("    confidence: uncertain\n", "", "must be certain or uncertain"),
        ("legal_basis: PP 44/2015 art. 37(2)", "legal_basis: ''", "a text is expected"),
        ("confidence: uncertain", "confidence: sure", "must be certain or uncertain"),
    ],
)
def test_a_pause_that_cannot_be_right_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    path = tmp_path / "clocks.yaml"
    path.write_text((DATA_FOLDER / "clocks.yaml").read_text().replace(old, new, 1))
    with pytest.raises(BadRuleFile, match=rf"clocks\.yaml:\d+: .*{reason}"):
        load_pause_rules(path)


def test_a_pause_rule_counts_for_events_of_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    bounded = replace(paused(MONDAY, None).rule, valid_from=date(2026, 1, 1), valid_to=date(2026, 12, 31))
    monkeypatch.setattr("shared.regulation.clocks.PAUSE_RULES", (bounded,))
    found = [pause_rule("PAYOUT", bounded.reason, date(year, 12, 31)) for year in (2025, 2026, 2027)]
    assert found == [None, bounded, None]


# -- the price of being late -------------------------------------------------------------------------------------------


def test_each_calendar_day_after_the_due_day_counts_for_late_payment() -> None:
    due = datetime(2026, 11, 20, 23, 59, 59, tzinfo=WIB)
    found = [days_after_due(due, date(2026, 11, day)) for day in (18, 20, 21, 23)]
    assert found == [0, 0, 1, 3]


# -- what holds of every clock -----------------------------------------------------------------------------------------

_INSTANTS = st.integers(0, 10 * 365 * 86_400).map(lambda s: datetime(2019, 1, 1, tzinfo=UTC) + timedelta(seconds=s))
_ZONES = st.sampled_from([WIB, WITA, WIT])


@given(_INSTANTS, st.sampled_from(["T1_KK", "T1_PAK", "T2"]))
def test_elapsed_hours_are_the_same_instant_in_every_zone(begins: datetime, clock: str) -> None:
    rules = rule_set_for(begins.date())
    due = {run_clock(rules, clock, begins, None, begins, zone).due_at for zone in (WIB, WITA, WIT)}
    assert due == {begins + timedelta(hours=48)}


@given(_INSTANTS, _ZONES, st.sampled_from(["PAYOUT", "INFO_FOLLOWUP", "COMPLAINT"]))
def test_working_days_end_with_a_working_day_of_the_place(begins: datetime, zone: ZoneInfo, clock: str) -> None:
    rules = rule_set_for(begins.date())
    due = run_clock(rules, clock, begins, None, begins, zone).due_at
    days = rules.clocks[clock].working_days
    assert due is not None
    assert days is not None
    assert COUNTING.calendar.is_working_day(due.date())
    between = [begins.astimezone(zone).date() + timedelta(days=n) for n in range(1, 60)]
    worked = [day for day in between if day <= due.date() and COUNTING.calendar.is_working_day(day)]
    assert len(worked) == days


@given(_INSTANTS, st.lists(st.tuples(st.integers(-200, 900), st.integers(0, 400)), max_size=4), _ZONES)
def test_a_pause_never_makes_anything_due_earlier(
    begins: datetime, stretches: list[tuple[int, int]], zone: ZoneInfo
) -> None:
    rules = rule_set_for(begins.date())
    pauses = [
        paused(begins + timedelta(hours=since), begins + timedelta(hours=since + length)) for since, length in stretches
    ]
    plain = run_clock(rules, "PAYOUT", begins, None, begins, zone).due_at
    moved = run_clock(rules, "PAYOUT", begins, None, begins, zone, COUNTING, pauses).due_at
    assert plain is not None
    assert moved is not None
    assert moved >= plain
