"""A report as its employer's own page tells it: who, when, where the claim stands, what is due next and from whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.intake.application.checklist_view import view_checklist
from services.intake.application.stored_report import StoredReport
from shared.identifiers import zone_of

_EMPLOYER, _MISSING = "employer", ("missing", "rejected")


@dataclass(frozen=True)
class Deadline:
    """The next one that is running. `clock` is a code of the list `clocks`."""

    clock: str
    due_at: datetime
    over: bool


@dataclass(frozen=True)
class Overview:
    """`happened_on` is a day or a time as the form tells it; `lacking` are papers that the employer has to bring."""

    report_id: str
    kind: str
    status: str
    worker: str
    happened_on: str | None
    received_at: datetime
    zone: ZoneInfo
    late: bool
    case_number: str | None
    state: str | None
    waiting_on: str | None
    waiting_reason: str | None
    deadline: Deadline | None
    lacking: tuple[Mapping[str, Any], ...]


def overview(report: StoredReport, now: datetime) -> Overview:
    event, disease, claim = report.form["event"], report.form.get("disease") or {}, report.claim
    lacking = tuple(
        item
        for item in view_checklist(report)
        if item["required"] and item["responsible"] == _EMPLOYER and item["state"] in _MISSING
    )
    return Overview(
        report_id=str(report.report_id),
        kind=report.form["kind"],
        status=report.status,
        worker=report.form["worker"]["name"],
        happened_on=event.get("occurred_at") or disease.get("diagnosed_on"),
        received_at=report.received_at,
        zone=zone_of(event["region_code"]),
        late=report.stage_1.late,
        case_number=claim.case_number if claim else None,
        state=claim.state if claim else None,
        waiting_on=claim.waiting_on if claim else None,
        waiting_reason=claim.waiting_reason.partition(":")[0] if claim and claim.waiting_reason else None,
        deadline=_next(claim.clocks, now) if claim else None,
        lacking=lacking,
    )


def _next(clocks: tuple[Mapping[str, Any], ...], now: datetime) -> Deadline | None:
    """The running clock that ends first."""
    running = [
        (datetime.fromisoformat(clock["due_at"]), str(clock["clock"]))
        for clock in clocks
        if clock["due_at"] and clock["met"] is None and not clock.get("paused")
    ]
    if not running:
        return None
    due_at, clock = min(running)
    return Deadline(clock, due_at, due_at < now)
