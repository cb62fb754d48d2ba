"""Reads one entry of a transaction or batch: what is to be done, to what, and with which resource."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qsl

from services.hospital_gateway.adapters.fhir.conditions import search_of
from services.hospital_gateway.adapters.fhir.json_text import Span
from services.hospital_gateway.adapters.fhir.resource_reader import draft_of, type_findings
from services.hospital_gateway.adapters.fhir.types import R4_TYPES, READ_TYPES, STORED_TYPES
from services.hospital_gateway.application.documents import Draft, Entry, Query, Search
from services.hospital_gateway.application.findings import Finding, finding

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_ENTRY_ELEMENTS = frozenset(
    {"id", "extension", "modifierExtension", "link", "fullUrl", "resource", "search", "request", "response"}
)
_REQUEST_TEXTS = ("method", "url", "ifNoneMatch", "ifModifiedSince", "ifMatch", "ifNoneExist")
_REQUEST_ELEMENTS = frozenset({"id", "extension", "modifierExtension", *_REQUEST_TEXTS})
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
_DONE_HERE = frozenset({"GET", "POST", "PUT", "PATCH"})
_JSON_PATCH = "application/json-patch+json"


@dataclass(frozen=True)
class _Target:
    """What `request.url` names: a type, and one of it by id or condition, or what a GET asks for."""

    type: str
    id: str | None = None
    where: Search | None = None
    query: Query | None = None


def read_entry(entry: Any, place: str, text: str, span: Span | None) -> tuple[Entry | None, list[Finding]]:
    """The entry at `place`, whose resource stands in `text` at `span`; None with findings where it cannot be done."""
    if not isinstance(entry, dict):
        return None, [finding("bundle-entry", place)]
    findings = shape_findings(entry, place)
    request = entry.get("request")
    if not isinstance(request, dict) or "method" not in request or "url" not in request:
        return None, [*findings, finding("entry-request-required", f"{place}.request")]
    findings += _request_findings(request, place)
    if findings:
        return None, findings
    target, findings = _target(request["method"], request["url"], place)
    draft = patch = None
    if request["method"] in ("POST", "PUT"):
        draft, found = read_draft(entry.get("resource"), target.type if target else None, place, text, span)
        findings += found
        if target and target.id and draft and draft.id not in (None, target.id):
            findings.append(finding("resource-id-differs", f"{place}.resource.id"))
    elif request["method"] == "PATCH":
        patch, found = _patch(entry.get("resource"), place)
        findings += found
    if_none_exist = _if_none_exist(request, target, place, findings)
    if target is None or findings:
        return None, findings
    return Entry(
        place,
        request["method"],
        target.type,
        target.id,
        draft,
        entry.get("fullUrl"),
        if_none_exist,
        request.get("ifMatch"),
        target.where,
        patch,
        target.query,
    ), findings


def read_document_entry(entry: Any, place: str, text: str, span: Span | None) -> tuple[Entry | None, list[Finding]]:
    """The entry of a document, to be created by itself; None also for what is only kept within the document."""
    if not isinstance(entry, dict):
        return None, [finding("bundle-entry", place)]
    findings = shape_findings(entry, place)
    for name, rule in (("request", "bdl-3"), ("response", "bdl-4"), ("search", "bdl-2")):
        if name in entry:
            findings.append(finding(rule, f"{place}.{name}"))
    if "/_history/" in str(entry.get("fullUrl", "")):
        findings.append(finding("bdl-8", f"{place}.fullUrl"))
    draft, found = read_draft(entry.get("resource"), None, place, text, span)
    findings += found
    if findings or draft is None or draft.type not in STORED_TYPES:
        return None, findings
    return Entry(place, "POST", draft.type, draft=draft, full_url=entry.get("fullUrl")), []


def shape_findings(entry: Mapping[str, Any], place: str) -> list[Finding]:
    """What is wrong with an entry's own elements, whatever its resource says."""
    findings = [finding("unknown-element", f"{place}.{name}") for name in entry if name not in _ENTRY_ELEMENTS]
    full_url = entry.get("fullUrl")
    if full_url is not None and (not isinstance(full_url, str) or not full_url):
        findings.append(finding("type-mismatch", f"{place}.fullUrl"))
    return findings


