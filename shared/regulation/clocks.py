"""When something is due: pure functions from a start to a due time, with the article.

Hours are elapsed hours (Permenaker 1/2025 art. 8 says 2x24 hours and nothing of working days); working days and years
count in local days of the place and end with that day. A date-only start counts from the end of that local day
(decisions 9).
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.regulation.calendar import CALENDAR, WorkingCalendar
from shared.regulation.rule_sets import ClockRule, RuleSet


@dataclass(frozen=True)
class Clock:
    """One deadline. `due_at` is the last instant that is still in time; `met` is None while there is still time.

    `running`: what was due has not happened yet, in time or not.
    """

    clock: str
    starts_at: datetime | None
    due_at: datetime | None
    met: bool | None
    legal_basis: str
    confidence: str
    paused: bool = False
    running: bool = False


def start_of_count(occurred_at: datetime, precision: str, zone: ZoneInfo) -> datetime:
    """Where counting begins: the instant itself, or the end of the local day when only the date is known."""
    local = occurred_at.astimezone(zone)
    if precision != "day":
        return local
    return datetime.combine(local.date() + timedelta(days=1), time.min, tzinfo=zone)


def due_at(rule: ClockRule, start: datetime, zone: ZoneInfo, calendar: WorkingCalendar = CALENDAR) -> datetime:
    """When a clock that started at `start` is due, in the zone of the place."""
    local = start.astimezone(zone)
    if rule.elapsed_hours is not None:
        # Elapsed hours are counted in UTC so that no zone rule can stretch them.
        return (start + timedelta(hours=rule.elapsed_hours)).astimezone(zone)
    if rule.working_days is not None:
        return _end_of_day(calendar.add_working_days(local.date(), rule.working_days), zone)
    assert rule.years is not None
    return _end_of_day(_years_later(local.date(), rule.years), zone)


def run_clock(
    rules: RuleSet, clock: str, start: datetime | None, stopped_at: datetime | None, now: datetime, zone: ZoneInfo
) -> Clock:
    """The clock as it stands at `now`: `stopped_at` is when what was due happened, None while it has not."""
    rule = rules.clocks[clock]
    if start is None:
        return Clock(clock, None, None, None, rule.legal_basis, rule.confidence)
    due = due_at(rule, start, zone)
    if stopped_at is not None:
        met: bool | None = stopped_at <= due
    else:
        met = False if now > due else None
    running = stopped_at is None
    return Clock(clock, start.astimezone(zone), due, met, rule.legal_basis, rule.confidence, running=running)


def stage_1_clock(kind: str) -> str:
    """T1_KK for an accident (art. 8(1)), T1_PAK for an occupational disease (art. 8(2))."""
    return "T1_PAK" if kind == "occupational_disease" else "T1_KK"


def _end_of_day(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(23, 59, 59), tzinfo=zone)


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February in a common year: the right lapses after the last day of that month
        return date(day.year + years, 2, 28)
