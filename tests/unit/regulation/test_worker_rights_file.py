"""The file of workers' rights is refused at start when anything in it is missing or unknown."""

import json
from datetime import date
from pathlib import Path

import pytest
import yaml

from shared.regulation.codes import codes_of
from shared.regulation.data_files import DATA_FOLDER, BadRuleFile
from shared.regulation.worker_rights import DEATH, LIVING, WORKER_RIGHTS, load_worker_rights, rights_in

GOOD = yaml.safe_load((DATA_FOLDER / "worker_rights.yaml").read_text())["rights"]["treatment"]


def test_every_state_turn_and_reason_has_words_for_the_worker() -> None:
    assert codes_of("worker_states") == codes_of("worker_state_explanations") == codes_of("states")
    assert codes_of("worker_turns") == codes_of("waiting_reasons")
    assert codes_of("worker_actors") == codes_of("waiting_on")


def test_the_living_and_the_bereaved_are_told_other_things() -> None:
    living = {right.code for right in rights_in({LIVING}, date(2026, 1, 1))}
    bereaved = {right.code for right in rights_in({DEATH}, date(2026, 1, 1))}
    assert {"treatment", "wages", "disability"} <= living - bereaved
    assert {"death", "scholarship"} <= bereaved - living


def test_a_right_of_a_later_law_is_not_told_of_an_earlier_accident() -> None:
    assert "wages" not in {right.code for right in rights_in({LIVING}, date(2019, 12, 1))}
    assert "wages" in {right.code for right in rights_in({LIVING}, date(2019, 12, 2))}


def test_what_is_not_sure_is_marked() -> None:
    unsure = {right.code for right in WORKER_RIGHTS.values() if right.confidence == "uncertain"}
    assert unsure == {"back-to-work", "other-insurance", "objection", "complaint"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"legal_basis": None}, "legal_basis is missing"),
        ({"confidence": "sure"}, "certain or uncertain"),
        ({"when": ["sometimes"]}, "unknown code sometimes"),
        ({"when": []}, "at least one situation"),
        ({"text": ["a"]}, "two texts"),
        ({"text": ["a", " "]}, "two texts"),
        ({"from": "soon"}, "a day as YYYY-MM-DD"),
        ({"extra": 1}, "extra: unknown key"),
    ],
)
def test_a_file_that_is_not_whole_is_refused_with_line_and_reason(
    tmp_path: Path, change: dict[str, object], reason: str
) -> None:
    path = tmp_path / "worker_rights.yaml"
    path.write_text(json.dumps({"rights": {"treatment": {**GOOD, **change}}}))
    with pytest.raises(BadRuleFile, match=f"worker_rights.yaml:1: .*{reason}"):
        load_worker_rights(path)
