"""FHIR R4's own definitions as tables to judge by, one `Shape` a type, made when the type is first met.

`definitions.json`, `value_sets.json` and `invariants.json` are drawn from the published definitions (CC0) by
`tests/foreign/r4_tables.py`. A row reads `min..max types ~required-value-set`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from services.hospital_gateway.adapters.fhir.r4.invariants import RULES, Rule
from services.hospital_gateway.adapters.fhir.r4.primitives import CURRENCY, PRIMITIVES, Check

_FOLDER = Path(__file__).parent
_RESOURCES = frozenset({"Resource", "DomainResource"})
# The published table of `Resource.id` calls it a string; the text of the specification (2.26.3.1) an id.
_OF_RESOURCES = {"id": "0..1 id"}
_CURRENCIES = "http://hl7.org/fhir/ValueSet/currencies"
# Profiles that the tables name where the JSON names the type.
_PROFILED = {"SimpleQuantity": "Quantity", "MoneyQuantity": "Quantity"}
# By which a resource says whose work it is.
_OWNERS = frozenset({"serviceProvider", "managingOrganization", "author"})

Codes = Mapping[str, frozenset[str]]


@dataclass(slots=True, eq=False, repr=False)
class Slot:
    """What may stand under one JSON name."""

    shown: str
    """The element as FHIRPath names it: `value` for `valueQuantity`."""
    many: bool
    type_name: str
    check: Check | None = None
    """Of a primitive: the code of what is wrong with a value, or None."""
    shape: "Shape | None" = None
    """Of a complex type; None for a resource, whose type the resource says itself."""
    choice: str = ""
    """The element this is one choice of: `value[x]`."""
    codes: frozenset[str] | None = None
    """Of a `code` with a required value set: its codes."""
    concepts: Codes | None = None
    """Of a coded type with a required value set: its codes by system."""
    targets: frozenset[str] | None = None
    """Of a Reference: the types it may point to; None for any."""
    twin: str = ""
    """Of a primitive in a list: the name of the list that says why a value is missing."""
    owner: bool = False


@dataclass(slots=True, eq=False, repr=False)
class Shape:
    """One type, or one element that has elements of its own."""

    name: str
    resource: bool
    slots: dict[str, Slot] = field(default_factory=dict)
    required: list[tuple[str, str]] = field(default_factory=list)
    """Names that must be there, each with the name that may stand for it."""
    choices: list[tuple[str, str]] = field(default_factory=list)
    """Choices of which one must be there, with the names as a text."""
    rules: list[Rule] = field(default_factory=list)


@cache
def _table(name: str) -> Any:
    return json.loads((_FOLDER / name).read_text("utf-8"))


_shapes: dict[str, Shape] = {}


def shape_of(name: str) -> Shape:
    """The shape of a type or of `Type.element`. Raises KeyError for a name that R4 does not have."""
    shape = _shapes.get(name)
    if shape is None:
        rows, bases = _rows(name)
        shape = Shape(name, resource="Resource" in bases)
        # Registered before it is whole: types hold each other. Judging runs in one thread of a process.
        _shapes[name] = shape
        for element, row in rows.items():
            _add(shape, element, row)
        for each in bases:
            shape.rules.extend(RULES.get(each, ()))
    return shape


def _rows(name: str) -> tuple[dict[str, str], list[str]]:
    """A type's rows with those of its bases, and their names with its own."""
    own = _table("definitions.json")[name]
    base = own.get(":")
    rows, bases = _rows(base) if base else ({}, [])
    if name == "Resource":
        own = {**own, **_OF_RESOURCES}
    return rows | {element: row for element, row in own.items() if element != ":"}, [*bases, name]


def _add(shape: Shape, element: str, row: str) -> None:
    cardinality, _, kinds = row.partition(" ")
    least, _, most = cardinality.partition("..")
    kinds, _, value_set = kinds.partition(" ~")
    if element.endswith("[x]"):
        stem = element.removesuffix("[x]")
        names = []
        for kind in kinds.split("|"):
            type_name = kind.partition("(")[0]
            written = _PROFILED.get(type_name, type_name)
            name = stem + written[0].upper() + written[1:]
            _place(shape, name, Slot(stem, most != "1", kind, choice=element), value_set)
            names.append(name)
        if least != "0":
            shape.choices.append((element, ", ".join(names)))
        return
    _place(shape, element, Slot(element, most != "1", kinds), value_set)
    if least != "0":
        shape.required.append((element, f"_{element}"))


def _place(shape: Shape, name: str, slot: Slot, value_set: str) -> None:
    type_name, _, targets = slot.type_name.partition("(")
    slot.type_name = type_name
    slot.owner = name in _OWNERS
    if targets:
        slot.targets = frozenset(targets.rstrip(")").split(","))
    codes: Mapping[str, list[str]] | None = _table("value_sets.json").get(value_set)
    slot.check = CURRENCY if value_set == _CURRENCIES else PRIMITIVES.get(type_name)
    shape.slots[name] = slot
    if slot.check is not None:
        if codes is not None:
            slot.codes = frozenset(code for listed in codes.values() for code in listed)
        twin = Slot(slot.shown, slot.many, "Element", shape=shape_of("Element"), choice=slot.choice)
        shape.slots[f"_{name}"] = twin
        slot.twin = f"_{name}"
    else:
        if codes is not None:
            slot.concepts = {system: frozenset(listed) for system, listed in codes.items()}
        slot.shape = None if type_name in _RESOURCES else shape_of(type_name)


def resource_types() -> frozenset[str]:
    """Every type of resource that stands for itself."""
    types = _table("definitions.json")
    return frozenset(
        name
        for name, rows in types.items()
        if rows.get(":") in _RESOURCES and "." not in name and name not in _RESOURCES
    )
