"""The columns of an import: one row of a spreadsheet becomes one Tahap I form.

A column is named by the place of its field in the form (`worker.nik`), or by its Indonesian or English title. What
people write in spreadsheets is understood: days as 20/11/2026, times without an offset (the place's own), codes by
their titles, `Rp 5.000.000`. What a spreadsheet has spoilt is refused with a word on how to mend it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from shared.regulation.codes import CODE_LISTS

Cell = str | int | float | datetime | date | time | bool | None

# Digits that a spreadsheet keeps of a number; the sixteenth of a NIK becomes a zero.
_EXACT_DIGITS = 15
_SCIENTIFIC = re.compile(r"[0-9]+([.,][0-9]+)?[eE]\+?[0-9]+")
_DAY_FIRST = re.compile(r"(?P<day>[0-9]{1,2})[./-](?P<month>[0-9]{1,2})[./-](?P<year>[0-9]{4})")
_YEAR_FIRST = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})")
_CLOCK_TIME = re.compile(r"(?P<hour>[0-9]{1,2})[.:](?P<minute>[0-9]{2})([.:](?P<second>[0-9]{2}))?")
_OFFSET = re.compile(r"[Zz]$|[+-][0-9]{2}:[0-9]{2}$")
_THOUSANDS = re.compile(r"(Rp\.?)?\s*([0-9]{1,3}(\.[0-9]{3})+|[0-9]+)(,0+|,-)?", re.IGNORECASE)
_YEARS = re.compile(r"([0-9]{1,2}([.,][0-9]{1,2})?)(\s*(tahun|th|thn|years?))?", re.IGNORECASE)
_YES, _NO = frozenset({"ya", "y", "yes", "true", "1"}), frozenset({"tidak", "t", "no", "n", "false", "0"})
_LIST_SEPARATOR = re.compile(r"[;,|\n]")


class CellUnreadable(ValueError):
    """What stands in a cell can't be meant. `code` is stable."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


Reader = Callable[[Cell, ZoneInfo], Any]


@dataclass(frozen=True)
class Column:
    """One column. `carries_down`: an empty cell means what the row above says, since one office writes all rows.
    `codes` names the published list of what may stand in it."""

    path: str
    title_id: str
    title_en: str
    read: Reader
    carries_down: bool = False
    codes: str | None = None

    @property
    def pointer(self) -> str:
        """Its field in the form, as a JSON pointer."""
        return "/" + self.path.replace(".", "/")


def _text(cell: Cell, _: ZoneInfo) -> str:
    if isinstance(cell, bool | datetime | date | time):
        return str(cell)
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip()


def _digits(length: int) -> Reader:
    """A number that names something: kept as text, with the zeros in front that a spreadsheet takes away."""

    def read(cell: Cell, zone: ZoneInfo) -> str:
        text = _text(cell, zone)
        spoilt = isinstance(cell, int | float) and len(text) > _EXACT_DIGITS
        if spoilt or _SCIENTIFIC.fullmatch(text):
            detail = (
                "The spreadsheet holds this as a number and has lost digits; format the column as text, type it again."
            )
            raise CellUnreadable("number-lost-digits", detail)
        text = re.sub(r"[\s.'-]", "", text)
        return text.zfill(length) if text.isdigit() and isinstance(cell, int | float) else text

    return read


def _phone(cell: Cell, zone: ZoneInfo) -> str:
    text = _text(cell, zone)
    # 0812… typed into a cell of numbers.
    return f"0{text}" if text.startswith("8") else text


def _rupiah(cell: Cell, zone: ZoneInfo) -> int:
    if isinstance(cell, int | float) and not isinstance(cell, bool) and float(cell).is_integer():
        return int(cell)
    found = _THOUSANDS.fullmatch(_text(cell, zone))
    if found is None:
        raise CellUnreadable("amount-format", "Expected an amount in rupiah, such as 5000000 or Rp 5.000.000.")
    return int(found[2].replace(".", ""))


