"""The profile of docs/fhir as HAPI's validator reads it: the examples fit, and what breaks its rules does not."""

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "fhir"
PROGRAM = "tests.foreign.programs.hapi_validator"


def read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return document


def profiled() -> dict[str, dict[str, Any]]:
    """Every resource of the examples that claims one of our profiles, by example and place."""
    return {
        f"{path.stem}/{place}": entry["resource"]
        for path in sorted((FOLDER / "examples").glob("*.json"))
        if not path.name.endswith(".report.json")
        for place, entry in enumerate(read(path)["entry"])
        if "profile" in entry["resource"].get("meta", {})
    }


def of(resources: dict[str, dict[str, Any]], type_name: str, code: str | None = None) -> dict[str, Any]:
    """A copy of the first resource of a type, an Observation with this code."""
    found = (one for one in resources.values() if one["resourceType"] == type_name)
    return copy.deepcopy(next(one for one in found if code is None or one["code"]["coding"][0]["code"] == code))


def broken(resources: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """One resource for each rule that it breaks."""
    statement = of(resources, "Composition")
    without_outcome = {
        **statement,
        "section": [one for one in statement["section"] if one["code"]["coding"][0]["code"] != "outcome"],
    }
    twice = {**statement, "section": [*statement["section"], statement["section"][0]]}
    return {
        "no outcome section": without_outcome,
        "a section twice": twice,
        "no encounter": {name: value for name, value in statement.items() if name != "encounter"},
        "two authors": {**statement, "author": statement["author"] * 2},
        "another form": {**statement, "type": {"coding": [{"system": "urn:simpul:form", "code": "3c"}]}},
        "rest without an end": {**of(resources, "Observation", "rest-period"), "valuePeriod": {"start": "2026-11-21"}},
        "a percentage of 140": {
            **of(resources, "Observation", "disability"),
            "valueQuantity": {"value": 140, "unit": "%"},
        },
        "an outcome in words": {
            name: value
            for name, value in {**of(resources, "Observation", "outcome"), "valueString": "sembuh"}.items()
            if name != "valueCodeableConcept"
        },
        "a doctor without a name": {
            name: value for name, value in of(resources, "Practitioner").items() if name != "name"
        },
    }


@pytest.fixture(scope="module")
def verdicts() -> dict[str, list[list[str]]]:
    resources = profiled()
    definitions = [read(path) for path in sorted(FOLDER.glob("*.json"))]
    asked = {"definitions": definitions, "resources": {**resources, **broken(resources)}}
    done = subprocess.run(
        [sys.executable, "-m", PROGRAM],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, list[list[str]]] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_every_example_fits_its_profile(verdicts: dict[str, list[list[str]]]) -> None:
    assert {name: errors for name in profiled() if (errors := verdicts[name])} == {}


@pytest.mark.parametrize("name", sorted(broken(profiled())))
def test_what_breaks_a_rule_of_the_profile_is_found(verdicts: dict[str, list[list[str]]], name: str) -> None:
    assert verdicts[name]
