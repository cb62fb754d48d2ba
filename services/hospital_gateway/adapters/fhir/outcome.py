"""OperationOutcome and transaction-response: how answers read in FHIR."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from services.hospital_gateway.application.documents import Done, Held, Outcome
from services.hospital_gateway.application.findings import Finding, findings_of, status_line
from shared.errors import SimpulError

_TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
PROBLEMS = "urn:simpul:problem"


def outcome_of(error: SimpulError) -> dict[str, Any]:
    """The OperationOutcome of an error: every problem with severity, code, FHIRPath and text in both languages."""
    return {"resourceType": "OperationOutcome", "issue": [_issue(one) for one in findings_of(error)]}


def _issue(one: Finding) -> dict[str, Any]:
    issue: dict[str, Any] = {
        "severity": one.severity,
        "code": one.kind,
        "details": {
            "coding": [{"system": PROBLEMS, "code": one.code}],
            **translated("text", one.text_id, one.detail),
        },
        "diagnostics": one.detail,
    }
    if one.pointer:
        issue["expression"] = [one.pointer]
    return issue


def translated(name: str, indonesian: str, english: str) -> dict[str, Any]:
    """An element of text in Indonesian with its English translation beside it."""
    parts = [{"url": "lang", "valueCode": "en"}, {"url": "content", "valueString": english}]
    return {name: indonesian, f"_{name}": {"extension": [{"url": _TRANSLATION, "extension": parts}]}}


def instant(at: datetime) -> str:
    """An instant as FHIR writes it, in UTC to the millisecond."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def response_bundle(done: Sequence[Outcome], kind: str) -> bytes:
    """A transaction-response or batch-response with one entry for each entry that came. What was read stands in it
    exactly as it is kept."""
    head = f'{{"resourceType":"Bundle","type":"{kind}-response"'
    body = ",".join(_response_entry(one) for one in done)
    return (head + (f',"entry":[{body}]' if body else "") + "}").encode()


def _response_entry(one: Outcome) -> str:
    if isinstance(one, SimpulError):
        return _dumped({"response": {"status": status_line(one), "outcome": outcome_of(one)}})
    if isinstance(one, Done):
        text, response = one.answer.text if one.answer else None, {"status": one.status, **_version(one.held)}
    else:
        text, response = one.text, {"status": "200 OK", **(_version(one.held) if one.held else {})}
    return "{" + (f'"resource":{text},' if text else "") + f'"response":{_dumped(response)}}}'


def _version(held: Held) -> dict[str, str]:
    return {
        "location": f"{held.path}/_history/{held.version}",
        "etag": f'W/"{held.version}"',
        "lastModified": instant(held.updated_at),
    }


def _dumped(value: Any) -> str:
    return orjson.dumps(value).decode()
