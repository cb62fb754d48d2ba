"""Resources and Bundles that hospitals send beside the sample visits."""

import json
import re
import secrets
from pathlib import Path
from typing import Any

from tests.integration.hospital_gateway.conftest import sample

ICD10 = "http://hl7.org/fhir/sid/icd-10"
OURS = "urn:simpul:"
GUIDE = Path(__file__).parents[3] / "docs" / "connect-a-hospital.md"
TELECOM = [{"system": "phone", "value": "0813-1111-2222", "use": "mobile"}]
COMPOSITION = "urn:uuid:0c0c0c0c-0000-4000-8000-000000000000"


def condition(patient: str, encounter: str, code: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Condition",
        "code": {"coding": [{"system": ICD10, "code": code}]},
        "subject": {"reference": patient},
        "encounter": {"reference": encounter},
        **more,
    }


def coverage(patient: str) -> dict[str, Any]:
    return {
        "resourceType": "Coverage",
        "status": "active",
        "type": {"text": "JKK"},
        "subscriberId": "12345678901",
        "beneficiary": {"reference": patient},
        "payor": [{"display": "BPJS Ketenagakerjaan"}],
    }


def claim(patient: str, encounter: str) -> dict[str, Any]:
    return {
        "resourceType": "Claim",
        "status": "active",
        "type": {"coding": [{"code": "institutional"}]},
        "use": "claim",
        "patient": {"reference": patient},
        "created": "2026-11-20",
        "provider": {"reference": "Organization/100000401"},
        "priority": {"coding": [{"code": "normal"}]},
        "insurance": [{"sequence": 1, "focal": True, "coverage": {"display": "JKK"}}],
        "accident": {"date": "2026-11-20"},
        "item": [
            {
                "sequence": 1,
                "encounter": [{"reference": encounter}],
                "productOrService": {"text": "IGD"},
                "net": {"value": 150000.50},
            }
        ],
    }


def composition(patient: str, encounter: str) -> dict[str, Any]:
    said = {
        "Anamnesa": "Tangan kanan terjepit mesin press",
        "Pemeriksaan fisik": "Luka robek, deformitas ibu jari",
        "Penatalaksanaan": "Debridement &amp; jahit",
        "Tanggal kecelakaan": "20-11-2026",
        "Hasil": "Cacat fungsi ibu jari kanan 40 %",
        "Setelah sembuh dapat bekerja": "Pekerjaan ringan, tanpa mesin press",
        "Diberikan istirahat": "2026-11-21 s/d 2026-12-04",
    }
    sections = [
        {
            "title": title,
            "text": {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{text}</p></div>'},
        }
        for title, text in said.items()
    ]
    return {
        "resourceType": "Composition",
        "status": "final",
        "type": {"text": "Surat Keterangan Dokter 3b KK 3"},
        "subject": {"reference": patient},
        "encounter": {"reference": encounter},
        "date": "2026-11-28T09:00:00+07:00",
        "author": [{"reference": "Practitioner/10009880728", "display": "dr. Andi"}],
        "title": "Surat keterangan dokter pemeriksa (3b KK 3)",
        "section": sections,
    }


def consent(patient: str, **more: Any) -> dict[str, Any]:
    """The guide's own, of this patient."""
    found = re.search(r"```json\n(\{\n  \"resourceType\": \"Consent\".*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    assert found is not None
    return {**json.loads(found[1]), "patient": {"reference": patient}, **more}


def document(name: str = "hand-caught-in-press") -> dict[str, Any]:
    """A sample visit as a document."""
    entries = [{"fullUrl": one["fullUrl"], "resource": one["resource"]} for one in sample(name)["entry"]]
    first = {
        "resourceType": "Composition",
        "status": "final",
        "type": {"coding": [{"system": "http://loinc.org", "code": "18842-5"}]},
        "subject": {"reference": entries[0]["fullUrl"]},
        "encounter": {"reference": entries[1]["fullUrl"]},
        "date": "2026-11-20T12:00:00+07:00",
        "author": [{"display": "dr. Contoh"}],
        "title": "Resume medis",
    }
    return {
        "resourceType": "Bundle",
        "type": "document",
        "identifier": {"system": "urn:dokumen", "value": secrets.token_hex(6)},
        "timestamp": "2026-11-20T12:00:00+07:00",
        "entry": [{"fullUrl": COMPOSITION, "resource": first}, *entries],
    }


def rich_bundle() -> dict[str, Any]:
    """A visit with every kind of resource that the report reads."""
    bundle = sample("hand-caught-in-press")
    patient, encounter = (bundle["entry"][place]["fullUrl"] for place in (0, 1))
    for resource in (
        coverage(patient),
        composition(patient, encounter),
        claim(patient, encounter),
        {
            "resourceType": "Observation",
            "status": "final",
            "code": {"coding": [{"system": "urn:simpul:observation", "code": "rest-period"}]},
            "subject": {"reference": patient},
            "encounter": {"reference": encounter},
            "valuePeriod": {"start": "2026-11-21", "end": "2026-12-04"},
        },
        {
            "resourceType": "QuestionnaireResponse",
            "status": "completed",
            "encounter": {"reference": encounter},
            "item": [
                {"linkId": "outcome", "answer": [{"valueString": "Sembuh tanpa cacat"}]},
                {"linkId": "work_capacity", "answer": [{"valueCoding": {"display": "biasa"}}]},
                {"linkId": "function_loss_percent", "answer": [{"valueQuantity": {"value": 40.50, "unit": "%"}}]},
            ],
        },
    ):
        request = {"method": "POST", "url": resource["resourceType"]}
        bundle["entry"].append(
            {"fullUrl": f"urn:uuid:{len(bundle['entry'])}", "request": request, "resource": resource}
        )
    return bundle
