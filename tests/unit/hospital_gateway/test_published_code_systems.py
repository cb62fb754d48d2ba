"""What docs/fhir publishes is what the readers and the coded lists know."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.hospital_gateway.adapters.fhir import systems
from services.hospital_gateway.adapters.fhir.statement_fields import NAMES, OUTCOMES, capacity_in
from services.hospital_gateway.domain.losses import ANATOMICAL, FUNCTIONAL
from services.hospital_gateway.entrypoints.http.capability import PROFILES
from shared.regulation.codes import CODE_LISTS
from shared.regulation.rule_sets import DISABILITIES

FOLDER = Path(__file__).parents[3] / "docs" / "fhir"


def published(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return document


def concepts(name: str) -> dict[str, tuple[str, str]]:
    found = published(f"CodeSystem-{name}")["concept"]
    return {one["code"]: (one["display"], one["designation"][0]["value"]) for one in found}


@pytest.mark.parametrize(("name", "list_name"), [("outcome", "outcomes"), ("body-part", "body_parts")])
def test_a_published_list_is_the_coded_list(name: str, list_name: str) -> None:
    assert concepts(name) == {code.code: (code.title_id, code.title_en) for code in CODE_LISTS[list_name]}


def test_the_published_table_of_disabilities_is_the_one_that_is_reckoned_with() -> None:
    assert concepts("disability") == {row.code: (row.title_id, row.title_en) for row in DISABILITIES.rows.values()}


def test_the_readers_know_every_published_code() -> None:
    assert {code.replace("-", "_") for code in concepts("form-section")} <= NAMES
    assert set(concepts("outcome")) == OUTCOMES
    assert {code: capacity_in(display) for code, (display, _) in concepts("work-capacity").items()} == {
        code: code for code in concepts("work-capacity")
    }
    assert set(concepts("disability-kind")) == {ANATOMICAL, FUNCTIONAL}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("CodeSystem-*.json")), ids=lambda path: path.stem)
def test_every_code_system_has_its_value_set_and_counts_its_codes(path: Path) -> None:
    system = json.loads(path.read_text("utf-8"))
    name = path.stem.removeprefix("CodeSystem-")
    assert system["url"] == f"urn:simpul:{name}"
    assert system["count"] == len(system["concept"]) == len(concepts(name))
    values = published(f"ValueSet-{name}")
    assert (values["url"], values["compose"]) == (system["valueSet"], {"include": [{"system": system["url"]}]})


def test_the_server_says_which_profiles_are_published() -> None:
    definitions = [json.loads(path.read_text("utf-8")) for path in FOLDER.glob("StructureDefinition-*.json")]
    assert {one["type"]: one["url"] for one in definitions} == PROFILES


def test_the_profile_is_the_one_that_the_reader_looks_for() -> None:
    assert published("StructureDefinition-doctor-statement")["url"] == systems.STATEMENT_PROFILE
    elements = published("StructureDefinition-doctor-statement")["differential"]["element"]
    slices = {one["sliceName"] for one in elements if "sliceName" in one}
    assert slices == set(concepts("form-section"))


def test_the_readers_know_every_question_of_the_published_form() -> None:
    items = published("Questionnaire-3b-kk-3")["item"]
    assert {one["linkId"].replace("-", "_") for one in items} <= NAMES
    assert {one["linkId"] for one in items if one["type"] == "group"} == {"rest", "treated", "disabilities"}
    assert {inner["linkId"].split(".")[1] for one in items for inner in one.get("item", ())} == {
        "from", "to", "body-part", "kind", "percent", "row",
    }  # fmt: skip
