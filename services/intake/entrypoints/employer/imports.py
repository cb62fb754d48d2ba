"""Sending a table, its result row by row, and the files that go with it."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.intake.application.import_reports import letters
from services.intake.application.import_results import (
    ACCEPTED,
    EARLIER,
    REJECTED,
    Fault,
    ImportResult,
    Line,
    import_file,
)
from services.intake.entrypoints.employer.desk import HOME, IMPORTS, EmployerPages, asker_at, employers_only, to
from services.intake.entrypoints.employer.words import all_told, column_title, file_told, told
from shared.errors import NotFound, SimpulError, TooLarge, Unavailable
from shared.web.door import page
from shared.web.pages.catalogues import N_
from shared.web.pages.forms import checked_form
from shared.web.problem import status_of

FOLDER = Path(__file__).parent
# Boundaries and fields around the file.
_FORM_BYTES = 65_536
_NAME_LENGTH_MAX = 120
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_CHOOSE = N_("Choose a file first.")


def import_pages(here: EmployerPages) -> APIRouter:
    router = APIRouter()
    _add_template(router, here)
    _add_files(router, here)

    @router.get(IMPORTS, **employers_only())
    async def form(request: Request) -> Response:
        return await _form_page(here, request)

    @router.post(IMPORTS, **employers_only())
    async def send(request: Request) -> Response:
        asker = asker_at(request)
        try:
            content, name = await _sent(here, request)
            if not content:
                return await _form_page(here, request, fault=_CHOOSE, status=422)
            table = await asyncio.to_thread(here.desk.read_table, content)
            async with here.desk.database.transaction(asker.org) as transaction:
                work, book = here.desk.work(transaction), here.open_book(transaction)
                result = await import_file(work, here.desk.office, asker, book, table, name)
        except Unavailable:
            raise
        except SimpulError as error:
            if not error.code.startswith("import."):
                raise
            return await _form_page(here, request, error=error, status=status_of(error))
        return to(f"{IMPORTS}/{result.id}")

    @router.get(f"{IMPORTS}/{{result_id}}", **employers_only())
    async def show(request: Request, result_id: str) -> Response:
        result = await _result(here, request, result_id)
        language = here.pages.language(request)
        return here.page(
            request,
            "employer/result.html",
            result=result,
            accepted=result.count(ACCEPTED),
            earlier=result.count(EARLIER),
            rejected=result.count(REJECTED),
            column_title=lambda path: column_title(path, here.pages, language),
            told=lambda fault: told(fault, here.pages, language),
        )

    return router


def _add_template(router: APIRouter, here: EmployerPages) -> None:
    made: dict[str, bytes] = {}

    @router.get(f"{HOME}/templat.xlsx", **page())
    async def fetch_template(request: Request) -> Response:
        language = here.pages.language(request)
        if language not in made:
            made[language] = await asyncio.to_thread(here.files.template, language)
        return _file(made[language], {"id": "laporan-kecelakaan", "en": "accident-reports"}[language])


def _add_files(router: APIRouter, here: EmployerPages) -> None:
    def told_in(language: str) -> Callable[[Line], str]:
        return lambda line: all_told(line, here.pages, language)

    @router.get(f"{IMPORTS}/{{result_id}}/hasil.xlsx", **employers_only())
    async def fetch_result(request: Request, result_id: str) -> Response:
        result, language = await _result(here, request, result_id), here.pages.language(request)
        made = await asyncio.to_thread(here.files.result, result, language, told_in(language))
        return _file(made, {"id": "hasil", "en": "result"}[language])

    @router.get(f"{IMPORTS}/{{result_id}}/perbaikan.xlsx", **employers_only())
    async def fetch_repair(request: Request, result_id: str) -> Response:
        result, language = await _result(here, request, result_id), here.pages.language(request)
        if not result.rejected:
            raise NotFound("import.nothing-to-mend", "Every row was accepted.")
        made = await asyncio.to_thread(here.files.repair, result, language, told_in(language))
        return _file(made, {"id": "perbaikan", "en": "to-correct"}[language])


async def _sent(here: EmployerPages, request: Request) -> tuple[bytes, str]:
    """The file and its name. Raises TooLarge `import.too-large`."""
    try:
        form = await checked_form(request, here.desk.import_bytes_max + _FORM_BYTES)
    except TooLarge as error:
        raise TooLarge("import.too-large", "The file is too large. Send it in several parts.") from error
    try:
        file = form.file("file")
        return (await file.read(), (file.filename or "")[:_NAME_LENGTH_MAX]) if file else (b"", "")
    finally:
        await form.close()


async def _form_page(
    here: EmployerPages,
    request: Request,
    *,
    fault: str | None = None,
    error: SimpulError | None = None,
    status: int = 200,
) -> Response:
    asker = asker_at(request)
    async with here.desk.database.transaction(asker.org) as transaction:
        latest = await here.open_book(transaction).latest(10)
    language = here.pages.language(request)
    return here.page(
        request,
        "employer/import.html",
        status=status,
        latest=latest,
        fault=fault,
        error=file_told(error.code, error.detail, here.pages, language) if error else None,
        problems=_placed(here, request, error),
        rows_max=here.settings.import_rows_max,
        kept_days=here.settings.employer_result_days,
    )


def _placed(here: EmployerPages, request: Request, error: SimpulError | None) -> list[tuple[str, str]]:
    """What is wrong with the header: the column's letter, and words."""
    language, placed = here.pages.language(request), []
    for problem in error.problems if error else ():
        index = problem.pointer.removeprefix("/header/")
        place = letters(int(index)) if index.isdigit() else ""
        placed.append((place, told(Fault("", problem.code, problem.detail), here.pages, language)))
    return placed


async def _result(here: EmployerPages, request: Request, result_id: str) -> ImportResult:
    try:
        wanted = UUID(result_id)
    except ValueError:
        raise NotFound("import.not-found", "There is no such result, or its time is over.") from None
    asker = asker_at(request)
    async with here.desk.database.transaction(asker.org) as transaction:
        result = await here.open_book(transaction).result(wanted)
        # It shows workers and their codes.
        await here.desk.work(transaction).record(asker, "accident-report.import-read", result.id)
    return result


def _file(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return Response(content, headers=headers, media_type=_XLSX)
