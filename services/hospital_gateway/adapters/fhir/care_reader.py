"""Reads what was given, what is still needed, where the patient came from or goes on to, and what was written of it.

Only what the law's forms ask about is read: of laboratory results, allergies and specimens the report says that they
are there, not what they say.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from services.hospital_gateway.adapters.fhir.cost_reader import read_costs
from services.hospital_gateway.adapters.fhir.elements import (
    codings,
    day,
    each,
    first_code,
    moment,
    narrative,
    part,
    text,
    words_of,
)
from services.hospital_gateway.adapters.fhir.practitioner_reader import caregiver_of
from services.hospital_gateway.adapters.fhir.referral_reader import NOT_DONE, read_referrals
from services.hospital_gateway.adapters.fhir.statement_fields import field_of
from services.hospital_gateway.adapters.fhir.visit_resources import VisitResources
from services.hospital_gateway.domain.care import (
    Aid,
    Care,
    ClinicalNotes,
    FiledDocument,
    Medicine,
    Signature,
)
from services.hospital_gateway.domain.visit import Days

_MEDICINES = {
    "MedicationRequest": ("requested", "authoredOn"),
    "MedicationDispense": ("dispensed", "whenHandedOver"),
    "MedicationAdministration": ("administered", "effectiveDateTime"),
    "Immunization": ("administered", "occurrenceDateTime"),
}
_AIDS = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("dentures", r"gigi (tiruan|palsu)|denture"),
        ("hearing_aid", r"alat bantu dengar|hearing aid"),
        ("glasses", r"kacamata|spectacle|glasses"),
        ("prosthesis", r"prot(h)?es[ai]|prosthes|(kaki|tangan|mata) palsu"),
        ("orthosis", r"ort(h)?es[ai]|orthos|brace|korset|splint|bidai"),
        ("implant", r"implan|pen dan plat|\bplate\b|\bscrew"),
    )
)
_TRIAGE = re.compile(r"(?i)\btriase\b|\btriage\b")
_EXAM, _IMAGING = "exam", frozenset({"imaging", "RAD", "18748-4"})
_COMPLAINTS = frozenset({"chief-complaint", "previous-complaint"})
_NOTE_MAX = 4000
_ALL_MAX = 200


def read_care(encounter: Mapping[str, Any], resources: VisitResources, zone: ZoneInfo) -> Care:
    """Everything of the visit that this module and the bills tell."""
    return Care(
        triage=read_triage(resources),
        clinical=read_clinical_notes(resources),
        medicines=read_medicines(resources),
        aids=read_aids(resources),
        referrals=read_referrals(encounter, resources),
        costs=read_costs(resources),
        documents=read_documents(resources),
        signatures=read_signatures(resources, zone),
    )


def read_medicines(resources: VisitResources) -> tuple[Medicine, ...]:
    """Medicines and vaccines, each once a stage and day."""
    found: dict[tuple[str, str, object], Medicine] = {}
    for kept, content in resources.of(*_MEDICINES):
        if content.get("status") in NOT_DONE:
            continue
        stage, dated = _MEDICINES[kept.type]
        held = resources.referred(content.get("medicationReference")) or {}
        concept = content.get("medicationCodeableConcept") or held.get("code") or content.get("vaccineCode")
        coding: Mapping[str, Any] = next(codings(concept), {})
        display = text(coding.get("display")) or text(part(concept, "text"))
        display = display or text(part(content, "medicationReference", "display"))
        code = text(coding.get("code")) or display
        if code is None:
            continue
        on = day(content.get(dated)) or day(part(content, "effectivePeriod", "start"))
        medicine = Medicine(code, stage, display, text(coding.get("system")), on, kept.id)
        found.setdefault((code, stage, on), medicine)
    return tuple(found.values())[:_ALL_MAX]


def read_aids(resources: VisitResources) -> tuple[Aid, ...]:
    """Devices that replace or support a part of the body: asked for (DeviceRequest) or handed over."""
    found: dict[tuple[str, str | None, bool], Aid] = {}
    for kept, content in resources.of("DeviceRequest", "DeviceUseStatement", "SupplyDelivery", "Device"):
        if content.get("status") in NOT_DONE:
            continue
        device = resources.referred(content.get("codeReference") or content.get("device")) or {}
        names = " ".join(str(one.get("name", "")) for one in each(content.get("deviceName")))
        concepts = (content.get("codeCodeableConcept"), content.get("type"), device.get("type"))
        item = content.get("suppliedItem")
        words = f"{words_of(*concepts, part(item, 'itemCodeableConcept'), content.get('device'))} {names}".strip()
        kind = next((name for name, pattern in _AIDS if pattern.search(words)), None)
        if kind is not None:
            given = kept.type != "DeviceRequest"
            found.setdefault((kind, words, given), Aid(kind, words[:_NOTE_MAX], given, kept.id))
    return tuple(found.values())[:_ALL_MAX]


def read_clinical_notes(resources: VisitResources) -> ClinicalNotes | None:
    """Anamnesis and the rest as those who treated wrote them: in a medical résumé, an impression, a coded complaint."""
    said: dict[str, dict[str, None]] = {
        name: {} for name in ("anamnesis", "examination", "imaging", "assessment", "plan")
    }
    for name, words in _notes(resources):
        if words:
            said[name][words] = None
    joined = {name: "\n".join(words)[:_NOTE_MAX] or None for name, words in said.items()}
    return ClinicalNotes(**joined) if any(joined.values()) else None


def _notes(resources: VisitResources) -> Iterator[tuple[str, str | None]]:
    for _, one in resources.of("Composition"):
        yield from _of_sections(one)
    for _, one in resources.of("Condition"):
        if first_code(one.get("category")) in _COMPLAINTS:
            yield "anamnesis", words_of(one.get("code")) or None
    for _, one in resources.of("ClinicalImpression"):
        yield "anamnesis", text(one.get("description"))
        yield "assessment", text(one.get("summary"))
    for _, one in resources.of("Observation"):
        if _EXAM in _categories(one):
            yield "examination", _finding(one)
    for _, one in resources.of("DiagnosticReport"):
        if _IMAGING & _categories(one):
            yield "imaging", text(one.get("conclusion"))
    for _, one in resources.of("CarePlan"):
        if one.get("status") not in ("revoked", "draft"):
            yield "plan", text(one.get("description")) or text(one.get("title"))


def _of_sections(composition: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    waiting = list(each(composition.get("section")))
    while waiting:
        section = waiting.pop(0)
        name = field_of(f"{section.get('title', '')} {words_of(section.get('code'))}".strip(), section.get("code"))
        place = {"anamnesis": "anamnesis", "physical_examination": "examination", "treatment": "plan"}.get(name or "")
        if place:
            yield place, narrative(section.get("text"))
        waiting.extend(each(section.get("section")))


def _categories(resource: Mapping[str, Any]) -> set[str]:
    return {str(one.get("code")) for one in codings(resource.get("category"))}


def _finding(observation: Mapping[str, Any]) -> str | None:
    """`Inspeksi: luka robek`, in the words it was sent with."""
    named = words_of(observation.get("code"))
    value = text(observation.get("valueString")) or words_of(observation.get("valueCodeableConcept"))
    quantity = observation.get("valueQuantity")
    if not value and isinstance(quantity, dict):
        value = f"{part(quantity, 'value')} {part(quantity, 'unit') or ''}".strip()
    return f"{named}: {value}" if named and value else value or None


def read_triage(resources: VisitResources) -> str | None:
    """The emergency department's own word on how urgent it was."""
    for _, one in resources.of("Observation"):
        if _TRIAGE.search(words_of(one.get("code"))):
            value = words_of(one.get("valueCodeableConcept")) or text(one.get("valueString"))
            value = value or str(part(one, "valueQuantity", "value") or one.get("valueInteger") or "")
            if value:
                return value
    return None


