"""Papers of the checklist among a visit's resources."""

from typing import Any

import pytest

from services.hospital_gateway.adapters.fhir.paper_reader import read_papers
from services.hospital_gateway.application.documents import Kept

SNOMED, LOINC = "http://snomed.info/sct", "http://loinc.org"


def coded(system: str, code: str) -> list[dict[str, Any]]:
    return [{"coding": [{"system": system, "code": code}]}]


def kinds(type_name: str, **content: Any) -> list[str]:
    kept = Kept(type_name, "1", 1, "0" * 64, {"resourceType": type_name, **content})
    return [paper.kind for paper in read_papers([kept])]


@pytest.mark.parametrize(
    ("type_name", "content", "kind"),
    [
        ("DocumentReference", {"type": {"text": "Visum et Repertum"}}, "visum"),
        ("DocumentReference", {"description": "Surat rujukan ke RSUD"}, "referral"),
        ("DocumentReference", {"type": coded(LOINC, "57133-1")[0]}, "referral"),
        ("Composition", {"title": "Surat Keterangan Kematian"}, "death_certificate"),
        ("DocumentReference", {"type": {"text": "Surat keterangan sakit"}}, "rest_letter"),
        ("DocumentReference", {"category": [{"text": "Foto rontgen manus dextra"}]}, "imaging"),
        ("ServiceRequest", {"category": coded(SNOMED, "3457005"), "status": "active"}, "referral"),
        ("ImagingStudy", {"status": "available"}, "imaging"),
        ("DiagnosticReport", {"category": coded("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD")}, "imaging"),
    ],
)
def test_a_paper_is_known_by_its_type_or_title(type_name: str, content: dict[str, Any], kind: str) -> None:
    assert kinds(type_name, **content) == [kind]


@pytest.mark.parametrize(
    ("type_name", "content"),
    [
        ("Composition", {"title": "Surat keterangan dokter pemeriksa (3b KK 3)"}),
        ("Composition", {"title": "Resume medis rawat jalan"}),
        ("ServiceRequest", {"category": coded(SNOMED, "108252007")}),
        # As bridges to SATUSEHAT order a visit for control.
        ("ServiceRequest", {"category": [{"coding": [{"code": "306098008", "display": "Self-referral"}]}]}),
        ("ServiceRequest", {"category": coded(SNOMED, "3457005"), "code": coded(SNOMED, "185389009")[0]}),
        ("ServiceRequest", {"category": coded(SNOMED, "3457005"), "status": "revoked"}),
        ("DiagnosticReport", {"category": coded("http://terminology.hl7.org/CodeSystem/v2-0074", "LAB")}),
        ("DocumentReference", {"type": {"text": "Visum"}, "docStatus": "preliminary"}),
        ("DocumentReference", {"type": {"text": "Visum"}, "status": "superseded"}),
        ("Condition", {"code": {"text": "visum"}}),
        ("DocumentReference", {"type": "visum", "category": 7, "description": None}),
    ],
)
def test_anything_else_is_none(type_name: str, content: dict[str, Any]) -> None:
    assert kinds(type_name, **content) == []