def _day(cell: Cell, zone: ZoneInfo) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    text = _text(cell, zone)
    found = _YEAR_FIRST.fullmatch(text) or _DAY_FIRST.fullmatch(text)
    try:
        if found is not None:
            return date(int(found["year"]), int(found["month"]), int(found["day"])).isoformat()
    except ValueError:
        pass
    raise CellUnreadable("date-format", "Expected a day such as 20/11/2026 or 2026-11-20.")


def _instant(cell: Cell, zone: ZoneInfo) -> str:
    """With an offset; a time without one is the clock on the wall of the place."""
    if isinstance(cell, datetime):
        return (cell if cell.tzinfo else cell.replace(tzinfo=zone)).isoformat()
    text = _text(cell, zone)
    if _OFFSET.search(text) and "T" in text.upper():
        return text
    day, _, clock = text.replace("T", " ").replace("t", " ").partition(" ")
    found = _CLOCK_TIME.fullmatch(clock.strip().removesuffix("WIB").removesuffix("WITA").removesuffix("WIT").strip())
    if found is None:
        raise CellUnreadable("time-format", "Expected day and time such as 20/11/2026 09:30, in the time of the place.")
    on = date.fromisoformat(_day(day, zone))
    try:
        at = time(int(found["hour"]), int(found["minute"]), int(found["second"] or 0))
    except ValueError:
        raise CellUnreadable("time-format", "There is no such time of day.") from None
    return datetime.combine(on, at, zone).isoformat()


def plain(text: str) -> str:
    """As it is compared: without case, signs and repeated spaces."""
    return " ".join(re.sub(r"[^0-9a-z]+", " ", text.casefold()).split())


