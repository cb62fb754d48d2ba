"""Parts of resources that many cases share."""

from typing import Any

TERMS = "http://terminology.hl7.org/CodeSystem/"
UCUM = "http://unitsofmeasure.org"
XHTML = "http://www.w3.org/1999/xhtml"
NIK = "https://fhir.kemkes.go.id/id/nik"
DAY, MOMENT, LATER = "2026-11-20", "2026-11-20T10:05:00+07:00", "2026-11-20T12:30:00+07:00"

Changes = dict[str, Any]


def coded(system: str, code: str) -> Changes:
    return {"coding": [{"system": TERMS + system, "code": code}]}


def icd10(code: str) -> Changes:
    return {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": code}]}


def div(inner: str, attributes: str = f' xmlns="{XHTML}"') -> Changes:
    return {"text": {"status": "generated", "div": f"<div{attributes}>{inner}</div>"}}


def dosage(**repeat: Any) -> Changes:
    return {"dosageInstruction": [{"timing": {"repeat": repeat}}]}


def entry(**parts: Any) -> Changes:
    resource = {"resourceType": "Location", "name": "IGD"}
    whole = {"fullUrl": "urn:uuid:0aaaaaaa-0000-4000-8000-000000000001", "resource": resource, **parts}
    return {name: value for name, value in whole.items() if value is not None}


REASON = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]}
LOCATION = {"resourceType": "Location", "id": "l", "name": "IGD"}
AT = [{"location": {"reference": "#l"}}]
DOCUMENT = {
    "type": "document",
    "identifier": {"system": "urn:x", "value": "1"},
    "timestamp": LATER,
    "entry": [
        {
            "fullUrl": "https://rs.example/fhir/Composition/1",
            "resource": {
                "resourceType": "Composition",
                "id": "1",
                "status": "final",
                "type": {"text": "3b KK 3"},
                "date": DAY,
                "author": [{"display": "dr. Budi"}],
                "title": "3b KK 3",
            },
        }
    ],
}
