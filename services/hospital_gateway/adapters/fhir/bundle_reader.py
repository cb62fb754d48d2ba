"""Reads a request's bytes into a submission: parse strictly, judge every entry, name every problem at once."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from services.hospital_gateway.adapters.fhir import systems
from services.hospital_gateway.adapters.fhir.inspection import DEPTH_MAX, identifiers_of
from services.hospital_gateway.adapters.fhir.json_text import Span, entry_resources
from services.hospital_gateway.adapters.fhir.types import R4_TYPES, STORED_TYPES
from services.hospital_gateway.adapters.fhir.validation import judge
from services.hospital_gateway.application.documents import Draft, Entry, Search, Submission
from services.hospital_gateway.application.findings import Finding, finding, refusal, refused
from shared.errors import SimpulError, Unreadable
from shared.web.strict_json import parse_strict

# Counting depth exactly costs as much as parsing, so the parser's bound only keeps it from the end of the stack.
_BRACKET = re.compile(rb"[\[{\]}]")
_PARSER_DEPTH_MAX = 900
_CONDITIONAL = re.compile(r"([A-Z][A-Za-z]+)\?(.+)", re.DOTALL)
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_ENTRY_ELEMENTS = frozenset(
    {"id", "extension", "modifierExtension", "link", "fullUrl", "resource", "search", "request", "response"}
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})


def read_json(raw: bytes) -> dict[str, Any]:
    """One JSON object. Raises Unreadable with a finding."""
    try:
        document = parse_strict(raw, depth_max=DEPTH_MAX if _looks_deep(raw) else _PARSER_DEPTH_MAX)
    except Unreadable as error:
        raise refusal(error.code, "", limit=DEPTH_MAX) from None
    if not isinstance(document, dict):
        raise refusal("not-an-object")
    return document


def _looks_deep(raw: bytes) -> bool:
    """Whether brackets seem to nest beyond the limit. Quick, since strings are not told apart: text full of opening
    brackets only costs the exact count, and depth hidden behind closing ones in strings is met by the walk."""
    depth = 0
    for bracket in _BRACKET.findall(raw):
        if bracket in b"[{":
            depth += 1
            if depth > DEPTH_MAX:
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
    findings = _type_findings(document, type_name, type_name)
    if findings:
        raise refused(findings)
    draft, findings = _draft(document, type_name, raw.decode("utf-8"))
    if resource_id is not None and document.get("id") not in (None, resource_id):
        findings.append(finding("resource-id-differs", f"{type_name}.id"))
    findings.extend(_local_references(draft, {}, type_name))
    if findings:
        raise refused(findings)
    return draft


def _type_findings(document: Mapping[str, Any], expected: str, place: str) -> list[Finding]:
    actual = document.get("resourceType")
    if actual is None:
        return [finding("resource-type-required", f"{place}.resourceType")]
    if not isinstance(actual, str) or actual not in R4_TYPES:
        return [finding("resource-type-unknown", f"{place}.resourceType")]
    if actual != expected:
        return [finding("resource-type-differs", f"{place}.resourceType", expected=expected)]
    return []


def _draft(document: dict[str, Any], type_name: str, text: str) -> tuple[Draft, list[Finding]]:
    inspection = judge(document, type_name)
    draft = Draft(
        type=type_name,
        text=text,
        content=document,
        identifiers=identifiers_of(document),
        references=tuple(inspection.references),
        organisations=tuple(inspection.organisations),
    )
    return draft, inspection.findings


def read_bundle(raw: bytes, *, entries_max: int) -> Submission:
    """A transaction or batch. A transaction's problems are raised together; a batch's stay with their entries."""
    document = read_json(raw)
    kind, entries = _envelope(document, entries_max)
    spans = entry_resources(raw.decode("utf-8")) if entries else []
    text = raw.decode("utf-8")
    read: list[Entry | SimpulError] = []
    findings: list[Finding] = []
    for index, entry in enumerate(entries):
        place = f"Bundle.entry[{index}]"
        made, found = _entry(entry, place, text, spans[index])
        read.append(refused(found) if made is None or found else made)
        findings.extend(found)
    if kind == "transaction":
        findings.extend(_across(read))
        if findings:
            raise refused(findings)
        return Submission("transaction", tuple(read), searches_of([one for one in read if isinstance(one, Entry)]))
    for position, one in enumerate(read):
        alone = _local_references(one.draft, {}, one.place) if isinstance(one, Entry) and one.draft else []
        if alone:
            read[position] = refused(alone)
    return Submission("batch", tuple(read), searches_of([one for one in read if isinstance(one, Entry)]))


def _envelope(document: dict[str, Any], entries_max: int) -> tuple[str, list[Any]]:
    """The Bundle's own kind and entries, judged without looking into the entries."""
    if document.get("resourceType") != "Bundle":
        raise refusal("bundle-required", "Bundle.resourceType")
    entries = document.get("entry", [])
    if not isinstance(entries, list):
        raise refusal("type-mismatch", "Bundle.entry")
    if len(entries) > entries_max:
        raise refusal("too-many-entries", "Bundle.entry", limit=entries_max)
    findings = judge({name: value for name, value in document.items() if name != "entry"}, "Bundle").findings
    kind = document.get("type")
    if kind not in ("transaction", "batch"):
        findings = [one for one in findings if one.pointer != "Bundle.type"]
        findings.insert(0, finding("bundle-type", "Bundle.type"))
    if findings:
        raise refused(findings)
    return str(kind), entries


