"""Periods of whole days, both ends counted."""

from collections.abc import Iterable
from datetime import date, timedelta

# Ten years and more in one period is a slip of the pen, which the form's own rules have to tell.
_LONGEST = 3_660


def days_of(periods: Iterable[tuple[date, date]]) -> set[date]:
    """Every day of the periods once; a period that ends before it begins, or of more than ten years, counts as none."""
    return {
        first + timedelta(days=number)
        for first, last in periods
        if 0 <= (last - first).days < _LONGEST
        for number in range((last - first).days + 1)
    }
