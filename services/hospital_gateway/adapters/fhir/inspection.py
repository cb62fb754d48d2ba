"""One walk through a resource: the rules that the R4B models don't check, and everything its use needs to know.

The models accept `Encounter.status = bogus`, nulls, empty lists and a period that ends before it starts; see
`required_codes.yaml` for the bindings.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from services.hospital_gateway.adapters.fhir.types import R4_TYPES
from services.hospital_gateway.application.documents import Identifier, Organisation
from services.hospital_gateway.application.findings import Finding, finding, refusal
from shared.identifiers import nik_problems

NIK_SYSTEM = "https://fhir.kemkes.go.id/id/nik"
ICD10_SYSTEM = "http://hl7.org/fhir/sid/icd-10"
DEPTH_MAX = 64
_ICD10 = re.compile(r"[A-Z][0-9]{2}(\.[0-9A-Z]{1,4}|[0-9]{1,2})?[*+]?")
_ORGANISATION_NUMBER = re.compile(r"https?://sys-ids\.kemkes\.go\.id/[A-Za-z-]+/([0-9A-Za-z-]+)")
# Elements by which a resource says whose work it is.
_OWNERS = frozenset({"serviceProvider", "managingOrganization", "author"})

_Path = tuple[str | int, ...]


@dataclass
class Inspection:
    """What one walk found."""

    findings: list[Finding] = field(default_factory=list)
    references: list[tuple[str, str]] = field(default_factory=list)
    organisations: list[Organisation] = field(default_factory=list)


def expression(path: _Path) -> str:
    """A FHIRPath such as `Patient.name[0].given[1]`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


@cache
def _rules(type_name: str) -> Mapping[str, Any]:
    """The code rules of a type as a tree by element; a leaf is a set of codes or (system, set of codes)."""
    tables = yaml.safe_load((Path(__file__).parent / "required_codes.yaml").read_text("utf-8"))
    tree: dict[str, Any] = {}
    leaves = {f"{type_name}.{path}": frozenset(codes) for path, codes in tables["anywhere"].items()}
    leaves |= {path: frozenset(codes) for path, codes in tables["codes"].items()}
    leaves |= {path: (rule["system"], frozenset(rule["codes"])) for path, rule in tables["concepts"].items()}
    for path, leaf in leaves.items():
        first, *parts = path.split(".")
        if first != type_name:
            continue
        branch = tree
        for part in parts[:-1]:
            branch = branch.setdefault(part, {})
        branch[parts[-1]] = leaf
    return tree


def inspect(resource: Mapping[str, Any], type_name: str) -> Inspection:
    """Walk a resource. Raises Unreadable (`too-deep`) beyond 64 levels."""
    inspection = Inspection()
    _object(resource, (type_name,), _rules(type_name), inspection)
    return inspection


def _object(node: Mapping[str, Any], path: _Path, rules: Mapping[str, Any], out: Inspection) -> None:
    if len(path) > DEPTH_MAX:
        raise refusal("too-deep", limit=DEPTH_MAX)
    for name, value in node.items():
        if isinstance(value, str):
            _string(node, name, value, path, rules.get(name), out)
        elif isinstance(value, dict):
            rule = rules.get(name)
            if type(rule) is tuple:
                _concept(value, (*path, name), rule, out)
            if name in _OWNERS:
                _owner(value, (*path, name), out)
            if value:
                _object(value, (*path, name), rule if isinstance(rule, dict) else {}, out)
            else:
                out.findings.append(finding("empty-value", expression((*path, name))))
        elif isinstance(value, list):
            _list(name, value, path, rules.get(name), out)
        elif value is None:
            out.findings.append(finding("null-value", expression((*path, name))))
    if "start" in node and "end" in node and len(path) > 1:
        _period(node, path, out)


