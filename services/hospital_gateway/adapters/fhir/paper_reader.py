"""Finds the papers among a visit's resources: visum, referral, rest letter, death certificate, pictures.

A DocumentReference or Composition tells by its type, category, title or description; a referral is also a
ServiceRequest of that kind, a picture also an ImagingStudy, a photograph or a report of imaging. What is found stands
for a paper of a claim's checklist, so that nobody has to scan it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.hospital_gateway.adapters.fhir.elements import codings, text, words_of
from services.hospital_gateway.adapters.fhir.finding_reader import finding_codes
from services.hospital_gateway.adapters.fhir.referral_reader import is_referral
from services.hospital_gateway.application.documents import Kept
from services.hospital_gateway.domain.visit import Paper

# Words of a title or type → kind. The first that matches decides.
_WORDS: tuple[tuple[str, "re.Pattern[str]"], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("visum", r"\bvisum\b|medico-?legal|forensic report"),
        ("death_certificate", r"(keterangan|sertifikat|akta) kematian|death certificate"),
        ("referral", r"\brujuk|\breferral\b"),
        ("rest_letter", r"(surat|keterangan) (istirahat|sakit|cuti sakit)|sick leave|rest letter"),
        ("imaging", r"rontgen|x-?ray|radiograph|radiolog|\bfoto\b|photograph|\bct[ -]scan|\bmri\b"),
    )
)
# LOINC and SNOMED CT codes that say the same without words.
_CODES = {
    "57133-1": "referral",
    "3457005": "referral",
    "64297-5": "death_certificate",
    "18748-4": "imaging",
    "RAD": "imaging",
}
_NOT_IN_FORCE = frozenset({"entered-in-error", "revoked", "draft", "superseded", "cancelled", "preliminary"})
_TITLED = frozenset({"DocumentReference", "Composition"})


def read_papers(kept: Sequence[Kept]) -> tuple[Paper, ...]:
    """Every paper found, by resource; drafts and what was taken back don't count."""
    return tuple(
        Paper(kind, one.type, one.id, one.sha256)
        for one in kept
        if _NOT_IN_FORCE.isdisjoint({text(one.content.get("status")), text(one.content.get("docStatus"))})
        for kind in _kinds(one.type, one.content)
    )


def _kinds(type_name: str, resource: Mapping[str, Any]) -> Iterator[str]:
    if type_name in ("ImagingStudy", "Media"):
        yield "imaging"
    elif type_name in _TITLED:
        kind = _kind_of(resource)
        if kind is not None:
            yield kind
    elif type_name == "ServiceRequest" and is_referral(resource):
        yield "referral"
    elif type_name == "Observation" and "rest-period" in finding_codes(resource):
        # Days of rest that were ordered, in whichever form: what a rest letter says.
        yield "rest_letter"
    elif type_name == "DiagnosticReport" and _kind_of(resource) == "imaging":
        yield "imaging"


def _kind_of(resource: Mapping[str, Any]) -> str | None:
    concepts = [resource.get("type"), resource.get("category"), resource.get("code")]
    told = {code for concept in concepts for one in codings(concept) if (code := text(one.get("code")))}
    by_code = next((kind for code, kind in _CODES.items() if code in told), None)
    words = f"{words_of(*concepts)} {resource.get('title', '')} {resource.get('description', '')}"
    return by_code or next((kind for kind, pattern in _WORDS if pattern.search(words)), None)
