"""Identifiers: what is well formed, what is made, and that ours resist typing errors."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.identifiers import (
    CROCKFORD,
    PROVINCES,
    is_case_number,
    is_kpj,
    is_tracking_code,
    mask_nik,
    new_case_number,
    new_id,
    new_tracking_code,
    nik_birth_dates,
    nik_is_female,
    nik_problems,
    npp_is_usual,
    zone_of,
)


@pytest.mark.parametrize(
    ("nik", "problems"),
    [
        ("3671015203900001", []),
        ("3671011203900001", []),
        ("367101520390000", ["nik-format"]),
        ("36710152039000O1", ["nik-format"]),
        ("３６７１０１５２０３９００００１", ["nik-format"]),
        ("3671013002900001", ["nik-date"]),
        ("3671010003900001", ["nik-date"]),
        ("3671017203900001", ["nik-date"]),
        ("3671011213900000", ["nik-date", "nik-serial"]),
        ("3671015203900000", ["nik-serial"]),
    ],
)
def test_a_nik_is_judged_by_form_date_and_serial(nik: str, problems: list[str]) -> None:
    assert nik_problems(nik) == problems


def test_the_29th_of_february_counts_in_leap_years_only() -> None:
    assert nik_birth_dates("3671012902000001") == [date(2000, 2, 29)]
    assert nik_problems("3671012902010001") == ["nik-date"]


def test_women_have_forty_added_to_the_day() -> None:
    assert nik_is_female("3671015203900001")
    assert date(1990, 3, 12) in nik_birth_dates("3671015203900001")
    assert not nik_is_female("3671011203900001")


def test_a_mask_shows_four_and_four() -> None:
    assert mask_nik("3671015203900001") == "3671********0001"
    assert mask_nik("short") == "*****"


def test_case_numbers_are_random_and_checked() -> None:
    numbers = {new_case_number(2026) for _ in range(1000)}
    assert len(numbers) == 1000
    assert all(is_case_number(number) for number in numbers)


@given(st.integers(9, 18), st.sampled_from(CROCKFORD[:31]))
def test_one_wrong_character_in_a_case_number_is_noticed(place: int, other: str) -> None:
    number = next(n for n in iter(lambda: new_case_number(2026), None) if "Z" not in n)
    if number[place] != other:
        assert not is_case_number(number[:place] + other + number[place + 1 :])


def test_tracking_codes_have_sixty_bits() -> None:
    assert is_tracking_code(new_tracking_code())
    assert not is_tracking_code("0123456789AU")


def test_ids_grow_with_time() -> None:
    ids = [new_id() for _ in range(100)]
    assert all(each.version == 7 for each in ids)
    assert ids == sorted(ids)


def test_zones_follow_the_province_of_the_place() -> None:
    assert {p: zone_of(p).key for p in ("36", "61", "51", "76", "81", "94")} == {
        "36": "Asia/Jakarta",
        "61": "Asia/Jakarta",
        "51": "Asia/Makassar",
        "76": "Asia/Makassar",
        "81": "Asia/Jayapura",
        "94": "Asia/Jayapura",
    }
    assert len(PROVINCES) == 38


def test_other_numbers() -> None:
    assert is_kpj("12345678901")
    assert not is_kpj("1234567890")
    assert npp_is_usual("JJ012345")
    assert npp_is_usual("JJ012345000")
    assert not npp_is_usual("12345678")
