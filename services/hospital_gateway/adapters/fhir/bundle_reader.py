"""Reads a Bundle's bytes into a submission: parse strictly, judge every entry, name every problem at once."""

from dataclasses import replace
from typing import Any, Literal, cast

from services.hospital_gateway.adapters.fhir.conditions import searches_of
from services.hospital_gateway.adapters.fhir.entry_reader import read_document_entry, read_entry
from services.hospital_gateway.adapters.fhir.inspection import identifiers_of, wrong_target
from services.hospital_gateway.adapters.fhir.json_text import BundleText, taken_apart
from services.hospital_gateway.adapters.fhir.resource_reader import local_references, read_json, read_value
from services.hospital_gateway.adapters.fhir.types import DOCUMENT
from services.hospital_gateway.adapters.fhir.validation import judge_envelope
from services.hospital_gateway.application.documents import Draft, Entry, Submission
from services.hospital_gateway.application.findings import Finding, finding, refusal, refused
from shared.errors import SimpulError

_FINDINGS_MAX = 1_000
# Of a resource that is parsed again when it is stored.
_ASKED_BEFORE = frozenset({"resourceType", "id", "meta", "identifier"})


def read_bundle(raw: bytes, *, entries_max: int, slim_from_bytes: int) -> Submission:
    """A transaction, batch or document. All problems are raised together; a batch's stay with their entries.

    Entries are parsed one by one, and from `slim_from_bytes` on only their text is kept: parsed, a Bundle of 32 MiB is
    ten times as large.
    """
    text, parts = _taken_apart(raw)
    if len(parts.entries) > entries_max:
        raise refusal("too-many-entries", "Bundle.entry", limit=entries_max)
    envelope = read_json(parts.envelope.encode())
    kind = _kind(envelope)
    read: list[Entry | SimpulError | None] = []
    findings: list[Finding] = []
    leads = False  # a Composition, as a document must
    for index, part in enumerate(parts.entries):
        place = f"Bundle.entry[{index}]"
        entry = read_value(text[part.entry.start : part.entry.end].encode(), below=2)
        leads = _is_composition(entry) if index == 0 else leads
        reader = read_document_entry if kind == "document" else read_entry
        made, found = reader(entry, place, text, part.resource)
        if made is not None and len(raw) >= slim_from_bytes:
            made = _slim(made)
        if len(findings) >= _FINDINGS_MAX:
            found = found[:1]
        read.append(refused(found) if found else made)
        findings.extend(found)
        if kind != "batch" and len(findings) >= _FINDINGS_MAX:
            # It is refused already, and the answer must not become larger than what was sent.
            findings = [*findings[:_FINDINGS_MAX], finding("more-problems", place)]
            break
    if kind == "batch":
        return _batch([one for one in read if one is not None])
    entries = [one for one in read if isinstance(one, Entry)]
    if kind == "document" and not leads:
        findings.append(finding("bdl-11", "Bundle.entry"))
    findings.extend(_across(entries, all_read=not findings))
    if findings:
        raise refused(findings)
    searches = searches_of(entries)
    if kind == "document":
        draft = Draft(DOCUMENT, text, envelope, identifiers_of(envelope), is_slim=True)
        return Submission("document", (*entries, Entry(DOCUMENT, "POST", DOCUMENT, draft=draft)), searches)
    return Submission("transaction", tuple(entries), searches)


def _is_composition(entry: Any) -> bool:
    resource = entry.get("resource") if isinstance(entry, dict) else None
    return isinstance(resource, dict) and resource.get("resourceType") == "Composition"


def _batch(read: list[Entry | SimpulError]) -> Submission:
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


def _kind(document: dict[str, Any]) -> Literal["transaction", "batch", "document"]:
    """The Bundle's type, judged with its own elements and without its entries. Raises the refusal."""
    if document.get("resourceType") != "Bundle":
        raise refusal("bundle-required", "Bundle.resourceType")
    entries = document.pop("entry", [])
    if not isinstance(entries, list):
        raise refusal("type-mismatch", "Bundle.entry")
    findings = judge_envelope(document).findings
    kind = document.get("type")
    if kind not in ("transaction", "batch", "document"):
        findings = [one for one in findings if one.pointer != "Bundle.type"]
        findings.insert(0, finding("bundle-type", "Bundle.type"))
    if findings:
        raise refused(findings)
    return cast('Literal["transaction", "batch", "document"]', kind)


def _across(entries: list[Entry], *, all_read: bool) -> list[Finding]:
    """Problems between entries: fullUrls or ids used twice, resources changed twice, references to nothing or to
    another type than may stand there."""
    findings: list[Finding] = []
    urls: dict[str, str] = {}
    ids: set[tuple[str, str]] = set()
    for entry in entries:
        if entry.full_url is not None:
            if entry.full_url in urls:
                findings.append(finding("entry-duplicate", f"{entry.place}.fullUrl"))
            urls[entry.full_url] = entry.type
        changed = entry.method in ("PUT", "PATCH") and entry.id is not None
        identity = entry.id if changed else entry.draft.id if entry.draft else None
        if identity is not None:
            if (entry.type, identity) in ids:
                code, where = ("entry-same-target", "") if changed else ("entry-duplicate-id", ".resource.id")
                findings.append(finding(code, entry.place + where))
            ids.add((entry.type, identity))
    if all_read:
        # With an entry unread its fullUrl is unknown, and every reference to it would be told as a second problem.
        for entry in entries:
            findings.extend(local_references(entry.draft, urls, entry.place))
            for where, reference, types in entry.draft.wanted if entry.draft else ():
                if urls.get(reference, next(iter(types))) not in types:
                    findings.append(wrong_target(where, types))
    return findings