def _request_findings(request: Mapping[str, Any], place: str) -> list[Finding]:
    where = f"{place}.request"
    findings = [finding("unknown-element", f"{where}.{name}") for name in request if name not in _REQUEST_ELEMENTS]
    findings += [
        finding("type-mismatch", f"{where}.{name}")
        for name in _REQUEST_TEXTS
        if name in request and not isinstance(request[name], str)
    ]
    return findings


def read_draft(
    resource: Any, type_name: str | None, place: str, text: str, span: Span | None
) -> tuple[Draft | None, list[Finding]]:
    """The entry's resource, of `type_name` or, without one, of the type it says itself; expressions as seen from the
    Bundle."""
    where = f"{place}.resource"
    if not isinstance(resource, dict) or span is None:
        return None, [finding("entry-resource-required", where)]
    type_name = type_name or str(resource.get("resourceType"))
    found = type_findings(resource, type_name, where)
    if found:
        return None, found
    draft, found = draft_of(resource, type_name, text[span.start : span.end])
    return draft.seen_from(where), [one.under(where) for one in found]


def _target(method: str, url: str, place: str) -> tuple[_Target | None, list[Finding]]:
    """Type and id, condition or query that an entry is for."""
    if method not in _METHODS:
        return None, [finding("entry-method", f"{place}.request.method")]
    if method not in _DONE_HERE:
        return None, [finding("entry-method-not-supported", f"{place}.request.method", method=method)]
    path, asks, query = url.lstrip("/").partition("?")
    type_name, *parts = path.rstrip("/").split("/")
    if type_name not in R4_TYPES:
        return None, [finding("resource-type-unknown", f"{place}.request.url")]
    target = None
    if type_name not in (READ_TYPES if method == "GET" else STORED_TYPES):
        pass
    elif method == "GET":
        target = _read(type_name, parts, query)
    elif method == "POST":
        target = None if parts or asks else _Target(type_name)
    elif len(parts) == 1 and _ID.fullmatch(parts[0]) and not asks:
        target = _Target(type_name, parts[0])
    elif not parts and asks:
        where = search_of(type_name, query)
        if where is None:
            return None, [finding("condition-not-supported", f"{place}.request.url")]
        target = _Target(type_name, where=where)
    return target, [] if target else [finding("entry-url", f"{place}.request.url")]


def _read(type_name: str, parts: list[str], query: str) -> _Target | None:
    """What a GET asks for: a search, one resource, all its versions or one of them."""
    parameters = tuple(parse_qsl(query, keep_blank_values=True))
    if not parts:
        return _Target(type_name, query=Query("search", parameters))
    if not _ID.fullmatch(parts[0]):
        return None
    if len(parts) == 1:
        return _Target(type_name, parts[0])
    if parts[1] != "_history" or len(parts) > 3:
        return None
    if len(parts) == 2:
        return _Target(type_name, parts[0], query=Query("history", parameters))
    return _Target(type_name, parts[0], query=Query("version", version=parts[2]))


def _patch(resource: Any, place: str) -> tuple[bytes | None, list[Finding]]:
    """The JSON Patch in the Binary by which a Bundle carries it (FHIR R4, section 3.1.0.8.1)."""
    where = f"{place}.resource"
    if not isinstance(resource, dict):
        return None, [finding("entry-resource-required", where)]
    kind, data = resource.get("contentType"), resource.get("data")
    fits = resource.get("resourceType") == "Binary" and isinstance(kind, str) and isinstance(data, str)
    if not fits or cast("str", kind).partition(";")[0].strip() != _JSON_PATCH:
        return None, [finding("entry-patch-form", where)]
    try:
        return base64.b64decode("".join(cast("str", data).split()), validate=True), []
    except (binascii.Error, ValueError):
        return None, [finding("value-format", f"{where}.data")]


def _if_none_exist(
    request: Mapping[str, Any], target: _Target | None, place: str, findings: list[Finding]
) -> Search | None:
    """`request.ifNoneExist` of a POST, and a word on the conditions that are not for us."""
    given = request.get("ifNoneExist")
    if given is None or target is None or request["method"] != "POST":
        return None
    search = search_of(target.type, given.partition("?")[2] or given.lstrip("?"))
    if search is None:
        findings.append(finding("condition-not-supported", f"{place}.request.ifNoneExist"))
    return search
