"""One walk through a resource by the tables of FHIR R4: all that is wrong with it, and what its use needs to know.

What the tables do not hold is judged here: nothing empty, what a resource contains and how it is referred to, and the
codes and numbers of the field (ICD-10, ICD-9-CM, NIK).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.hospital_gateway.adapters.fhir import systems
from services.hospital_gateway.adapters.fhir.classifications import icd9_cm_problem, icd10_problem
from services.hospital_gateway.adapters.fhir.r4.tables import Codes, Shape, Slot, shape_of
from services.hospital_gateway.adapters.fhir.types import R4_TYPES
from services.hospital_gateway.application.documents import Identifier, Organisation
from services.hospital_gateway.application.findings import Finding, finding, refusal
from shared.identifiers import nik_problems

DEPTH_MAX = 64
_ORGANISATION_NUMBER = re.compile(r"https?://sys-ids\.kemkes\.go\.id/[A-Za-z-]+/([0-9A-Za-z-]+)")
# The type in `Patient/1`, `https://host/fhir/Patient/1/_history/2` and `Patient?identifier=…`.
_TYPED = re.compile(
    r"(?:https?://[^?#]*/)?([A-Z][A-Za-z]+)(?:/[A-Za-z0-9\-.]{1,64}(?:/_history/[^/]+)?|\?.*)", re.DOTALL
)
_BLANK = re.compile(r"\s")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_ALLOWED_SHOWN_MAX = 40
# Codes of problems never change, and this one was told before the rules went by FHIR's keys.
_OLDER_NAMES = {"per-1": "period-reversed"}

# Where the walk is: the place above and one more name or index. Only a finding makes a text of it.
_Place = tuple[Any, str | int]


@dataclass
class Inspection:
    """What one walk found."""

    findings: list[Finding] = field(default_factory=list)
    references: list[tuple[str, str]] = field(default_factory=list)
    organisations: list[Organisation] = field(default_factory=list)
    wanted: list[tuple[str, str, frozenset[str]]] = field(default_factory=list)


def inspect(resource: Mapping[str, Any], type_name: str) -> Inspection:
    """Walk a resource of an R4 type. Raises Unreadable (`too-deep`) beyond 64 levels."""
    out = Inspection()
    _Resource(resource, out).walk((None, type_name), shape_of(type_name), 1)
    return out


def expression_of(parts: Sequence[str | int]) -> str:
    """A FHIRPath such as `Patient.name[0].given[1]`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).removeprefix(".")


def _expression(place: _Place | None) -> str:
    parts: list[str | int] = []
    while place is not None:
        place, part = place
        parts.append(part)
    return expression_of(parts[::-1])