def _years(cell: Cell, zone: ZoneInfo) -> int | float:
    """Years of service; halves are written with a comma or a point."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return cell
    found = _YEARS.fullmatch(_text(cell, zone))
    if found is None:
        raise CellUnreadable("years-format", "Expected a number of years, such as 7 or 2,5.")
    years = float(found[1].replace(",", "."))
    return int(years) if years.is_integer() else years


def _yes_or_no(cell: Cell, zone: ZoneInfo) -> bool:
    if isinstance(cell, bool):
        return cell
    word = plain(_text(cell, zone))
    if word not in _YES | _NO:
        raise CellUnreadable("yes-or-no", "Expected yes (ya) or no (tidak).")
    return word in _YES


@dataclass(frozen=True)
class OneOf:
    """One code of a published list, written as it is or by its title."""

    list_name: str

    def __call__(self, cell: Cell, zone: ZoneInfo) -> str:
        code = _known(self.list_name).get(plain(_text(cell, zone)))
        if code is None:
            detail = f"Not among the codes of the list {self.list_name}; see /v1/codes/{self.list_name}."
            raise CellUnreadable("unknown-code", detail)
        return code


@dataclass(frozen=True)
class SeveralOf:
    """Several codes of a list, separated by comma or semicolon."""

    list_name: str

    def __call__(self, cell: Cell, zone: ZoneInfo) -> list[str]:
        one = OneOf(self.list_name)
        parts = [part.strip() for part in _LIST_SEPARATOR.split(_text(cell, zone))]
        return [one(part, zone) for part in parts if part]


@cache
def _known(list_name: str) -> Mapping[str, str]:
    """Code by whatever it may be called."""
    return {
        plain(name): code.code for code in CODE_LISTS[list_name] for name in (code.code, code.title_id, code.title_en)
    }


_ROWS: tuple[tuple[str, str, str, Reader], ...] = (
    ("segment", "Segmen", "Segment", OneOf("segments")),
    ("employer.registration_number", "NPP", "Registration number", _text),
    ("employer.name", "Nama perusahaan", "Employer", _text),
    ("employer.sector_kbli", "KBLI", "Sector (KBLI)", _digits(5)),
    ("employer.address", "Alamat perusahaan", "Employer's address", _text),
    ("employer.region_code", "Kode kabupaten/kota perusahaan", "Employer's region code", _digits(4)),
    ("employer.contact.name", "Nama narahubung", "Contact", _text),
    ("employer.contact.phone", "Telepon narahubung", "Contact's telephone", _phone),
    ("employer.contact.email", "Email narahubung", "Contact's e-mail", _text),
    ("reporter.name", "Nama pelapor", "Reporter", _text),
    ("reporter.position", "Jabatan pelapor", "Reporter's position", _text),
    ("reporter.phone", "Telepon pelapor", "Reporter's telephone", _phone),
    ("worker.nik", "NIK", "NIK", _digits(16)),
    ("worker.kpj", "KPJ", "KPJ", _digits(11)),
    ("worker.passport_number", "Nomor paspor", "Passport number", _text),
    ("worker.name", "Nama pekerja", "Worker", _text),
    ("worker.birth_date", "Tanggal lahir", "Birth date", _day),
    ("worker.sex", "Jenis kelamin", "Sex", OneOf("sexes")),
    ("worker.occupation", "Pekerjaan", "Occupation", _text),
    ("worker.phone", "Telepon pekerja", "Worker's telephone", _phone),
    ("wage.amount_rupiah", "Upah", "Wage", _rupiah),
    ("wage.basis", "Dasar upah", "Basis of the wage", OneOf("wage_bases")),
    ("event.occurred_at", "Waktu kejadian", "Time of the event", _instant),
    ("event.place_type", "Jenis tempat kejadian", "Kind of place", OneOf("place_types")),
    ("event.place", "Tempat kejadian", "Place", _text),
    ("event.region_code", "Kode kabupaten/kota kejadian", "Region code of the event", _digits(4)),
    ("event.chronology", "Kronologi", "What happened", _text),
    ("event.consequence", "Akibat", "Consequence", OneOf("consequences")),
    ("event.body_parts", "Bagian tubuh", "Parts of the body", SeveralOf("body_parts")),
    ("event.accident_type", "Corak kecelakaan", "Kind of accident", OneOf("accident_types")),
    ("event.injury_source", "Sumber cedera", "Source of the injury", OneOf("injury_sources")),
    ("event.first_aid.facility_type", "Jenis fasilitas kesehatan", "Kind of facility", OneOf("facility_types")),
    ("event.first_aid.facility_name", "Nama fasilitas kesehatan", "Facility", _text),
    ("event.first_aid.condition_after", "Keadaan setelah pertolongan", "After first aid", OneOf("conditions_after")),
    ("event.police_report_number", "Nomor laporan polisi", "Police report", _text),
    ("first_alert.channel", "Saluran kabar pertama", "Channel of the first alert", OneOf("first_alert_channels")),
    ("first_alert.received_at", "Waktu kabar pertama", "Time of the first alert", _instant),
    ("note", "Catatan", "Note", _text),
    ("worker.message_consent", "Pekerja setuju diberi kabar", "Worker agreed to get messages", _yes_or_no),
    ("kind", "Jenis kejadian", "Kind of event", OneOf("kinds")),
    ("disease.diagnosed_on", "Tanggal diagnosis", "Day of the diagnosis", _day),
    ("disease.diagnosis", "Diagnosis penyakit", "Diagnosis", _text),
    ("disease.exposure_source", "Sumber pajanan", "Source of the exposure", _text),
    ("disease.service_years_total", "Masa kerja seluruhnya (tahun)", "Years of service", _years),
    ("disease.service_years_last_job", "Masa kerja terakhir (tahun)", "Years in the last job", _years),
    ("disease.employment_ended_on", "Tanggal berhenti bekerja", "Day on which employment ended", _day),
    ("worker.message_language", "Bahasa kabar", "Language of messages", OneOf("message_languages")),
)
_OFFICE = ("employer.", "reporter.", "segment")
COLUMNS = tuple(
    Column(*row, carries_down=row[0].startswith(_OFFICE), codes=getattr(row[3], "list_name", None)) for row in _ROWS
)
_BY_NAME = {
    name: column for column in COLUMNS for name in (plain(column.path), plain(column.title_id), plain(column.title_en))
}


# By path, as a `{"id", "en"}` of the API.
TITLES = {column.path: {"id": column.title_id, "en": column.title_en} for column in COLUMNS}


def column_named(header: str) -> Column | None:
    """The column that a header means, by path or title."""
    return _BY_NAME.get(plain(header))
