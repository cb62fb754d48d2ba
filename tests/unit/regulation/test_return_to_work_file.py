"""The file of the return to work is refused at start when anything in it is missing or unknown."""

import json
from pathlib import Path

import pytest
import yaml

from shared.regulation.data_files import DATA_FOLDER, BadRuleFile
from shared.regulation.return_to_work import load_return_to_work

GOOD = yaml.safe_load((DATA_FOLDER / "return_to_work.yaml").read_text())


def test_the_shipped_file_names_its_law_and_says_what_is_uncertain() -> None:
    rules = load_return_to_work(DATA_FOLDER / "return_to_work.yaml")
    assert rules.confidence == "uncertain"
    assert set(rules.triggers) == {"disability", "prosthesis", "orthosis", "work-capacity"}
    assert {right.code for right in rules.rights if right.confidence == "uncertain"} == {"accompaniment", "free-choice"}


@pytest.mark.parametrize(
    ("change", "line", "reason"),
    [
        ({"legal_basis": None}, 1, "legal_basis is missing"),
        ({"confidence": "sure"}, 2, "certain or uncertain"),
        ({"extra": 1}, 6, "extra: unknown key"),
        ({"triggers": {"disability": {"title": ["Cacat"], "field": "10"}}}, 3, "title: two texts"),
        ({"conditions": {"worker-agrees": {"title": ["a", "b"], "responsible": "nobody"}}}, 4, "unknown code nobody"),
        ({"rights": {"x": {"text": ["a", "b"], "confidence": "certain"}}}, 5, "rights.x: legal_basis is missing"),
        ({"rights": {"x": {"text": ["a", " "], "legal_basis": "b", "confidence": "certain"}}}, 5, "text: two texts"),
    ],
)
def test_a_file_that_is_not_whole_is_refused_with_line_and_reason(
    tmp_path: Path, change: dict[str, object], line: int, reason: str
) -> None:
    path = tmp_path / "return_to_work.yaml"
    # One key a line, each value in one line, so that lines can be counted here.
    path.write_text("".join(f"{key}: {json.dumps(value)}\n" for key, value in {**GOOD, **change}.items()))
    with pytest.raises(BadRuleFile, match=f"return_to_work.yaml:{line}: .*{reason}"):
        load_return_to_work(path)
