"""The employer's own reports, and where each claim stands."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.intake.application.read_reports import list_newest_reports
from services.intake.application.report_overview import overview
from services.intake.application.report_view import view_report
from services.intake.entrypoints.employer.desk import HOME, REPORTS, EmployerPages, asker_at, employers_only
from shared.errors import NotFound
from shared.web.paging import cut, decode_cursor

_ROWS = 25


def report_pages(here: EmployerPages) -> APIRouter:
    router = APIRouter()

    @router.get(HOME, **employers_only())
    async def home(request: Request, cursor: str | None = None) -> Response:
        asker, now = asker_at(request), here.desk.office.clock.now()
        async with here.desk.database.transaction(asker.org) as transaction:
            place = decode_cursor(cursor, datetime, UUID)
            found = await list_newest_reports(here.desk.work(transaction), asker, _ROWS, place)
        shown, following = cut(found, _ROWS, lambda last: [last.received_at, last.report_id])
        reports = [overview(report, now) for report in shown]
        return here.page(request, "employer/reports.html", reports=reports, following=following, first=cursor is None)

    @router.get(f"{REPORTS}/{{report_id}}", **employers_only())
    async def one(request: Request, report_id: str) -> Response:
        asker = asker_at(request)
        try:
            wanted = UUID(report_id)
        except ValueError:
            raise NotFound("report.not-found", "There is no such report.") from None
        async with here.desk.database.transaction(asker.org) as transaction:
            work = here.desk.work(transaction)
            report = await work.report(wanted)
            await work.record(asker, "accident-report.read", wanted)
        told = overview(report, here.desk.office.clock.now())
        return here.page(request, "employer/report.html", report=told, facts=view_report(report))

    return router