def _string(node: Mapping[str, Any], name: str, value: str, path: _Path, rule: Any, out: Inspection) -> None:
    if rule.__class__ is frozenset and value not in rule:
        out.findings.append(_not_allowed((*path, name), rule))
    if name == "reference":
        if value[:1] != "#":
            out.references.append((expression((*path, name)), value))
    elif name == "system":
        if value == NIK_SYSTEM and isinstance(node.get("value"), str):
            problems = nik_problems(node["value"])
            out.findings.extend(finding(code, expression((*path, "value"))) for code in problems)
        elif value == ICD10_SYSTEM and isinstance(node.get("code"), str) and not _ICD10.fullmatch(node["code"]):
            out.findings.append(finding("icd10-format", expression((*path, "code"))))
    elif not value:
        out.findings.append(finding("empty-value", expression((*path, name))))


def _list(name: str, values: list[Any], path: _Path, rule: Any, out: Inspection) -> None:
    if not values:
        out.findings.append(finding("empty-value", expression((*path, name))))
    rules = rule if isinstance(rule, dict) else {}
    for index, value in enumerate(values):
        place = (*path, name, index)
        if isinstance(value, dict):
            if type(rule) is tuple:
                _concept(value, place, rule, out)
            if name == "contained":
                _contained(value, place, out)
            elif value:
                if name in _OWNERS:
                    _owner(value, place, out)
                _object(value, place, rules, out)
            else:
                out.findings.append(finding("empty-value", expression(place)))
        elif isinstance(value, str):
            if rule.__class__ is frozenset and value not in rule:
                out.findings.append(_not_allowed(place, rule))
        elif isinstance(value, list):
            out.findings.append(finding("type-mismatch", expression(place)))
        # A list of primitives may hold null where its twin (`_given` of `given`) says why there is no value.
        elif value is None and not name.startswith("_"):
            out.findings.append(finding("null-value", expression(place)))


def _contained(value: Mapping[str, Any], place: _Path, out: Inspection) -> None:
    type_name = value.get("resourceType")
    if not isinstance(type_name, str) or type_name not in R4_TYPES:
        out.findings.append(finding("resource-type-unknown", expression((*place, "resourceType"))))
    else:
        _object(value, place, _rules(type_name), out)


def _not_allowed(path: _Path, allowed: frozenset[str]) -> Finding:
    return finding("code-not-in-value-set", expression(path), allowed=", ".join(sorted(allowed)))


def _concept(value: Mapping[str, Any], path: _Path, rule: tuple[str, frozenset[str]], out: Inspection) -> None:
    """A CodeableConcept with a required value set: one of its codings comes from it."""
    system, allowed = rule
    codings = value.get("coding")
    if not isinstance(codings, list):
        out.findings.append(_not_allowed((*path, "coding"), allowed))
        return
    for index, coding in enumerate(codings):
        if isinstance(coding, dict) and coding.get("system") == system:
            if str(coding.get("code")) not in allowed:
                out.findings.append(_not_allowed((*path, "coding", index, "code"), allowed))
            return
    out.findings.append(_not_allowed((*path, "coding"), allowed))


def _moment(text: object) -> datetime | None:
    """A full instant or a day as a comparable time; None for what the model judges or cannot be compared."""
    if not isinstance(text, str) or len(text) < 10:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _period(node: Mapping[str, Any], path: _Path, out: Inspection) -> None:
    start, end = _moment(node["start"]), _moment(node["end"])
    if start is None or end is None:
        return
    # With a day on one side only days can be compared.
    days_only = start.tzinfo is None or end.tzinfo is None
    if end.date() < start.date() if days_only else end < start:
        out.findings.append(finding("period-reversed", expression(path)))


def _owner(value: Mapping[str, Any], path: _Path, out: Inspection) -> None:
    """Note an organisation named as provider, manager or author, with the registry numbers it goes by."""
    reference, identifier = value.get("reference"), value.get("identifier")
    numbers = organisation_numbers([identifier])
    if isinstance(reference, str) and reference.startswith("Organization/"):
        numbers = (*numbers, reference.split("/")[1])
    if isinstance(reference, str) or numbers:
        text = reference if isinstance(reference, str) else ""
        out.organisations.append(Organisation(text, numbers, expression(path)))


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
    given = resource.get("identifier")
    listed = given if isinstance(given, list) else [given]
    return tuple(
        Identifier(one["system"], one["value"])
        for one in listed
        if isinstance(one, dict) and isinstance(one.get("system"), str) and isinstance(one.get("value"), str)
    )
