"""Loads the code lists of the domain's rules from their YAML files."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from services.hospital_gateway.domain.body_parts import BodyPartRules
from services.hospital_gateway.domain.losses import SpokenParts
from services.hospital_gateway.domain.relevance import RelevanceRules, code_range

_FOLDER = Path(__file__).parents[1] / "domain" / "data"


def _loaded(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((_FOLDER / name).read_text("utf-8"))
    return content


def relevance_rules() -> RelevanceRules:
    """The rules of `relevance.yaml`."""
    lists = _loaded("relevance.yaml")
    return RelevanceRules(
        code_signs={sign: [code_range(str(one)) for one in codes] for sign, codes in lists["code_signs"].items()},
        explicit_signs=frozenset(lists["explicit_signs"]),
        sudden_death_codes=[code_range(one) for one in lists["sudden_death"]["codes"]],
        sudden_death_within=timedelta(hours=lists["sudden_death"]["within_hours"]),
        deceased_dispositions=frozenset(lists["deceased_dispositions"]),
        confidence=lists["confidence"],
    )


def body_part_rules() -> BodyPartRules:
    """The rules of `body_parts.yaml`."""
    lists = _loaded("body_parts.yaml")
    return BodyPartRules(
        parts=[(code_range(row["codes"]), row["part"]) for row in lists["parts"]],
        paired=lists["paired"],
        side_words={side: re.compile(pattern) for side, pattern in lists["side_words"].items()},
    )


def spoken_parts() -> SpokenParts:
    """The words of `spoken_parts.yaml`, with the sides and pairs of `body_parts.yaml`."""
    words, lists = _loaded("spoken_parts.yaml"), _loaded("body_parts.yaml")
    return SpokenParts(
        parts=[(re.compile(f"(?i){row['words']}"), row["part"]) for row in words["parts"]],
        unsided=frozenset(words["unsided"]),
        both={part: both for part, both in lists["paired"].items() if both},
        side_words={side: re.compile(pattern) for side, pattern in lists["side_words"].items()},
    )
