"""Whether the worker was insured on the day of the event, by whom, and with contributions paid (domain 5.7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.verification.domain.membership import Membership
from shared.identifiers import npp_is_usual
from shared.regulation.payers import PAYER_TABLE, ContributionRule

UNKNOWN, ELIGIBLE, NOT_MEMBER = "unknown", "eligible", "not_member"
WITHIN_GRACE, BEYOND_GRACE = "arrears_within_grace", "arrears_beyond_grace"
CONTRIBUTIONS_UNPAID, OTHER_EMPLOYMENT, NOT_IN_PROGRAMME = (
    "contributions_unpaid", "other_employment", "not_in_programme",
)  # fmt: skip
_JKK = "JKK"
# An NPP is two letters and six digits, perhaps with three more for a division of the same employer.
_NPP_LENGTH = 8


@dataclass(frozen=True)
class Eligibility:
    """What BPJS core's word comes to on `on`; `status` is a code of the list eligibility_statuses.

    `membership` is the one that counts, `active` all of that day. `settled_on` is when arrears of that day were first
    told as paid.
    """

    on: date
    status: str
    legal_basis: str
    confidence: str
    membership: Membership | None = None
    active: tuple[Membership, ...] = ()
    wage_rupiah: int | None = None
    paid_until: date | None = None
    months_in_arrears: int | None = None
    settled_on: date | None = None


def eligibility_on(
    day: date, memberships: Sequence[Membership], employer_registration: str | None, segment: str | None
) -> Eligibility:
    """Eligibility of a worker who had an accident in this employment; None for an employer or segment nobody named."""
    rule = PAYER_TABLE.contribution_rule(day)
    if not memberships:
        return Eligibility(day, UNKNOWN, rule.legal_basis, rule.confidence)
    active = tuple(one for one in memberships if one.covers(day))
    insured = [one for one in active if _JKK in one.programmes]
    fitting = [one for one in insured if _is_of(one, employer_registration, segment)]
    status = NOT_MEMBER if not active else NOT_IN_PROGRAMME if not insured else OTHER_EMPLOYMENT
    if not fitting:
        return Eligibility(day, status, rule.legal_basis, rule.confidence, active=active)
    best = max(fitting, key=lambda one: (one.segment == segment, one.active_from, one.kpj or ""))
    return _standing(day, best, active, rule)


def _standing(day: date, one: Membership, active: tuple[Membership, ...], rule: ContributionRule) -> Eligibility:
    paid_until = one.paid_until_on(day)
    # A migrant worker's package is paid once and beforehand; there is no month to fall behind.
    behind = None if paid_until is None or one.segment == "PMI" else months_in_arrears(day, paid_until, rule)
    status = ELIGIBLE
    if behind:
        status = WITHIN_GRACE if behind <= rule.months_covered else BEYOND_GRACE
        status = CONTRIBUTIONS_UNPAID if one.segment == "BPU" else status
    return Eligibility(
        day,
        status,
        rule.legal_basis,
        rule.confidence if behind else "certain",
        one,
        active,
        one.wage_on(day),
        paid_until,
        behind,
        _settled_on(day, one, rule) if behind else None,
    )


def months_in_arrears(day: date, paid_until: date, rule: ContributionRule) -> int:
    """How many months whose contributions had fallen due by `day` were not paid."""
    return max(0, _last_due_month(day, rule) - _month(paid_until))


def _settled_on(day: date, one: Membership, rule: ContributionRule) -> date | None:
    due = _last_due_month(day, rule)
    return next(
        (
            told.recorded_on
            for told in one.standings
            if told.recorded_on > day and told.contributions_paid_until and _month(told.contributions_paid_until) >= due
        ),
        None,
    )


def _last_due_month(day: date, rule: ContributionRule) -> int:
    """The latest month whose contribution had to be paid by the end of the day before."""
    return _month(day) - (1 if day.day > rule.due_day else 2)


def _month(day: date) -> int:
    return day.year * 12 + day.month


def _is_of(one: Membership, employer_registration: str | None, segment: str | None) -> bool:
    if one.segment == "BPU" or segment == "BPU":
        return segment in (None, one.segment)
    if employer_registration is None or one.employer_registration is None:
        return True
    return same_employer(one.employer_registration, employer_registration)


def same_employer(one: str, other: str) -> bool:
    """Whether two registration numbers are one employer's: equal, or equal but for the division at the end."""
    one, other = one.strip().upper(), other.strip().upper()
    if one == other:
        return True
    return npp_is_usual(one) and npp_is_usual(other) and one[:_NPP_LENGTH] == other[:_NPP_LENGTH]
