"""Dates and periods as doctors write them: 2026-11-20, 20-11-2026, 20 November 2026, "7 hari sejak 21/11/2026"."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from services.hospital_gateway.adapters.fhir.elements import day, part
from services.hospital_gateway.domain.visit import Days, Moment

_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "mei": 5, "may": 5, "jun": 6, "jul": 7, "agu": 8, "ags": 8, "aug": 8,
    "sep": 9, "okt": 10, "oct": 10, "nov": 11, "des": 12, "dec": 12,
}  # fmt: skip
_DAY = re.compile(
    r"\b(?P<y1>\d{4})-(?P<m1>\d{2})-(?P<d1>\d{2})(?!\d)"
    r"|\b(?P<d2>\d{1,2})[-/.](?P<m2>\d{1,2})[-/.](?P<y2>\d{4})\b"
    r"|\b(?P<d3>\d{1,2})\s+(?P<m3>[A-Za-z]{3})[A-Za-z]*\.?\s+(?P<y3>\d{4})\b"
)
_LENGTH = re.compile(r"(?i)\b(\d{1,4})\s*(?:\([^)]*\)\s*)?(hari|days?|minggu|weeks?)\b")
_CLOCK = re.compile(r"(?i)(?:jam|pukul|at|\bT)\s*(\d{1,2})[.:](\d{2})")
_DAYS_OF = {"hari": 1, "day": 1, "minggu": 7, "week": 7}
_LONGEST = 3_660


def days_in(words: str) -> list[date]:
    """Every date in a text, in its order."""
    found = []
    for match in _DAY.finditer(words):
        year = match["y1"] or match["y2"] or match["y3"]
        month = match["m1"] or match["m2"] or _MONTHS.get((match["m3"] or "").lower())
        of_month = match["d1"] or match["d2"] or match["d3"]
        if month is None:
            continue
        try:
            found.append(date(int(year), int(month), int(of_month)))
        except ValueError:
            continue
    return found


def periods_in(words: str) -> tuple[Days, ...]:
    """From–to pairs; one date with a number of days begins a period of that length; a date alone is a day."""
    dates = days_in(words)
    if len(dates) == 1:
        length = _LENGTH.search(words)
        days = int(length[1]) * _DAYS_OF[length[2].lower().rstrip("s")] if length else 1
        last = dates[0].toordinal() + max(1, min(days, _LONGEST)) - 1
        return (Days(dates[0], date.fromordinal(min(last, date.max.toordinal()))),)
    if len(dates) % 2:
        # Nobody can say which of them belong together.
        return (Days(dates[0], dates[-1]),) if dates else ()
    return tuple(Days(first, last) for first, last in zip(dates[::2], dates[1::2], strict=True))


def period_of(value: object) -> tuple[Days, ...]:
    """A FHIR Period as whole days."""
    first, last = day(part(value, "start")), day(part(value, "end"))
    return (Days(first, last),) if first or last else ()


def united(*groups: Iterable[Days]) -> tuple[Days, ...]:
    """All periods, each once, in the order of their days."""
    found: dict[Days, None] = {one: None for group in groups for one in group}
    return tuple(sorted(found, key=lambda one: (one.first or date.min, one.last or date.max)))


def latest(periods: Sequence[Days]) -> Days | None:
    return periods[-1] if periods else None


def moment_in(words: str, zone: ZoneInfo) -> Moment | None:
    """The first date in a text, with the hour where one is told (`jam 14.30`)."""
    dates = days_in(words)
    if not dates:
        return None
    clock = _CLOCK.search(words)
    if clock is None or int(clock[1]) > 23 or int(clock[2]) > 59:
        return Moment(datetime.combine(dates[0], time(), zone), "day")
    return Moment(datetime.combine(dates[0], time(int(clock[1]), int(clock[2])), zone))
