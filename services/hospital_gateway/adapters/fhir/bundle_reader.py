"""Reads a Bundle's bytes into a submission: parse strictly, judge every entry, name every problem at once."""

from dataclasses import replace
from typing import Any

from services.hospital_gateway.adapters.fhir.conditions import searches_of
from services.hospital_gateway.adapters.fhir.entry_reader import read_entry
from services.hospital_gateway.adapters.fhir.inspection import wrong_target
from services.hospital_gateway.adapters.fhir.json_text import BundleText, taken_apart
from services.hospital_gateway.adapters.fhir.resource_reader import local_references, read_json, read_value
from services.hospital_gateway.adapters.fhir.validation import judge_envelope
from services.hospital_gateway.application.documents import Entry, Submission
from services.hospital_gateway.application.findings import Finding, finding, refusal, refused
from shared.errors import SimpulError

# Of a resource that is parsed again when it is stored.
_ASKED_BEFORE = frozenset({"resourceType", "id", "meta", "identifier"})


def read_bundle(raw: bytes, *, entries_max: int, slim_from_bytes: int) -> Submission:
    """A transaction or batch. A transaction's problems are raised together; a batch's stay with their entries.

    Entries are parsed one by one, and from `slim_from_bytes` on only their text is kept: parsed, a Bundle of 32 MiB is
    ten times as large.
    """
    text, parts = _taken_apart(raw)
    if len(parts.entries) > entries_max:
        raise refusal("too-many-entries", "Bundle.entry", limit=entries_max)
    kind = _kind(read_json(parts.envelope.encode()))
    read: list[Entry | SimpulError] = []
    findings: list[Finding] = []
    for index, part in enumerate(parts.entries):
        place = f"Bundle.entry[{index}]"
        entry = read_value(text[part.entry.start : part.entry.end].encode(), below=2)
        made, found = read_entry(entry, place, text, part.resource)
        if made is not None and len(raw) >= slim_from_bytes:
            made = _slim(made)
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


def _taken_apart(raw: bytes) -> tuple[str, BundleText]:
    """The text and its parts. Raises what a strict reading of the whole has against it."""
    try:
        text = raw.decode("utf-8")
        if "\x00" not in text:
            return text, taken_apart(text)
    except ValueError:
        pass
    read_json(raw)
    raise refusal("not-json")


def _slim(entry: Entry) -> Entry:
    """The entry with no more of its resource parsed than is asked for before it is stored."""
    if entry.draft is None:
        return entry
    content = {name: value for name, value in entry.draft.content.items() if name in _ASKED_BEFORE}
    return replace(entry, draft=replace(entry.draft, content=content, is_slim=True))


def _kind(document: dict[str, Any]) -> str:
    """The Bundle's type, judged with its own elements and without its entries. Raises the refusal."""
    if document.get("resourceType") != "Bundle":
        raise refusal("bundle-required", "Bundle.resourceType")
    entries = document.pop("entry", [])
    if not isinstance(entries, list):
        raise refusal("type-mismatch", "Bundle.entry")
    findings = judge_envelope(document).findings
    kind = document.get("type")
    if kind not in ("transaction", "batch"):
        findings = [one for one in findings if one.pointer != "Bundle.type"]
        findings.insert(0, finding("bundle-type", "Bundle.type"))
    if findings:
        raise refused(findings)
    return str(kind)


def _across(read: list[Any]) -> list[Finding]:
    """Problems between entries: fullUrls used twice, resources changed twice, references to nothing or to another type
    than may stand there."""
    findings: list[Finding] = []
    urls: dict[str, str] = {}
    changed: set[tuple[str, str]] = set()
    entries = [one for one in read if isinstance(one, Entry)]
    for entry in entries:
        if entry.full_url is not None:
            if entry.full_url in urls:
                findings.append(finding("entry-duplicate", f"{entry.place}.fullUrl"))
            urls[entry.full_url] = entry.type
        if entry.method in ("PUT", "PATCH") and entry.id is not None:
            if (entry.type, entry.id) in changed:
                findings.append(finding("entry-same-target", entry.place))
            changed.add((entry.type, entry.id))
    if len(entries) == len(read):
        # With an entry unread its fullUrl is unknown, and every reference to it would be told as a second problem.
        for entry in entries:
            findings.extend(local_references(entry.draft, urls, entry.place))
            for where, reference, types in entry.draft.wanted if entry.draft else ():
                if urls.get(reference, next(iter(types))) not in types:
                    findings.append(wrong_target(where, types))
    return findings
