"""An employer puts its own mistake right, or takes the whole report back."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from services.intake.application.forms.accident_report import STAGE_1
from services.intake.application.forms.reading import as_document, below, refuse, stage_1_problems, with_nulls_kept
from services.intake.application.ports import Asker, Office, Work
from services.intake.application.report_events import report_event
from services.intake.application.report_view import View, view_report
from services.intake.application.stored_report import CORRECTED, WITHDRAWN, Form, StoredReport
from services.intake.domain.merge_patch import merge_patch
from shared.errors import Conflict, Problem
from shared.events.vocabulary import ReportChange


async def correct_report(
    work: Work, office: Office, asker: Asker, report_id: UUID, changes: dict[str, Any], reason: str
) -> View:
    """Apply a merge patch to the form; what it was stays in the history.

    Raises NotFound, Conflict for a withdrawn report, and Refusal with pointers under `/changes`.
    """
    before = await work.report(report_id, lock=True)
    require_not_withdrawn(before)
    now = office.clock.now()
    form = _changed_form(before.form, changes)
    refuse(below("/changes", stage_1_problems(form, now)))
    document = as_document(STAGE_1.validate_python(form))
    if document == before.form:
        refuse([Problem("/changes", "changes-nothing", "The changes leave the report as it is.")])
    after = replace(before, version=before.version + 1, status=CORRECTED, updated_at=now, form=document)
    await work.replace_report(before, after, reason=reason)
    await work.publish(report_event(after, ReportChange.CORRECTED, office, reason=reason))
    await work.record(asker, "accident-report.correct", report_id, {"version": after.version})
    return view_report(after)


async def withdraw_report(work: Work, office: Office, asker: Asker, report_id: UUID, reason: str) -> View:
    """Take the report back. Raises NotFound, and Conflict when it is withdrawn already."""
    before = await work.report(report_id, lock=True)
    require_not_withdrawn(before)
    after = replace(before, version=before.version + 1, status=WITHDRAWN, updated_at=office.clock.now())
    await work.replace_report(before, after, reason=reason)
    await work.publish(report_event(after, ReportChange.WITHDRAWN, office, reason=reason))
    await work.record(asker, "accident-report.withdraw", report_id, {"version": after.version})
    return view_report(after)


def require_not_withdrawn(report: StoredReport) -> None:
    """A withdrawn report changes no more."""
    if report.status == WITHDRAWN:
        raise Conflict("report.withdrawn", "The report has been withdrawn; send a new one.")


def _changed_form(form: Form, changes: dict[str, Any]) -> dict[str, Any]:
    changed: dict[str, Any] = with_nulls_kept(merge_patch(form, changes))
    employer = changed.get("employer")
    number = employer.get("registration_number") if isinstance(employer, dict) else None
    if number != form["employer"]["registration_number"]:
        pointer = "/changes/employer/registration_number"
        refuse([Problem(pointer, "registration-number-fixed", "The registration number cannot be changed.")])
    return changed
