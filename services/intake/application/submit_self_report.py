"""A worker, family member, union or community tells of a suspected case (arts. 8A, 48A Permenaker 1/2025)."""

from collections.abc import Sequence

from services.intake.application.code_message import tell_code
from services.intake.application.forms.reading import as_document, refuse
from services.intake.application.forms.self_report import SelfReportOfAccident, SelfReportOfDisease
from services.intake.application.ports import Asker, Office, Work
from services.intake.application.report_events import self_report_event
from services.intake.application.report_view import View, view_self_report
from services.intake.application.stored_report import PAPER_IN_FORCE, RECEIVED, Paper, StoredSelfReport
from services.intake.domain.self_report_rules import self_report_refusals
from shared.identifiers import new_id, new_tracking_code
from shared.receipts.derived import SCENE


async def submit_self_report(
    work: Work,
    office: Office,
    asker: Asker,
    form: SelfReportOfAccident | SelfReportOfDisease,
    photos: Sequence[tuple[str, str, int]] = (),
) -> View:
    """Accept it, also without NIK and KPJ. The answer alone holds the tracking code. `photos` are stored already:
    digest, media type and size of each. Raises Refusal."""
    now = office.clock.now()
    tracking_code = new_tracking_code()
    report = StoredSelfReport(
        report_id=new_id(),
        org=asker.org,
        version=1,
        status=RECEIVED,
        received_at=now,
        tracking_code_hash=office.tracking_code_hash(tracking_code),
        form=as_document(form),
        photos=tuple(
            Paper(SCENE, number, sha256, size_bytes, media_type, PAPER_IN_FORCE, now)
            for number, (sha256, media_type, size_bytes) in enumerate(photos, start=1)
        ),
    )
    refuse(self_report_refusals(report.facts, now))
    await work.add_self_report(report)
    await work.publish(self_report_event(report, office))
    await work.record(asker, "self-report.submit", report.report_id)
    await tell_code(work, office, asker, report.form, tracking_code)
    return {**view_self_report(report), "tracking_code": tracking_code}
