"""Which days count, and that a decree of tomorrow moves no due time of today."""

import hashlib
from datetime import date, datetime, timedelta
from pathlib import Path

import holidays
import pytest

from shared.identifiers import WIB
from shared.regulation.calendar import CALENDAR, WorkingCalendar, load_decrees
from shared.regulation.clocks import load_counting, run_clock
from shared.regulation.data_files import BadRuleFile
from shared.regulation.rule_sets import rule_set_for

# SKB 1497/2025, 2/2025, 5/2025 of three ministers.
HOLIDAYS_2026 = ["01-01", "01-16", "02-17", "03-19", "03-21", "03-22", "04-03", "04-05", "05-01", "05-14", "05-27",
                 "05-31", "06-01", "06-16", "08-17", "08-25", "12-25"]  # fmt: skip
LEAVE_2026 = ["02-16", "03-18", "03-20", "03-23", "03-24", "05-15", "05-28", "12-24"]

DECREES = """\
decrees:
  - year: 2026
    source: SKB perubahan 2026 (invented)
    clocks_from: 2026-11-25T08:00:00+07:00
    holidays: [2026-11-30]
    collective_leave: [2026-12-01]
    working_days: [2026-12-24]
"""
LOADED_AT = datetime(2026, 11, 25, 8, 0, tzinfo=WIB)


@pytest.fixture
def override(tmp_path: Path) -> Path:
    path = tmp_path / "decrees.yaml"
    path.write_text(DECREES)
    return path


def test_the_days_of_2026_are_those_of_the_joint_decree() -> None:
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    weekdays = [day for day in days if day.weekday() < 5]
    free = {f"{day:%m-%d}" for day in weekdays if not CALENDAR.is_working_day(day)}
    decreed = {text for text in HOLIDAYS_2026 + LEAVE_2026 if date.fromisoformat(f"2026-{text}").weekday() < 5}
    assert free == decreed
    without_leave = WorkingCalendar(collective_leave_off=False)
    assert {f"{day:%m-%d}" for day in weekdays if not without_leave.is_working_day(day)} == decreed - set(LEAVE_2026)


def test_the_package_still_names_the_days_by_which_due_times_were_told() -> None:
    """Where this fails after an update, write the difference as a decree of its own (docs/decisions/0084)."""
    named = [
        f"{day} {categories}"
        for categories in (("public",), ("government",))
        for year in range(2015, 2028)
        for day in sorted(holidays.country_holidays("ID", years=year, categories=categories))
    ]
    assert (
        hashlib.sha256("\n".join(named).encode()).hexdigest()
        == "7e050d8c612cc599ddc6def7487ab83549cddc8353048db07b9768d3420a20ea"
    )


def test_decree_adds_and_takes_days(override: Path) -> None:
    calendar = WorkingCalendar(decrees=load_decrees(override))
    assert not calendar.is_working_day(date(2026, 11, 30))
    assert not calendar.is_working_day(date(2026, 12, 1))
    assert calendar.is_working_day(date(2026, 12, 24))
    assert not CALENDAR.is_working_day(date(2026, 12, 24))
    leave_works = WorkingCalendar(collective_leave_off=False, decrees=load_decrees(override))
    assert leave_works.is_working_day(date(2026, 12, 1))
    assert not leave_works.is_working_day(date(2026, 11, 30))


def test_due_time_that_was_told_survives_a_later_decree(override: Path) -> None:
    rules = rule_set_for(date(2026, 11, 20))
    before = load_counting(None, t1_skip_holidays=False, cuti_bersama_nonworking=True)
    after = load_counting(override, t1_skip_holidays=False, cuti_bersama_nonworking=True)
    running = datetime(2026, 11, 20, 10, 0, tzinfo=WIB)
    told = run_clock(rules, "PAYOUT", running, None, running, WIB, before)
    assert run_clock(rules, "PAYOUT", running, None, LOADED_AT + timedelta(days=90), WIB, after).due_at == told.due_at
    # 26 27 November, 2 3 4 7 8 December: a clock that starts now knows the decree.
    fresh = run_clock(rules, "PAYOUT", LOADED_AT, None, LOADED_AT, WIB, after)
    assert fresh.due_at == datetime(2026, 12, 8, 23, 59, 59, tzinfo=WIB)


def test_the_latest_decree_on_a_day_counts(override: Path) -> None:
    again = """
  - year: 2026
    source: SKB perubahan kedua (invented)
    clocks_from: 2026-11-27T08:00:00+07:00
    working_days: [2026-11-30]
"""
    override.write_text(DECREES + again)
    calendar = WorkingCalendar(decrees=load_decrees(override))
    assert calendar.is_working_day(date(2026, 11, 30))
    assert not calendar.is_working_day(date(2026, 11, 30), LOADED_AT)
    assert calendar.is_working_day(date(2026, 11, 30), LOADED_AT - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("decrees:", "holidays:", 1, "decrees is missing"),
        ("source: SKB perubahan 2026 (invented)", "source: ''", 3, "a text is expected"),
        ("    source: SKB perubahan 2026 (invented)\n", "", 2, "source is missing"),
        ("clocks_from: 2026-11-25T08:00:00+07:00", "clocks_from: 2026-11-25", 4, "a time with its offset"),
        ("clocks_from: 2026-11-25T08:00:00+07:00", "clocks_from: 2026-11-25T08:00:00", 4, "a time with its offset"),
        ("    clocks_from: 2026-11-25T08:00:00+07:00\n", "", 2, "clocks_from is missing"),
        ("holidays: [2026-11-30]", "holidays: [2027-11-30]", 5, "2027-11-30 lies outside 2026"),
        ("holidays: [2026-11-30]", "holidays: [soon]", 5, "soon is no day"),
        ("holidays: [2026-11-30]", "holidays: 2026-11-30", 5, "a list is expected"),
        ("holidays: [2026-11-30]", "holidays: [2026-12-01]", 6, "2026-12-01 is named twice"),
        ("working_days: [2026-12-24]", "working_days: [2026-12-26]", 7, "is a weekend"),
        ("holidays:", "freedays:", 5, "unknown key"),
        ("year: 2026", "year: soon", 2, "a whole number"),
        ("decrees:", "decrees: [", 2, "no YAML"),
    ],
)
def test_override_that_cannot_be_right_is_refused_at_start(
    override: Path, old: str, new: str, line: int, reason: str
) -> None:
    assert old in DECREES
    override.write_text(DECREES.replace(old, new, 1))
    with pytest.raises(BadRuleFile, match=reason) as refused:
        load_counting(override, t1_skip_holidays=False, cuti_bersama_nonworking=True)
    assert str(refused.value).startswith(f"decrees.yaml:{line}:")


def test_decree_without_days_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "decrees.yaml"
    path.write_text("decrees:\n  - {year: 2026, source: SKB, clocks_from: 2026-11-25T08:00:00+07:00}\n")
    with pytest.raises(BadRuleFile, match=r"decrees.yaml:2: .*a decree names days"):
        load_decrees(path)


def test_override_that_is_not_there_is_refused_at_start(tmp_path: Path) -> None:
    with pytest.raises(BadRuleFile, match="cannot be read"):
        load_decrees(tmp_path / "nothing.yaml")
