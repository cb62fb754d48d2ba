"""Does the injury code fit what the employer tells? A table of plausibility, for a human's eye only."""

from collections.abc import Iterable

from services.verification.domain.evidence import AccidentFacts

# External causes of ICD-10 by range of three characters. Codes of no group (Y96, places, late effects) say nothing.
_CAUSES = (
    ("V01", "V99", "transport"), ("W00", "W19", "fall"), ("W20", "W49", "mechanical"), ("W50", "W64", "animate"),
    ("W65", "W74", "drowning"), ("W75", "W84", "breath"), ("W85", "W87", "current"), ("W88", "W99", "radiation"),
    ("X00", "X19", "heat"), ("X20", "X29", "animate"), ("X30", "X39", "nature"), ("X40", "X49", "poison"),
    ("X50", "X57", "exertion"), ("X60", "X84", "self_harm"), ("X85", "Y09", "assault"),
)  # fmt: skip
# Kinds of accident (corak, domain 3.2) with the groups that fit; a kind that is not here fits everything.
_FITTING = {
    "struck_against": {"mechanical", "transport", "fall", "animate"},
    "struck_by": {"mechanical", "transport", "animate", "nature"},
    "caught": {"mechanical", "transport", "breath"},
    "pinched": {"mechanical", "transport", "breath"},
    "bitten": {"animate"},
    "drowned": {"drowning", "transport", "fall", "nature"},
    "buried": {"mechanical", "breath", "nature"},
    "slipped": {"fall", "exertion", "mechanical"},
    "exposed": {"heat", "radiation", "poison", "nature", "mechanical", "current", "breath"},
    "fall_same_level": {"fall", "transport", "exertion"},
    "fall_from_height": {"fall", "transport"},
    "suction": {"mechanical", "breath"},
    "electrocuted": {"current", "nature", "fall"},
}  # fmt: skip
# Injuries that have one cause only, and the kinds of accident that are this cause.
_TELLING_INJURIES = {
    "T75.4": {"electrocuted", "exposed", "other"},
    "T75.1": {"drowned", "other"},
    "T63": {"bitten", "exposed", "other"},
}  # fmt: skip


def unlike_story(facts: AccidentFacts, diagnoses: Iterable[str], causes: Iterable[str]) -> tuple[str, ...]:
    """The hospital's codes that don't fit the employer's story, sorted; empty when one of them does."""
    if facts.event_kind != "accident":
        return ()
    injuries = [code.upper() for code in diagnoses]
    groups = {code.upper(): group for code in causes if (group := _group(code)) is not None}
    found: set[str] = set()
    if groups and not any(_fits(group, facts) for group in groups.values()):
        found |= groups.keys()
    if injuries and not groups and not any(code[:1] in "ST" for code in injuries) and facts.accident_type is not None:
        # A worker who was caught by a machine has an injury; an illness alone is another story.
        found |= set(injuries)
    for start, kinds in _TELLING_INJURIES.items():
        telling = {code for code in injuries if code.startswith(start)}
        if telling and facts.accident_type is not None and facts.accident_type not in kinds and not found:
            found |= telling if len(telling) == len(injuries) else set()
    return tuple(sorted(found))


def _group(code: str) -> str | None:
    block = code[:3].upper()
    return next((group for first, last, group in _CAUSES if first <= block <= last), None)


def _fits(group: str, facts: AccidentFacts) -> bool:
    if group == "self_harm":
        return False
    if group == "assault":
        return facts.violence
    if facts.place_type == "traffic" and group != "transport" and facts.accident_type in (None, "other"):
        return False
    fitting = _FITTING.get(facts.accident_type or "")
    return fitting is None or group in fitting or (group == "transport" and facts.place_type == "traffic")
