"""A reporter looks at its own reports. Every look is logged."""

from datetime import datetime
from uuid import UUID

from services.intake.application.ports import Asker, Page, Work
from services.intake.application.report_view import View, view_report, view_self_report
from services.intake.application.stored_report import StoredReport


async def read_report(work: Work, asker: Asker, report_id: UUID) -> View:
    """The report as it stands, with the forms as accepted. Raises NotFound, also for somebody else's."""
    report = await work.report(report_id)
    await work.record(asker, "accident-report.read", report_id)
    return {**view_report(report), "report": report.form, "stage_2": report.stage_2}


async def list_reports(work: Work, asker: Asker, page: Page) -> list[StoredReport]:
    """One page in order of change; one row more than the limit tells that there is a next page."""
    reports = await work.reports(page)
    await work.record(asker, "accident-report.list", "", {"count": len(reports[: page.limit])})
    return reports


async def list_newest_reports(
    work: Work, asker: Asker, limit: int, before: tuple[datetime, UUID] | None
) -> list[StoredReport]:
    """One page for a person to read, the latest first, and one row more when there is a next page."""
    reports = await work.newest_reports(limit + 1, before)
    await work.record(asker, "accident-report.list", "", {"count": len(reports[:limit])})
    return reports


async def read_self_report(work: Work, asker: Asker, report_id: UUID) -> View:
    """Where a suspected case stands. Raises NotFound, also for another channel's."""
    report = await work.self_report(report_id)
    await work.record(asker, "self-report.read", report_id)
    return view_self_report(report)
