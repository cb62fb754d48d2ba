"""Finds the doctor's statement (Form 3b KK 3, 3b PAK 3) in the forms hospitals send it in.

A Composition or DocumentReference whose profile, type or title says so, a Composition's sections by their codes or
titles; a QuestionnaireResponse whose questionnaire or items name the form's fields; Observations of
`urn:simpul:observation`, whose word counts before any prose. Drafts and what another document replaces say nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from services.hospital_gateway.adapters.fhir import systems
from services.hospital_gateway.adapters.fhir.answer_reader import FORM_TITLE, asks_for_it, form_code, of_answers
from services.hospital_gateway.adapters.fhir.elements import codings, day, each, narrative, part, text, words_of
from services.hospital_gateway.adapters.fhir.finding_reader import with_findings
from services.hospital_gateway.adapters.fhir.practitioner_reader import caregiver_of
from services.hospital_gateway.adapters.fhir.spoken_days import united
from services.hospital_gateway.adapters.fhir.statement_fields import DISABLING, field_of, with_field
from services.hospital_gateway.adapters.fhir.visit_resources import VisitResources
from services.hospital_gateway.application.documents import Kept
from services.hospital_gateway.domain.visit import Statement

# Workers' compensation documents.
_LOINC_TYPE = "52070-0"
_DRAFTS = frozenset({"preliminary", "superseded", "entered-in-error", "in-progress", "stopped"})
_PARAGRAPH_MAX = 4000
_FIELDS = tuple(field.name for field in fields(Statement))


def read_statement(resources: VisitResources, zone: ZoneInfo) -> Statement | None:
    """What the statements of the visit say together, the newest first where they differ; None without one."""
    found = [one for one in _statements(resources, zone) if one is not None]
    # Of the same day, the one that says more counts before a mere scan of it.
    found.sort(key=lambda one: (one.signed_on or date.min, one.recognised_as != "document", one.resource_id or ""))
    known: Statement | None = None
    for one in found:
        known = one if known is None else _after(known, one)
    return with_findings(known, resources, zone)


def _statements(resources: VisitResources, zone: ZoneInfo) -> Iterator[Statement | None]:
    replaced = _replaced(resources)
    for kept, content in resources.of("Composition", "DocumentReference", "QuestionnaireResponse"):
        status = {text(content.get("status")), text(content.get("docStatus"))}
        if status & _DRAFTS or f"{kept.type}/{kept.id}" in replaced:
            continue
        if kept.type == "QuestionnaireResponse":
            yield of_answers(kept, resources, zone) if asks_for_it(content) else None
        elif _is_statement(content):
            made = _around(kept, resources)
            yield _with_sections(made, content, zone) if kept.type == "Composition" else made


def _replaced(resources: VisitResources) -> frozenset[str]:
    """Documents that a later one replaces."""
    return frozenset(
        str(part(related, "target", "reference") or part(related, "targetReference", "reference"))
        for _, content in resources.of("Composition", "DocumentReference")
        for related in each(content.get("relatesTo"))
        if related.get("code") == "replaces"
    )


def _after(before: Statement, newer: Statement) -> Statement:
    """The newer statement, completed by the one before it; periods of both, and disabilities only where they can
    still be."""
    changes: dict[str, Any] = {
        name: getattr(before, name) for name in _FIELDS if getattr(newer, name) is None and name != "resource_id"
    }
    changes["rest"], changes["treated"] = united(before.rest, newer.rest), united(before.treated, newer.treated)
    if not newer.disabilities and (newer.outcome is None or newer.outcome in DISABLING):
        changes["disabilities"] = before.disabilities
    return replace(newer, **changes)


def _is_statement(resource: Mapping[str, Any]) -> bool:
    told = list(codings(resource.get("type")))
    is_form = any(one.get("system") == systems.FORM or one.get("code") == _LOINC_TYPE for one in told)
    return is_form or _has_profile(resource) or bool(FORM_TITLE.search(_words(resource)))


def _has_profile(resource: Mapping[str, Any]) -> bool:
    profiles = part(resource, "meta", "profile")
    return isinstance(profiles, list) and any(str(one).split("|")[0] == systems.STATEMENT_PROFILE for one in profiles)


def _words(resource: Mapping[str, Any]) -> str:
    return f"{words_of(resource.get('type'))} {resource.get('title', '')} {resource.get('description', '')}"


def _around(kept: Kept, resources: VisitResources) -> Statement:
    """What the document itself tells: which form, who wrote it, where and when."""
    content, words = kept.content, _words(kept.content)
    authors = [caregiver_of(one, None, resources) for one in _people(content)]
    author = next((one for one in authors if one.name), authors[0] if authors else None)
    advisory = "penasehat" in words.lower() or "advisory" in words.lower()
    organisation = resources.referred(content.get("custodian")) or {}
    how = "document" if kept.type == "DocumentReference" else "profile" if _has_profile(content) else "composition"
    return Statement(
        form_code=form_code(words),
        doctor_name=author.name if author else None,
        doctor_role=None if how == "document" and not advisory else "advisory" if advisory else "examining",
        doctor_phone=author.phone if author else None,
        doctor_number=author.ihs_number if author else None,
        licence=author.licence if author else None,
        practice=author.practice if author else None,
        facility_name=text(organisation.get("name")) or text(part(content, "custodian", "display")),
        signed_on=day(content.get("date")),
        resource_id=kept.id,
        recognised_as=how,
    )


def _people(content: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Authors that are no organisation, then who attests."""
    for one in each(content.get("author")):
        if not str(part(one, "reference")).startswith("Organization/"):
            yield one
    for attester in each(content.get("attester")):
        yield from each(attester.get("party"))
    yield from each(content.get("authenticator"))


def _with_sections(statement: Statement, content: Mapping[str, Any], zone: ZoneInfo) -> Statement:
    """Titles and texts of all sections, nested ones too."""
    waiting: list[Mapping[str, Any]] = list(each(content.get("section")))
    while waiting:
        section = waiting.pop(0)
        said = narrative(section.get("text"))
        name = field_of(f"{section.get('title', '')} {words_of(section.get('code'))}".strip(), section.get("code"))
        if said and name:
            statement = with_field(statement, name, said[:_PARAGRAPH_MAX], zone)
        waiting.extend(each(section.get("section")))
    return statement
