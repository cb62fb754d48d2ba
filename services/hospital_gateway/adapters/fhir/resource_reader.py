"""Reads one resource: parse strictly, judge, and note what its use needs to know."""

import json
import re
from collections.abc import Mapping
from typing import Any

from services.hospital_gateway.adapters.fhir import systems
from services.hospital_gateway.adapters.fhir.conditions import CONDITIONAL, search_of
from services.hospital_gateway.adapters.fhir.inspection import DEPTH_MAX, identifiers_of
from services.hospital_gateway.adapters.fhir.types import R4_TYPES
from services.hospital_gateway.adapters.fhir.validation import judge
from services.hospital_gateway.application.documents import Draft
from services.hospital_gateway.application.findings import Finding, finding, refusal, refused
from shared.errors import Unreadable
from shared.web.strict_json import parse_strict

# Counting depth exactly costs as much as parsing, so the parser's bound only keeps it from the end of the stack.
_BRACKET = re.compile(rb"[\[{\]}]")
_PARSER_DEPTH_MAX = 900


def read_json(raw: bytes) -> dict[str, Any]:
    """One JSON object. Raises Unreadable with a finding."""
    document = read_value(raw)
    if not isinstance(document, dict):
        raise refusal("not-an-object")
    return document


def read_value(raw: bytes, *, below: int = 0) -> Any:
    """One JSON value that stands `below` levels deep. Raises Unreadable with a finding."""
    limit = DEPTH_MAX - below
    try:
        return parse_strict(raw, depth_max=limit if _looks_deep(raw, limit) else _PARSER_DEPTH_MAX)
    except Unreadable as error:
        raise refusal(error.code, "", limit=DEPTH_MAX) from None


def _looks_deep(raw: bytes, limit: int) -> bool:
    """Whether brackets seem to nest beyond the limit. Quick, since strings are not told apart: text full of opening
    brackets only costs the exact count, and depth hidden behind closing ones in strings is met by the walk."""
    depth = 0
    for bracket in _BRACKET.findall(raw):
        if bracket in b"[{":
            depth += 1
            if depth > limit:
                return True
        else:
            depth -= 1
    return False


def read_resource(raw: bytes, type_name: str, resource_id: str | None = None) -> Draft:
    """A single resource posted or put at `type_name` (and `resource_id`); an empty type is whatever it says itself.
    Raises what the use case answers with."""
    document = read_json(raw)
    if not type_name:
        named = str(document.get("resourceType"))
        type_name = named if named in R4_TYPES else "Resource"
    findings = type_findings(document, type_name, type_name)
    if findings:
        raise refused(findings)
    draft, findings = draft_of(document, type_name, raw.decode("utf-8"))
    if resource_id is not None and document.get("id") not in (None, resource_id):
        findings.append(finding("resource-id-differs", f"{type_name}.id"))
    findings.extend(local_references(draft, {}, type_name))
    if findings:
        raise refused(findings)
    return draft


def asked_about(raw: bytes) -> bytes:
    """The resource that a request for `$validate` is about: the parameter `resource` of Parameters, as the operation
    is defined, else the body itself, which R4 allows where there is only one parameter."""
    if b'"Parameters"' not in raw:
        return raw
    document = read_json(raw)
    given = document.get("parameter") if document.get("resourceType") == "Parameters" else None
    for one in given if isinstance(given, list) else ():
        if isinstance(one, dict) and one.get("name") == "resource" and isinstance(one.get("resource"), dict):
            return json.dumps(one["resource"], ensure_ascii=False).encode()
    return raw


def type_findings(document: Mapping[str, Any], expected: str, place: str) -> list[Finding]:
    actual = document.get("resourceType")
    if actual is None:
        return [finding("resource-type-required", f"{place}.resourceType")]
    if not isinstance(actual, str) or actual not in R4_TYPES:
        return [finding("resource-type-unknown", f"{place}.resourceType")]
    if actual != expected:
        return [finding("resource-type-differs", f"{place}.resourceType", expected=expected)]
    return []


def draft_of(document: dict[str, Any], type_name: str, text: str) -> tuple[Draft, list[Finding]]:
    inspection = judge(document, type_name)
    draft = Draft(
        type=type_name,
        text=text,
        content=document,
        identifiers=identifiers_of(document),
        references=tuple(inspection.references),
        organisations=tuple(inspection.organisations),
        wanted=tuple(inspection.wanted),
    )
    return draft, inspection.findings


def _is_local(reference: str) -> bool:
    """Whether a reference can only be meant for this request: `urn:uuid:` or a condition."""
    return reference.startswith(("urn:uuid:", "urn:oid:"))


def local_references(draft: Draft | None, known: Mapping[str, object], place: str) -> list[Finding]:
    """What is wrong with references that must be resolved within the request."""
    findings = []
    for where, reference in draft.references if draft else ():
        condition = CONDITIONAL.fullmatch(reference)
        if _is_local(reference) and reference not in known:
            findings.append(finding("reference-unresolved", where or place))
        elif condition and search_of(condition[1], condition[2]) is None:
            findings.append(finding("condition-not-supported", where or place))
    return findings


def identity_keys(draft: Draft) -> tuple[tuple[str, str], ...]:
    """The identifiers of which a hospital has one resource each: NIK of persons, business identifiers of visits."""
    if draft.type in ("Patient", "Practitioner"):
        return tuple((one.system, one.value) for one in draft.identifiers if one.system == systems.NIK)
    if draft.type == "Encounter":
        return tuple(
            (one.system, one.value) for one in draft.identifiers if not one.system.startswith(systems.OWN_PREFIX)
        )
    return ()
