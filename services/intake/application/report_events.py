"""The events of a report: each carries the whole current document (a later version replaces an earlier one)."""

from datetime import date
from typing import Any

from services.intake.application.facts import stage_2_facts
from services.intake.application.give_receipt import (
    ACCIDENT_REPORT,
    CORRECTION,
    SELF_REPORT,
    STAGE_2,
    WITHDRAWAL,
    told_apart,
)
from services.intake.application.ports import Office
from services.intake.application.stored_report import Paper, StoredReport, StoredSelfReport
from shared.events import Event, new_event
from shared.events.accident_report import (
    AccidentReportContent,
    AccidentReportFacts,
    AccidentReportForm,
    DocumentVersion,
    StageTwoForm,
)
from shared.events.catalogue import (
    DOCUMENT_ADDED,
    DOCUMENT_WITHDRAWN,
    REPORT_CORRECTED,
    REPORT_SUBMITTED,
    REPORT_WITHDRAWN,
    SELF_REPORT_SUBMITTED,
    STAGE_2_SUBMITTED,
)
from shared.events.self_report import SelfReportContent, SelfReportFacts, SelfReportForm
from shared.events.vocabulary import ReportChange

_TYPES = {
    ReportChange.SUBMITTED: REPORT_SUBMITTED,
    ReportChange.CORRECTED: REPORT_CORRECTED,
    ReportChange.WITHDRAWN: REPORT_WITHDRAWN,
    ReportChange.STAGE_2_SUBMITTED: STAGE_2_SUBMITTED,
    ReportChange.DOCUMENT_ADDED: DOCUMENT_ADDED,
    ReportChange.DOCUMENT_WITHDRAWN: DOCUMENT_WITHDRAWN,
}


_RECEIPTS = {
    ReportChange.SUBMITTED: ACCIDENT_REPORT,
    ReportChange.CORRECTED: CORRECTION,
    ReportChange.WITHDRAWN: WITHDRAWAL,
    ReportChange.STAGE_2_SUBMITTED: STAGE_2,
}


def report_event(report: StoredReport, change: ReportChange, office: Office, *, reason: str | None = None) -> Event:
    """The event that tells of the report's present version."""
    return new_event(
        _TYPES[change],
        subject=report.report_id,
        version=report.version,
        key=worker_key(report, office),
        facts=_facts(report, change),
        content=AccidentReportContent(
            report=AccidentReportForm.model_validate(report.form),
            stage_2=StageTwoForm.model_validate(report.stage_2) if report.stage_2 is not None else None,
            documents=tuple(_document(paper) for paper in report.papers),
            reason=reason,
            tracking_code_hash=report.tracking_code_hash,
            receipt=_receipt(report, change, office),
        ),
    )


def _receipt(report: StoredReport, change: ReportChange, office: Office) -> str | None:
    """The code of the receipt that the change is given; papers have their own."""
    kind = _RECEIPTS.get(change)
    if kind is None:
        return None
    which = told_apart(report.version, report.stage_2 if kind == STAGE_2 else None)
    return office.receipts.receipt(kind, report.report_id, which).code


def self_report_event(report: StoredSelfReport, office: Office) -> Event:
    """The event of a self-report."""
    event = report.form.get("event") or {}
    told = SelfReportFacts.model_validate(
        {
            **_shared_facts(report, event),
            "region_code": report.facts.region_code,
            "relation": report.form["reporter"]["relation"],
            "case_number": report.form.get("case_number"),
        }
    )
    return new_event(
        SELF_REPORT_SUBMITTED,
        subject=report.report_id,
        version=report.version,
        key=worker_key(report, office),
        facts=told,
        content=SelfReportContent(
            report=SelfReportForm.model_validate(report.form),
            tracking_code_hash=report.tracking_code_hash,
            documents=tuple(_document(photo) for photo in report.photos),
            receipt=office.receipts.receipt(SELF_REPORT, report.report_id, report.version).code,
        ),
    )


def worker_key(report: StoredReport | StoredSelfReport, office: Office) -> str:
    """The Kafka key: most of one worker's events come into one partition (decisions 3)."""
    facts = report.facts
    return office.worker_keys.worker_key(
        nik=facts.nik, kpj=facts.kpj, passport=facts.passport_number, document_id=report.report_id
    )


def _shared_facts(report: StoredReport | StoredSelfReport, event: Any) -> dict[str, Any]:
    facts = report.facts
    return {
        "report_id": report.report_id,
        "org": report.org,
        "version": report.version,
        "status": report.status,
        "kind": facts.kind,
        "occurred_at": None if facts.is_disease else facts.occurred_at,
        "occurred_at_precision": facts.occurred_at_precision,
        "occurred_zone": facts.zone.key,
        "diagnosed_on": facts.diagnosed_on,
        "reported_at": report.received_at,
        "received_at": report.received_at,
        "district_code": event.get("district_code"),
        "victim_count_estimate": event.get("victim_count_estimate"),
    }


def _facts(report: StoredReport, change: ReportChange) -> AccidentReportFacts:
    event, facts, stage_1 = report.form["event"], report.facts, report.stage_1
    outcome, examined_on = _outcome(report)
    return AccidentReportFacts.model_validate(
        {
            **_shared_facts(report, event),
            "change": change,
            "segment": facts.segment,
            "region_code": event["region_code"],
            "place_type": facts.place_type,
            "accident_type": event.get("accident_type"),
            "injury_source": event.get("injury_source"),
            "consequence": facts.consequence,
            "first_aid_facility_type": facts.facility_type,
            "first_alert_at": facts.first_alert_at,
            "late": stage_1.late,
            "payer_of_first_resort": stage_1.payer_of_first_resort,
            "outcome": outcome,
            "examined_on": examined_on,
            "stage_2_received_at": report.stage_2_received_at,
            "document_codes": report.document_codes,
            "case_number": report.form.get("case_number"),
        }
    )


def _outcome(report: StoredReport) -> tuple[str | None, date | None]:
    if report.stage_2 is None:
        return None, None
    facts = stage_2_facts(report.stage_2)
    return facts.outcome, facts.examined_on


def _document(paper: Paper) -> DocumentVersion:
    return DocumentVersion(
        document_code=paper.document_code,
        version=paper.version,
        sha256=paper.sha256,
        size_bytes=paper.size_bytes,
        media_type=paper.media_type,
        state="in_force" if paper.in_force else "withdrawn",
        received_at=paper.received_at,
    )
