"""When something is due: pure functions from a start to a due time, with the article.

Hours are elapsed hours (Permenaker 1/2025 art. 8 says 2x24 hours and nothing of working days); working days and years
count in local days of the place and end with that day. A date-only start of hours counts from the end of that local
day (decisions 9); days and years count from the day itself, which is the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from shared.regulation.calendar import CALENDAR, WorkingCalendar, load_decrees
from shared.regulation.data_files import DATA_FOLDER, RuleFile, Section, codes_in_lists
from shared.regulation.rule_sets import RULE_SETS, ClockRule, RuleSet

COMPLETION_REQUESTED, DETERMINATION_REQUESTED = "completion-requested", "determination-requested"
_PAUSE_REASONS = frozenset({COMPLETION_REQUESTED, DETERMINATION_REQUESTED})
_STAGE_1 = frozenset({"T1_KK", "T1_PAK"})


@dataclass(frozen=True)
class Counting:
    """How is counted where the law leaves it to a policy: the calendar, and whether the 2x24 hours of Tahap I leave
    out days that are no working days (older guides say so, the text doesn't)."""

    calendar: WorkingCalendar = CALENDAR
    t1_skips_holidays: bool = False


COUNTING = Counting()


def load_counting(holiday_overrides: Path | None, *, t1_skip_holidays: bool, cuti_bersama_nonworking: bool) -> Counting:
    """The counting that a service's settings ask for. Raises BadRuleFile for an override file that can't be right."""
    decrees = load_decrees(holiday_overrides) if holiday_overrides is not None else ()
    return Counting(WorkingCalendar(cuti_bersama_nonworking, decrees), t1_skip_holidays)


@dataclass(frozen=True)
class Clock:
    """One deadline. `due_at` is the last instant that is still in time; `met` is None while there is still time.

    `running`: what was due has not happened yet, in time or not. A paused clock has no due time until it resumes.
    """

    clock: str
    starts_at: datetime | None
    due_at: datetime | None
    met: bool | None
    legal_basis: str
    confidence: str
    paused: bool = False
    running: bool = False

    @property
    def overdue(self) -> bool:
        """The time is up and what was due has not happened."""
        return self.running and self.met is False


@dataclass(frozen=True)
class PauseRule:
    """The law lets `clock` stand still while the claim waits for `reason`."""

    clock: str
    reason: str
    valid_from: date | None
    valid_to: date | None
    legal_basis: str
    confidence: str


@dataclass(frozen=True)
class Pause:
    """A clock stood still from `since` to `until` (None: it still does)."""

    since: datetime
    until: datetime | None
    rule: PauseRule


def start_of_count(occurred_at: datetime, precision: str, zone: ZoneInfo) -> datetime:
    """Where counting hours begins: the instant itself, or the end of the local day when only the date is known."""
    local = occurred_at.astimezone(zone)
    if precision != "day":
        return local
    return datetime.combine(local.date() + timedelta(days=1), time.min, tzinfo=zone)


def due_at(
    rule: ClockRule,
    start: datetime,
    zone: ZoneInfo,
    counting: Counting = COUNTING,
    left_out: frozenset[date] = frozenset(),
) -> datetime:
    """When a clock that started at `start` is due, in the zone of the place; days `left_out` don't count as working
    days. Holidays count as they were known when it started."""
    local = start.astimezone(zone)
    if rule.elapsed_hours is not None:
        if counting.t1_skips_holidays and rule.clock in _STAGE_1:
            return _hours_of_working_days(local, rule.elapsed_hours, counting.calendar)
        # Elapsed hours are counted in UTC so that no zone rule can stretch them.
        return (start + timedelta(hours=rule.elapsed_hours)).astimezone(zone)
    if rule.working_days is not None:
        last = counting.calendar.add_working_days(local.date(), rule.working_days, start, left_out)
        return _end_of_day(last, zone)
    assert rule.years is not None
    return _end_of_day(_years_later(local.date(), rule.years), zone)


def run_clock(
    rules: RuleSet,
    clock: str,
    start: datetime | None,
    stopped_at: datetime | None,
    now: datetime,
    zone: ZoneInfo,
    counting: Counting = COUNTING,
    pauses: Sequence[Pause] = (),
) -> Clock:
    """The clock as it stands at `now`: `stopped_at` is when what was due happened, None while it has not. `pauses`
    are those that the law lets it have (`pause_rule`), of working days only."""
    rule = rules.clocks[clock]
    if start is None:
        return Clock(clock, None, None, None, rule.legal_basis, rule.confidence)
    due, taken, paused = _due_with_pauses(rule, start, zone, counting, _before(pauses, stopped_at))
    if due is None:
        met: bool | None = None
    elif stopped_at is not None:
        met = _in_time(rule, stopped_at, due)
    else:
        met = None if _in_time(rule, now, due) else False
    return Clock(
        clock,
        start.astimezone(zone),
        due,
        met,
        "; ".join(dict.fromkeys([rule.legal_basis, *(pause.rule.legal_basis for pause in taken)])),
        _confidence(rule, start, due, zone, counting, taken),
        paused=paused,
        running=stopped_at is None,
    )


def stage_1_clock(kind: str) -> str:
    """T1_KK for an accident (art. 8(1)), T1_PAK for an occupational disease (art. 8(2))."""
    return "T1_PAK" if kind == "occupational_disease" else "T1_KK"


def days_after_due(due: datetime, on: date) -> int:
    """Calendar days by which `on`, a local day of the place, lies after the day on which something was due; each adds
    the rule set's late payment percent (PP 44/2015 art. 37(3))."""
    return max((on - due.date()).days, 0)


def pause_rule(clock: str, reason: str, event_date: date) -> PauseRule | None:
    """What lets `clock` stand still for `reason`, for an event of this date; None where nothing does."""
    return next(
        (
            rule
            for rule in PAUSE_RULES
            if (rule.clock, rule.reason) == (clock, reason)
            and (rule.valid_from is None or rule.valid_from <= event_date)
            and (rule.valid_to is None or event_date <= rule.valid_to)
        ),
        None,
    )


def load_pause_rules(path: Path) -> tuple[PauseRule, ...]:
    """The interruptions of clocks. Raises BadRuleFile for what cannot be right."""
    top = RuleFile(path).top
    rules = tuple(_pause_rule(section) for section in top.items("pauses"))
    top.close()
    return rules


def _pause_rule(section: Section) -> PauseRule:
    clock = section.code("clock", codes_in_lists("clocks"))
    if any(rules.clocks[clock].working_days is None for rules in RULE_SETS):
        raise section.bad("clock", f"{clock} is no clock of working days")
    legal_basis, confidence = section.source()
    rule = PauseRule(
        clock=clock,
        reason=section.code("reason", _PAUSE_REASONS),
        valid_from=section.day("from") if section.has("from") else None,
        valid_to=section.day("to") if section.has("to") else None,
        legal_basis=legal_basis,
        confidence=confidence,
    )
    section.close()
    return rule


def _due_with_pauses(
    rule: ClockRule, start: datetime, zone: ZoneInfo, counting: Counting, pauses: Sequence[Pause]
) -> tuple[datetime | None, list[Pause], bool]:
    """The due time, the pauses that moved it, and whether one is still open. A pause that begins when the time is up
    helps nobody any more."""
    left_out: set[date] = set()
    taken: list[Pause] = []
    due = due_at(rule, start, zone, counting)
    for pause in sorted(pauses, key=lambda pause: pause.since):
        if pause.since > due:
            break
        if pause.until is None:
            return None, [*taken, pause], True
        if pause.until <= start:
            continue
        left_out |= _days_of(pause, start, zone)
        moved = due_at(rule, start, zone, counting, frozenset(left_out))
        if moved != due:
            taken.append(pause)
        due = moved
    return due, taken, False


def _days_of(pause: Pause, start: datetime, zone: ZoneInfo) -> set[date]:
    """The day on which a clock stops still counts, the day on which it resumes doesn't: as with a start."""
    assert pause.until is not None
    first, last = max(pause.since, start).astimezone(zone).date(), pause.until.astimezone(zone).date()
    return {first + timedelta(days=number) for number in range(1, (last - first).days + 1)}


def _before(pauses: Sequence[Pause], stopped_at: datetime | None) -> list[Pause]:
    """Pauses as far as they lie before what was due happened."""
    if stopped_at is None:
        return list(pauses)
    return [
        replace(pause, until=min(pause.until or stopped_at, stopped_at)) for pause in pauses if pause.since < stopped_at
    ]


def _confidence(
    rule: ClockRule,
    start: datetime,
    due: datetime | None,
    zone: ZoneInfo,
    counting: Counting,
    taken: Sequence[Pause],
) -> str:
    """Uncertain as soon as something uncertain bears on the due time: a pause, collective leave, the Tahap I policy."""
    if taken:
        return "uncertain" if any(pause.rule.confidence == "uncertain" for pause in taken) else rule.confidence
    if counting.t1_skips_holidays and rule.clock in _STAGE_1:
        return "uncertain"
    if rule.working_days is not None:
        calendar = counting.calendar
        otherwise = replace(
            counting, calendar=replace(calendar, collective_leave_off=not calendar.collective_leave_off)
        )
        return rule.confidence if due_at(rule, start, zone, otherwise) == due else "uncertain"
    return rule.confidence


def _hours_of_working_days(start: datetime, hours: int, calendar: WorkingCalendar) -> datetime:
    """The instant at which `hours` have passed on working days alone."""
    at, remaining = start, timedelta(hours=hours)
    while True:
        midnight = datetime.combine(at.date() + timedelta(days=1), time.min, tzinfo=at.tzinfo)
        if calendar.is_working_day(at.date(), start):
            if at + remaining <= midnight:
                return at + remaining
            remaining -= midnight - at
        at = midnight


def _in_time(rule: ClockRule, at: datetime, due: datetime) -> bool:
    """Where days are counted, the whole last second of the last one is still in time."""
    return (at if rule.elapsed_hours is not None else at.replace(microsecond=0)) <= due


def _end_of_day(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(23, 59, 59), tzinfo=zone)


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February in a common year: the right lapses after the last day of that month
        return date(day.year + years, 2, 28)


PAUSE_RULES: tuple[PauseRule, ...] = load_pause_rules(DATA_FOLDER / "clocks.yaml")
