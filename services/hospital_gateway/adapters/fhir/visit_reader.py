"""Reads one Encounter's resources into the narrow facts that the rules work on."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from services.hospital_gateway.adapters.fhir import systems
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
from services.hospital_gateway.adapters.fhir.statement_reader import read_statement
from services.hospital_gateway.application.documents import Kept
from services.hospital_gateway.domain.visit import Caregiver, Coded, Person, Source, Visit
from shared.identifiers import is_kpj

_JKK = re.compile(r"(?i)\bjkk\b|kecelakaan kerja|ketenagakerjaan|jamsostek|work accident")
_REFUTED = frozenset({"refuted", "entered-in-error"})
_ERROR = "entered-in-error"


@dataclass(frozen=True)
class _Documents:
    """The resources by type, and by the reference that others make to them."""

    kept: Sequence[Kept]

    def of(self, type_name: str) -> Iterator[tuple[Kept, Mapping[str, Any]]]:
        for one in self.kept:
            if one.type == type_name and one.content.get("status") != _ERROR:
                yield one, one.content

    def referred(self, reference: Any) -> Mapping[str, Any] | None:
        """The held resource behind a Reference element."""
        target = part(reference, "reference")
        if not isinstance(target, str):
            return None
        path = target.split("/_history/")[0]
        return next((one.content for one in self.kept if f"{one.type}/{one.id}" == path), None)


def read_visit(encounter_id: str, kept: Sequence[Kept], zone: ZoneInfo) -> Visit:
    """The facts of the Encounter among `kept`, which holds everything that belongs to it."""
    documents = _Documents(kept)
    encounter = next(one.content for one in kept if one.type == "Encounter" and one.id == encounter_id)
    patient = documents.referred(encounter.get("subject")) or {}
    coverages = [resource for _, resource in documents.of("Coverage")]
    facility = documents.referred(encounter.get("serviceProvider")) or {}
    employer = next((one for _, one in documents.of("Organization") if identifier_value(one, systems.NPP)), {})
    disposition = part(encounter, "hospitalization", "dischargeDisposition")
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
            isinstance(resource.get("accident"), dict)
            for type_name in ("Claim", "ExplanationOfBenefit")
            for _, resource in documents.of(type_name)
        ),
        coverage_payers=tuple(dict.fromkeys(filter(None, (words_of(one.get("payor")) for one in coverages)))),
        employer_number=identifier_value(employer, systems.NPP),
        employer_name=text(employer.get("name")),
        statement=read_statement(kept, zone),
        caregivers=tuple(_caregivers(encounter, documents)),
        facility_name=text(facility.get("name")) or text(part(encounter, "serviceProvider", "display")),
        facility_number=_facility_number(encounter, facility),
        location=next((words_of(one.get("location")) for one in each(encounter.get("location"))), None) or None,
        papers=read_papers(kept),
        sources=tuple(Source(one.type, one.id, one.version, one.sha256) for one in kept),
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


def _conditions(encounter: Mapping[str, Any], documents: _Documents, zone: ZoneInfo) -> Iterator[Coded]:
    """Each diagnosis once, with the role and rank that the Encounter gives it."""
    places = {str(part(one, "condition", "reference")): one for one in each(encounter.get("diagnosis"))}
    seen: set[tuple[str, str | None]] = set()
    for kept, condition in documents.of("Condition"):
        if first_code(condition.get("verificationStatus")) in _REFUTED:
            continue
        place = places.get(f"Condition/{kept.id}", {})
        rank = place.get("rank")
        for coding in codings(condition.get("code")):
            code, role = text(coding.get("code")), first_code(place.get("use"))
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
                words=_condition_words(condition),
            )


def _plain(code: str) -> str:
    """The code without dagger and asterisk, with its dot: `S625` is `S62.5`."""
    bare = code.upper().rstrip("*+")
    return f"{bare[:3]}.{bare[3:]}" if len(bare) > 3 and bare[3] != "." else bare


def _condition_words(condition: Mapping[str, Any]) -> str:
    notes = " ".join(str(one.get("text", "")) for one in each(condition.get("note")))
    return f"{words_of(condition.get('bodySite'), condition.get('code'))} {notes}"


def _procedures(documents: _Documents, zone: ZoneInfo) -> Iterator[Coded]:
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
        )


def _is_jkk(coverage: Mapping[str, Any]) -> bool:
    """Whether a Coverage is one of JKK: by its type, class, payor or name, or by a KPJ among its identifiers."""
    classes = " ".join(
        f"{one.get('value', '')} {one.get('name', '')} {words_of(one.get('type'))}"
        for one in each(coverage.get("class"))
    )
    payors = words_of(coverage.get("payor"), coverage.get("type"))
    return bool(_JKK.search(f"{payors} {classes}")) or identifier_value(coverage, systems.KPJ) is not None


def _caregivers(encounter: Mapping[str, Any], documents: _Documents) -> Iterator[Caregiver]:
    seen: set[str] = set()
    performers = [
        performer.get("actor") for _, one in documents.of("Procedure") for performer in each(one.get("performer"))
    ]
    named = [(one.get("individual"), words_of(one.get("type")) or None) for one in each(encounter.get("participant"))]
    for reference, role in [*named, *((one, None) for one in performers)]:
        practitioner = documents.referred(reference) or {}
        target = str(part(reference, "reference") or "")
        name = person_name(practitioner.get("name")) or text(part(reference, "display"))
        number = identifier_value(practitioner, *systems.PRACTITIONER_NUMBERS)
        if not practitioner and target.startswith("Practitioner/"):
            number = target.removeprefix("Practitioner/")
        key = target or name or ""
        if not key or key in seen:
            continue
        seen.add(key)
        phones = (text(one.get("value")) for one in each(practitioner.get("telecom")) if one.get("system") == "phone")
        yield Caregiver(name, identifier_value(practitioner, systems.NIK), number, role, next(phones, None))


def _facility_number(encounter: Mapping[str, Any], facility: Mapping[str, Any]) -> str | None:
    numbers = organisation_numbers(facility.get("identifier"))
    if numbers:
        return numbers[0]
    reference = part(encounter, "serviceProvider", "reference")
    if isinstance(reference, str) and reference.startswith("Organization/") and not facility:
        return reference.removeprefix("Organization/")
    return None
