"""Reads who treated the patient, and by which licence: STR (registration) and SIP (licence to practise here)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from services.hospital_gateway.adapters.fhir import systems
from services.hospital_gateway.adapters.fhir.elements import (
    codings,
    each,
    identifier_value,
    part,
    person_name,
    text,
    words_of,
)
from services.hospital_gateway.adapters.fhir.visit_resources import VisitResources
from services.hospital_gateway.domain.visit import Caregiver

# No system of the ministry for the SIP is known, so both are recognised by what a system or type calls itself.
_STR = re.compile(r"(?i)\bstr\b|str-|registrasi|license number for registration")
_SIP = re.compile(r"(?i)\bsip\b|sip-|izin praktik|izin praktek|practice licen[cs]e")


def read_caregivers(encounter: Mapping[str, Any], resources: VisitResources) -> tuple[Caregiver, ...]:
    """Each person once: of the Encounter, its procedures and care teams, and who wrote its documents."""
    seen: set[str] = set()
    found = []
    for reference, role in _named(encounter, resources):
        caregiver = caregiver_of(reference, role, resources)
        key = str(part(reference, "reference") or "") or (caregiver.name or "")
        if key and key not in seen:
            seen.add(key)
            found.append(caregiver)
    return tuple(found)


def _named(encounter: Mapping[str, Any], resources: VisitResources) -> Iterator[tuple[Any, str | None]]:
    for one in each(encounter.get("participant")):
        yield one.get("individual"), words_of(one.get("type")) or None
    for _, one in resources.of("Procedure"):
        yield from ((performer.get("actor"), None) for performer in each(one.get("performer")))
    for _, one in resources.of("CareTeam"):
        yield from (
            (member.get("member"), words_of(member.get("role")) or None) for member in each(one.get("participant"))
        )
    for _, one in resources.of("Composition"):
        yield from ((author, None) for author in each(one.get("author")))


def caregiver_of(reference: Any, role: str | None, resources: VisitResources) -> Caregiver:
    """The person behind a reference, as far as the resource or the reference itself tells."""
    held = resources.referred(reference) or {}
    if held.get("resourceType") == "PractitionerRole":
        role = role or words_of(held.get("code"), held.get("specialty")) or None
        reference = held.get("practitioner")
        held = resources.referred(reference) or {}
    target = str(part(reference, "reference") or "")
    number = identifier_value(held, systems.NAKES_NUMBER) or identifier_value(held, systems.STR_NUMBER)
    if not held and target.startswith("Practitioner/"):
        number = target.removeprefix("Practitioner/")
    phones = (text(one.get("value")) for one in each(held.get("telecom")) if one.get("system") == "phone")
    return Caregiver(
        name=person_name(held.get("name")) or text(part(reference, "display")),
        nik=identifier_value(held, systems.NIK),
        ihs_number=number,
        role=role,
        phone=next(phones, None),
        licence=_licence(held, _STR),
        practice=_licence(held, _SIP),
    )


def _licence(practitioner: Mapping[str, Any], called: "re.Pattern[str]") -> str | None:
    """A number among the identifiers or qualifications that calls itself so."""
    for identifier in each(practitioner.get("identifier")):
        if _calls_itself(identifier, called):
            return text(identifier.get("value"))
    for qualification in each(practitioner.get("qualification")):
        words = words_of(qualification.get("code"))
        for identifier in each(qualification.get("identifier")):
            if called.search(words) or _calls_itself(identifier, called):
                return text(identifier.get("value"))
    return None


def _calls_itself(identifier: Mapping[str, Any], called: "re.Pattern[str]") -> bool:
    last = str(identifier.get("system", "")).rsplit("/", 1)[-1].rsplit(":", 1)[-1]
    types = " ".join(str(one.get("code", "")) for one in codings(identifier.get("type")))
    return bool(called.search(f"{last} {types} {words_of(identifier.get('type'))}"))
