"""Tahap II: the outcome of the treatment and the benefit application (art. 19(3))."""

from dataclasses import replace
from uuid import UUID

from services.intake.application.correct_report import require_not_withdrawn
from services.intake.application.forms.reading import as_document, refuse, stage_2_problems
from services.intake.application.forms.stage_2 import Stage2
from services.intake.application.ports import Asker, Office, Work
from services.intake.application.report_events import report_event
from services.intake.application.report_view import View, view_report
from shared.events.vocabulary import ReportChange


async def submit_stage_2(work: Work, office: Office, asker: Asker, report_id: UUID, form: Stage2) -> View:
    """Put the form in the place of the one before, if there was one; the same form again changes nothing.

    The clock is stopped by the first form that says that the treatment ended. Raises NotFound, Conflict for a
    withdrawn report, and Refusal naming every rule that is broken.
    """
    before = await work.report(report_id, lock=True)
    require_not_withdrawn(before)
    now = office.clock.now()
    document = as_document(form)
    refuse(stage_2_problems(document, before.facts, now))
    if document == before.stage_2:
        await work.record(asker, "stage-2.submit", report_id, {"version": before.version, "changed": False})
        return view_report(before)
    ended_before = before.stage_2 is not None and before.stage_2.get("outcome") != "in_treatment"
    after = replace(
        before,
        version=before.version + 1,
        updated_at=now,
        stage_2=document,
        stage_2_received_at=before.stage_2_received_at if ended_before else now,
    )
    await work.replace_report(before, after)
    await work.publish(report_event(after, ReportChange.STAGE_2_SUBMITTED, office))
    await work.record(asker, "stage-2.submit", report_id, {"version": after.version})
    return view_report(after)
