"""Whether a worker is covered on a day."""

from datetime import date

import pytest

from services.hospital_gateway.domain.eligibility import Insured, eligibility_on

DAY = date(2026, 11, 20)
JKK, OLD_AGE = ("JKK", "JHT"), ("JHT",)


def insured(segment: str = "PU", programmes: tuple[str, ...] = JKK, first: str = "2026-01-01", **more: str) -> Insured:
    dates = {name: date.fromisoformat(text) for name, text in more.items()}
    return Insured(segment, programmes, date.fromisoformat(first), **dates)


@pytest.mark.parametrize(
    ("memberships", "code"),
    [
        ([], "not-registered"),
        ([insured()], "covered"),
        ([insured(active_to="2026-11-20")], "covered"),
        ([insured(active_to="2026-11-19")], "not-active-on-day"),
        ([insured(first="2026-11-20")], "covered"),
        ([insured(first="2026-11-21")], "not-active-on-day"),
        ([insured(programmes=OLD_AGE)], "other-programmes-only"),
        ([insured(programmes=OLD_AGE), insured()], "covered"),
        ([insured("BPU", paid_until="2026-11-20")], "covered"),
        ([insured("BPU", paid_until="2026-11-19")], "contributions-unpaid"),
        ([insured("BPU")], "covered"),
        # An employer's arrears are no matter of the worker's.
        ([insured("PU", paid_until="2025-01-31")], "covered"),
        ([insured("BPU", paid_until="2026-10-31"), insured("JAKON")], "covered"),
    ],
)
def test_the_best_that_any_membership_says_of_the_day_counts(memberships: list[Insured], code: str) -> None:
    assert eligibility_on(DAY, memberships).code == code


def test_the_period_told_is_of_the_membership_that_lasts_longest() -> None:
    found = eligibility_on(DAY, [insured(active_to="2026-12-31"), insured(first="2026-06-01")])
    assert (found.active_from, found.active_to) == (date(2026, 6, 1), None)
