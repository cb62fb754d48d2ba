"""What an employer is told of its report: enough to act, nothing of the person."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.intake.application.stored_report import ClaimView
from services.intake.application.tell_reporters import Notice, ReportNews, tell_reporters, what_is_told
from shared.clock import FixedClock
from shared.identifiers import new_id

AT = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)


def item(code: str, state: str, responsible: str = "employer", *, required: bool = True) -> dict[str, Any]:
    return {"document_code": code, "state": state, "responsible": responsible, "required": required}


def claim(*items: dict[str, Any]) -> ClaimView:
    return ClaimView("JKK-2026-7K3M9Q2XTA5", 4, "AWAITING_DOCUMENTS", "employer", "BPJS", items, AT)


@dataclass
class Book:
    """Reports as they stand, and what was issued."""

    reports: list[ReportNews]
    issued: list[Notice] = field(default_factory=list)

    async def news_of(self, report_ids: Sequence[UUID]) -> list[ReportNews]:
        return [report for report in self.reports if report.report_id in report_ids]

    async def issue(self, notices: Sequence[Notice], now: datetime) -> None:
        self.issued += notices


def report(view: ClaimView | None, last_digest: str | None = None) -> ReportNews:
    return ReportNews(new_id(), "employer:JJ012345", "received", view, last_digest)


def test_papers_that_others_owe_are_a_number_and_optional_ones_are_not_named() -> None:
    told = what_is_told(
        report(
            claim(
                item("T2", "missing"),
                item("T2", "missing"),
                item("ID", "rejected"),
                item("KPJ", "provided"),
                item("DOC", "missing", "hospital"),
                item("VISUM", "rejected", "worker"),
                item("POLICE", "missing", required=False),
            )
        )
    )
    assert told["documents_missing"] == ["T2"]
    assert told["documents_rejected"] == ["ID"]
    assert told["documents_missing_elsewhere"] == 2


def test_a_report_without_a_claim_says_so() -> None:
    told = what_is_told(report(None))
    assert (told["case_number"], told["claim_state"], told["waiting_on"]) == (None, None, None)
    assert told["documents_missing"] == []


async def test_the_same_thing_is_not_told_twice_whatever_the_claims_version() -> None:
    first = Book([report(claim(item("T2", "missing")))])
    [told] = first.reports
    await tell_reporters(first, FixedClock(AT), [told.report_id])
    [notice] = first.issued
    later = ClaimView("JKK-2026-7K3M9Q2XTA5", 9, "AWAITING_DOCUMENTS", "employer", "BPJS", (item("T2", "missing"),), AT)
    again = Book([ReportNews(told.report_id, told.org, told.status, later, notice.digest)])
    await tell_reporters(again, FixedClock(AT), [told.report_id])
    assert again.issued == []
    assert json.loads(notice.body)["notification_id"] == str(notice.notification_id)