class _Resource:
    """The walk through one resource that stands alone or in a Bundle, with all it contains."""

    def __init__(self, root: Mapping[str, Any], out: Inspection) -> None:
        self._root = root
        self._out = out
        # References to what is contained, by the text after `#`.
        self._inward: dict[str, list[_Place]] = {}

    def walk(self, place: _Place, shape: Shape, depth: int) -> None:
        self._node(self._root, shape, place, depth)
        if self._inward or "contained" in self._root:
            self._containment(place)

    def _tell(self, code: str, place: _Place, **names: object) -> None:
        self._out.findings.append(finding(code, _expression(place), **names))

    def _node(self, node: Mapping[str, Any], shape: Shape, place: _Place, depth: int) -> None:
        """One object by its shape."""
        if depth > DEPTH_MAX:
            raise refusal("too-deep", limit=DEPTH_MAX)
        slots = shape.slots
        chosen: dict[str, str] = {}
        for name, value in node.items():
            slot = slots.get(name)
            if slot is None:
                if name != "resourceType" or not shape.resource:
                    self._tell("unknown-element", (place, name))
                continue
            # `_valueString` carries extensions of `valueString` and is no second choice.
            if slot.choice and chosen.setdefault(slot.choice, name.lstrip("_")) != name.lstrip("_"):
                self._tell("choice-multiple", (place, slot.choice.removesuffix("[x]")), elements=slot.choice)
            here = (place, slot.shown)
            if slot.many:
                self._many(node, name, value, slot, here, depth)
            elif slot.check is not None:
                self._primitive(value, slot, here)
            elif value.__class__ is dict:
                self._complex(value, slot, here, depth)
            else:
                self._tell("null-value" if value is None else "type-mismatch", here)
        for name, twin in shape.required:
            if name not in node and twin not in node:
                self._tell("required", (place, name), element=name)
        for choice, names in shape.choices:
            if choice not in chosen:
                self._tell("choice-required", (place, choice.removesuffix("[x]")), elements=names)
        for key, element, holds in shape.rules:
            if not holds(node):
                self._tell(_OLDER_NAMES.get(key, key), (place, element) if element else place)

    def _many(self, node: Mapping[str, Any], name: str, values: Any, slot: Slot, place: _Place, depth: int) -> None:
        if values.__class__ is not list:
            self._tell("null-value" if values is None else "type-mismatch", place)
            return
        if not values:
            self._tell("empty-value", place)
        for index, value in enumerate(values):
            here = (place, index)
            if value is None:
                # A list of primitives may hold null where its twin (`_given` of `given`) says why there is no value.
                if not _excused(node, name, slot, index):
                    self._tell("null-value", here)
            elif slot.check is not None:
                self._primitive(value, slot, here)
            elif value.__class__ is dict:
                self._complex(value, slot, here, depth)
            else:
                self._tell("type-mismatch", here)

    def _primitive(self, value: Any, slot: Slot, place: _Place) -> None:
        assert slot.check is not None
        problem = slot.check(value)
        if problem is not None:
            self._tell("null-value" if value is None else problem, place)
        elif slot.codes is not None and value not in slot.codes:
            self._tell("code-not-in-value-set", place, allowed=_listed(slot.codes))

    def _complex(self, value: Mapping[str, Any], slot: Slot, place: _Place, depth: int) -> None:
        shape = slot.shape
        if shape is None:
            self._inner(value, place, depth)
            return
        if not value or (len(value) == 1 and "id" in value):
            self._tell("empty-value", place)
            return
        if slot.concepts is not None:
            self._concept(value, slot.concepts, slot.type_name, place)
        if slot.owner:
            self._owner(value, place)
        self._node(value, shape, place, depth + 1)
        visit = _VISITS.get(slot.type_name)
        if visit is not None:
            visit(self, value, slot, place)

    def _inner(self, value: Mapping[str, Any], place: _Place, depth: int) -> None:
        """A resource inside: contained ones share references with what holds them, those of a Bundle do not."""
        type_name = value.get("resourceType")
        if not isinstance(type_name, str) or type_name not in R4_TYPES:
            code = "resource-type-required" if type_name is None else "resource-type-unknown"
            self._tell(code, (place, "resourceType"))
        elif place[1].__class__ is int and place[0][1] == "contained":
            self._node(value, shape_of(type_name), place, depth + 1)
        else:
            _Resource(value, self._out).walk(place, shape_of(type_name), depth + 1)

    def _containment(self, place: _Place) -> None:
        """ref-1 and dom-2 to dom-5: what is contained has an id, is meant by somebody, and stands for nothing else."""
        contained = self._root.get("contained")
        ids = set()
        for index, one in enumerate(contained if isinstance(contained, list) else []):
            if not isinstance(one, dict):
                continue
            here = ((place, "contained"), index)
            if "contained" in one:
                self._tell("dom-2", here)
            meta = one.get("meta")
            if isinstance(meta, dict) and ("versionId" in meta or "lastUpdated" in meta):
                self._tell("dom-4", here)
            if isinstance(meta, dict) and "security" in meta:
                self._tell("dom-5", here)
            identity = one.get("id")
            if not isinstance(identity, str):
                self._tell("required", (here, "id"), element="id")
                continue
            ids.add(identity)
            if identity not in self._inward and not _mentions(one, "#"):
                self._tell("dom-3", here)
        for identity, places in self._inward.items():
            if identity and identity not in ids:
                for one in places:
                    self._tell("ref-1", one)

    def _concept(self, value: Mapping[str, Any], allowed: Codes, kind: str, place: _Place) -> None:
        """A coded element with a required value set: one of its codings comes from it."""
        codings = value.get("coding", []) if kind == "CodeableConcept" else [value]
        if kind == "Quantity":
            codings = []
        listed = [one for one in codings if isinstance(one, dict)] if isinstance(codings, list) else []
        if not any(str(one.get("code")) in allowed.get(str(one.get("system")), ()) for one in listed):
            codes = frozenset(code for codes in allowed.values() for code in codes)
            self._tell("code-not-in-value-set", place, allowed=_listed(codes))

    def _owner(self, value: Mapping[str, Any], place: _Place) -> None:
        """Note an organisation named as provider, manager or author, with the registry numbers it goes by."""
        reference, identifier = value.get("reference"), value.get("identifier")
        numbers = organisation_numbers([identifier])
        if isinstance(reference, str) and reference.startswith("Organization/"):
            numbers = (*numbers, reference.split("/")[1])
        if isinstance(reference, str) or numbers:
            text = reference if isinstance(reference, str) else ""
            self._out.organisations.append(Organisation(text, numbers, _expression(place)))

    def visit_reference(self, node: Mapping[str, Any], slot: Slot, place: _Place) -> None:
        reference = node.get("reference")
        if not isinstance(reference, str):
            return
        if reference[:1] == "#":
            self._inward.setdefault(reference[1:], []).append(place)
            return
        here = (place, "reference")
        if _BLANK.search(reference):
            self._tell("value-format", here)
            return
        where = _expression(here)
        self._out.references.append((where, reference))
        if slot.targets is None:
            return
        if reference.startswith("urn:"):
            self._out.wanted.append((where, reference, slot.targets))
        match = _TYPED.fullmatch(reference)
        if match and match[1] in R4_TYPES and match[1] not in slot.targets:
            self._out.findings.append(wrong_target(where, slot.targets))

    def _absolute(self, node: Mapping[str, Any], place: _Place) -> None:
        system = node.get("system")
        if isinstance(system, str) and system and not _ABSOLUTE.match(system):
            self._tell("system-absolute", (place, "system"))

    def visit_identifier(self, node: Mapping[str, Any], _slot: Slot, place: _Place) -> None:
        self._absolute(node, place)
        if node.get("system") == systems.NIK and isinstance(node.get("value"), str):
            for code in nik_problems(node["value"]):
                self._tell(code, (place, "value"))

    def visit_measure(self, node: Mapping[str, Any], _slot: Slot, place: _Place) -> None:
        self._absolute(node, place)

    def visit_coding(self, node: Mapping[str, Any], slot: Slot, place: _Place) -> None:
        # Beside other codings and words a local system of any name does no harm.
        if slot.shown != "coding":
            self._absolute(node, place)
        system, code = node.get("system"), node.get("code")
        if isinstance(system, str) and isinstance(code, str) and system in _CLASSIFICATIONS:
            problem = _CLASSIFICATIONS[system](code)
            if problem is not None:
                self._tell(problem, (place, "code"))

    def visit_extension(self, node: Mapping[str, Any], _slot: Slot, place: _Place) -> None:
        valued = any(name.lstrip("_").startswith("value") for name in node)
        if valued == ("extension" in node):
            self._tell("ext-1", place)
        url = node.get("url")
        if isinstance(url, str) and url and not _ABSOLUTE.match(url) and not _within_extension(place):
            self._tell("value-format", (place, "url"))


