"""What a doctor's words say of lasting disabilities: which part, on which side, lost or weakened, and by how much."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.hospital_gateway.domain.care import Disability

ANATOMICAL, FUNCTIONAL = "anatomical", "functional"
_KINDS = (
    (
        ANATOMICAL,
        re.compile(r"(?i)anatomi|amputasi|amputat|hilangnya|kehilangan (?!fungsi)|\bputus\b|\bloss of (?!function)"),
    ),
    (FUNCTIONAL, re.compile(r"(?i)fungsi|function|kaku|lumpuh|kekakuan|paraly")),
)
_PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d{1,3})?)\s*(?:%|persen|per ?cent)")
# A word that every list of sides knows.
_WORD_OF = {"right": "kanan", "left": "kiri", "both": "kedua", None: ""}
_CODE = re.compile(r"\b([PX]\d{2}[abc]?)\b")
# A comma within a number parts nothing.
_APART = re.compile(r"(?i);|\n|,(?!\d)|\bdan\b|\band\b|\bserta\b|\.\s")


@dataclass(frozen=True)
class SpokenParts:
    """Words for parts of the body, the more particular first; which of them have no side, and how two are called."""

    parts: Sequence[tuple["re.Pattern[str]", str]]
    unsided: frozenset[str]
    both: Mapping[str, str]
    side_words: Mapping[str, "re.Pattern[str]"]


def percent_in(words: str) -> Decimal | None:
    """The first percentage in a text, at most 100."""
    match = _PERCENT.search(words)
    percent = Decimal(match[1].replace(",", ".")) if match else None
    return percent if percent is not None and percent <= 100 else None


def parts_in(words: str, spoken: SpokenParts) -> tuple[str, ...]:
    """The first part that is named, as codes of the list body_parts: two where both sides are meant and the list has
    no code for them together."""
    part = next((part for pattern, part in spoken.parts if pattern.search(words)), None)
    if part is None:
        return ()
    if part in spoken.unsided:
        return (part,)
    side = _side(words, spoken)
    if side == "both":
        return (spoken.both[part],) if part in spoken.both else (f"{part}_left", f"{part}_right")
    return (f"{part}_{side}",) if side else (part,)


def disabilities_in(words: str, spoken: SpokenParts) -> tuple[Disability, ...]:
    """Every disability a text names: "Cacat fungsi ibu jari kanan 40 % dan telunjuk 20 %". What is said once of the
    kind and the side holds for those after it."""
    found: list[Disability] = []
    kind = side = None
    for said in filter(None, (piece.strip() for piece in _APART.split(words))):
        kind = next((name for name, pattern in _KINDS if pattern.search(said)), kind)
        side = _side(said, spoken) or side
        code = _CODE.search(said)
        parts = parts_in(f"{said} {_WORD_OF[side]}", spoken) or ((None,) if code else ())
        found += [Disability(kind, part, percent_in(said), code[1] if code else None, said) for part in parts]
    return tuple(found)


def _side(words: str, spoken: SpokenParts) -> str | None:
    told = [side for side, pattern in spoken.side_words.items() if pattern.search(words)]
    if "both" in told or {"left", "right"} <= set(told):
        return "both"
    return told[0] if told else None
