"""One verdict wherever a resource is judged, told so that a hospital can act on it."""

import copy
from typing import Any

from tests.integration.hospital_gateway.conftest import Gateway, of_type, sample, single

_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"


def spoilt_condition() -> dict[str, Any]:
    return single(
        sample("hand-caught-in-press"),
        "Condition",
        code={"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "S62.9"}]},
        subject={"reference": "Organization/1"},
        encounter={"reference": "Encounter/E1"},
        clinicalStatus={
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "x"}]
        },
        onsetDateTime="20-11-2026",
        onsetAge={"value": 3},
        severty={"text": "berat"},
        stage=[{"type": {"text": "II"}}],
    )


_PROBLEMS = {
    ("icd10-unknown", "code-invalid", "Condition.code.coding[0].code"),
    ("reference-target", "invalid", "Condition.subject.reference"),
    ("code-not-in-value-set", "code-invalid", "Condition.clinicalStatus"),
    ("date-invalid", "value", "Condition.onset"),
    ("choice-multiple", "invariant", "Condition.onset"),
    ("age-1", "invariant", "Condition.onset"),
    ("unknown-element", "structure", "Condition.severty"),
    ("con-1", "invariant", "Condition.stage[0]"),
}


def problems(outcome: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {
        (issue["details"]["coding"][0]["code"], issue["code"], issue["expression"][0]) for issue in outcome["issue"]
    }


async def test_every_problem_is_told_at_once_and_the_same_everywhere(gateway: Gateway) -> None:
    hospital, condition = gateway.hospital(), spoilt_condition()
    asked = await hospital.post("/fhir/Condition/$validate", condition)
    assert (asked.status_code, problems(asked.json())) == (200, _PROBLEMS)
    created = await hospital.post("/fhir/Condition", condition)
    assert (created.status_code, problems(created.json())) == (422, _PROBLEMS)
    bundle = sample("hand-caught-in-press")
    of_type(bundle, "Condition").clear()
    bundle["entry"][2]["resource"] = condition
    sent = await hospital.post("/fhir", bundle)
    inside = {
        (code, kind, place.replace("Condition", "Bundle.entry[2].resource", 1)) for code, kind, place in _PROBLEMS
    }
    assert (sent.status_code, problems(sent.json())) == (422, inside)


async def test_each_problem_is_told_in_indonesian_and_english(gateway: Gateway) -> None:
    issues = (await gateway.hospital().post("/fhir/Condition/$validate", spoilt_condition())).json()["issue"]
    told = {issue["details"]["coding"][0]["code"]: issue for issue in issues}
    assert told["con-1"]["details"]["text"] == "stage memerlukan summary atau assessment."
    language, content = told["con-1"]["details"]["_text"]["extension"][0]["extension"]
    assert (language["valueCode"], content["valueString"]) == ("en", "A stage needs summary or assessment.")
    assert "Patient" in told["reference-target"]["details"]["text"]
    assert all("S62.9" not in str(issue) for issue in issues)


async def test_a_second_judges_doubt_is_passed_on_and_refuses_nothing(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    observation = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "Nadi"},
        "contained": [{"resourceType": "SubstanceSpecification", "id": "a"}],
        "device": {"reference": "Device/1", "extension": [{"url": "urn:x:y", "valueReference": {"reference": "#a"}}]},
    }
    issues = (await hospital.post("/fhir/Observation/$validate", observation)).json()["issue"]
    assert [issue["severity"] for issue in issues] == ["information", "warning"]
    assert (await hospital.post("/fhir/Observation", observation)).status_code == 201


async def test_what_is_contained_is_judged_with_what_holds_it(gateway: Gateway) -> None:
    hospital, encounter = gateway.hospital(), single(sample("hand-caught-in-press"), "Encounter")
    encounter["subject"] = {"reference": "Patient/P02478375538"}
    encounter["serviceProvider"] = {"reference": "#rs"}
    encounter["diagnosis"] = None
    encounter = {name: value for name, value in encounter.items() if value is not None}
    alone = copy.deepcopy(encounter)
    found = problems((await hospital.post("/fhir/Encounter/$validate", alone)).json())
    assert ("ref-1", "invariant", "Encounter.serviceProvider") in found
    encounter["contained"] = [{"resourceType": "Organization", "id": "rs", "alias": ["RSC"]}]
    found = problems((await hospital.post("/fhir/Encounter/$validate", encounter)).json())
    assert ("org-1", "invariant", "Encounter.contained[0]") in found
    assert not any(code == "ref-1" for code, _, _ in found)


async def test_a_reference_to_an_entry_of_another_type_is_refused(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("hand-caught-in-press")
    encounter = next(entry["fullUrl"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == "Encounter")
    of_type(bundle, "Condition")["subject"] = {"reference": encounter}
    answer = await hospital.post("/fhir", bundle)
    assert answer.status_code == 422
    assert problems(answer.json()) == {
        ("reference-target", "invalid", "Bundle.entry[2].resource.subject.reference"),
    }
