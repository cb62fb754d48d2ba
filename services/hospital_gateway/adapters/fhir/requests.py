"""What a claim asks of a hospital as FHIR: a Task for each paper and a Communication that sums them up (R4, workflow).

Their texts are Indonesian with an English translation beside them. They name the case and the visits, no person.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.hospital_gateway.adapters.fhir import systems
from services.hospital_gateway.adapters.fhir.elements import part, text
from services.hospital_gateway.adapters.fhir.outcome import instant, translated
from services.hospital_gateway.application.documents import Document, Request
from services.hospital_gateway.domain.asked_papers import AskedPaper
from shared.identifiers import WIB
from shared.regulation.document_table import DOCUMENT_TABLE

READ_ONLY_TYPES = ("Task", "Communication")
_HUB = {"identifier": {"system": systems.HUB, "value": "simpul"}, "display": "Simpul (JKK)"}
_TASK_STATUS = {"wanted": "requested", "brought": "completed", "dropped": "cancelled"}
_LIST_STATES = {
    "missing": ("Belum ada", "Missing"),
    "provided": ("Sudah ada", "Provided"),
    "satisfied_elsewhere": ("Sudah dipenuhi", "Satisfied elsewhere"),
    "rejected": ("Perlu diperbaiki", "Found wanting"),
    "not_required": ("Tidak diperlukan lagi", "No longer needed"),
}
# Times of day that say when something was said; a request that differs in nothing else has not changed.
_WHEN = frozenset({"id", "meta", "authoredOn", "sent"})


def paper_task(
    request: Request, visit: Document, paper: AskedPaper, before: Document | None, at: datetime
) -> str | None:
    """A Task as JSON text; None when it would read as it did `before`."""
    title_id, title_en = _title(paper.document_code)
    state_id, state_en = _LIST_STATES[paper.list_state]
    said_id, said_en = _how(paper, title_id, title_en)
    reason = {"reasonCode": {"text": _basis(paper)}} if paper.legal_basis else {}
    due = {"restriction": {"period": {"end": instant(paper.due_at.astimezone(UTC))}}} if paper.due_at else {}
    content = {
        "resourceType": "Task",
        "identifier": [{"system": systems.REQUEST, "value": f"{request.case_number}:{paper.document_code}"}],
        "groupIdentifier": {"system": systems.CASE_NUMBER, "value": request.case_number},
        "status": _TASK_STATUS[paper.standing],
        "businessStatus": {
            "coding": [{"system": systems.CHECKLIST_STATE, "code": paper.list_state}],
            **translated("text", state_id, state_en),
        },
        "intent": "order",
        "priority": "urgent" if paper.urgent else "routine",
        "code": {
            "coding": [{"system": systems.DOCUMENT, "code": paper.document_code}],
            **translated("text", title_id, title_en),
        },
        **translated("description", said_id, said_en),
        **_of(visit, "for"),
        "encounter": {"reference": f"Encounter/{request.visit.id}"},
        "requester": _HUB,
        "owner": _hospital(request),
        **reason,
        **due,
        "input": [
            {"type": {"text": "visit"}, "valueReference": {"reference": f"Encounter/{one}"}} for one in request.visits
        ],
    }
    return _dated({name: value for name, value in content.items() if value}, "authoredOn", before, at)


def papers_summary(
    request: Request, visit: Document, papers: Sequence[tuple[AskedPaper, UUID]], before: Document | None, at: datetime
) -> str | None:
    """The Communication of a claim as JSON text; None when it would read as it did `before`."""
    wanted = [(paper, task_id) for paper, task_id in papers if paper.standing == "wanted"]
    if wanted:
        lines = [_line(paper) for paper, _ in wanted]
        said_id = "Masih diperlukan dari rumah sakit: " + "; ".join(one for one, _ in lines) + "."
        said_en = "Still needed from the hospital: " + "; ".join(one for _, one in lines) + "."
        status = "in-progress"
    else:
        said_id = "Tidak ada lagi yang diperlukan dari rumah sakit untuk kasus ini."
        said_en = "Nothing more is needed from the hospital for this case."
        status = "completed"
    content = {
        "resourceType": "Communication",
        "identifier": [{"system": systems.REQUEST, "value": request.case_number}],
        "status": status,
        "priority": "urgent" if any(paper.urgent for paper, _ in wanted) else "routine",
        **_of(visit, "subject"),
        "about": [{"reference": f"Task/{task_id}"} for _, task_id in papers],
        "encounter": {"reference": f"Encounter/{request.visit.id}"},
        "recipient": [_hospital(request)],
        "sender": _HUB,
        "payload": [translated("contentString", said_id, said_en)],
    }
    return _dated(content, "sent", before, at)


def is_of_hub(content: Mapping[str, Any]) -> bool:
    """Whether this is a request of the hub's, which hospitals read and don't write."""
    names = (part(content, role, "identifier", "system") for role in ("requester", "sender"))
    return systems.HUB in names


def status_keys(type_name: str, content: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """By what a search finds the status of types whose status may be asked for."""
    status = text(content.get("status"))
    return ((systems.STATUS, status),) if type_name in READ_ONLY_TYPES and status else ()


def keys_of_request(content: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    named = tuple((one["system"], one["value"]) for one in content["identifier"])
    return (*named, *status_keys(content["resourceType"], content))


def _dated(content: dict[str, Any], name: str, before: Document | None, at: datetime) -> str | None:
    """With the time it was said: of a Task since it is asked, of a Communication since it says this."""
    if before is not None and {key: value for key, value in before.items() if key not in _WHEN} == content:
        return None
    since = before[name] if before is not None and name == "authoredOn" else instant(at.astimezone(UTC))
    return json.dumps({**content, name: since}, ensure_ascii=False, separators=(",", ":"))


def _of(visit: Document, name: str) -> dict[str, Any]:
    """The patient as the visit refers to it, by reference only."""
    reference = text(part(visit, "subject", "reference"))
    return {name: {"reference": reference}} if reference else {}


def _hospital(request: Request) -> dict[str, Any]:
    return {"identifier": {"system": systems.ORGANIZATION, "value": request.hospital_number}}


def _title(code: str) -> tuple[str, str]:
    rule = DOCUMENT_TABLE.rule(code)
    return (rule.title_id, rule.title_en) if rule else (code, code)


def _basis(paper: AskedPaper) -> str:
    return f"{paper.legal_basis} (uncertain)" if paper.confidence == "uncertain" else paper.legal_basis


def _how(paper: AskedPaper, title_id: str, title_en: str) -> tuple[str, str]:
    if paper.standing == "brought":
        return f"{title_id}: sudah diterima.", f"{title_en}: received."
    if paper.standing == "dropped":
        return f"{title_id}: tidak diperlukan lagi.", f"{title_en}: no longer needed."
    again = paper.list_state == "rejected"
    said_id = f"Kirimkan {title_id}{' yang diperbaiki' if again else ''} sebagai Composition atau DocumentReference"
    said_en = f"Send {'a corrected ' if again else ''}{title_en} as a Composition or DocumentReference"
    return (
        f"{said_id} pada kunjungan ini{_until(paper, ', paling lambat ')}.",
        f"{said_en} of this visit{_until(paper, ', by ')}.",
    )


def _line(paper: AskedPaper) -> tuple[str, str]:
    title_id, title_en = _title(paper.document_code)
    state_id, state_en = _LIST_STATES[paper.list_state]
    return (
        f"{title_id} ({state_id.lower()}{_until(paper, ', paling lambat ')})",
        f"{title_en} ({state_en.lower()}{_until(paper, ', by ')})",
    )


def _until(paper: AskedPaper, words: str) -> str:
    return f"{words}{paper.due_at.astimezone(WIB):%Y-%m-%d %H:%M} WIB" if paper.due_at else ""
