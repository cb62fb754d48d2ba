"""`report.changed`: an employer hears that one of its reports stands differently than it was last told.

The body is flat and holds no person and no medical detail: what a human needs to see it, they read with the report.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import orjson

from services.intake.application.stored_report import ClaimView
from shared.clock import Clock
from shared.identifiers import new_id

REPORT_CHANGED = "report.changed"


@dataclass(frozen=True)
class ReportNews:
    """A report with its claim as they stand. `last_digest` is of what its employer was last told, None at first."""

    report_id: UUID
    org: str
    status: str
    claim: ClaimView | None
    last_digest: str | None


@dataclass(frozen=True)
class Notice:
    """One message; `body` is what receivers get, byte for byte."""

    notification_id: UUID
    org: str
    report_id: UUID
    digest: str
    body: bytes


class NewsBook(Protocol):
    """Where news of reports is kept and put in line for its receivers."""

    async def news_of(self, report_ids: Sequence[UUID]) -> list[ReportNews]:
        """Those of `report_ids` whose employer has a webhook endpoint."""
        ...

    async def issue(self, notices: Sequence[Notice], now: datetime) -> None: ...


async def tell_reporters(book: NewsBook, clock: Clock, report_ids: Sequence[UUID]) -> None:
    """Issue news of the reports among these that an employer would read differently now than it was last told."""
    if not report_ids:
        return
    now = clock.now()
    told = [(report, what_is_told(report)) for report in await book.news_of(report_ids)]
    notices = [
        _notice(report, content, digest, now)
        for report, content in told
        if (digest := _digest(content)) != report.last_digest
    ]
    if notices:
        await book.issue(notices, now)


def what_is_told(report: ReportNews) -> dict[str, Any]:
    """The news without its id and time. `documents_missing` and `documents_rejected` are what the employer has to bring
    (again); `documents_missing_elsewhere` counts what others owe."""
    claim = report.claim
    required = [entry for entry in claim.checklist if entry["required"]] if claim else []
    own = [entry for entry in required if entry["responsible"] == "employer"]
    return {
        "report_id": str(report.report_id),
        "status": report.status,
        "case_number": claim.case_number if claim else None,
        "claim_state": claim.state if claim else None,
        "waiting_on": claim.waiting_on if claim else None,
        "payer_of_first_resort": claim.payer_of_first_resort if claim else None,
        "documents_missing": sorted({entry["document_code"] for entry in own if entry["state"] == "missing"}),
        "documents_rejected": sorted({entry["document_code"] for entry in own if entry["state"] == "rejected"}),
        "documents_missing_elsewhere": sum(
            entry["responsible"] != "employer" and entry["state"] in ("missing", "rejected") for entry in required
        ),
    }


def _notice(report: ReportNews, content: dict[str, Any], digest: str, now: datetime) -> Notice:
    notification_id = new_id()
    body = {
        "notification_id": str(notification_id),
        "type": REPORT_CHANGED,
        "changed_at": now.isoformat(timespec="milliseconds"),
        **content,
    }
    return Notice(notification_id, report.org, report.report_id, digest, orjson.dumps(body))


def _digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
