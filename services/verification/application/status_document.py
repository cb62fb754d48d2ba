"""What the worker is shown of a claim: the same claim in plain words, without what is medical and without other people.

Every text comes in Indonesian and English (`{"id", "en"}`), from lists that a reviewer can read (`worker_…` of the
coded lists, `worker_rights.yaml`).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from services.verification.application.issue_letters import LETTER, IssuedLetter, letter_document
from services.verification.application.letters import WORKER
from services.verification.application.received import OWN_SIDE, received_document
from services.verification.application.worker_status import Access, Followed
from services.verification.domain import claim as states
from shared.receipts.register import Receipts
from shared.regulation.codes import title_of
from shared.regulation.provinces import PROVINCES
from shared.regulation.return_to_work import RETURN_TO_WORK
from shared.regulation.worker_rights import (
    DEATH,
    EMPLOYER_PAYS_FIRST,
    LIVING,
    NOT_COVERED,
    REFUSABLE,
    TOTAL,
    UNREPORTED,
    rights_in,
)

Document = dict[str, Any]

COMPLAINT_LINE = "175"
_OPEN_PAPERS = ("missing", "rejected")
_REFUSED = (states.CONCLUDED_NOT_COVERED, states.REJECTED, states.EXPIRED)
_DECIDED = frozenset({*_REFUSED, states.BENEFIT_APPROVED, states.PAID, states.CLOSED})
# By what a turn's end is due. A paper by itself has no day in the law, but the reports have.
_CLOCKS_OF_REASON = {
    "stage-1-missing": ("T1_KK", "T1_PAK"),
    "document-missing:T1": ("T1_KK", "T1_PAK"),
    "document-missing:T2": ("T2",),
    "completion-requested": ("INFO_FOLLOWUP",),
    "payment": ("PAYOUT",),
    "objection:bpjs": ("OBJECTION_BPJS",),
    "objection:disnaker": ("OBJECTION_DISNAKER",),
    "objection:minister": ("OBJECTION_MINISTER",),
}


def status_document(followed: Followed, now: datetime, receipts: Receipts) -> Document:
    """The answer to `POST /v1/status`."""
    claim = followed.document
    reason = claim["waiting_reason"] or ""
    due_at = _due_at(claim, reason)
    return {
        "case_number": followed.case_number,
        "test": claim["test"],
        "state": claim["state"],
        "heading": title_of("worker_states", claim["state"]).title,
        "explanation": title_of("worker_state_explanations", claim["state"]).title,
        "waiting_on": claim["waiting_on"],
        "who_acts": title_of("worker_actors", claim["waiting_on"]).title,
        "what_is_needed": title_of("worker_turns", reason.partition(":")[0]).title if reason else None,
        "due_at": due_at,
        "overdue": due_at is not None and datetime.fromisoformat(due_at) < now,
        "missing": [_paper(item) for item in claim["checklist"] if item["required"] and item["state"] in _OPEN_PAPERS],
        "rights": [*_rights(claim), *_return_to_work(claim)],
        "complaints": [_complaint(item) for item in claim["complaints"] if item["by"] in OWN_SIDE],
        "complaint_line": COMPLAINT_LINE,
        "received": received_document(followed.received, receipts),
        "letters": [_letter(each, followed, receipts) for each in followed.letters],
        "seen_by": [_access(access, claim) for access in _accesses(followed)],
    }


def _letter(letter: IssuedLetter, followed: Followed, receipts: Receipts) -> Document:
    """That there is one, and whether it is the worker's own; it is read at the page."""
    told = letter_document(letter, followed.issued, lambda letter_id: receipts.receipt(LETTER, letter_id))
    shown = ("id", "kind", "title", "number", "dated_at", "replaced_by", "receipt")
    return {**{name: told[name] for name in shown}, "copy": letter.to != WORKER}


def _due_at(claim: Mapping[str, Any], reason: str) -> str | None:
    wanted = _CLOCKS_OF_REASON.get(reason, ())
    due = [clock["due_at"] for clock in claim["clocks"] if clock["clock"] in wanted and clock["running"]]
    return min((at for at in due if at), key=datetime.fromisoformat, default=None)


