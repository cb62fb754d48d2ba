"""The checklist that a reporter sees: the claim's own, and until the claim has followed, what the report itself says.

The answer to a request shows at once what the request changed; the claim follows within a moment.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.intake.application.facts import stage_2_facts
from services.intake.application.stored_report import ClaimView, StoredReport, StoredSelfReport
from services.intake.domain.papers import checklist_of_suspicion, first_checklist
from shared.regulation.checklist import (
    MISSING,
    NOT_REQUIRED,
    PROVIDED,
    REJECTED,
    SATISFIED_ELSEWHERE,
    ChecklistItem,
)
from shared.regulation.codes import title_of
from shared.regulation.document_table import DOCUMENT_TABLE

View = dict[str, Any]


def view_checklist(report: StoredReport) -> list[View]:
    """Of an employer's report."""
    stage_2 = stage_2_facts(report.stage_2) if report.stage_2 is not None else None
    own = [_item(item) for item in first_checklist(report.facts, stage_2, report.document_codes, str(report.report_id))]
    claim = report.claim
    if claim is None or not claim.checklist:
        return own
    told = [_told_item(entry) for entry in claim.checklist]
    if claim.report_version is None:
        return _with_brought(told, report.document_codes)
    if claim.report_version >= report.version:
        return told
    return _ahead_of_claim(own, told, claim, report)


def view_workers_checklist(report: StoredSelfReport) -> list[View]:
    """Of a suspected case told through a channel: what the worker or the heirs have to bring, nothing of the others."""
    if report.claim is not None and report.claim.checklist:
        items = [_told_item(entry) for entry in report.claim.checklist]
    else:
        items = [_item(item) for item in checklist_of_suspicion(report.facts)]
    return [item for item in items if item["responsible"] == "worker"]


def _ahead_of_claim(own: Sequence[View], told: Sequence[View], claim: ClaimView, report: StoredReport) -> list[View]:
    """The report has changed since the claim last looked: its own rows, with what others brought and rejected."""
    by_code = {item["document_code"]: item for item in told}
    standing_for = {entry["document_code"]: entry.get("satisfied_by") for entry in claim.checklist}
    mine = str(report.report_id)
    items = []
    for item in own:
        code = item["document_code"]
        known = by_code.pop(code, None)
        if known is not None:
            required = bool(item["required"] or known["required"])
            by_others = standing_for[code] != mine
            state = _joined_state(item["state"], known["state"], required, by_others, _came_after(report, code, claim))
            item = {**item, "required": required, "state": state}
        items.append(item)
    # What only the claim asks for follows from what others have told: a visum after an assault, say.
    items += [item for item in by_code.values() if item["required"]]
    return sorted(items, key=lambda item: not item["required"])


def _joined_state(own: str, known: str, required: bool, by_others: bool, newer: bool) -> str:
    if known == REJECTED and not newer:
        return REJECTED
    if own == PROVIDED:
        return PROVIDED
    if known in (PROVIDED, SATISFIED_ELSEWHERE) and by_others:
        return known
    return MISSING if required else NOT_REQUIRED


def _came_after(report: StoredReport, code: str, claim: ClaimView) -> bool:
    """Whether a version of the paper came since the claim was told."""
    times: list[datetime] = [paper.received_at for paper in report.papers if paper.document_code == code]
    return any(at > claim.told_at for at in times)


def _with_brought(told: Iterable[View], brought: Sequence[str]) -> list[View]:
    """A paper that was brought a moment ago is not shown as missing until the claim follows."""
    return [
        {**item, "state": PROVIDED} if item["state"] == MISSING and item["document_code"] in brought else item
        for item in told
    ]


def _item(item: ChecklistItem) -> View:
    return {
        "document_code": item.document_code,
        "title": {"id": item.title_id, "en": item.title_en},
        "required": item.required,
        "state": item.state,
        "responsible": item.responsible,
        "stage": item.stage,
        "legal_basis": item.legal_basis,
        "confidence": item.confidence,
    }


def _told_item(entry: Mapping[str, Any]) -> View:
    """An entry of the claim's own list; events before stage and confidence take them from the table."""
    code = entry["document_code"]
    title, rule = title_of("documents", code), DOCUMENT_TABLE.rule(code)
    return {
        "document_code": code,
        "title": {"id": title.title_id, "en": title.title_en},
        "required": entry["required"],
        "state": entry["state"],
        "responsible": entry["responsible"],
        "stage": entry.get("stage") or (rule.stage if rule else 2),
        "legal_basis": entry["legal_basis"],
        "confidence": entry.get("confidence") or (rule.bases[-1].confidence if rule else "uncertain"),
    }
