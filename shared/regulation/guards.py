"""The guards of the claim's state machine: a sentence each, with the article of law it rests on."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.regulation.data_files import DATA_FOLDER, BadRuleFile, read_yaml

_MEMBERS = {"sentence", "legal_basis", "confidence"}


@dataclass(frozen=True)
class Guard:
    """What must hold. `legal_basis` is None where the hub, and no law, asks for it."""

    code: str
    sentence_id: str
    sentence_en: str
    legal_basis: str | None
    confidence: str


def load_guards(path: Path) -> dict[str, Guard]:
    """Code → guard, in the order of the file. Raises BadRuleFile for a guard without its sentences or its source."""
    return {code: _guard(path, code, row) for code, row in read_yaml(path)["guards"].items()}


def _guard(path: Path, code: str, row: Any) -> Guard:
    if not isinstance(row, dict) or set(row) != _MEMBERS:
        raise BadRuleFile(path, f"{code}: {', '.join(sorted(_MEMBERS))} are expected and nothing else")
    sentence = row["sentence"]
    if not isinstance(sentence, list) or len(sentence) != 2 or not all(sentence):
        raise BadRuleFile(path, f"{code}: two sentences are expected, Indonesian and English")
    if row["legal_basis"] == "" or row["confidence"] not in ("certain", "uncertain"):
        raise BadRuleFile(path, f"{code}: an article (or null) and a confidence (certain or uncertain) are expected")
    return Guard(code, str(sentence[0]), str(sentence[1]), row["legal_basis"], row["confidence"])


GUARDS: dict[str, Guard] = load_guards(DATA_FOLDER / "guards.yaml")
