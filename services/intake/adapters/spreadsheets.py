"""CSV and XLSX as rows of cells, within bounds. Nothing in a file is executed: formulas count by their stored value."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

import openpyxl

from services.intake.application.import_columns import Cell
from services.intake.application.import_reports import Table
from shared.errors import Problem, Refusal, TooLarge, Unreadable, UnsupportedType

_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_DELIMITERS = ",;\t|"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class SheetLimits:
    """How large a file may be once it is opened."""

    rows_max: int
    # Rows with nothing in them count here.
    lines_max: int = 100_000
    columns_max: int = 200
    cell_characters_max: int = 20_000
    unpacked_bytes_max: int = 64 * 1024 * 1024


def read_table(content: bytes, limits: SheetLimits) -> Table:
    """The first sheet. Told by its bytes: XLSX is a zip file, anything else is text.

    Raises UnsupportedType for an old Excel file or PDF, Unreadable for what can't be opened, TooLarge.
    """
    if content.startswith((_OLD_EXCEL, b"%PDF")):
        raise UnsupportedType("import.type", "Save the table as .xlsx or .csv.")
    try:
        rows = _workbook(content, limits) if content.startswith(_ZIP) else _text_rows(content)
        return _table(rows, limits)
    except (csv.Error, zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError) as error:
        # openpyxl meets a broken file with whatever its parsers raise.
        raise Unreadable("import.unreadable", "The file can't be opened as CSV (UTF-8) or XLSX.") from error


def _table(rows: Iterable[Sequence[Cell]], limits: SheetLimits) -> Table:
    header: Sequence[Cell] = ()
    found: list[tuple[int, Sequence[Cell]]] = []
    for number, row in enumerate(rows, start=1):
        cells = [None if isinstance(cell, str) and not cell.strip() else cell for cell in row]
        while cells and cells[-1] is None:
            cells.pop()
        if len(cells) > limits.columns_max or any(len(str(cell)) > limits.cell_characters_max for cell in cells):
            raise TooLarge("import.too-large", f"Row {number} is too wide, or one of its cells too long.")
        if number == 1:
            header = cells
        elif cells:
            found.append((number, cells))
        if len(found) > limits.rows_max or number > limits.lines_max:
            raise TooLarge("import.too-many-rows", f"A file holds at most {limits.rows_max} rows; send several files.")
    if not header:
        detail = "The first row names the columns; see the template."
        raise Refusal("import.columns", detail, [Problem("/header", "required", detail)])
    return Table(header, found)


def _workbook(content: bytes, limits: SheetLimits) -> Iterator[Sequence[Cell]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        # What a small file unpacks to can be a thousand times its size.
        if sum(part.file_size for part in archive.infolist()) > limits.unpacked_bytes_max:
            raise TooLarge("import.too-large", "The file is too large once it is unpacked.")
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    try:
        sheet = book.worksheets[0]
        for row in sheet.iter_rows(values_only=True, max_col=limits.columns_max + 1):
            yield [_cell(value) for value in row]
    finally:
        book.close()


def _cell(value: object) -> Cell:
    """A cell's value; of what is neither text, number nor time, its text."""
    if value is None or isinstance(value, str | int | float | datetime | date | time):
        return value
    return str(value)


def _text_rows(content: bytes) -> Iterator[Sequence[Cell]]:
    encoding = "utf-16" if content.startswith(_UTF16) else "utf-8-sig"
    text = content.decode(encoding)
    if "\x00" in text:
        raise ValueError("a NUL in a text")
    first_line = text.lstrip("\r\n").partition("\n")[0]
    # Excel writes what the country uses: in Indonesia a semicolon, since the comma divides decimals.
    delimiter = max(_DELIMITERS, key=first_line.count)
    yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
