"""What people write in spreadsheets, and what spreadsheets make of it."""

from datetime import date, datetime
from typing import Any

import pytest

from services.intake.application.forms.accident_report import STAGE_1
from services.intake.application.forms.examples import ACCIDENT_REPORT, DISEASE_REPORT
from services.intake.application.import_columns import COLUMNS, Cell, CellUnreadable, column_named
from shared.identifiers import WIB, WIT

# As a spreadsheet tells a time: without a zone.
BORN_CELL, EVENT_CELL = datetime.fromisoformat("1990-03-12"), datetime.fromisoformat("2026-11-20T09:30")
_BY_PATH = {column.path: column for column in COLUMNS}


def read(path: str, cell: Cell) -> Any:
    return _BY_PATH[path].read(cell, WIB)


@pytest.mark.parametrize(
    ("path", "cell", "value"),
    [
        ("worker.birth_date", "12/03/1990", "1990-03-12"),
        ("worker.birth_date", "1990-3-12", "1990-03-12"),
        ("worker.birth_date", BORN_CELL, "1990-03-12"),
        ("worker.birth_date", date(1990, 3, 12), "1990-03-12"),
        ("event.occurred_at", "20/11/2026 09.30 WIB", "2026-11-20T09:30:00+07:00"),
        ("event.occurred_at", "2026-11-20 09:30", "2026-11-20T09:30:00+07:00"),
        ("event.occurred_at", "2026-11-20T09:30:00+09:00", "2026-11-20T09:30:00+09:00"),
        ("event.occurred_at", EVENT_CELL, "2026-11-20T09:30:00+07:00"),
        ("wage.amount_rupiah", "Rp 5.000.000,-", 5_000_000),
        ("wage.amount_rupiah", "5000000", 5_000_000),
        ("wage.amount_rupiah", 5_000_000.0, 5_000_000),
        ("employer.sector_kbli", 1111, "01111"),
        ("event.region_code", "36.71", "3671"),
        ("worker.nik", "'3671015203900001", "3671015203900001"),
        ("worker.kpj", 12345678901, "12345678901"),
        ("worker.phone", 81298765432, "081298765432"),
        ("worker.sex", "Perempuan", "female"),
        ("event.accident_type", "terjepit", "pinched"),
        ("event.accident_type", "caught", "caught"),
        ("event.body_parts", "Mata kiri; hand_right", ["eye_left", "hand_right"]),
        ("worker.name", 7.0, "7"),
    ],
)
def test_what_people_write_is_understood(path: str, cell: Cell, value: object) -> None:
    assert read(path, cell) == value


@pytest.mark.parametrize(
    ("path", "cell", "code"),
    [
        ("worker.nik", 3671015203900000, "number-lost-digits"),
        ("worker.nik", 3.6710152039e15, "number-lost-digits"),
        ("worker.nik", "3,67102E+15", "number-lost-digits"),
        ("worker.birth_date", "31/02/1990", "date-format"),
        ("worker.birth_date", "besok", "date-format"),
        ("event.occurred_at", "21/11/2026", "time-format"),
        ("event.occurred_at", "20/11/2026 25:00", "time-format"),
        ("event.occurred_at", date(2026, 11, 20), "time-format"),
        ("wage.amount_rupiah", "lima juta", "amount-format"),
        ("wage.amount_rupiah", 0.5, "amount-format"),
        ("worker.sex", "P", "unknown-code"),
        ("event.body_parts", "hand_right; sayap", "unknown-code"),
    ],
)
def test_what_cannot_be_meant_is_told_apart(path: str, cell: Cell, code: str) -> None:
    with pytest.raises(CellUnreadable) as raised:
        read(path, cell)
    assert raised.value.code == code
    assert str(cell) not in raised.value.detail


def test_a_time_without_an_offset_is_that_of_the_place() -> None:
    assert _BY_PATH["event.occurred_at"].read("20/11/2026 09:30", WIT).endswith("+09:00")


@pytest.mark.parametrize("header", ["worker.nik", "NIK", " nik ", "Worker.NIK", "worker nik"])
def test_a_column_goes_by_its_path_or_its_title(header: str) -> None:
    found = column_named(header)
    assert found is not None
    assert found.path == "worker.nik"


def test_titles_and_paths_mean_one_column_each() -> None:
    for column in COLUMNS:
        for name in (column.path, column.title_id, column.title_en):
            assert column_named(name) is column, name
    assert column_named("sayap") is None


def test_every_member_that_tahap_1_demands_has_a_column() -> None:
    def leaves(part: dict[str, Any], at: str = "") -> set[str]:
        found: set[str] = set()
        for name, value in part.items():
            found |= leaves(value, f"{at}{name}.") if isinstance(value, dict) else {at + name}
        return found

    form = STAGE_1.validate_python(ACCIDENT_REPORT)
    assert leaves(form.model_dump(exclude_unset=True)) - set(_BY_PATH) == {"event.witnesses"}
    disease = STAGE_1.validate_python(DISEASE_REPORT)
    assert not leaves(disease.model_dump(include={"disease", "kind"}, exclude_none=True)) - set(_BY_PATH)
