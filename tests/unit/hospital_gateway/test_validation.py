"""FHIR R4's own tables judge: every rule has its function and its words, and every problem is told where it is."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.hospital_gateway.adapters.fhir.r4 import tables
from services.hospital_gateway.adapters.fhir.r4.invariants import RULES
from services.hospital_gateway.adapters.fhir.types import R4_TYPES
from services.hospital_gateway.adapters.fhir.validation import judge
from services.hospital_gateway.application import findings

# Interface section 4, and what the gateway itself reads and writes.
_JUDGED = """
Patient Encounter Condition Procedure Observation DocumentReference Composition Practitioner PractitionerRole
Organization Location ServiceRequest MedicationRequest MedicationDispense Medication MedicationAdministration
DiagnosticReport ImagingStudy AllergyIntolerance CarePlan CareTeam Claim ExplanationOfBenefit Coverage
ClinicalImpression EpisodeOfCare QuestionnaireResponse Specimen Device Immunization Provenance SupplyDelivery
CoverageEligibilityRequest CoverageEligibilityResponse Bundle Task Communication
"""
JUDGED = frozenset(_JUDGED.split())
# Held by the walk, which sees more than one element.
_OF_THE_WALK = {"ref-1", "txt-1", "txt-2", "dom-2", "dom-3", "dom-4", "dom-5"}
# Nobody can follow a member's reference from here; unresolved it holds by definition.
_NEEDS_RESOLVING = {"ctm-1"}


def _table(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((Path(tables.__file__).parent / name).read_text("utf-8"))
    return loaded


def _constrained() -> dict[str, str]:
    """Invariants by key with the type they are of, for the judged types and all data types that resources use."""
    return {
        key: path
        for path, rules in _table("invariants.json").items()
        for key in rules
        if (path.split(".")[0] in JUDGED or path.split(".")[0] not in R4_TYPES)
        # Definitions of elements stand in conformance resources only.
        and path.split(".")[0] != "ElementDefinition"
    }


def test_every_invariant_of_the_judged_types_has_a_rule() -> None:
    ruled = {key for rules in RULES.values() for key, _, _ in rules}
    assert set(_constrained()) - ruled - _OF_THE_WALK - _NEEDS_RESOLVING == set()
    # Those of profiles on Quantity, which the table leaves to the types they profile.
    assert ruled - set(_constrained()) == {"sqty-1", "mqty-1"}


def test_every_problem_has_words_in_both_languages() -> None:
    messages = yaml.safe_load((Path(findings.__file__).parent / "messages.yaml").read_text("utf-8"))
    for key in set(_constrained()) - {"per-1", "txt-1", "txt-2"} - _NEEDS_RESOLVING:
        assert messages[key]["id"] != messages[key]["en"]


def test_every_type_of_r4_has_a_shape() -> None:
    assert len(R4_TYPES) == 146
    for name in R4_TYPES:
        assert tables.shape_of(name).resource


def told(resource: dict[str, Any]) -> set[tuple[str, str]]:
    return {(one.code, one.pointer) for one in judge(resource, resource["resourceType"]).findings}


def encounter(**changes: Any) -> dict[str, Any]:
    whole = {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "EMER"},
        "subject": {"reference": "Patient/1"},
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"status": "bogus"}, ("code-not-in-value-set", "Encounter.status")),
        ({"status": None}, ("required", "Encounter.status")),
        ({"status": ["finished"]}, ("type-mismatch", "Encounter.status")),
        ({"class": None}, ("required", "Encounter.class")),
        ({"admission": {}}, ("unknown-element", "Encounter.admission")),
        ({"subject": {"reference": "Organization/1"}}, ("reference-target", "Encounter.subject.reference")),
        ({"subject": {"reference": "#nobody"}}, ("ref-1", "Encounter.subject")),
        ({"type": {"text": "x"}}, ("type-mismatch", "Encounter.type")),
        ({"type": [{}]}, ("empty-value", "Encounter.type[0]")),
        ({"type": []}, ("empty-value", "Encounter.type")),
        ({"period": {"start": "2026-11-21", "end": "2026-11-20"}}, ("period-reversed", "Encounter.period")),
        ({"period": {"start": "2026-02-30"}}, ("date-invalid", "Encounter.period.start")),
        ({"period": {"start": "2026-11-20T09:30"}}, ("date-invalid", "Encounter.period.start")),
        ({"length": {"value": "5", "code": "h"}}, ("type-mismatch", "Encounter.length.value")),
        ({"length": {"value": 5, "code": "h"}}, ("drt-1", "Encounter.length")),
        ({"extension": [{"url": "urn:x"}]}, ("ext-1", "Encounter.extension[0]")),
        ({"text": {"status": "generated", "div": "<div>x</div>"}}, ("narrative-invalid", "Encounter.text.div")),
        (
            {"contained": [{"resourceType": "Location", "id": "a"}]},
            ("dom-3", "Encounter.contained[0]"),
        ),
        (
            {"reasonCode": [{"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "S62.9"}]}]},
            ("icd10-unknown", "Encounter.reasonCode[0].coding[0].code"),
        ),
        (
            {"identifier": [{"system": "https://fhir.kemkes.go.id/id/nik", "value": "123"}]},
            ("nik-format", "Encounter.identifier[0].value"),
        ),
    ],
)  # fmt: skip
def test_a_problem_is_told_where_it_is(changes: dict[str, Any], problem: tuple[str, str]) -> None:
    assert problem in told(encounter(**changes))


def test_all_problems_are_told_at_once() -> None:
    spoilt = encounter(status=None, period={"start": "2026-13-01", "end": 5}, participant=[{"type": "x"}], foo=1)
    assert told(spoilt) == {
        ("required", "Encounter.status"),
        ("date-invalid", "Encounter.period.start"),
        ("type-mismatch", "Encounter.period.end"),
        ("type-mismatch", "Encounter.participant[0].type"),
        ("unknown-element", "Encounter.foo"),
    }


def test_a_missing_value_may_have_its_reason() -> None:
    reason = {
        "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]
    }
    assert told(encounter(status=None, _status=reason)) == set()
    names = [{"given": [None, "Aminah"], "_given": [reason, None]}]
    assert told({"resourceType": "Patient", "name": names}) == set()
    assert told({"resourceType": "Patient", "name": [{"given": [None, "Aminah"]}]}) == {
        ("null-value", "Patient.name[0].given[0]")
    }


def test_a_choice_is_named_as_fhirpath_names_it() -> None:
    condition = {"resourceType": "Condition", "subject": {"reference": "Patient/1"}}
    assert told({**condition, "onsetDateTime": "soon"}) == {("date-invalid", "Condition.onset")}
    both = {**condition, "onsetDateTime": "2026-11-20", "onsetString": "soon"}
    assert told(both) == {("choice-multiple", "Condition.onset")}
    twin = {"extension": [{"url": "urn:x", "valueBoolean": True}]}
    assert told({**condition, "onsetString": "soon", "_onsetString": twin}) == set()
    assert told({**condition, "onsetString": "soon", "_onsetDateTime": twin}) == {
        ("choice-multiple", "Condition.onset")
    }


_ANYTHING: list[Any] = [
    None, True, 0, -1, 1.5, "", " ", "x", "2026-11-20", "#x", "urn:x", [], {}, [None], [[]], [{}], ["x", None],
    {"x": 1}, {"start": 5, "end": []}, {"coding": [{"system": {}, "code": []}]}, {"reference": ["x"]},
    [{"url": 5, "extension": 1}],
    {"contained": [1]}, [{"resourceType": "Patient", "id": ["a"], "meta": 5}], {"value": {}, "code": {}, "system": []},
]  # fmt: skip


@pytest.mark.parametrize("type_name", sorted(R4_TYPES))
def test_whatever_stands_where_the_judge_answers(type_name: str) -> None:
    rng = random.Random(type_name)
    names = list(tables.shape_of(type_name).slots)
    for _ in range(25):
        resource = {name: rng.choice(_ANYTHING) for name in rng.sample(names, min(len(names), 8))}
        for finding in judge({"resourceType": type_name, **resource}, type_name).findings:
            assert finding.text_id
            assert finding.pointer.startswith(type_name)
