"""A report as its reporter sees it: status, clocks, checklist as the claim stands now, warnings."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.intake.application.checklist_view import view_checklist, view_workers_checklist
from services.intake.application.facts import stage_2_facts
from services.intake.application.stored_report import Paper, StoredReport, StoredSelfReport
from services.intake.domain.report_facts import ReportFacts
from services.intake.domain.report_rules import warnings
from services.intake.domain.stage_2 import stage_2_clock
from shared.regulation.clocks import Clock

View = dict[str, Any]


def view_report(report: StoredReport) -> View:
    """The answer's body, without the tracking code."""
    facts, stage_1, claim = report.facts, report.stage_1, report.claim
    payer = claim.payer_of_first_resort if claim else None
    return {
        "id": str(report.report_id),
        "report_id": str(report.report_id),
        "version": report.version,
        "status": report.status,
        "kind": facts.kind,
        "segment": facts.segment,
        "late": stage_1.late,
        "received_at": moment(report.received_at, facts.zone),
        "updated_at": moment(report.updated_at, facts.zone),
        "payer_of_first_resort": payer or stage_1.payer_of_first_resort,
        "case_number": claim.case_number if claim else None,
        "claim_state": claim.state if claim else None,
        "waiting_on": claim.waiting_on if claim else None,
        "clocks": [_clock(clock) for clock in _clocks(report, facts, stage_1.clock)],
        "checklist": view_checklist(report),
        "documents": [view_paper(paper) for paper in report.papers],
        "warnings": [
            {"code": found.code, "pointer": found.pointer, "detail": found.detail} for found in warnings(facts)
        ],
    }


def view_self_report(report: StoredSelfReport) -> View:
    """The answer's body, without the tracking code."""
    claim = report.claim
    return {
        "id": str(report.report_id),
        "report_id": str(report.report_id),
        "version": report.version,
        "status": report.status,
        "received_at": report.received_at.isoformat(timespec="milliseconds"),
        "case_number": claim.case_number if claim else None,
        "claim_state": claim.state if claim else None,
        "waiting_on": claim.waiting_on if claim else None,
        "checklist": view_workers_checklist(report),
        "photos": [{"version": photo.version, "size_bytes": photo.size_bytes} for photo in report.photos],
    }


def view_paper(paper: Paper) -> View:
    return {
        "document_code": paper.document_code,
        "version": paper.version,
        "sha256": paper.sha256,
        "size_bytes": paper.size_bytes,
        "state": paper.state,
        "media_type": paper.media_type,
        "received_at": paper.received_at.isoformat(timespec="milliseconds"),
    }


def moment(at: datetime, zone: ZoneInfo) -> str:
    """In the legal time of the place, to the millisecond."""
    return at.astimezone(zone).isoformat(timespec="milliseconds")


def _clocks(report: StoredReport, facts: ReportFacts, stage_1: Clock) -> list[Clock]:
    clocks = [stage_1]
    if report.stage_2 is not None and report.stage_2_received_at is not None:
        stage_2 = stage_2_clock(stage_2_facts(report.stage_2), facts, report.stage_2_received_at)
        clocks += [stage_2] if stage_2 else []
    return clocks


def _clock(clock: Clock) -> View:
    return {
        "clock": clock.clock,
        "starts_at": clock.starts_at.isoformat() if clock.starts_at else None,
        "due_at": clock.due_at.isoformat() if clock.due_at else None,
        "met": clock.met,
        "legal_basis": clock.legal_basis,
    }
