"""Times with their zone's name, money and durations, in both languages."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from shared.web.pages.formats import day, duration, moment, number, rupiah

NOON = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("Asia/Jakarta", "20 Nov 2026 09.30 WIB"),
        ("Asia/Makassar", "20 Nov 2026 10.30 WITA"),
        ("Asia/Jayapura", "20 Nov 2026 11.30 WIT"),
    ],
)
def test_a_moment_names_its_zone(zone: str, told: str) -> None:
    assert moment(NOON, "id", zone=ZoneInfo(zone)) == told


def test_a_moment_is_told_as_the_language_does() -> None:
    assert moment("2026-05-20T02:30:00Z", "en") == "20 May 2026, 09:30 WIB"
    assert moment("2026-05-20T02:30:00Z", "id", short=True) == "20 Mei 09.30 WIB"


def test_a_day_is_the_day_of_the_place() -> None:
    late = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)
    assert day(late, "id") == "21 November 2026"
    assert day(date(2026, 8, 17), "id") == "17 Agustus 2026"
    assert day("2026-08-17", "en") == "17 August 2026"


def test_money_is_written_by_the_locale() -> None:
    assert rupiah(24_000_000, "id") == "Rp\N{NO-BREAK SPACE}24.000.000"
    assert rupiah(24_000_000, "en") == "Rp\N{NO-BREAK SPACE}24,000,000"
    assert number(12.5, "id") == "12,5"


@pytest.mark.parametrize(
    ("seconds", "indonesian", "english"),
    [
        (0, "0 dtk", "0 s"),
        (3_725, "1 jam 2 mnt", "1 h 2 min"),
        (-190_000, "2 hari 4 jam", "2 d 4 h"),
        (42.9, "42 dtk", "42 s"),
    ],
)
def test_a_duration_has_two_units_at_most(seconds: float, indonesian: str, english: str) -> None:
    assert duration(seconds, "id").replace("\N{NO-BREAK SPACE}", " ") == indonesian
    assert duration(seconds, "en").replace("\N{NO-BREAK SPACE}", " ") == english
