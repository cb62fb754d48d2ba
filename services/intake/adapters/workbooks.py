"""XLSX files for employers: the template with its explanations, the result of an import, the rows to correct.

What people wrote is put in as text, so that nothing that begins with `=` becomes a formula on somebody's desk.
"""

import io
import re
from collections.abc import Callable, Iterable, Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from services.intake.application.import_columns import COLUMNS, Column
from services.intake.application.import_guide import NEEDS, OPTIONAL, examples, guide_of
from services.intake.application.import_results import ACCEPTED, EARLIER, ImportResult, Line
from shared.regulation.codes import CODE_LISTS

_ROWS_READY = 300
_HEAD, _NEEDED = PatternFill("solid", fgColor="DCE6E6"), PatternFill("solid", fgColor="FFE9B8")
_BOLD, _WRAPPED = Font(bold=True), Alignment(wrap_text=True, vertical="top")
# What XML cannot hold.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_WORDS = {
    "id": {
        "reports": "Laporan", "guide": "Penjelasan", "codes": "Kode", "result": "Hasil", "column": "Kolom",
        "need": "Wajib?", "meaning": "Cara mengisi", "example": "Contoh", "list": "Daftar", "code": "Kode",
        "title": "Arti", "row": "Baris", "worker": "Pekerja", "status": "Hasil", "tracking": "Kode lacak",
        "report": "Nomor laporan",
        "accepted": "diterima", "earlier": "sudah diterima sebelumnya", "rejected": "belum diterima",
    },
    "en": {
        "reports": "Reports", "guide": "Explanations", "codes": "Codes", "result": "Result", "column": "Column",
        "need": "Required?", "meaning": "What to write", "example": "Example", "list": "List", "code": "Code",
        "title": "Meaning", "row": "Row", "worker": "Worker", "status": "Result", "tracking": "Tracking code",
        "report": "Report",
        "accepted": "accepted", "earlier": "accepted earlier", "rejected": "not accepted",
    },
}  # fmt: skip
# How the faults of one row are told, in the reader's language.
Told = Callable[[Line], str]


def template(language: str) -> bytes:
    """Titles in the first row, cells for numbers as text, lists to choose from; explanations and codes behind."""
    book, sheet = _book(_WORDS[language]["reports"])
    places = _code_sheet(book, language)
    _head(sheet, language)
    for index, column in enumerate(COLUMNS, start=1):
        letter = get_column_letter(index)
        sheet.column_dimensions[letter].width = max(14, len(_title(column, language)) + 3)
        # As text, before anybody types: a NIK of numbers loses its last digit.
        for row in range(2, _ROWS_READY + 2):
            sheet[f"{letter}{row}"].number_format = "@"
        if column.codes and column.path != "event.body_parts":
            first, last = places[column.codes]
            choice = DataValidation(
                type="list", formula1=f"'{_WORDS[language]['codes']}'!$B${first}:$B${last}", allow_blank=True
            )
            choice.showErrorMessage = False
            choice.add(f"{letter}2:{letter}{_ROWS_READY + 1}")
            sheet.add_data_validation(choice)
    _guide_sheet(book, language)
    return _saved(book)


def result_file(result: ImportResult, language: str, told: Told) -> bytes:
    """One line for every row of the file that was sent."""
    words = _WORDS[language]
    book, sheet = _book(words["result"])
    titles = [words[name] for name in ("row", "worker", "status", "report", "tracking")]
    _write(sheet, 1, [*titles, words["meaning"]], bold=True)
    for number, line in enumerate(result.lines, start=2):
        status = words[line.status if line.status in (ACCEPTED, EARLIER) else "rejected"]
        cells = [str(line.row), line.worker, status, line.report_id or "", line.tracking_code or "", told(line)]
        _write(sheet, number, cells)
    _widen(sheet, (8, 28, 24, 38, 18, 90))
    return _saved(book)


def repair_file(result: ImportResult, language: str, told: Told) -> bytes:
    """The refused rows as they were sent, to be corrected and sent again; what is wrong stands in a last column, which
    an import passes over."""
    book, sheet = _book(_WORDS[language]["reports"])
    _head(sheet, language)
    last = len(COLUMNS) + 1
    for number, line in enumerate(result.rejected, start=2):
        cells = line.cells or {}
        faulty = {fault.column for fault in line.faults}
        _write(sheet, number, [*(cells.get(column.path, "") for column in COLUMNS), told(line)])
        for index, column in enumerate(COLUMNS, start=1):
            if column.path in faulty or any(path and column.path.startswith(f"{path}.") for path in faulty):
                sheet.cell(number, index).fill = _NEEDED
    # A column without a title is no column of a report.
    sheet.column_dimensions[get_column_letter(last)].width = 90
    for index, column in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = max(14, len(_title(column, language)) + 3)
    _guide_sheet(book, language)
    return _saved(book)


class Workbooks:
    """See `application.import_results.ImportFiles`."""

    template = staticmethod(template)
    result = staticmethod(result_file)
    repair = staticmethod(repair_file)


def _book(title: str) -> tuple[Workbook, Worksheet]:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = title
    sheet.freeze_panes = "A2"
    return book, sheet


def _head(sheet: Worksheet, language: str) -> None:
    _write(sheet, 1, [_title(column, language) for column in COLUMNS], bold=True)
    for index, column in enumerate(COLUMNS, start=1):
        sheet.cell(1, index).fill = _HEAD if guide_of(column).need == OPTIONAL else _NEEDED


def _guide_sheet(book: Workbook, language: str) -> None:
    words, first = _WORDS[language], language == "id"
    sheet = book.create_sheet(words["guide"])
    _write(sheet, 1, [words[name] for name in ("column", "need", "meaning", "example", "list")], bold=True)
    for number, (column, example) in enumerate(zip(COLUMNS, examples(), strict=True), start=2):
        guide = guide_of(column)
        meaning = guide.help_id if first else guide.help_en
        need = NEEDS[guide.need][0 if first else 1]
        _write(sheet, number, [_title(column, language), need, meaning, example, column.codes or ""])
    _widen(sheet, (34, 34, 60, 40, 20))


def _code_sheet(book: Workbook, language: str) -> dict[str, tuple[int, int]]:
    """All codes that columns take; answers the first and last row of each list."""
    words, first = _WORDS[language], language == "id"
    sheet = book.create_sheet(words["codes"])
    _write(sheet, 1, [words[name] for name in ("list", "title", "code")], bold=True)
    places, number = {}, 1
    for name in dict.fromkeys(column.codes for column in COLUMNS if column.codes):
        begins = number + 1
        for code in CODE_LISTS[name]:
            number += 1
            _write(sheet, number, [name, code.title_id if first else code.title_en, code.code])
        places[name] = (begins, number)
    _widen(sheet, (22, 50, 26))
    return places


def _title(column: Column, language: str) -> str:
    return column.title_id if language == "id" else column.title_en


def _write(sheet: Worksheet, row: int, cells: Sequence[str], *, bold: bool = False) -> None:
    for index, text in enumerate(cells, start=1):
        cell = sheet.cell(row, index)
        cell.value = _UNWRITABLE.sub(" ", text) or None
        if cell.value is not None:
            cell.data_type = "s"
            cell.number_format = "@"
        cell.alignment = _WRAPPED
        if bold:
            cell.font = _BOLD


def _widen(sheet: Worksheet, widths: Iterable[int]) -> None:
    for index, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width


def _saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
