"""The tables by which the hospital gateway judges, drawn from FHIR R4's own definitions as HAPI packs them.

`python -m tests.foreign.r4_tables` writes them anew; a test sees that what is committed is what this makes.
"""

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from tests.foreign.hapi_jars import HAPI_VERSION, class_path

FOLDER = Path(__file__).parents[2] / "services" / "hospital_gateway" / "adapters" / "fhir" / "r4"
_RESOURCES = f"hapi-fhir-validation-resources-r4-{HAPI_VERSION}.jar"
_INSIDE = "org/hl7/fhir/r4/model/"
_PROFILES = ("profile/profiles-types.xml", "profile/profiles-resources.xml")
_TERMS = ("valueset/valuesets.xml", "valueset/v3-codesystems.xml", "valueset/v2-tables.xml")
_FHIR = "{http://hl7.org/fhir}"
_TYPES = "http://hl7.org/fhir/StructureDefinition/"
# Where the definitions of a type give the name of its own base, which its table need not repeat.
_BASES = ("Element", "BackboneElement", "Resource", "DomainResource")
# Judged by the walk itself, at every element.
_EVERYWHERE = ("ele-1", "ext-1")

_Node = ElementTree.Element
_Tables = dict[str, Any]


def _value(node: _Node, name: str) -> str:
    found = node.find(_FHIR + name)
    return "" if found is None else found.get("value", "")


def _read(name: str) -> _Node:
    jar = next(path for path in class_path() if path.name == _RESOURCES)
    with ZipFile(jar) as packed, packed.open(_INSIDE + name) as file:
        return ElementTree.parse(file).getroot()


def _definitions() -> Iterator[_Node]:
    """All types that are not profiles of others."""
    for name in _PROFILES:
        for definition in _read(name).iter(_FHIR + "StructureDefinition"):
            if _value(definition, "derivation") != "constraint" and _value(definition, "kind") != "logical":
                yield definition


def _elements(definition: _Node) -> list[_Node]:
    snapshot = definition.find(_FHIR + "snapshot")
    assert snapshot is not None
    return snapshot.findall(_FHIR + "element")


def definitions() -> tuple[_Tables, _Tables]:
    """Types and invariants. A type is its elements by name, each `min..max types ~required-value-set`, and `:` its
    base; an element with elements of its own has its path for a type."""
    types: _Tables = {}
    invariants: _Tables = {}
    own: dict[str, set[str]] = {}
    for definition in _definitions():
        name = _value(definition, "type")
        base = _value(definition, "baseDefinition").removeprefix(_TYPES)
        elements = _elements(definition)
        own[name] = {_value(element, "path").partition(".")[2] for element in elements}
        if _value(definition, "kind") == "primitive-type":
            continue
        parents = {_value(element, "path").rpartition(".")[0] for element in elements}
        types[name] = {":": base} if base else {}
        inherited = own.get(base, set())
        for element in elements:
            path = _value(element, "path")
            _note_invariants(element, path, name, invariants)
            parent, _, last = path.rpartition(".")
            if not parent or (parent == name and last in inherited):
                continue
            nested = path in parents
            if nested:
                types[path] = {":": _value(element.find(_FHIR + "type"), "code")}  # type: ignore[arg-type]
            if not (parent != name and last in own[types[parent][":"]]):
                types[parent][last] = _row(element, path if nested else "")
    return types, invariants


def _note_invariants(element: _Node, path: str, name: str, invariants: _Tables) -> None:
    for constraint in element.findall(_FHIR + "constraint"):
        key = _value(constraint, "key")
        source = _value(constraint, "source").removeprefix(_TYPES)
        if key not in _EVERYWHERE and _value(constraint, "severity") == "error" and source in ("", name):
            row = {"expression": _value(constraint, "expression"), "human": _value(constraint, "human")}
            invariants.setdefault(path, {})[key] = row


def _row(element: _Node, nested: str) -> str:
    if nested:
        kinds = nested
    elif _value(element, "contentReference"):
        kinds = _value(element, "contentReference").removeprefix("#")
    else:
        kinds = "|".join(_kind(kind) for kind in element.findall(_FHIR + "type"))
    row = f"{_value(element, 'min')}..{_value(element, 'max')} {kinds}"
    binding = element.find(_FHIR + "binding")
    if binding is not None and _value(binding, "strength") == "required":
        row += " ~" + _value(binding, "valueSet").partition("|")[0]
    return row


def _kind(kind: _Node) -> str:
    code = _value(kind, "code")
    if code.startswith("http://hl7.org/fhirpath/"):
        return "string"
    if code == "Reference":
        targets = [one.get("value", "").removeprefix(_TYPES) for one in kind.findall(_FHIR + "targetProfile")]
        return f"Reference({','.join(targets)})" if targets and targets != ["Resource"] else "Reference"
    profile = _value(kind, "profile").removeprefix(_TYPES)
    return profile if profile in ("SimpleQuantity", "MoneyQuantity") else code


def value_sets(types: _Tables) -> _Tables:
    """The codes of the value sets that `types` require, by system. Those of other bodies are not listed there."""
    wanted = {row.partition("~")[2] for rows in types.values() for row in rows.values() if "~" in row}
    sets: dict[str, _Node] = {}
    systems: dict[str, _Node] = {}
    for name in _TERMS:
        root = _read(name)
        sets |= {_value(one, "url"): one for one in root.iter(_FHIR + "ValueSet")}
        systems |= {_value(one, "url"): one for one in root.iter(_FHIR + "CodeSystem")}
    made = {}
    for url in sorted(wanted & sets.keys()):
        codes = _codes(sets[url], systems)
        if codes is not None:
            made[url] = codes
    return made


def _codes(value_set: _Node, systems: dict[str, _Node]) -> dict[str, list[str]] | None:
    codes: dict[str, list[str]] = {}
    compose = value_set.find(_FHIR + "compose")
    assert compose is not None
    for include in compose.findall(_FHIR + "include"):
        assert include.find(_FHIR + "filter") is None
        assert include.find(_FHIR + "valueSet") is None
        system = _value(include, "system")
        listed = include.findall(_FHIR + "concept") or list(_concepts(systems.get(system)))
        if not listed:
            return None
        codes.setdefault(system, []).extend(_value(one, "code") for one in listed)
    return codes


def _concepts(system: _Node | None) -> Iterator[_Node]:
    if system is not None:
        yield from system.iter(_FHIR + "concept")


def tables() -> dict[str, str]:
    """The files' texts by name."""
    types, invariants = definitions()
    types["SimpleQuantity"] = types["MoneyQuantity"] = {":": "Quantity"}
    return {
        "definitions.json": _text(types),
        "value_sets.json": _text(value_sets(types)),
        "invariants.json": _text(invariants),
    }


def _text(table: _Tables) -> str:
    return json.dumps(table, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for name, text in tables().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
