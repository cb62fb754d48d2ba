"""Reads referrals: requests that send the patient to another facility, and where a stay itself says one came from."""

import re
from collections.abc import Mapping
from typing import Any

from services.hospital_gateway.adapters.fhir.elements import codings, day, each, part, text, words_of
from services.hospital_gateway.adapters.fhir.visit_resources import VisitResources
from services.hospital_gateway.domain.care import Referral

NOT_DONE = frozenset({"cancelled", "revoked", "not-done", "stopped", "declined", "draft", "abandoned"})
_REFERRAL_CODES = frozenset({"3457005", "306206005"})
_CONTROL = frozenset({"306098008", "185389009"})
_REFERRAL = re.compile(r"(?i)\brujuk|\breferral\b")


def read_referrals(encounter: Mapping[str, Any], resources: VisitResources) -> tuple[Referral, ...]:
    """Referrals that were written, and the other facilities that the stay itself names."""
    found = []
    for kept, content in resources.of("ServiceRequest"):
        if content.get("status") in NOT_DONE or not is_referral(content):
            continue
        facility = next(
            (name for one in each(content.get("performer")) if (name := _facility(one, resources))), None
        ) or (words_of(content.get("locationCode")) or None)
        reason = words_of(content.get("reasonCode")) or None
        dated = day(content.get("authoredOn")) or day(content.get("occurrenceDateTime"))
        found.append(Referral("to", facility, reason, dated, kept.id))
    stay = encounter.get("hospitalization")
    for direction, element in (("from", "origin"), ("to", "destination")):
        place = part(stay, element)
        facility = None if _is_in_house(place, encounter) else _facility(place, resources)
        if facility is not None:
            found.append(Referral(direction, facility))
    return tuple(found)


def _is_in_house(place: Any, encounter: Mapping[str, Any]) -> bool:
    """A room or a home is no other facility, nor is the hospital itself."""
    reference = str(part(place, "reference") or "")
    return reference.startswith("Location/") or reference == part(encounter, "serviceProvider", "reference")


def is_referral(request: Mapping[str, Any]) -> bool:
    """Whether a ServiceRequest sends the patient to another facility. SATUSEHAT's bridges order a visit for control as
    "Self-referral" (306098008) with a follow-up visit (185389009) as what is asked for: that is none."""
    concepts = (request.get("category"), request.get("code"))
    codes = {text(one.get("code")) for concept in concepts for one in codings(concept)}
    if codes & _CONTROL:
        return False
    return bool(codes & _REFERRAL_CODES) or bool(_REFERRAL.search(words_of(*concepts)))


def _facility(reference: Any, resources: VisitResources) -> str | None:
    held = resources.referred(reference) or {}
    return text(held.get("name")) or text(part(reference, "display")) or text(part(reference, "reference"))
