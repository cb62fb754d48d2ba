"""Working days: Monday to Friday without national holidays and collective leave (domain 7.5).

Days come from the `holidays` package (country ID, categories public and government), which follows the yearly joint
decree of three ministers. A decree that came later is loaded from a file; it counts for clocks that start from its
`clocks_from` on, so that a due time that was told stays what it was (docs/decisions/0084).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import holidays

from shared.regulation.data_files import BadRuleFile, read_yaml

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
    try:
        listed = read_yaml(path).get("decrees")
    except OSError as error:
        raise BadRuleFile(path, "cannot be read") from error
    if not isinstance(listed, list):
        raise BadRuleFile(path, "a list of decrees is expected under `decrees`")
    return tuple(_decree(path, f"decrees[{index}]", data) for index, data in enumerate(listed))


def _decree(path: Path, name: str, data: Any) -> Decree:
    if not isinstance(data, dict) or not isinstance(data.get("year"), int):
        raise BadRuleFile(path, f"{name}: a mapping with its year is expected")
    unknown = set(data) - {"year", "source", "clocks_from", *_KINDS_OF_DAY}
    if unknown:
        raise BadRuleFile(path, f"{name}: unknown key {', '.join(sorted(map(str, unknown)))}")
    if not data.get("source"):
        raise BadRuleFile(path, f"{name}: source is missing")
    begins = data.get("clocks_from")
    if not isinstance(begins, datetime) or begins.tzinfo is None:
        raise BadRuleFile(path, f"{name}: clocks_from must be a time with an offset: when the file is loaded")
    days: dict[date, str] = {}
    for kind in _KINDS_OF_DAY:
        for day in _days(path, f"{name}.{kind}", data.get(kind) or (), data["year"]):
            if day in days:
                raise BadRuleFile(path, f"{name}: {day} is named twice")
            if kind == _WORKING and day.weekday() >= _SATURDAY:
                raise BadRuleFile(path, f"{name}: {day} is a weekend, which no decree makes a working day")
            days[day] = kind
    return Decree(data["year"], str(data["source"]), begins, days)


def _days(path: Path, name: str, listed: Iterable[object], year: int) -> Iterable[date]:
    for day in listed:
        # A datetime is a date too; only days are meant.
        if not isinstance(day, date) or isinstance(day, datetime):
            raise BadRuleFile(path, f"{name}: {day} is no date")
        if day.year != year:
            raise BadRuleFile(path, f"{name}: {day} lies outside {year}")
        yield day
