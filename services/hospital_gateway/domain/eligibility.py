"""Whether a worker is covered by JKK on a day, as far as BPJS core has told (domain: 5.7).

Care is due from the suspicion on, whatever this says (Permenaker 1/2025 art. 8A): it tells the hospital what is known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

PROGRAMME = "JKK"
COVERED, NOT_REGISTERED, NOT_ACTIVE, OTHER_PROGRAMMES, UNPAID = (
    "covered",
    "not-registered",
    "not-active-on-day",
    "other-programmes-only",
    "contributions-unpaid",
)
# Who insures themselves has no benefit until the contribution is paid; an employer's arrears are the employer's
# matter (PP 44/2015 arts. 27-30; uncertain).
_PAYS_FIRST = frozenset({"BPU"})


@dataclass(frozen=True)
class Insured:
    """One membership; both days of its time count, an open end is None."""

    segment: str
    programmes: tuple[str, ...]
    active_from: date
    active_to: date | None = None
    paid_until: date | None = None

    def covers(self, day: date) -> bool:
        return self.active_from <= day and (self.active_to is None or day <= self.active_to)


@dataclass(frozen=True)
class Eligibility:
    """`code` says why; the dates are of the membership that covers the day."""

    code: str
    active_from: date | None = None
    active_to: date | None = None

    @property
    def in_force(self) -> bool:
        return self.code == COVERED


def eligibility_on(day: date, insured: Sequence[Insured]) -> Eligibility:
    """The best that any membership says of the day."""
    if not insured:
        return Eligibility(NOT_REGISTERED)
    active = [one for one in insured if one.covers(day)]
    jkk = [one for one in active if PROGRAMME in one.programmes]
    paid = [one for one in jkk if not (one.segment in _PAYS_FIRST and one.paid_until and one.paid_until < day)]
    if paid:
        longest = max(paid, key=lambda one: (one.active_to is None, one.active_to or date.min, one.active_from))
        return Eligibility(COVERED, longest.active_from, longest.active_to)
    if jkk:
        return Eligibility(UNPAID)
    return Eligibility(OTHER_PROGRAMMES if active else NOT_ACTIVE)