def read_episode(encounter: Mapping[str, Any], resources: VisitResources) -> Days | None:
    """The time of the episode of care that the Encounter belongs to."""
    for reference in each(encounter.get("episodeOfCare")):
        held = resources.referred(reference) or {}
        first, last = day(part(held, "period", "start")), day(part(held, "period", "end"))
        if first or last:
            return Days(first, last)
    return None


def read_documents(resources: VisitResources) -> tuple[FiledDocument, ...]:
    """Documents and reports, without their bytes."""
    found = []
    for kept, content in resources.of("DocumentReference", "Composition", "DiagnosticReport"):
        attachment = part(next(each(content.get("content")), None), "attachment") or {}
        attachment = attachment or next(each(content.get("presentedForm")), {})
        author = next((one for one in _authors(content) if caregiver_of(one, None, resources).name), None)
        found.append(
            FiledDocument(
                resource_type=kept.type,
                resource_id=kept.id,
                title=text(content.get("title")) or text(attachment.get("title")) or text(content.get("description")),
                type=words_of(content.get("type") or content.get("code")) or None,
                dated=day(content.get("date")) or day(content.get("issued")) or day(attachment.get("creation")),
                media_type=text(attachment.get("contentType")),
                author=caregiver_of(author, None, resources).name if author else None,
            )
        )
    return tuple(found)[:_ALL_MAX]


def _authors(content: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return [*each(content.get("author")), *each(content.get("resultsInterpreter")), *each(content.get("performer"))]


def read_signatures(resources: VisitResources, zone: ZoneInfo) -> tuple[Signature, ...]:
    """Who vouches for which resource of the visit, by its Provenances."""
    found = []
    for _, content in resources.of("Provenance"):
        at = moment(content.get("recorded"), zone)
        agent: Mapping[str, Any] = next(each(content.get("agent")), {})
        who = caregiver_of(agent.get("who"), None, resources).name
        role = words_of(agent.get("type")) or words_of(agent.get("role")) or None
        signed = any(True for _ in each(content.get("signature")))
        targets = [str(one.get("reference", "")).split("/_history/")[0] for one in each(content.get("target"))]
        held = [one for one in targets if resources.referred({"reference": one}) is not None]
        found += [Signature(one, who, role, at.at if at else None, signed) for one in held]
    return tuple(found)[:_ALL_MAX]
