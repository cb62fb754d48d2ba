"""Reads a Bundle's bytes into a submission: parse strictly, judge every entry, name every problem at once."""

from typing import Any

from services.hospital_gateway.adapters.fhir.conditions import searches_of
from services.hospital_gateway.adapters.fhir.entry_reader import read_entry
from services.hospital_gateway.adapters.fhir.json_text import entry_resources
from services.hospital_gateway.adapters.fhir.resource_reader import local_references, read_json
from services.hospital_gateway.adapters.fhir.validation import judge_envelope
from services.hospital_gateway.application.documents import Entry, Submission
from services.hospital_gateway.application.findings import Finding, finding, refusal, refused
from shared.errors import SimpulError


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
        made, found = read_entry(entry, place, text, spans[index])
        read.append(refused(found) if made is None or found else made)
        findings.extend(found)
    if kind == "transaction":
        findings.extend(_across(read))
        if findings:
            raise refused(findings)
        return Submission("transaction", tuple(read), searches_of([one for one in read if isinstance(one, Entry)]))
    for position, one in enumerate(read):
        alone = local_references(one.draft, {}, one.place) if isinstance(one, Entry) and one.draft else []
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
    findings = judge_envelope(document).findings
    kind = document.get("type")
    if kind not in ("transaction", "batch"):
        findings = [one for one in findings if one.pointer != "Bundle.type"]
        findings.insert(0, finding("bundle-type", "Bundle.type"))
    if findings:
        raise refused(findings)
    return str(kind), entries


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
        if entry.method in ("PUT", "PATCH") and entry.id is not None:
            if (entry.type, entry.id) in changed:
                findings.append(finding("entry-same-target", entry.place))
            changed.add((entry.type, entry.id))
    if len(entries) == len(read):
        # With an entry unread its fullUrl is unknown, and every reference to it would be told as a second problem.
        for entry in entries:
            findings.extend(local_references(entry.draft, urls, entry.place))
    return findings
