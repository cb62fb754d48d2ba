"""OperationOutcome and transaction-response: how answers read in FHIR."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.hospital_gateway.application.documents import Done
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
            "text": one.text_id,
            "_text": {
                "extension": [
                    {
                        "url": _TRANSLATION,
                        "extension": [
                            {"url": "lang", "valueCode": "en"},
                            {"url": "content", "valueString": one.detail},
                        ],
                    }
                ]
            },
        },
        "diagnostics": one.detail,
    }
    if one.pointer:
        issue["expression"] = [one.pointer]
    return issue


def instant(at: datetime) -> str:
    """An instant as FHIR writes it, in UTC to the millisecond."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def response_bundle(done: Sequence[Done | SimpulError], kind: str) -> bytes:
    """A transaction-response or batch-response with one entry for each entry that came."""
    entries: list[dict[str, Any]] = []
    for one in done:
        if isinstance(one, Done):
            held = one.held
            response = {
                "status": one.status,
                "location": f"{held.path}/_history/{held.version}",
                "etag": f'W/"{held.version}"',
                "lastModified": instant(held.updated_at),
            }
            answer = {"resource": json.loads(one.answer.text)} if one.answer else {}
            entries.append({**answer, "response": response})
        else:
            entries.append({"response": {"status": status_line(one), "outcome": outcome_of(one)}})
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": f"{kind}-response"}
    if entries:
        bundle["entry"] = entries
    return json.dumps(bundle, ensure_ascii=False, separators=(",", ":")).encode()
