"""What is generated is committed as generated, and nothing breaks those who read by the committed schemas."""

import copy
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from shared.events import generate
from shared.events.compatibility import incompatibilities
from shared.events.generate import breaking_changes, generated_files
from shared.events.json_schemas import BASELINE, SCHEMAS, all_schemas

CURRENT = all_schemas()
Change = Callable[[dict[str, Any]], object]


def test_generated_files_are_committed_as_generated() -> None:
    stale = [path.name for path, text in generated_files().items() if not path.exists() or path.read_text() != text]
    assert not stale, "run `python -m shared.events.generate`"


def test_no_schema_is_committed_without_its_type() -> None:
    assert {path.name for path in SCHEMAS.glob("*.json")} == set(CURRENT)


@pytest.mark.parametrize("name", sorted(CURRENT))
def test_a_schema_is_valid_json_schema(name: str) -> None:
    Draft202012Validator.check_schema(CURRENT[name])


def test_no_schema_breaks_the_baseline() -> None:
    assert not breaking_changes()


def test_every_type_has_a_baseline() -> None:
    missing = set(CURRENT) - {path.name for path in BASELINE.glob("*.json")}
    assert not missing, "run `python -m shared.events.generate --accept`"


SCHEMA: dict[str, Any] = {
    "type": "object",
    "x-topic": "jkk.claims",
    "$defs": {"State": {"type": "string", "enum": ["OPEN", "CLOSED"]}},
    "properties": {
        "id": {"type": "string", "format": "uuid", "description": "Of the thing."},
        "count": {"type": "integer", "minimum": 1},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        "state": {"$ref": "#/$defs/State"},
        "codes": {"type": "array", "items": {"$ref": "#/$defs/State"}, "default": []},
        "inner": {"type": "object", "properties": {"at": {"type": "string"}}, "required": ["at"]},
    },
    "required": ["id", "state", "inner"],
}

BREAKING: dict[str, tuple[Change, str]] = {
    "a property is removed": (lambda s: s["properties"].pop("note"), "/note: removed"),
    "an inner property is removed": (lambda s: s["properties"]["inner"]["properties"].pop("at"), "/inner/at: removed"),
    "a type changes": (lambda s: s["properties"]["count"].update(type="string"), "/count: type changed"),
    "a format changes": (lambda s: s["properties"]["id"].update(format="date"), "/id: format changed"),
    "a format is added": (lambda s: s["properties"]["inner"]["properties"]["at"].update(format="date"), "/inner/at"),
    "a limit tightens": (lambda s: s["properties"]["count"].update(minimum=2), "/count: minimum changed"),
    "a limit is lifted": (lambda s: s["properties"]["count"].pop("minimum"), "/count: minimum changed"),
    "a pattern is added": (lambda s: s["properties"]["id"].update(pattern="^a"), "/id: pattern changed"),
    "a new property is required": (
        lambda s: (s["properties"].update(extra={"type": "string"}), s["required"].append("extra")),
        "/extra: newly required",
    ),
    "an optional property becomes required": (lambda s: s["required"].append("count"), "/count: newly required"),
    "a required property becomes optional": (lambda s: s["required"].remove("id"), "/id: no longer required"),
    "an inner property becomes optional": (
        lambda s: s["properties"]["inner"].pop("required"),
        "/inner/at: no longer required",
    ),
    "a word vanishes": (lambda s: s["$defs"]["State"]["enum"].remove("CLOSED"), "/state: the word 'CLOSED'"),
    "a word vanishes within a list": (
        lambda s: s["$defs"]["State"]["enum"].remove("CLOSED"),
        "/codes/*: the word 'CLOSED'",
    ),
    "an open set closes": (
        lambda s: s["properties"]["inner"]["properties"]["at"].update(enum=["now"]),
        "/inner/at: a closed set",
    ),
    "a closed set opens": (lambda s: s["$defs"]["State"].pop("enum"), "/state: a closed set"),
    "null is no longer allowed": (lambda s: s["properties"]["note"]["anyOf"].pop(), "/note: the alternatives"),
    "null becomes allowed": (
        lambda s: s["properties"].update(count={"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]}),
        "/count",
    ),
    "an alternative changes": (lambda s: s["properties"]["note"]["anyOf"][0].update(type="integer"), "/note: type"),
    "a default changes": (lambda s: s["properties"]["note"].update(default="none"), "/note: default changed"),
    "a list becomes open": (lambda s: s["properties"]["codes"].pop("items"), "/codes: what the list holds"),
    "unknown fields become forbidden": (lambda s: s.update(additionalProperties=False), "/: additionalProperties"),
    "the type moves to another topic": (lambda s: s.update({"x-topic": "jkk.other"}), "/: x-topic changed"),
}
HARMLESS: dict[str, Change] = {
    "nothing": lambda s: None,
    "an optional property is added": lambda s: s["properties"].update(extra={"type": "string", "default": ""}),
    "a word is added": lambda s: s["$defs"]["State"]["enum"].append("PAUSED"),
    "a description changes": lambda s: s["properties"]["id"].update(description="Of that thing."),
    "a definition is renamed": lambda s: (
        s["$defs"].update(Renamed=s["$defs"].pop("State")),
        s["properties"]["state"].update({"$ref": "#/$defs/Renamed"}),
        s["properties"]["codes"]["items"].update({"$ref": "#/$defs/Renamed"}),
    ),
}


def planted(change: Change) -> list[str]:
    new = copy.deepcopy(SCHEMA)
    change(new)
    return incompatibilities(SCHEMA, new)


@pytest.mark.parametrize("name", BREAKING)
def test_a_breaking_change_is_refused(name: str) -> None:
    change, sentence = BREAKING[name]
    assert any(found.startswith(sentence) for found in planted(change)), planted(change)


@pytest.mark.parametrize("name", HARMLESS)
def test_an_optional_addition_is_let_through(name: str) -> None:
    assert planted(HARMLESS[name]) == []


@pytest.fixture
def baseline(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BASELINE, tmp_path / "baseline"))


def test_a_type_that_vanished_is_refused(baseline: Path) -> None:
    (baseline / "jkk.order.placed.v1.json").write_text("{}")
    assert breaking_changes(baseline) == [
        "jkk.order.placed.v1.json: the type is gone; bring it back and add the next version beside it"
    ]


def test_a_broken_contract_is_found_in_the_real_schemas(baseline: Path) -> None:
    path = baseline / "jkk.determination.issued.v1.json"
    schema = json.loads(path.read_text())
    schema["properties"]["facts"]["properties"]["letter_colour"] = {"type": "string"}
    schema["$defs"]["DeterminationDecision"]["enum"].append("UNDECIDED")
    path.write_text(json.dumps(schema))
    assert breaking_changes(baseline) == [
        "jkk.determination.issued.v1.json /facts/decision: the word 'UNDECIDED' is no longer known",
        "jkk.determination.issued.v1.json /facts/letter_colour: removed",
    ]


def test_a_breaking_change_cannot_be_accepted(baseline: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (baseline / "jkk.order.placed.v1.json").write_text("{}")
    before = {path.name: path.stat().st_mtime_ns for path in baseline.iterdir()}
    assert generate.main(["--accept"], baseline=baseline) == 1
    assert {path.name: path.stat().st_mtime_ns for path in baseline.iterdir()} == before
    assert "jkk.order.placed.v1.json: the type is gone" in capsys.readouterr().err