def _paper(item: Mapping[str, Any]) -> Document:
    return {
        "document_code": item["document_code"],
        "title": item["title"],
        "state": item["state"],
        "responsible": item["responsible"],
        "who_brings_it": title_of("worker_actors", item["responsible"]).title,
        "confidence": item["confidence"],
    }


def _situations(claim: Mapping[str, Any]) -> set[str]:
    state, outcome = claim["state"], claim["outcome"]
    found = set()
    if state != states.CONCLUDED_NOT_COVERED:
        found |= {DEATH} if outcome == "death" else {LIVING}
    if outcome == "total_permanent":
        found.add(TOTAL)
    if claim["payer_of_first_resort"] == "EMPLOYER" and state != states.CONCLUDED_NOT_COVERED:
        found.add(EMPLOYER_PAYS_FIRST)
    if state == states.CONCLUDED_NOT_COVERED:
        found.add(NOT_COVERED)
    if state in _DECIDED:
        found.add(REFUSABLE)
    if state == states.SUSPECTED:
        found.add(UNREPORTED)
    return found


def _rights(claim: Mapping[str, Any]) -> list[Document]:
    occurred_on = datetime.fromisoformat(claim["occurred_at"]).date()
    return [
        _right(right.code, right.text_id, right.text_en, right.legal_basis, right.confidence)
        for right in rights_in(_situations(claim), occurred_on)
    ]


def _return_to_work(claim: Mapping[str, Any]) -> list[Document]:
    """The rights of the programme, once it is offered; why it is, is the doctor's to say."""
    if not claim["return_to_work"]:
        return []
    return [
        _right(f"return-to-work-{right.code}", right.text_id, right.text_en, right.legal_basis, right.confidence)
        for right in RETURN_TO_WORK.rights
    ]


def _right(code: str, text_id: str, text_en: str, legal_basis: str, confidence: str) -> Document:
    text = {"id": text_id, "en": text_en}
    return {"code": code, "text": text, "legal_basis": legal_basis, "confidence": confidence}


def _complaint(item: Mapping[str, Any]) -> Document:
    answer = item["answer"]
    return {
        "id": item["id"],
        "kind": item["kind"],
        "received_at": item["received_at"],
        "state": item["state"],
        "due_at": item["deadline"] and item["deadline"]["due_at"],
        "answer": answer and {"text": answer["text"], "answered_at": answer["answered_at"]},
    }


def _accesses(followed: Followed) -> Iterable[Access]:
    """Who sent something, who was told of it, who looked and worked; the latest first."""
    sent: dict[str, list[datetime]] = {}
    for item in followed.document["evidence"]:
        sent.setdefault(item["org"], []).append(datetime.fromisoformat(item["received_at"]))
    found = [*followed.accesses, *(Access(org, "reported", len(times), max(times)) for org, times in sent.items())]
    found.sort(key=lambda access: (access.last_at is not None, access.last_at), reverse=True)
    if followed.disnaker_was_told:
        found.append(Access(f"disnaker:{(followed.document['region_code'] or '')[:2]}", "told", 1, None))
    return found


def _access(access: Access, claim: Mapping[str, Any]) -> Document:
    kind, _, name = access.org.partition(":")
    who = title_of("worker_access_parties", kind).title
    told = _name_of(kind, name, claim)
    return {
        "who": {language: f"{text}: {told}" if told else text for language, text in who.items()},
        "what": title_of("worker_accesses", access.kind).title,
        "times": access.times,
        "last_at": access.last_at and access.last_at.isoformat(timespec="seconds"),
    }


def _name_of(kind: str, name: str, claim: Mapping[str, Any]) -> str | None:
    if kind == "disnaker":
        return PROVINCES[name].name if name in PROVINCES else None
    if kind == "employer":
        employer = claim["employer"]
        return employer["name"] if employer and employer["registration_number"] == name else None
    return name if kind in ("bpjs", "auditor") else None
