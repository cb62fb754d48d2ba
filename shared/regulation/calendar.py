"""Working days: Monday to Friday without national holidays and collective leave (domain 7.5).

Days come from the `holidays` package (country ID, categories public and government), which follows the yearly joint
decree of three ministers. A decree that came later is loaded from a file; it counts for clocks that start from its
`clocks_from` on, so that a due time that was told stays what it was (docs/decisions/0084).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import holidays

from shared.regulation.data_files import RuleFile, Section

_FREE, _LEAVE, _WORKING = "holidays", "collective_leave", "working_days"
_KINDS_OF_DAY = (_FREE, _LEAVE, _WORKING)
_SATURDAY = 5


@dataclass(frozen=True)
class Decree:
    """What one decree makes of days of one year; `source` names it. `days` is by date: `holidays`,
    `collective_leave` or `working_days`."""

    year: int
    source: str
    clocks_from: datetime
    days: Mapping[date, str]


@dataclass(frozen=True)
class WorkingCalendar:
    """Which days count as working days.

    `collective_leave_off`: whether cuti bersama counts as free (the policy switch of domain 7.5, uncertain). Of several
    decrees on one day the one with the latest `clocks_from` counts.
    """

    collective_leave_off: bool = True
    decrees: tuple[Decree, ...] = ()

    def is_working_day(self, day: date, known_at: datetime | None = None) -> bool:
        """Whether `day` counts for a clock that started at `known_at`; without it every decree counts."""
        if day.weekday() >= _SATURDAY:
            return False
        decreed = [d for d in self.decrees if day in d.days and (known_at is None or d.clocks_from <= known_at)]
        if not decreed:
            return day not in _published(day.year, self.collective_leave_off)
        kind = max(decreed, key=lambda decree: decree.clocks_from).days[day]
        return kind == _WORKING or (kind == _LEAVE and not self.collective_leave_off)

    def add_working_days(
        self, start: date, count: int, known_at: datetime | None = None, left_out: frozenset[date] = frozenset()
    ) -> date:
        """The day on which the `count`-th working day after `start` falls; `start` itself does not count, nor do the
        days `left_out`."""
        day = start
        remaining = count
        while remaining > 0:
            day += timedelta(days=1)
            if day not in left_out and self.is_working_day(day, known_at):
                remaining -= 1
        return day


@lru_cache(maxsize=512)
def _published(year: int, collective_leave_off: bool) -> frozenset[date]:
    categories = ("public", "government") if collective_leave_off else ("public",)
    return frozenset(holidays.country_holidays("ID", years=year, categories=categories))


CALENDAR = WorkingCalendar()


def load_decrees(path: Path) -> tuple[Decree, ...]:
    """The decrees of an override file, in its order. Raises BadRuleFile for what cannot be right."""
    top = RuleFile(path).top
    decrees = tuple(_decree(section) for section in top.items("decrees"))
    top.close()
    return decrees


def _decree(section: Section) -> Decree:
    year = section.number("year", least=1_945)
    days: dict[date, str] = {}
    for kind in _KINDS_OF_DAY:
        for day in _days(section, kind, year):
            if day in days:
                raise section.bad(kind, f"{day} is named twice")
            days[day] = kind
    if not days:
        raise section.bad(None, "a decree names days")
    decree = Decree(year, section.text("source"), section.moment("clocks_from"), days)
    section.close()
    return decree


def _days(section: Section, kind: str, year: int) -> Iterator[date]:
    for index, day in enumerate(section.values(kind)):
        place = (*section.place, kind, index)
        # A datetime is a date too; only days are meant.
        if type(day) is not date:
            raise section.file.bad(place, f"{day} is no day as YYYY-MM-DD")
        if day.year != year:
            raise section.file.bad(place, f"{day} lies outside {year}")
        if kind == _WORKING and day.weekday() >= _SATURDAY:
            raise section.file.bad(place, f"{day} is a weekend, which no decree makes a working day")
        yield day
