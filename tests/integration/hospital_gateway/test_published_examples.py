"""The profile and examples of docs/fhir: each is valid by $validate, and each example makes the report beside it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.hospital_gateway.conftest import Gateway

FOLDER = Path(__file__).parents[3] / "docs" / "fhir"
EXAMPLES = sorted(path for path in (FOLDER / "examples").glob("*.json") if not path.name.endswith(".report.json"))


def read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return document


def contains(whole: Any, part: Any) -> bool:
    """Whether `whole` says all that `part` does."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(name in whole and contains(whole[name], part[name]) for name in part)
    if isinstance(part, list):
        return len(whole) == len(part) and all(contains(one, other) for one, other in zip(whole, part, strict=True))
    return bool(whole == part)


def problems(outcome: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in outcome["issue"] if one["severity"] in ("error", "fatal")]


async def test_every_published_definition_is_valid(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    for path in sorted(FOLDER.glob("*.json")):
        answer = await hospital.post(f"/fhir/{path.name.partition('-')[0]}/$validate", path.read_text("utf-8"))
        assert answer.status_code == 200, path.name
        assert problems(answer.json()) == [], path.name


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
async def test_an_example_is_valid_and_makes_the_report_beside_it(gateway: Gateway, path: Path) -> None:
    hospital, bundle = gateway.hospital(), read(path)
    for entry in bundle["entry"]:
        resource = entry["resource"]
        answer = await hospital.post(f"/fhir/{resource['resourceType']}/$validate", resource)
        # Only its Bundle tells what a `urn:uuid:` means.
        told = [one for one in problems(answer.json()) if one.get("code") != "not-found"]
        assert told == [], resource["resourceType"]
    await hospital.accepted(bundle)
    ((facts, content),) = await gateway.reports(hospital)
    expected = read(path.with_suffix(".report.json"))
    assert facts.has_doctor_statement
    assert contains(content.model_dump(mode="json"), expected), content.model_dump_json(indent=1)


async def test_an_example_sent_as_a_document_makes_the_same_report(gateway: Gateway) -> None:
    hospital, path = gateway.hospital(), FOLDER / "examples" / "doctor-statement.json"
    entries = [{"fullUrl": one["fullUrl"], "resource": one["resource"]} for one in read(path)["entry"]]
    entries.sort(key=lambda one: one["resource"]["resourceType"] != "Composition")
    document = {
        "resourceType": "Bundle",
        "type": "document",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": "urn:uuid:5f0c7a10-0000-4000-8000-0000000000ff"},
        "timestamp": "2026-12-21T09:05:00+07:00",
        "entry": entries,
    }
    answer = await hospital.post("/fhir", document)
    assert answer.status_code == 201, answer.text
    ((_, content),) = await gateway.reports(hospital)
    assert contains(content.model_dump(mode="json"), read(path.with_suffix(".report.json")))
