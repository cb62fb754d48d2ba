"""CoverageEligibilityRequest as read and CoverageEligibilityResponse as written (FHIR R4, financial management)."""

import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from services.hospital_gateway.adapters.fhir import systems
from services.hospital_gateway.adapters.fhir.elements import day, identifier_value, part, text
from services.hospital_gateway.adapters.fhir.outcome import PROBLEMS, instant
from services.hospital_gateway.application.documents import EligibilityAnswer, EligibilityAsked, Held, VisitMarks
from services.hospital_gateway.application.findings import finding
from services.hospital_gateway.domain import eligibility as codes

# Extensions by which the answer says what R4 has no element for.
REASON = "urn:simpul:eligibility-reason"
AS_OF = "urn:simpul:eligibility-as-of"
REPORTED = "urn:simpul:accident-report-held"
_INSURER = "BPJS Ketenagakerjaan"
_WORDS = {
    codes.COVERED: ("Terdaftar JKK pada tanggal itu.", "Covered by JKK on that day."),
    codes.NOT_REGISTERED: (
        "Tidak ditemukan dalam data kepesertaan yang diterima; pelayanan dugaan kecelakaan kerja tetap diberikan.",
        "Not found in the membership data received; a suspected work accident is treated all the same.",
    ),
    codes.NOT_ACTIVE: ("Kepesertaan tidak aktif pada tanggal itu.", "No membership was active on that day."),
    codes.OTHER_PROGRAMMES: ("Terdaftar, tetapi tidak dalam JKK.", "Registered, but not for JKK."),
    codes.UNPAID: (
        "Peserta mandiri dengan iuran yang belum dibayar pada tanggal itu.",
        "Self-insured, with contributions unpaid on that day.",
    ),
}


def eligibility_asked(content: Mapping[str, Any]) -> EligibilityAsked:
    """Of whom and of which day; without one, today."""
    patient = content.get("patient")
    serviced = day(content.get("servicedDate")) or day(part(content, "servicedPeriod", "start"))
    logical = {"identifier": part(patient, "identifier")}
    return EligibilityAsked(numbers_in(logical), text(part(patient, "reference")), serviced)


def numbers_in(content: Mapping[str, Any]) -> VisitMarks:
    """A patient's numbers."""
    return VisitMarks(
        nik=identifier_value(content, systems.NIK),
        kpj=identifier_value(content, systems.KPJ),
        passport=identifier_value(content, *systems.PASSPORTS),
    )


def eligibility_response(request: Held, asked: Mapping[str, Any], answer: EligibilityAnswer) -> bytes:
    """The answer as a resource."""
    response = {
        "resourceType": "CoverageEligibilityResponse",
        "status": "active",
        "purpose": asked.get("purpose", ["validation"]),
        "patient": asked["patient"],
        "servicedDate": answer.day.isoformat(),
        "created": instant(answer.answered_at.astimezone(UTC)),
        "request": {"reference": request.path},
        "insurer": {"display": _INSURER},
    }
    found = answer.eligibility
    more = _of_nobody() if found is None else _complete(found, answer)
    return json.dumps({**response, **more}, ensure_ascii=False).encode()


def _of_nobody() -> dict[str, Any]:
    problem = finding("patient-unknown")
    words = f"{problem.text_id} / {problem.detail}"
    code = {"coding": [{"system": PROBLEMS, "code": problem.code}], "text": words}
    return {"outcome": "error", "disposition": words, "error": [{"code": code}]}


def _complete(found: codes.Eligibility, answer: EligibilityAnswer) -> dict[str, Any]:
    indonesian, english = _WORDS[found.code]
    insurance: dict[str, Any] = {"coverage": {"display": "JKK"}, "inforce": found.in_force}
    if found.active_from is not None:
        period = {"start": found.active_from.isoformat()}
        if found.active_to is not None:
            period["end"] = found.active_to.isoformat()
        insurance["benefitPeriod"] = period
    extensions: list[dict[str, Any]] = [
        {"url": REASON, "valueCode": found.code},
        {"url": REPORTED, "valueBoolean": answer.reported},
    ]
    if answer.as_of is not None:
        extensions.append({"url": AS_OF, "valueInstant": instant(answer.as_of.astimezone(UTC))})
    return {
        "extension": extensions,
        "outcome": "complete",
        "disposition": f"{indonesian} / {english}",
        "insurance": [insurance],
    }
