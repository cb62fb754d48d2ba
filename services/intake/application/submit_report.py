"""Tahap I: an employer reports a work accident or an occupational disease."""

from services.intake.application.code_message import tell_code
from services.intake.application.forms.accident_report import AccidentReport, OccupationalDiseaseReport
from services.intake.application.forms.reading import as_document, refuse
from services.intake.application.ports import Asker, Office, Work
from services.intake.application.report_events import report_event
from services.intake.application.report_view import View, view_report
from services.intake.application.stored_report import RECEIVED, StoredReport
from services.intake.domain.report_rules import refusals
from shared.errors import Forbidden, Problem
from shared.events.vocabulary import ReportChange
from shared.identifiers import new_id, new_tracking_code, plain_organisation


async def submit_report(
    work: Work, office: Office, asker: Asker, form: AccidentReport | OccupationalDiseaseReport
) -> View:
    """Accept the report, late or not. The answer alone holds the tracking code.

    Raises Forbidden for another employer's number and Refusal naming every rule that is broken.
    """
    require_own_number(asker, form.employer.registration_number)
    now = office.clock.now()
    tracking_code = new_tracking_code()
    report = StoredReport(
        report_id=new_id(),
        org=asker.org,
        version=1,
        status=RECEIVED,
        received_at=now,
        updated_at=now,
        tracking_code_hash=office.tracking_code_hash(tracking_code),
        form=as_document(form),
        counting=office.counting,
    )
    refuse(refusals(report.facts, now))
    await work.add_report(report)
    await work.publish(report_event(report, ReportChange.SUBMITTED, office))
    await work.record(asker, "accident-report.submit", report.report_id)
    await tell_code(work, office, asker, report.form, tracking_code)
    return {**view_report(report), "tracking_code": tracking_code}


def require_own_number(asker: Asker, registration_number: str) -> None:
    """An employer reports in its own name only."""
    if plain_organisation(asker.org) != f"employer:{registration_number}":
        detail = "The registration number is not the one of your access token's org."
        raise Forbidden(
            "employer.not-own", detail, [Problem("/employer/registration_number", "employer.not-own", detail)]
        )
