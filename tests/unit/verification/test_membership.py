"""Whose a membership is, and what it said on a day."""

from datetime import date
from typing import Any

from services.verification.domain.evidence import Identity
from services.verification.domain.membership import STANDINGS_MAX, Membership, Standing, memberships_of, told_again
from tests.support.evidence_makers import KPJ, NIK, OTHER_NIK

DAY = date(2026, 11, 16)


def member(*standings: Standing, **more: Any) -> Membership:
    facts: dict[str, Any] = {"segment": "PU", "active_from": date(2020, 1, 1), "nik": NIK, "kpj": KPJ, **more}
    return Membership(standings=standings or (Standing(date(2026, 1, 1), 5_000_000, date(2026, 10, 31)),), **facts)


def test_both_days_of_a_membership_count() -> None:
    one = member(active_from=DAY, active_to=DAY)
    assert one.covers(DAY)
    assert not one.covers(date(2026, 11, 15))
    assert not one.covers(date(2026, 11, 17))


def test_a_wage_raised_after_the_accident_is_not_the_wage_of_the_day() -> None:
    one = member(Standing(date(2026, 1, 5), 5_000_000), Standing(date(2026, 11, 17), 9_000_000))
    assert one.wage_on(DAY) == 5_000_000
    assert one.wage_on(date(2026, 11, 17)) == 9_000_000


def test_a_wage_first_told_after_the_accident_is_the_nearest_that_is_known() -> None:
    one = member(Standing(date(2026, 12, 1), 5_000_000), Standing(date(2027, 1, 1), 6_000_000))
    assert one.wage_on(DAY) == 5_000_000


def test_contributions_caught_up_after_the_accident_were_not_paid_on_the_day() -> None:
    behind, caught_up = date(2026, 5, 31), date(2026, 11, 30)
    one = member(
        Standing(date(2026, 11, 1), None, behind),
        Standing(date(2026, 11, 18), None, behind),
        Standing(date(2026, 12, 20), None, caught_up),
    )
    assert one.paid_until_on(DAY) == behind
    assert one.paid_until_now == caught_up


def test_an_old_record_does_not_make_arrears_of_what_was_told_since() -> None:
    one = member(
        Standing(date(2026, 1, 5), None, date(2025, 12, 31)), Standing(date(2026, 11, 25), None, date(2026, 10, 31))
    )
    assert one.paid_until_on(DAY) == date(2026, 10, 31)


def test_a_membership_under_another_nik_is_not_this_workers() -> None:
    own, other = member(), member(nik=OTHER_NIK)
    assert memberships_of([Identity(NIK, KPJ)], [other, own]) == (own,)


def test_a_worker_known_by_kpj_alone_has_the_memberships_of_the_one_nik_behind_it() -> None:
    second = member(kpj="98765432109", active_from=date(2024, 1, 1))
    assert memberships_of([Identity(kpj=KPJ)], [second, member()]) == (member(), second)
    assert memberships_of([Identity(NIK)], [second, member()]) == (member(), second)


def test_a_kpj_that_two_niks_share_says_nothing_of_a_worker_without_nik() -> None:
    assert memberships_of([Identity(kpj=KPJ)], [member(), member(nik=OTHER_NIK)]) == ()


def test_a_membership_filed_without_nik_is_found_by_its_kpj() -> None:
    one = member(nik=None)
    assert memberships_of([Identity(NIK, KPJ)], [one]) == (one,)
    assert memberships_of([Identity(NIK)], [one]) == ()


def test_the_same_word_twice_changes_nothing() -> None:
    once = told_again((), member())
    assert told_again(once, member()) == once


def test_a_later_word_of_the_same_membership_is_kept_beside_the_earlier() -> None:
    later = member(Standing(date(2026, 2, 1), 6_000_000, date(2026, 12, 31)), active_to=date(2026, 12, 31))
    (one,) = told_again(told_again((), member()), later)
    assert [standing.wage_rupiah for standing in one.standings] == [5_000_000, 6_000_000]
    assert one.active_to == date(2026, 12, 31)


def test_the_same_figures_on_a_later_day_are_no_new_standing() -> None:
    later = member(Standing(date(2026, 2, 1), 5_000_000, date(2026, 10, 31)))
    assert told_again((member(),), later) == (member(),)


def test_another_employer_kpj_or_beginning_is_another_membership() -> None:
    known = told_again((), member())
    for other in (
        member(employer_registration="KK999999"),
        member(kpj="98765432109"),
        member(active_from=date(2024, 5, 1)),
    ):
        assert len(told_again(known, other)) == 2


def test_the_oldest_standings_go_when_there_are_too_many() -> None:
    known: tuple[Membership, ...] = ()
    for month in range(STANDINGS_MAX + 5):
        known = told_again(known, member(Standing(date(2020 + month // 12, month % 12 + 1, 1), 1_000 + month)))
    assert len(known[0].standings) == STANDINGS_MAX
    assert known[0].standings[-1].wage_rupiah == 1_000 + STANDINGS_MAX + 4
