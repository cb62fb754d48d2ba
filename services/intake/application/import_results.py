"""What became of a table that an employer sent by the page: kept for a while, to be looked at and fetched again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Protocol
from uuid import UUID

from services.intake.application.import_columns import Cell
from services.intake.application.import_reports import EarlierRows, RowResult, Table, column_of, take_rows
from services.intake.application.ports import Asker, Office, Work
from shared.identifiers import new_id

ACCEPTED, EARLIER, REJECTED = "accepted", "earlier", "rejected"


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a row. `column` is a column's path, empty where it belongs to none."""

    column: str
    code: str
    detail: str


@dataclass(frozen=True)
class Line:
    """One row's result. `cells` are those of a refused row as texts, by column; `warnings` hold codes and columns."""

    row: int
    status: str
    worker: str
    report_id: str | None = None
    tracking_code: str | None = None
    late: bool = False
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()
    cells: Mapping[str, str] | None = None


@dataclass(frozen=True)
class ImportResult:
    """All rows of one file."""

    id: UUID
    file_name: str
    made_at: datetime
    lines: tuple[Line, ...]

    def count(self, status: str) -> int:
        return sum(line.status == status for line in self.lines)

    @property
    def rejected(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.status == REJECTED)


@dataclass(frozen=True)
class ImportSummary:
    """One file in the list of those sent lately."""

    id: UUID
    file_name: str
    made_at: datetime
    accepted: int
    earlier: int
    rejected: int


class ImportFiles(Protocol):
    """Files for whoever fills in tables. They take a while to make; `told` tells the faults of one row."""

    def template(self, language: str) -> bytes:
        """Titles, lists to choose from, explanations."""
        ...

    def result(self, result: ImportResult, language: str, told: Callable[[Line], str]) -> bytes:
        """One line for every row that was sent."""
        ...

    def repair(self, result: ImportResult, language: str, told: Callable[[Line], str]) -> bytes:
        """The refused rows, to be corrected and sent again."""
        ...


class ImportBook(EarlierRows, Protocol):
    """Results and rows of one employer, within one transaction."""

    async def wait_for_turn(self) -> None:
        """Until the transaction ends nobody else imports for this employer."""
        ...

    async def add_result(self, result: ImportResult) -> None:
        """Results whose time is over are forgotten."""
        ...

    async def result(self, result_id: UUID) -> ImportResult:
        """Raises NotFound, also for somebody else's."""
        ...

    async def latest(self, limit: int) -> Sequence[ImportSummary]: ...


async def import_file(
    work: Work, office: Office, asker: Asker, book: ImportBook, table: Table, file_name: str
) -> ImportResult:
    """Take what is right and keep the result. The same row sent again, in whatever file, becomes no second report.

    Raises Refusal `import.columns`.
    """
    await book.wait_for_turn()
    rows = await take_rows(work, office, asker, table, book)
    result = ImportResult(new_id(), file_name, office.clock.now(), tuple(_line(row) for row in rows))
    await book.add_result(result)
    counts = {"accepted": result.count(ACCEPTED), "rejected": result.count(REJECTED)}
    await work.record(asker, "accident-report.import", result.id, counts)
    return result


def _line(row: RowResult) -> Line:
    worker = str(row.told.get("worker.name", "")).strip()
    if row.view is not None:
        view: Mapping[str, Any] = row.view
        warnings = tuple(_warning(found) for found in view["warnings"])
        return Line(
            row.number,
            ACCEPTED,
            worker,
            view["report_id"],
            view["tracking_code"],
            bool(view["late"]),
            warnings=warnings,
        )
    if row.earlier is not None:
        return Line(row.number, EARLIER, worker, str(row.earlier))
    faults = tuple(Fault(column_of(problem) or "", problem.code, problem.detail) for problem in row.problems)
    spoilt = {fault.column for fault in faults if fault.code == "number-lost-digits"}
    cells = {path: _as_typed(cell) for path, cell in row.told.items() if path not in spoilt}
    return Line(row.number, REJECTED, worker, faults=faults, cells=cells)


def _as_typed(cell: Cell) -> str:
    """As an import reads it again."""
    if isinstance(cell, datetime):
        return cell.strftime("%d/%m/%Y" if cell.time() == time() else "%d/%m/%Y %H:%M:%S")
    if isinstance(cell, date):
        return cell.strftime("%d/%m/%Y")
    return str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell)


def _warning(found: Mapping[str, str]) -> Fault:
    return Fault(found["pointer"].removeprefix("/").replace("/", "."), found["code"], found["detail"])
