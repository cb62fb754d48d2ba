"""To which Encounter and patient a resource belongs, and which resources of this hospital it names."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from services.hospital_gateway.adapters.fhir import systems
from services.hospital_gateway.adapters.fhir.elements import each, identifier_value, part
from services.hospital_gateway.application.documents import Links

_PATIENT = re.compile(r"(?:^|/)Patient/([A-Za-z0-9\-.]{1,64})(?:/_history/[^/]*)?$")


def links_of(content: Mapping[str, Any], references: Iterable[Any] | None = None) -> Links:
    """Links by reference. Ids that are no UUID are not the hub's and link nothing here. `references` spares the walk
    through the content where they are known."""
    encounter = next((found for one in _encounters(content) if (found := _local(one, "Encounter"))), None)
    patients = [one for name in ("subject", "patient", "beneficiary", "for") if (one := content.get(name))]
    patient = next((found for one in patients if (found := _local(part(one, "reference"), "Patient"))), None)
    made = dict.fromkeys(_references(content) if references is None else references)
    named = dict.fromkeys(link for one in made if (link := typed(one)) is not None)
    if content.get("resourceType") == "Patient":
        number = identifier_value(content, systems.IHS_NUMBER)
    else:
        number = None if patient else next((told for one in patients if (told := absent_patient(one))), None)
    return Links(encounter, patient, tuple(named), (systems.IHS_NUMBER, number) if number else None)


def absent_patient(reference: Any) -> str | None:
    """The IHS number by which a Reference element names a patient whose resource need not be held here: as
    `Patient/P02478375538`, or as an identifier."""
    target = part(reference, "reference")
    if isinstance(target, str):
        return absent_number(target)
    return identifier_value({"identifier": part(reference, "identifier")}, systems.IHS_NUMBER)


def absent_number(reference: str) -> str | None:
    """The IHS number in `Patient/P02478375538`, wherever that server is; None for an id of the hub."""
    found = _PATIENT.search(reference)
    return found[1] if found and typed(f"Patient/{found[1]}") is None else None


# The elements that a search parameter of this name reads, where they are not simply called so.
_ELEMENTS_OF = {
    "patient": ("patient", "subject", "beneficiary", "for"),
    "subject": ("subject", "for"),
    "encounter": ("encounter", "context"),
    "practitioner": ("participant", "performer", "practitioner", "asserter"),
    "service-provider": ("serviceProvider",),
    "part-of": ("partOf",),
    "based-on": ("basedOn",),
}


def named_by(content: Mapping[str, Any], parameter: str) -> list[tuple[str, UUID]]:
    """The resources of this hospital that stand in the elements of one search parameter; `*` is every element."""
    names = tuple(content) if parameter == "*" else _ELEMENTS_OF.get(parameter, (parameter,))
    made = dict.fromkeys(_references([content[name] for name in names if name in content]))
    return [link for one in made if (link := typed(one)) is not None]


def _encounters(content: Mapping[str, Any]) -> Iterator[Any]:
    """References by which types say their Encounter: `encounter`, `context`, `context.encounter`, `item.encounter`."""
    for element in (content, part(content, "context") or {}):
        for one in each(part(element, "encounter")):
            yield one.get("reference")
    yield part(content, "context", "reference")
    for item in each(content.get("item")):
        for one in each(item.get("encounter")):
            yield one.get("reference")


def _local(reference: Any, type_name: str) -> UUID | None:
    link = typed(reference)
    return link[1] if link is not None and link[0] == type_name else None


def typed(reference: Any) -> tuple[str, UUID] | None:
    """Type and id of a reference to a resource of this hospital; None for any other."""
    if not isinstance(reference, str):
        return None
    type_name, _, rest = reference.partition("/")
    identity = rest.partition("/")[0]
    if len(identity) != 36 or not type_name.isalpha():
        return None
    try:
        return type_name, UUID(identity)
    except ValueError:
        return None


def _references(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        if "reference" in value:
            yield str(value["reference"])
        for one in value.values():
            if isinstance(one, dict | list):
                yield from _references(one)
    elif isinstance(value, list):
        for one in value:
            if isinstance(one, dict | list):
                yield from _references(one)
