"""Many reports from one spreadsheet: each row by itself, taken, or refused with what is wrong in which column."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import orjson

from services.intake.application.forms.accident_report import STAGE_1
from services.intake.application.forms.reading import stage_1_problems
from services.intake.application.give_receipt import ACCIDENT_REPORT, with_receipt
from services.intake.application.import_columns import COLUMNS, TITLES, Cell, CellUnreadable, Column, column_named
from services.intake.application.ports import Asker, Office, Work
from services.intake.application.report_view import View
from services.intake.application.submit_report import submit_report
from shared.errors import Problem, Refusal
from shared.identifiers import organisation_number, zone_of

_COMMENT = "#"
_DISEASE = "disease."
_REGION = "event.region_code"
_OWN_NUMBER = "employer.registration_number"


@dataclass(frozen=True)
class Table:
    """What stands in a file: the header, and each row under the number that the spreadsheet shows it by."""

    header: Sequence[Cell]
    rows: Sequence[tuple[int, Sequence[Cell]]]


@dataclass(frozen=True)
class _Row:
    number: int
    told: Mapping[str, Cell]
    document: dict[str, Any]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class RowResult:
    """What became of one row: a report (`view`), one that the same row became before (`earlier`), or `problems`.
    `told` are its cells by column, with what the rows above said for it."""

    number: int
    told: Mapping[str, Cell]
    view: View | None = None
    earlier: UUID | None = None
    problems: tuple[Problem, ...] = ()


class EarlierRows(Protocol):
    """Which rows have become reports already, within one transaction; nobody else imports for this asker meanwhile."""

    async def report_of(self, document: Mapping[str, Any]) -> UUID | None:
        """The report that a row filling in this form became; None also when that report was withdrawn."""
        ...

    async def keep(self, document: Mapping[str, Any], report_id: UUID) -> None: ...


async def import_reports(work: Work, office: Office, asker: Asker, table: Table) -> dict[str, Any]:
    """The result of every row that holds anything; what was taken stays, whatever becomes of the others.

    Raises Refusal `import.columns` when a header is unknown or stands there twice: a misspelt column would be lost.
    """
    items = [_item(result) for result in await take_rows(work, office, asker, table)]
    accepted = sum(item["status"] == "accepted" for item in items)
    return {"accepted": accepted, "rejected": len(items) - accepted, "items": items, "next_cursor": None}


async def take_rows(
    work: Work, office: Office, asker: Asker, table: Table, earlier: EarlierRows | None = None
) -> list[RowResult]:
    """As `import_reports`. With `earlier`, a row that has become a report before does not become another."""
    columns = _columns(table.header)
    return [await _taken(work, office, asker, row, earlier) for row in _rows(columns, table.rows, asker)]


def _columns(header: Sequence[Cell]) -> list[Column | None]:
    """By position; None for a column without a header."""
    found: list[Column | None] = []
    problems = []
    for index, cell in enumerate(header):
        name = "" if cell is None else str(cell).strip()
        column = column_named(name)
        if column is None and name:
            detail = f"Column {letters(index)}: there is no column of this name; see the template."
            problems.append(Problem(f"/header/{index}", "unknown-column", detail))
        if column is not None and column in found:
            detail = f"Column {letters(index)}: {column.path} stands there twice."
            problems.append(Problem(f"/header/{index}", "column-repeated", detail))
        found.append(column)
    if not any(found) and not problems:
        problems.append(Problem("/header", "required", "The first row names the columns; see the template."))
    if problems:
        raise Refusal("import.columns", "The columns of the file do not fit; see errors.", problems)
    return found


def letters(index: int) -> str:
    """As spreadsheets name columns: A … Z, AA …"""
    letters = ""
    while index >= 0:
        index, rest = divmod(index, 26)
        letters, index = chr(ord("A") + rest) + letters, index - 1
    return letters


def _rows(columns: Sequence[Column | None], rows: Iterable[tuple[int, Sequence[Cell]]], asker: Asker) -> Iterable[_Row]:
    above: dict[str, Cell] = {_OWN_NUMBER: organisation_number(asker.org)}
    for number, cells in rows:
        told = {c.path: cell for c, cell in zip(columns, cells, strict=False) if c is not None and _says(cell)}
        if not told or str(next(iter(told.values()))).startswith(_COMMENT):
            continue
        above.update(
            {column.path: told[column.path] for column in COLUMNS if column.carries_down and column.path in told}
        )
        yield _read({**above, **told}, number)


def _says(cell: Cell) -> bool:
    return cell is not None and str(cell).strip() != ""


def _read(told: Mapping[str, Cell], number: int) -> _Row:
    """The form that a row fills in, as far as its cells can be read."""
    zone = zone_of(str(told.get(_REGION, "")).strip())
    kind = "occupational_disease" if any(path.startswith(_DISEASE) for path in told) else "accident"
    document: dict[str, Any] = {"kind": kind, "event": {"witnesses": [], "police_report_number": None}}
    problems = []
    for column in COLUMNS:
        if column.path not in told:
            continue
        try:
            value = column.read(told[column.path], zone)
        except CellUnreadable as error:
            problems.append(Problem(column.pointer, error.code, error.detail))
        else:
            _put(document, column.path, value)
    return _Row(number, told, document, tuple(problems))


def _put(document: dict[str, Any], path: str, value: Any) -> None:
    *parts, last = path.split(".")
    for part in parts:
        document = document.setdefault(part, {})
    document[last] = value


async def _taken(work: Work, office: Office, asker: Asker, row: _Row, earlier: EarlierRows | None) -> RowResult:
    """One row's result. Nothing is written for a row that is refused."""
    unread = {problem.pointer for problem in row.problems}
    found = [problem for problem in stage_1_problems(row.document, office.clock.now()) if problem.pointer not in unread]
    problems = (*row.problems, *found)
    if problems:
        return RowResult(row.number, row.told, problems=problems)
    if earlier is not None and (known := await earlier.report_of(row.document)) is not None:
        return RowResult(row.number, row.told, earlier=known)
    try:
        view = await submit_report(work, office, asker, STAGE_1.validate_python(row.document))
        read = orjson.dumps(row.document, option=orjson.OPT_SORT_KEYS)
        view = await with_receipt(work, asker, ACCIDENT_REPORT, view, read)
    except Refusal as error:
        problems = error.problems or (Problem("", error.code, error.detail),)
        return RowResult(row.number, row.told, problems=problems)
    if earlier is not None:
        await earlier.keep(row.document, UUID(view["report_id"]))
    return RowResult(row.number, row.told, view=view)


def _item(result: RowResult) -> dict[str, Any]:
    if result.view is None:
        errors = [_error(problem) for problem in result.problems]
        return {"row": result.number, "status": "rejected", "errors": errors}
    kept = ("report_id", "tracking_code", "late", "received_at", "payer_of_first_resort", "warnings", "receipt")
    return {"row": result.number, "status": "accepted", **{name: result.view[name] for name in kept}, "errors": []}


def _error(problem: Problem) -> dict[str, Any]:
    """Which column, and why; what belongs to no single column is told of the form's part."""
    column = column_of(problem)
    return {
        "column": column or problem.pointer.removeprefix("/").replace("/", ".") or None,
        "title": TITLES[column] if column else None,
        "pointer": problem.pointer,
        "code": problem.code,
        "detail": problem.detail,
    }


def column_of(problem: Problem) -> str | None:
    """The path of the column in which it stands, None when it belongs to no single one."""
    place = problem.pointer.removeprefix("/").replace("/", ".")
    # A part of a list (`event.body_parts.0`) stands in the list's column.
    return next((path for path in TITLES if place == path or place.startswith(f"{path}.")), None)
