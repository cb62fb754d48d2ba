"""Provinces, offices and what a determination supersedes."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from services.disnaker_gateway.domain.determinations import decided_in_the_future, superseded_by_new
from services.disnaker_gateway.domain.province import office_of, province_of_office, regions_outside, watches

FIRST, SECOND, OTHER = (UUID(int=number) for number in (1, 2, 3))


@pytest.mark.parametrize(
    ("org", "province"),
    [("disnaker:36", "36"), ("disnaker:banten", None), ("employer:36", None), ("disnaker:3671", None), ("", None)],
)
def test_only_an_office_has_a_province(org: str, province: str | None) -> None:
    assert province_of_office(org) == province


def test_a_case_belongs_to_the_office_of_its_province_and_to_nobody_without_a_region() -> None:
    assert office_of("3671") == "disnaker:36"
    assert province_of_office(office_of(None)) is None


def test_regions_of_another_province_are_named_by_their_place() -> None:
    assert regions_outside("36", ("36", "3271", "3603")) == [1]
    assert regions_outside(None, ("36",)) == [0]


@pytest.mark.parametrize(
    ("codes", "region", "watched"),
    [(["36"], "3671", True), (["3671"], "3671", True), (["3603"], "3671", False), (["367101"], "3671", True)],
)
def test_a_subscription_covers_what_lies_in_its_regions(codes: list[str], region: str, watched: bool) -> None:
    assert watches(codes, region) is watched


def test_the_day_of_a_determination_is_that_of_the_place() -> None:
    late_evening_in_utc = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)
    assert not decided_in_the_future(date(2026, 11, 23), "3671", late_evening_in_utc)
    assert decided_in_the_future(date(2026, 11, 24), "9471", late_evening_in_utc)


def test_a_later_determination_supersedes_the_latest_unless_it_names_another() -> None:
    assert superseded_by_new(None, []) == (None, True)
    assert superseded_by_new(None, [FIRST, SECOND]) == (SECOND, True)
    assert superseded_by_new(FIRST, [FIRST, SECOND]) == (FIRST, True)
    assert superseded_by_new(OTHER, [FIRST, SECOND]) == (OTHER, False)
