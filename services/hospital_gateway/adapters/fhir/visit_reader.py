"""Reads one Encounter's resources into the narrow facts that the rules work on."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from services.hospital_gateway.adapters.fhir import systems
from services.hospital_gateway.adapters.fhir.care_reader import read_care, read_episode
from services.hospital_gateway.adapters.fhir.contact_reader import read_contact
from services.hospital_gateway.adapters.fhir.elements import (
    codings,
    day,
    each,
    first_code,
    identifier_value,
    moment,
    part,
    person_name,
    text,
    words_of,
)
from services.hospital_gateway.adapters.fhir.inspection import organisation_numbers
from services.hospital_gateway.adapters.fhir.paper_reader import read_papers
from services.hospital_gateway.adapters.fhir.practitioner_reader import read_caregivers
from services.hospital_gateway.adapters.fhir.statement_reader import read_statement
from services.hospital_gateway.adapters.fhir.visit_resources import VisitResources
from services.hospital_gateway.application.documents import Kept
from services.hospital_gateway.domain.care import Signature
from services.hospital_gateway.domain.visit import Coded, Person, Source, Statement, Visit
from shared.identifiers import is_kpj

_JKK = re.compile(r"(?i)\bjkk\b|kecelakaan kerja|ketenagakerjaan|jamsostek|work accident")
_REFUTED = frozenset({"refuted", "entered-in-error"})
# SNOMED CT's codes of severity and the words for them.
_SEVERITIES = (
    ("fatal", re.compile(r"(?i)399166001|\bfatal")),
    ("severe", re.compile(r"(?i)24484000|\bsevere\b|\bberat\b")),
    ("moderate", re.compile(r"(?i)6736007|\bmoderate\b|\bsedang\b")),
    ("mild", re.compile(r"(?i)255604002|\bmild\b|\bringan\b")),
)
_COMORBID = re.compile(r"(?i)komorbid|penyerta|comorbid")
# Complications of care, else the word.
_COMPLICATION = re.compile(r"(?i)\bT8[0-8]|komplikasi|complication")


def read_visit(encounter_id: str, kept: Sequence[Kept], zone: ZoneInfo) -> Visit:
    """The facts of the Encounter among `kept`, which holds everything that belongs to it."""
    documents = VisitResources(kept)
    encounter = next(one.content for one in kept if one.type == "Encounter" and one.id == encounter_id)
    patient = documents.referred(encounter.get("subject")) or {}
    coverages = [resource for _, resource in documents.of("Coverage")]
    facility = documents.referred(encounter.get("serviceProvider")) or {}
    employer = next((one for _, one in documents.of("Organization") if identifier_value(one, systems.NPP)), {})
    disposition = part(encounter, "hospitalization", "dischargeDisposition")
    care = read_care(encounter, documents, zone)
    return Visit(
        id=encounter_id,
        status=text(encounter.get("status")),
        class_code=text(part(encounter, "class", "code")),
        start=moment(part(encounter, "period", "start"), zone),
        end=moment(part(encounter, "period", "end"), zone),
        patient=_person(encounter, patient, coverages, zone),
        conditions=tuple(_conditions(encounter, documents, zone)),
        procedures=tuple(_procedures(documents, zone)),
        disposition=first_code(disposition),
        disposition_text=words_of(disposition) or None,
        admit_source=first_code(part(encounter, "hospitalization", "admitSource")),
        reason_text=words_of(encounter.get("reasonCode")) or None,
        identifiers=tuple(_own_identifiers(encounter)),
        accident_report=_marked(kept, systems.ACCIDENT_REPORT),
        case_number=_marked(kept, systems.CASE_NUMBER),
        has_kpj=_marked(kept, systems.KPJ) is not None,
        has_jkk_coverage=any(_is_jkk(one) for one in coverages),
        has_claim_accident=any(
            isinstance(one.get("accident"), dict) for _, one in documents.of("Claim", "ExplanationOfBenefit")
        ),
        coverage_payers=tuple(dict.fromkeys(filter(None, (words_of(one.get("payor")) for one in coverages)))),
        employer_number=identifier_value(employer, systems.NPP),
        employer_name=text(employer.get("name")),
        statement=_vouched_for(read_statement(documents, zone), care.signatures),
        caregivers=read_caregivers(encounter, documents),
        facility_name=text(facility.get("name")) or text(part(encounter, "serviceProvider", "display")),
        facility_number=_facility_number(encounter, facility),
        location=next((words_of(one.get("location")) for one in each(encounter.get("location"))), None) or None,
        papers=read_papers(kept),
        sources=tuple(Source(one.type, one.id, one.version, one.sha256) for one in kept),
        earlier_classes=tuple(
            filter(None, (text(part(one, "class", "code")) for one in each(encounter.get("classHistory"))))
        ),
        episode=read_episode(encounter, documents),
        care=care,
        contact=read_contact(patient, documents, zone),
    )


def _vouched_for(statement: Statement | None, signatures: Sequence[Signature]) -> Statement | None:
    """A statement that names no doctor or day is the one's, and of the day, that its Provenance says."""
    if statement is None:
        return None
    vouched = next((one for one in signatures if one.target.partition("/")[2] == statement.resource_id), None)
    if vouched is None:
        return statement
    return replace(
        statement,
        doctor_name=statement.doctor_name or vouched.who,
        signed_on=statement.signed_on or (vouched.at.date() if vouched.at else None),
    )