def _entry(entry: Any, place: str, text: str, span: Span | None) -> tuple[Entry | None, list[Finding]]:
    if not isinstance(entry, dict):
        return None, [finding("bundle-entry", place)]
    findings = [finding("unknown-element", f"{place}.{name}") for name in entry if name not in _ENTRY_ELEMENTS]
    request, resource = entry.get("request"), entry.get("resource")
    full_url = entry.get("fullUrl")
    if full_url is not None and (not isinstance(full_url, str) or not full_url):
        findings.append(finding("type-mismatch", f"{place}.fullUrl"))
    if not isinstance(request, dict) or not all(isinstance(request.get(name), str) for name in ("method", "url")):
        return None, [*findings, finding("entry-request-required", f"{place}.request")]
    target, found = _target(request, place)
    findings.extend(found)
    method = request["method"]
    draft = None
    if method in ("POST", "PUT"):
        if not isinstance(resource, dict) or span is None:
            return None, [*findings, finding("entry-resource-required", f"{place}.resource")]
        type_name = target[0] if target else str(resource.get("resourceType"))
        found = _type_findings(resource, type_name, f"{place}.resource")
        if not found:
            draft, found = _draft(resource, type_name, text[span.start : span.end])
            found = [one.under(f"{place}.resource") for one in found]
            draft = _seen_from(draft, f"{place}.resource")
        findings.extend(found)
        if target and target[1] and resource.get("id") not in (None, target[1]):
            findings.append(finding("resource-id-differs", f"{place}.resource.id"))
    search = _condition(request, target, place, findings)
    if target is None or findings:
        return None, findings
    if_match = request.get("ifMatch")
    url = full_url if isinstance(full_url, str) else None
    return Entry(place, method, target[0], target[1], draft, url, search, if_match), findings


def _seen_from(draft: Draft, place: str) -> Draft:
    """The draft with its expressions as seen from the Bundle."""
    if not draft.organisations and not draft.references:
        return draft
    cut = len(draft.type)
    return Draft(
        draft.type,
        draft.text,
        draft.content,
        draft.identifiers,
        tuple((place + where[cut:], reference) for where, reference in draft.references),
        tuple(type(one)(one.reference, one.numbers, place + one.expression[cut:]) for one in draft.organisations),
    )


