"""Reads lasting disabilities from Observations and from the words of a statement."""

from collections.abc import Mapping
from typing import Any

from services.hospital_gateway.adapters.clinical_lists import spoken_parts
from services.hospital_gateway.adapters.fhir import systems
from services.hospital_gateway.adapters.fhir.elements import codings, decimal, each, part, text, words_of
from services.hospital_gateway.domain.care import Disability
from services.hospital_gateway.domain.losses import disabilities_in, parts_in
from shared.regulation.codes import codes_of

SPOKEN = spoken_parts()
_CODES = frozenset(codes_of("body_parts"))


def disabilities_told(words: str) -> tuple[Disability, ...]:
    """What a section or an answer says of disabilities."""
    return disabilities_in(words, SPOKEN)


def part_told(words: str) -> str | None:
    """The part of the body that a text names; a code of the list is itself."""
    if words.strip() in _CODES:
        return words.strip()
    return next(iter(parts_in(words, SPOKEN)), None)


def disability_of(observation: Mapping[str, Any]) -> Disability:
    """An Observation `urn:simpul:observation#disability`: its part as body site, the percentage as value, kind and row
    of the table as interpretation, method or components, whichever the sender fills."""
    coded = {
        str(one.get("system")): text(one.get("code")) for concept in _concepts(observation) for one in codings(concept)
    }
    site = words_of(observation.get("bodySite"))
    percent = decimal(part(observation, "valueQuantity", "value"))
    for component in each(observation.get("component")):
        percent = percent if percent is not None else decimal(part(component, "valueQuantity", "value"))
    return Disability(
        kind=coded.get(systems.DISABILITY_KIND),
        part=coded.get(systems.BODY_PART) or part_told(site),
        percent=percent if percent is not None and 0 <= percent <= 100 else None,
        code=coded.get(systems.DISABILITY),
        words=site or None,
    )


def _concepts(observation: Mapping[str, Any]) -> list[Any]:
    concepts = [observation.get(name) for name in ("bodySite", "valueCodeableConcept", "interpretation", "method")]
    return concepts + [one.get("valueCodeableConcept") for one in each(observation.get("component"))]
