"""What the cross-sector forum looks at: delays by agency, place, sector, employer and hospital, over a period."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from services.verification.domain.measures import AGENCIES

# By what groups can be made, and the steps whose time is told, in order.
DIMENSIONS = ("province", "sector", "employer", "hospital")
STEPS = ("reported", "treated", "complete", "concluded", "approved", "paid")

_ZONE = ZoneInfo("Asia/Jakarta")


@dataclass(frozen=True)
class Period:
    """Claims opened from `begin` on and before `end`."""

    begin: datetime
    end: datetime

    @classmethod
    def of_days(cls, first: date, last: date) -> "Period":
        """Both days whole, in the time of Jakarta."""
        return cls(
            datetime.combine(first, time(), _ZONE),
            datetime.combine(last + timedelta(days=1), time(), _ZONE),
        )


@dataclass(frozen=True)
class Spread:
    """Median and 90th percentile in days over `count` claims; None over none."""

    count: int
    median: float | None
    p90: float | None


@dataclass(frozen=True)
class Group:
    """The claims of one place, sector, employer or hospital (`key`, None where it is not known).

    `late` of `timed` employers' reports missed their time; `whole` of `applied` applications were complete at first.
    `steps` are days to each step, `waits` days that a claim waited on each agency, of those that waited at all.
    """

    key: str | None
    claims: int
    late: int
    timed: int
    in_discrepancy: int
    whole: int
    applied: int
    steps: Mapping[str, Spread]
    waits: Mapping[str, Spread]

    @property
    def late_share(self) -> float | None:
        return self.late / self.timed if self.timed else None

    @property
    def whole_share(self) -> float | None:
        return self.whole / self.applied if self.applied else None


class Measures(Protocol):
    """Counting over measures of claims."""

    async def all(self, period: Period, province: str | None, now: datetime) -> Group:
        """All claims of the period together."""

    async def by(
        self, dimension: str, period: Period, province: str | None, now: datetime, groups_max: int
    ) -> list[Group]:
        """One group a value of `dimension`, the largest first."""


def as_csv(dimension: str, groups: Iterable[Group]) -> str:
    """The groups as a table for a spreadsheet: numbers with a point, days with two decimals, empty where unknown."""
    out = io.StringIO()
    writer = csv.writer(out)
    spreads = [*(f"days_to_{step}" for step in STEPS), *(f"days_waiting_on_{agency}" for agency in AGENCIES)]
    head = [f"{name}_{figure}" for name in spreads for figure in ("claims", "median", "p90")]
    writer.writerow([dimension, "claims", "late", "timed", "whole", "applied", "in_discrepancy", *head])
    for group in groups:
        figures = [
            figure
            for spread in (*(group.steps[s] for s in STEPS), *(group.waits[a] for a in AGENCIES))
            for figure in (spread.count, spread.median, spread.p90)
        ]
        counts = (group.claims, group.late, group.timed, group.whole, group.applied, group.in_discrepancy)
        writer.writerow([_safe(group.key), *counts, *figures])
    return out.getvalue()


def _safe(key: str | None) -> str:
    """A number that came from outside must not become a formula in a spreadsheet (CWE-1236)."""
    text = key or ""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