def _target(request: Mapping[str, Any], place: str) -> tuple[tuple[str, str | None] | None, list[Finding]]:
    """Type and id that an entry is for."""
    method, url = request["method"], request["url"].lstrip("/")
    if method not in _METHODS:
        return None, [finding("entry-method", f"{place}.request.method")]
    if method not in ("GET", "POST", "PUT"):
        return None, [finding("entry-method-not-supported", f"{place}.request.method", method=method)]
    if "?" in url:
        return None, [finding("condition-not-supported", f"{place}.request.url")]
    type_name, _, resource_id = url.partition("/")
    if type_name not in R4_TYPES:
        return None, [finding("resource-type-unknown", f"{place}.request.url")]
    fits = not resource_id if method == "POST" else _ID.fullmatch(resource_id) is not None
    if not fits or type_name not in STORED_TYPES:
        return None, [finding("entry-url", f"{place}.request.url")]
    return (type_name, resource_id or None), []


def _condition(
    request: Mapping[str, Any], target: tuple[str, str | None] | None, place: str, findings: list[Finding]
) -> Search | None:
    """`request.ifNoneExist`, and a word on the conditions that are not for us."""
    given = request.get("ifNoneExist")
    if given is None or target is None:
        return None
    search = search_of(target[0], str(given).partition("?")[2] or str(given).lstrip("?"))
    if search is None:
        findings.append(finding("condition-not-supported", f"{place}.request.ifNoneExist"))
    return search


def search_of(type_name: str, query: str) -> Search | None:
    """`identifier=system|value` as a search; None for any other condition."""
    parameters = parse_qsl(query, keep_blank_values=True)
    if len(parameters) != 1 or parameters[0][0] != "identifier" or type_name not in STORED_TYPES:
        return None
    system, bar, value = parameters[0][1].rpartition("|")
    # A search by value alone would need an index without systems; none of the field's bridges does that.
    return Search(type_name, system, value) if bar and system and value else None


def _is_local(reference: str) -> bool:
    """Whether a reference can only be meant for this request: `urn:uuid:` or a condition."""
    return reference.startswith(("urn:uuid:", "urn:oid:"))


def _local_references(draft: Draft | None, known: Mapping[str, object], place: str) -> list[Finding]:
    """What is wrong with references that must be resolved within the request."""
    findings = []
    for where, reference in draft.references if draft else ():
        condition = _CONDITIONAL.fullmatch(reference)
        if _is_local(reference) and reference not in known:
            findings.append(finding("reference-unresolved", where or place))
        elif condition and search_of(condition[1], condition[2]) is None:
            findings.append(finding("condition-not-supported", where or place))
    return findings


def _across(read: list[Any]) -> list[Finding]:
    """Problems between entries: fullUrls used twice, resources changed twice, references to nothing."""
    findings: list[Finding] = []
    urls: dict[str, str] = {}
    changed: set[tuple[str, str]] = set()
    entries = [one for one in read if isinstance(one, Entry)]
    for entry in entries:
        if entry.full_url is not None:
            if entry.full_url in urls:
                findings.append(finding("entry-duplicate", f"{entry.place}.fullUrl"))
            urls[entry.full_url] = entry.place
        if entry.method == "PUT" and entry.id is not None:
            if (entry.type, entry.id) in changed:
                findings.append(finding("entry-same-target", entry.place))
            changed.add((entry.type, entry.id))
    if len(entries) == len(read):
        # With an entry unread its fullUrl is unknown, and every reference to it would be told as a second problem.
        for entry in entries:
            findings.extend(_local_references(entry.draft, urls, entry.place))
    return findings


def searches_of(entries: Sequence[Entry]) -> dict[str, Search]:
    """The conditional references of all entries, by their text."""
    found = {}
    for one in entries:
        for _, reference in one.draft.references if one.draft else ():
            condition = _CONDITIONAL.fullmatch(reference)
            search = search_of(condition[1], condition[2]) if condition else None
            if search is not None:
                found[reference] = search
    return found


def identity_keys(draft: Draft) -> tuple[tuple[str, str], ...]:
    """The identifiers of which a hospital has one resource each: NIK of persons, business identifiers of visits."""
    if draft.type in ("Patient", "Practitioner"):
        return tuple((one.system, one.value) for one in draft.identifiers if one.system == systems.NIK)
    if draft.type == "Encounter":
        return tuple(
            (one.system, one.value) for one in draft.identifiers if not one.system.startswith(systems.OWN_PREFIX)
        )
    return ()
