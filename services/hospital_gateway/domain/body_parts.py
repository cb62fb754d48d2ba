"""Which part of the body was hurt, and on which side, from the diagnosis code and the words beside it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.hospital_gateway.domain.relevance import CodeMemory, CodeRange
from services.hospital_gateway.domain.visit import Coded


@dataclass(frozen=True)
class InjuredPart:
    """`code` is of the coded list body_parts when the part is known there: `hand_right`, `head`, `hand`."""

    code: str
    side: str | None
    text: str | None = None


@dataclass(frozen=True)
class BodyPartRules:
    """ICD-10 ranges with the part they mean, most particular first; parts that come in pairs; words for sides."""

    parts: Sequence[tuple[CodeRange, str]]
    paired: Mapping[str, str | None]  # part → its code for both sides, if the list has one
    side_words: Mapping[str, "re.Pattern[str]"]
    known: CodeMemory = field(default_factory=CodeMemory, compare=False, repr=False)

    def part_of(self, code: str) -> str | None:
        """The part that a diagnosis code means."""
        if code not in self.known:
            self.known[code] = next((part for codes, part in self.parts if codes.holds(code)), None)
        return self.known[code]


def injured_parts(conditions: Sequence[Coded], rules: BodyPartRules) -> tuple[InjuredPart, ...]:
    """The parts that the diagnoses name, each once, a side kept where one diagnosis of the part tells it."""
    sides: dict[str, dict[str | None, None]] = {}
    for condition in conditions:
        part = rules.part_of(condition.code)
        if part is not None:
            side = _side(condition.words, rules) if part in rules.paired else None
            sides.setdefault(part, {})[side] = None
    return tuple(_part(name, side, rules) for name, found in sides.items() for side in _told(found))


def _side(words: str, rules: BodyPartRules) -> str | None:
    found = [side for side, pattern in rules.side_words.items() if pattern.search(words)]
    if "both" in found or {"left", "right"} <= set(found):
        return "both"
    return found[0] if found else None


def _told(found: Mapping[str | None, None]) -> list[str | None]:
    """The sides to report: an unknown one only when no diagnosis of the part tells any."""
    known: list[str | None] = [side for side in found if side is not None]
    return known or [None]


def _part(name: str, side: str | None, rules: BodyPartRules) -> InjuredPart:
    if side in ("left", "right"):
        return InjuredPart(f"{name}_{side}", side)
    if side == "both":
        return InjuredPart(rules.paired[name] or name, side)
    return InjuredPart(name, side)
