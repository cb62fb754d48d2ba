"""What the hub has received on a claim, from whom and when, each with the code of its receipt: for the worker."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.verification.application.console_claim import Paper
from services.verification.application.matter_receipts import COMPLAINT, COMPLETION_ANSWER, OBJECTION
from services.verification.domain.entries import ComplaintReceived, CompletionAnswer, Entry, Objection, entries_of
from services.verification.domain.evidence import Determination, Evidence
from shared.receipts.codes import ReceiptCodes, service_of
from shared.receipts.derived import DETERMINATION, SCENE, words_of_paper
from shared.receipts.register import Receipts
from shared.regulation.codes import title_of

# Whose words the holder of the code may know of: the worker's side.
OWN_SIDE = frozenset({"worker", "family", "heir", "union"})
# A long treatment makes a version a day; what is older is still in the claim.
_SHOWN_MAX = 30
_VERIFICATION, _INTAKE, _DISNAKER = "verification", "intake", "disnaker_gateway"
# By what made a version of a report. Papers that were added stand for themselves; one that was taken back for nothing.
_KIND_OF = {
    "accident-report.submitted": "accident_report",
    "accident-report.corrected": "correction",
    "accident-report.withdrawn": "withdrawal",
    "accident-report.stage-2-submitted": "stage_2",
    "self-report.submitted": "self_report",
    "medical-report.received": "hospital_records",
    "medical-report.updated": "hospital_records",
}


@dataclass(frozen=True)
class Received:
    """One thing. `kind` is of `receipt_kinds`; `sender` is a list of titles and a code of it; `code` is the receipt's,
    None where none was given."""

    kind: str
    sender: tuple[str, str]
    at: datetime
    code: str | None
    document_code: str | None = None


def received_on(
    pieces: Sequence[Evidence], papers: Sequence[Paper], entries: Sequence[Entry], codes: ReceiptCodes
) -> tuple[Received, ...]:
    """The latest first. Codes follow from what was received, so that each can be told without asking the service that
    gave the receipt; what hospitals sent bears its own (docs/decisions/0134)."""
    orgs = {piece.id: piece.org for piece in pieces}
    found = [
        Received(_KIND_OF[receipt.what], _party(piece.org), receipt.received_at, receipt.code)
        for piece in pieces
        for receipt in piece.receipts
        if receipt.what in _KIND_OF
    ]
    found += [_paper(paper, orgs[paper.report_id], codes) for paper in papers if paper.received_at is not None]
    found += [
        Received(DETERMINATION, _party(each.org), each.received_at, codes.code(_DISNAKER, DETERMINATION, each.id))
        for each in entries_of(Determination, entries)
    ]
    found += _words(entries, codes)
    return tuple(sorted(found, key=lambda each: each.at, reverse=True))


def without_codes(received: Sequence[Received], given: Collection[str]) -> tuple[Received, ...]:
    """What was received here before there were receipts has none: only codes that are `given` stay."""
    return tuple(
        each if each.code is None or each.code in given or not is_own(each.code) else replace(each, code=None)
        for each in received
    )


def is_own(code: str) -> bool:
    """Whether this service gave it, and can look it up."""
    return service_of(code) == _VERIFICATION


def received_document(received: Sequence[Received], receipts: Receipts) -> list[dict[str, Any]]:
    """As the worker is shown it."""
    return [
        {
            "kind": each.kind,
            "what": _what(each),
            "who": title_of(*each.sender).title,
            "received_at": each.at.isoformat(timespec="seconds"),
            "receipt": receipts.known(each.code).told() if each.code else None,
        }
        for each in received[:_SHOWN_MAX]
    ]


def _party(org: str) -> tuple[str, str]:
    return ("worker_access_parties", org.partition(":")[0])


def _paper(paper: Paper, org: str, codes: ReceiptCodes) -> Received:
    assert paper.received_at is not None
    kind, _ = words_of_paper(paper.report_id, paper.code, paper.version)
    document_code = None if paper.code == SCENE else paper.code
    return Received(kind, _party(org), paper.received_at, code_of_paper(paper, codes), document_code)


def code_of_paper(paper: Paper, codes: ReceiptCodes) -> str:
    """Of the receipt that whoever brought it got."""
    kind, subject = words_of_paper(paper.report_id, paper.code, paper.version)
    return codes.code(_INTAKE, kind, *subject)


def codes_of_sources(pieces: Sequence[Evidence], entries: Sequence[Entry], codes: ReceiptCodes) -> dict[str, str]:
    """By the ids of reports and determinations: of the receipt of the latest that was sent, papers aside."""
    found = {each.id: codes.code(_DISNAKER, DETERMINATION, each.id) for each in entries_of(Determination, entries)}
    for piece in pieces:
        sent = [receipt for receipt in piece.receipts if receipt.code is not None]
        found.update({piece.id: max(sent, key=lambda each: each.version).code or ""} if sent else {})
    return found


def _words(entries: Sequence[Entry], codes: ReceiptCodes) -> list[Received]:
    """Complaints, objections and answers of the worker's side."""
    said: list[tuple[str, tuple[str, str], datetime, str]] = [
        (COMPLAINT, ("complainants", each.by), each.received_at, each.id)
        for each in entries_of(ComplaintReceived, entries)
        if each.by in OWN_SIDE
    ]
    said += [
        (OBJECTION, ("objectors", each.by), each.at, each.id)
        for each in entries_of(Objection, entries)
        if each.by in OWN_SIDE
    ]
    said += [(COMPLETION_ANSWER, _party(each.org), each.at, each.id) for each in entries_of(CompletionAnswer, entries)]
    return [Received(kind, sender, at, codes.code(_VERIFICATION, kind, id_)) for kind, sender, at, id_ in said]


def _what(received: Received) -> Mapping[str, str]:
    words = title_of("receipt_kinds", received.kind).title
    if received.document_code is None:
        return words
    paper = title_of("documents", received.document_code).title
    return {language: f"{said}: {paper[language]}" for language, said in words.items()}
