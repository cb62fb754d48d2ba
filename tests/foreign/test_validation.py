"""Our verdict on a resource beside that of HAPI's validator, and our tables beside the definitions they come from."""

import copy
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from services.hospital_gateway.adapters.fhir.validation import judge
from tests.foreign import r4_tables
from tests.support.fhir_corpus import corpus, good, made_elsewhere

_PUBLISHED = Path(__file__).parents[2] / "docs" / "fhir"
_DISAGREEMENTS = Path(__file__).with_name("disagreements.yaml")
_JUDGING_SECONDS = 500
_MISSING = re.compile(r"[A-Za-z.]+\.([A-Za-z]+)(\[x\])?: minimum required")
_CHOSEN = re.compile(r"\.ofType\([A-Za-z0-9]+\)|\[x\]|/\*.*?\*/")


class Verdicts(NamedTuple):
    """Places of what each judge has against a resource; none when it is taken."""

    ours: set[str]
    hapis: set[str]


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Verdicts]:
    resources = corpus()
    told = _told_by_hapi(resources)
    return {
        name: Verdicts(_ours(resource), {_place(*one) for one in told[name]}) for name, resource in resources.items()
    }


def _told_by_hapi(
    resources: dict[str, dict[str, Any]], definitions: Sequence[dict[str, Any]] = ()
) -> dict[str, list[list[str]]]:
    """What HAPI has against resources, by name: places and words."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.foreign.programs.hapi_validator"],
        input=json.dumps({"resources": resources, "definitions": definitions}),
        capture_output=True,
        text=True,
        timeout=_JUDGING_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    told: dict[str, list[list[str]]] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


def _ours(resource: dict[str, Any]) -> set[str]:
    return {one.pointer for one in judge(resource, resource["resourceType"]).findings}


def _place(place: str, words: str) -> str:
    """Where HAPI means: it tells what is missing at the element around it."""
    missing = _MISSING.match(words)
    return _CHOSEN.sub("", f"{place}.{missing[1]}" if missing else place)


def _around(one: str, other: str, steps_max: int | None = None) -> bool:
    """Whether one of two elements holds the other, or is it. Judges differ in whether a rule is an element's or that of
    what holds it. An empty place is that of a judge who broke down, which is anywhere."""
    steps, others = _steps(one), _steps(other)
    shared = min(len(steps), len(others))
    apart = abs(len(steps) - len(others))
    return shared == 0 or (steps[:shared] == others[:shared] and (steps_max is None or apart <= steps_max))


def _steps(place: str) -> list[str]:
    return re.findall(r"[^.\[\]]+|\[\d+\]", place)


def _disagreement(verdict: Verdicts) -> str:
    """Who alone refuses, or `place` when both do and not for the same element; empty when they agree."""
    ours, hapis = verdict
    if not ours or not hapis:
        return "simpul" if ours else "hapi" if hapis else ""
    # What we tell, HAPI tells there or next to it (an index is a step); what HAPI tells may be a consequence around it.
    met = all(any(_around(one, other, 2) for other in hapis) for one in ours)
    return "" if met and all(any(_around(one, other) for other in ours) for one in hapis) else "place"


def explained() -> dict[str, str]:
    """Cases by name with who disagrees, from the committed list."""
    return {
        case: reason["refuses"]
        for reason in yaml.safe_load(_DISAGREEMENTS.read_text("utf-8"))
        for case in reason["cases"]
    }


def test_every_disagreement_with_hapis_validator_is_explained(verdicts: dict[str, Verdicts]) -> None:
    found = {name: who for name, verdict in verdicts.items() if (who := _disagreement(verdict))}
    listed = explained()
    unexplained = {name: (who, verdicts[name]) for name, who in found.items() if listed.get(name) != who}
    assert unexplained == {}
    assert listed.keys() - found.keys() == set(), "these no longer disagree"


def test_the_comparison_is_wide(verdicts: dict[str, Verdicts]) -> None:
    refused_by_both = [name for name, verdict in verdicts.items() if verdict.ours and verdict.hapis]
    taken_by_both = [name for name, verdict in verdicts.items() if not verdict.ours and not verdict.hapis]
    assert len(refused_by_both) > 500
    assert len(taken_by_both) > 300
    assert (good() | made_elsewhere()).keys() <= set(taken_by_both)


def test_every_reason_is_given() -> None:
    for reason in yaml.safe_load(_DISAGREEMENTS.read_text("utf-8")):
        assert reason["refuses"] in ("simpul", "hapi", "place")
        assert len(reason["because"]) > 30
        assert reason["cases"]


def test_the_tables_are_what_the_definitions_say() -> None:
    for name, text in r4_tables.tables().items():
        assert (r4_tables.FOLDER / name).read_text("utf-8") == text, name


def test_what_we_publish_is_sound_to_hapi_and_its_profiles_bind() -> None:
    published = {file.name: json.loads(file.read_text("utf-8")) for file in sorted(_PUBLISHED.glob("*.json"))}
    examples = {
        file.name: json.loads(file.read_text("utf-8")) for file in sorted((_PUBLISHED / "examples").glob("*.json"))
    }
    examples = {name: example for name, example in examples.items() if "resourceType" in example}
    spoilt = copy.deepcopy(examples["doctor-statement.json"])
    statement = next(one["resource"] for one in spoilt["entry"] if one["resource"]["resourceType"] == "Composition")
    del statement["encounter"]
    told = _told_by_hapi({**published, **examples, "spoilt": spoilt}, list(published.values()))
    assert len(published) > 20
    assert len(examples) >= 5
    assert any("Composition.encounter: minimum required" in words for _, words in told.pop("spoilt"))
    assert {name: problems for name, problems in told.items() if problems} == {}
