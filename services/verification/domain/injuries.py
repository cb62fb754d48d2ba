"""Which part of the body is meant, and on which side: by the coded list and by the chapters of ICD-10."""

from collections.abc import Iterable

# A limb is told in stretches, so that a hand does not contradict a thumb, but does contradict a shoulder.
_STRETCHES: dict[str, dict[str, tuple[str, ...]]] = {
    "upper_limb": {
        "upper_arm": ("shoulder", "upper_arm"),
        "forearm": ("elbow", "forearm"),
        "hand": ("wrist", "hand", "thumb", "index_finger", "finger", "hands"),
        "": ("arm", "arms"),
    },
    "lower_limb": {
        "thigh": ("hip", "thigh"),
        "lower_leg": ("knee", "lower_leg"),
        "foot": ("ankle", "foot", "big_toe", "toe", "feet"),
        "": ("leg", "legs"),
    },
    "head": {"": ("head", "skull", "face", "eye", "eyes", "ear", "ears", "nose", "mouth", "teeth")},
    "trunk": {"": ("neck", "chest", "back", "spine", "abdomen", "pelvis", "groin", "internal_organs")},
}
_PLACE_OF = {
    part: (region, stretch)
    for region, stretches in _STRETCHES.items()
    for stretch, parts in stretches.items()
    for part in parts
}
_ANYWHERE = frozenset({"multiple", "whole_body", "other"})

# ICD-10 by ranges of three characters: the second digit of S is the region; T20–T25 are burns by region.
_ICD_10_PARTS = (
    ("S00", "S09", "head"), ("S10", "S19", "neck"), ("S20", "S29", "chest"), ("S30", "S39", "abdomen"),
    ("S40", "S49", "shoulder"), ("S50", "S59", "forearm"), ("S60", "S69", "hand"), ("S70", "S79", "thigh"),
    ("S80", "S89", "lower_leg"), ("S90", "S99", "foot"), ("T15", "T15", "eye"), ("T16", "T16", "ear"),
    ("T17", "T17", "nose"), ("T20", "T20", "head"), ("T21", "T21", "chest"), ("T22", "T22", "arm"),
    ("T23", "T23", "hand"), ("T24", "T24", "leg"), ("T25", "T25", "foot"), ("T26", "T26", "eye"),
)  # fmt: skip


def parts_of_codes(codes: Iterable[str]) -> tuple[str, ...]:
    """The coded parts, without a side, that ICD-10 codes mean; empty as soon as one injury tells of several parts."""
    found: dict[str, None] = {}
    for code in codes:
        block = code[:3].upper()
        if "T00" <= block <= "T07":
            return ()
        part = next((part for first, last, part in _ICD_10_PARTS if first <= block <= last), None)
        if part is not None:
            found[part] = None
    return tuple(found)


def sides(parts: Iterable[str]) -> frozenset[str]:
    """`left` and `right`, as far as the parts tell."""
    found: set[str] = set()
    for part in parts:
        if part.endswith("_both"):
            found |= {"left", "right"}
        elif part.endswith(("_left", "_right")):
            found.add(part.rsplit("_", 1)[1])
    return frozenset(found)


def regions(parts: Iterable[str]) -> frozenset[str]:
    """Upper limb, lower limb, head and trunk; empty when a part may be anywhere."""
    return frozenset(region for region, _ in _places(parts))


def stretches(parts: Iterable[str]) -> frozenset[str]:
    """The stretches of limbs; empty when one of the parts tells no stretch."""
    places = _places(parts)
    return frozenset() if any(not stretch for _, stretch in places) else frozenset(s for _, s in places)


def _places(parts: Iterable[str]) -> list[tuple[str, str]]:
    bare = {bare_part(part) for part in parts}
    return [] if bare & _ANYWHERE else [_PLACE_OF[part] for part in bare if part in _PLACE_OF]


def bare_part(part: str) -> str:
    """The part without its side."""
    return part.removesuffix("_left").removesuffix("_right").removesuffix("_both")