_CLASSIFICATIONS = {systems.ICD10: icd10_problem, systems.ICD9_CM: icd9_cm_problem}
_VISITS = {
    "Reference": _Resource.visit_reference,
    "Identifier": _Resource.visit_identifier,
    "Coding": _Resource.visit_coding,
    "Extension": _Resource.visit_extension,
    "Quantity": _Resource.visit_measure,
    "SimpleQuantity": _Resource.visit_measure,
}


def _within_extension(place: _Place) -> bool:
    """Whether an extension is a part of another, whose parts have names and not addresses."""
    holder = place[0][0]
    return isinstance(holder[1], int) and holder[0][1] in ("extension", "modifierExtension")


def _excused(node: Mapping[str, Any], name: str, slot: Slot, index: int) -> bool:
    """Whether a null in a list of primitives has its reason in the twin list, or is the gap in a twin itself."""
    other = node.get(slot.twin or name.removeprefix("_"))
    return isinstance(other, list) and index < len(other) and other[index] is not None


def _mentions(value: Any, reference: str) -> bool:
    """Whether a Reference with this text stands anywhere in the value."""
    if isinstance(value, dict):
        return value.get("reference") == reference or any(_mentions(one, reference) for one in value.values())
    return isinstance(value, list) and any(_mentions(one, reference) for one in value)


def _listed(codes: frozenset[str]) -> str:
    shown = sorted(codes)
    return ", ".join(shown[:_ALLOWED_SHOWN_MAX]) + (", …" if len(shown) > _ALLOWED_SHOWN_MAX else "")


def wrong_target(where: str, targets: frozenset[str]) -> Finding:
    """A reference points to a type that is not among its targets."""
    return finding("reference-target", where, allowed=_listed(targets))


def organisation_numbers(identifiers: Any) -> tuple[str, ...]:
    """Registry numbers that identifiers under `sys-ids.kemkes.go.id/…/{number}` name."""
    found = []
    for identifier in identifiers if isinstance(identifiers, list) else []:
        if isinstance(identifier, dict) and isinstance(identifier.get("system"), str):
            match = _ORGANISATION_NUMBER.fullmatch(identifier["system"])
            if match:
                found.append(match[1])
    return tuple(found)


def identifiers_of(resource: Mapping[str, Any]) -> tuple[Identifier, ...]:
    """The resource's business identifiers that have both a system and a value."""
    return tuple(
        Identifier(one["system"], one["value"])
        for one in _each(resource.get("identifier"))
        if isinstance(one.get("system"), str) and isinstance(one.get("value"), str)
    )


def _each(value: Any) -> Iterator[Mapping[str, Any]]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            yield one