def _marked(kept: Sequence[Kept], system: str) -> str | None:
    """The value of an identifier of ours on any of the visit's resources."""
    return next((value for one in kept if (value := identifier_value(one.content, system))), None)


def _own_identifiers(encounter: Mapping[str, Any]) -> Iterator[str]:
    for identifier in each(encounter.get("identifier")):
        value = text(identifier.get("value"))
        if value and not str(identifier.get("system", "")).startswith(systems.OWN_PREFIX):
            yield value


def _person(
    encounter: Mapping[str, Any], patient: Mapping[str, Any], coverages: Sequence[Mapping[str, Any]], zone: ZoneInfo
) -> Person:
    """The patient, as held or as far as the Encounter's own reference tells (an IHS number and a display name)."""
    subject = part(encounter, "subject")
    reference = part(subject, "reference")
    number = None
    if isinstance(reference, str) and not patient:
        number = re.sub(r"^.*Patient/", "", reference) if "Patient/" in reference else None
    logical = {"identifier": part(subject, "identifier")}
    kpj = identifier_value(patient, systems.KPJ) or identifier_value(logical, systems.KPJ)
    for coverage in coverages:
        subscriber = text(coverage.get("subscriberId"))
        candidates = (identifier_value(coverage, systems.KPJ), subscriber if _is_jkk(coverage) else None)
        kpj = kpj or next((one for one in candidates if one and is_kpj(one)), None)
    return Person(
        nik=identifier_value(patient, systems.NIK) or identifier_value(logical, systems.NIK),
        kpj=kpj,
        passport_number=identifier_value(patient, *systems.PASSPORTS) or identifier_value(logical, *systems.PASSPORTS),
        ihs_number=identifier_value(patient, systems.IHS_NUMBER)
        or identifier_value(logical, systems.IHS_NUMBER)
        or number,
        name=person_name(patient.get("name")) or text(part(subject, "display")),
        birth_date=day(patient.get("birthDate")) if len(str(patient.get("birthDate", ""))) == 10 else None,
        sex=text(patient.get("gender")),
        deceased=patient.get("deceasedBoolean") is True or "deceasedDateTime" in patient,
        deceased_at=moment(patient.get("deceasedDateTime"), zone),
        resource_id=text(patient.get("id")),
    )


