"""Working days: Monday to Friday without national holidays and collective leave (domain 7.5).

Days come from the `holidays` package (country ID, categories public and government), which follows the yearly joint
decree of three ministers; `extra` and `removed` let an operator follow a decree that came later.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

import holidays


@dataclass
class WorkingCalendar:
    """Which days count as working days.

    `collective_leave_off`: whether cuti bersama counts as free (the policy switch of domain 7.5, uncertain).
    """

    collective_leave_off: bool = True
    extra: frozenset[date] = frozenset()
    removed: frozenset[date] = frozenset()
    _years: dict[int, frozenset[date]] = field(default_factory=dict, repr=False)

    def is_working_day(self, day: date) -> bool:
        if day.weekday() >= 5:
            return False
        if day in self.removed:
            return True
        return day not in self.extra and day not in self._free_days(day.year)

    def add_working_days(self, start: date, count: int) -> date:
        """The day on which the `count`-th working day after `start` falls; `start` itself does not count."""
        day = start
        remaining = count
        while remaining > 0:
            day += timedelta(days=1)
            if self.is_working_day(day):
                remaining -= 1
        return day

    def _free_days(self, year: int) -> frozenset[date]:
        known = self._years.get(year)
        if known is None:
            categories = ("public", "government") if self.collective_leave_off else ("public",)
            known = frozenset(holidays.country_holidays("ID", years=year, categories=categories))
            self._years[year] = known
        return known


def with_overrides(extra: Iterable[date] = (), removed: Iterable[date] = ()) -> WorkingCalendar:
    """A calendar with days added to and taken from the published ones."""
    return WorkingCalendar(extra=frozenset(extra), removed=frozenset(removed))


CALENDAR = WorkingCalendar()