def _conditions(encounter: Mapping[str, Any], documents: VisitResources, zone: ZoneInfo) -> Iterator[Coded]:
    """Each diagnosis once, with the role and rank that the Encounter gives it."""
    places = {str(part(one, "condition", "reference")): one for one in each(encounter.get("diagnosis"))}
    seen: set[tuple[str, str | None]] = set()
    for kept, condition in documents.of("Condition"):
        if first_code(condition.get("verificationStatus")) in _REFUTED:
            continue
        place = places.get(f"Condition/{kept.id}", {})
        rank, role = place.get("rank"), first_code(place.get("use"))
        words = _condition_words(condition)
        for coding in codings(condition.get("code")):
            code = text(coding.get("code"))
            if code is None or coding.get("system") != systems.ICD10 or (_plain(code), role) in seen:
                continue
            seen.add((_plain(code), role))
            yield Coded(
                code=_plain(code),
                system=systems.ICD10,
                display=text(coding.get("display")),
                resource_id=kept.id,
                status=first_code(condition.get("clinicalStatus")),
                role=role,
                rank=rank if isinstance(rank, int) else None,
                start=moment(condition.get("onsetDateTime") or part(condition, "onsetPeriod", "start"), zone),
                words=words,
                severity=_severity(condition),
                certainty=first_code(condition.get("verificationStatus")),
                beside=_beside(role, _plain(code), _notes(condition)),
            )


def _severity(condition: Mapping[str, Any]) -> str | None:
    words = words_of(condition["severity"]) if "severity" in condition else ""
    return next((severity for severity, pattern in _SEVERITIES if pattern.search(words)), None)


def _beside(role: str | None, code: str, notes: str) -> str | None:
    """A comorbidity or a complication, when the Encounter, the code or a note says so (form 3b KK 3 no. 9). Not the
    code's title: many end in "without complications"."""
    if role == "CM" or _COMORBID.search(notes):
        return "comorbidity"
    return "complication" if _COMPLICATION.search(f"{code} {notes}") else None


def _plain(code: str) -> str:
    """The code without dagger and asterisk, with its dot: `S625` is `S62.5`."""
    bare = code.upper().rstrip("*+")
    return f"{bare[:3]}.{bare[3:]}" if len(bare) > 3 and bare[3] != "." else bare


def _condition_words(condition: Mapping[str, Any]) -> str:
    return f"{words_of(condition.get('bodySite'), condition.get('code'))} {_notes(condition)}"


def _notes(condition: Mapping[str, Any]) -> str:
    return " ".join(str(one.get("text", "")) for one in each(condition.get("note")))


def _procedures(documents: VisitResources, zone: ZoneInfo) -> Iterator[Coded]:
    seen: set[tuple[str, object]] = set()
    for kept, procedure in documents.of("Procedure"):
        coding: Mapping[str, Any] = next(codings(procedure.get("code")), {})
        code = text(coding.get("code"))
        start = moment(procedure.get("performedDateTime") or part(procedure, "performedPeriod", "start"), zone)
        if code is None or procedure.get("status") == "not-done" or (code, start) in seen:
            continue
        seen.add((code, start))
        yield Coded(
            code=code,
            system=text(coding.get("system")),
            display=text(coding.get("display")),
            resource_id=kept.id,
            status=text(procedure.get("status")),
            start=start,
            end=moment(part(procedure, "performedPeriod", "end"), zone),
            words=words_of(procedure.get("bodySite"), procedure.get("code")),
            outcome=words_of(procedure.get("outcome")) or None,
        )


def _is_jkk(coverage: Mapping[str, Any]) -> bool:
    """Whether a Coverage is one of JKK: by its type, class, payor or name, or by a KPJ among its identifiers."""
    classes = " ".join(
        f"{one.get('value', '')} {one.get('name', '')} {words_of(one.get('type'))}"
        for one in each(coverage.get("class"))
    )
    payors = words_of(coverage.get("payor"), coverage.get("type"))
    return bool(_JKK.search(f"{payors} {classes}")) or identifier_value(coverage, systems.KPJ) is not None


def _facility_number(encounter: Mapping[str, Any], facility: Mapping[str, Any]) -> str | None:
    numbers = organisation_numbers(facility.get("identifier"))
    if numbers:
        return numbers[0]
    reference = part(encounter, "serviceProvider", "reference")
    if isinstance(reference, str) and reference.startswith("Organization/") and not facility:
        return reference.removeprefix("Organization/")
    return None
