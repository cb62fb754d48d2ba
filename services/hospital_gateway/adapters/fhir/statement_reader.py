"""Finds the doctor's statement (Form 3b KK 3, 3b PAK 3) in the forms hospitals send it in.

A Composition or DocumentReference whose type or title says so; a Composition's sections by their titles; a
QuestionnaireResponse whose questionnaire or items name the form's fields; Observations coded `urn:simpul:observation`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any
from zoneinfo import ZoneInfo

from services.hospital_gateway.adapters.fhir import systems
from services.hospital_gateway.adapters.fhir.elements import (
    codings,
    day,
    days_in,
    days_of,
    decimal,
    each,
    moment,
    narrative,
    part,
    text,
    words_of,
)
from services.hospital_gateway.application.documents import Kept
from services.hospital_gateway.domain.visit import Days, Statement

_FORM = re.compile(r"(?i)3\s*b[\s-]*(kk|pak)[\s-]*3")
_TITLE = re.compile(
    r"(?i)3\s*b[\s-]*(kk|pak)[\s-]*3|surat keterangan dokter"
    r"|keterangan dokter (pemeriksa|penasehat)|doctor'?s statement"
)
# Title of a section or question → field of the form. The first that matches decides.
_SECTIONS: tuple[tuple[str, "re.Pattern[str]"], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("accident_on", r"tanggal kecelakaan|accident.?(on|date)|date of (the )?accident"),
        ("examined_on", r"tanggal pemeriksaan|examin(ed|ation).?(on|date)"),
        ("physical_examination", r"pemeriksaan fisik|physical.?exam"),
        ("anamnesis", r"anamnes"),
        ("comorbidity", r"komorbid|komplikasi|comorbid|complication"),
        ("work_capacity", r"dapat bekerja|kemampuan kerja|work.?capacity|able to work"),
        ("rest", r"istirahat|\brest\b|sick leave"),
        ("treated", r"lama(nya)? perawatan|\btreated\b|duration of treatment"),
        ("treatment", r"penatalaksanaan|tindakan|treatment|management"),
        ("function_loss_percent", r"function.?loss|kehilangan fungsi|persen"),
        ("prosthesis", r"prot(h)?es[ai]|prosthes"),
        ("orthosis", r"ort(h)?es[ai]|orthos"),
        ("disability_body_part", r"anggota badan|disability.?body.?part"),
        ("outcome", r"^hasil|hasil akhir|outcome|kondisi akhir"),
        ("diagnosis", r"diagnos"),
        ("note", r"^keterangan|catatan|^note"),
    )
)
_OUTCOMES: tuple[tuple[str, "re.Pattern[str]"], ...] = tuple(
    (code, re.compile(pattern, re.IGNORECASE))
    for code, pattern in (
        ("in_treatment", r"dalam pengobatan|dalam perawatan|in.?treatment"),
        ("death", r"meninggal|\bdeath\b|\bdied\b"),
        ("total_permanent", r"cacat total|total.?permanent"),
        ("partial_anatomical", r"cacat (sebagian )?anatomi|partial.?anatomical"),
        ("partial_functional", r"cacat (sebagian )?fungsi|partial.?functional"),
        ("recovered", r"sembuh|recovered"),
    )
)
_CAPACITY: tuple[tuple[str, "re.Pattern[str]"], ...] = (
    ("none", re.compile(r"(?i)tidak dapat bekerja|unable|\bnone\b")),
    ("light", re.compile(r"(?i)ringan|\blight\b")),
    ("normal", re.compile(r"(?i)biasa|normal")),
)
_PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d+)?)\s*(?:%|persen|percent)")
_PARAGRAPH_MAX = 4000
_NAMES = frozenset(field.name for field in fields(Statement))


def read_statement(kept: Sequence[Kept], zone: ZoneInfo) -> Statement | None:
    """The newest statement found, with what the Observations add; None without one."""
    found: Statement | None = None
    for one in kept:
        if one.content.get("status") == "entered-in-error":
            continue
        if one.type == "Composition" and _is_statement(one.content):
            found = _of_composition(one, zone)
        elif one.type == "QuestionnaireResponse" and _asks_for_it(one.content):
            found = _of_answers(one, zone)
        elif one.type == "DocumentReference" and _is_statement(one.content) and found is None:
            found = Statement(form_code=_form_code(one.content), resource_id=one.id)
    for one in kept:
        if one.type == "Observation" and one.content.get("status") != "entered-in-error":
            found = _with_observation(found, one.content)
    return found


def _is_statement(resource: Mapping[str, Any]) -> bool:
    words = f"{words_of(resource.get('type'))} {resource.get('title', '')} {resource.get('description', '')}"
    is_form = any(coding.get("system") == systems.FORM for coding in codings(resource.get("type")))
    return is_form or bool(_TITLE.search(words))


def _form_code(resource: Mapping[str, Any]) -> str:
    words = f"{words_of(resource.get('type'))} {resource.get('title', '')} {resource.get('description', '')}"
    match = _FORM.search(words)
    return "3b PAK 3" if match and match[1].upper() == "PAK" else "3b KK 3"


def _of_composition(kept: Kept, zone: ZoneInfo) -> Statement:
    resource = kept.content
    author: Mapping[str, Any] = next(each(resource.get("author")), {})
    words = f"{words_of(resource.get('type'))} {resource.get('title', '')}".lower()
    statement = Statement(
        form_code=_form_code(resource),
        doctor_name=text(author.get("display")),
        doctor_role="advisory" if "penasehat" in words or "advisory" in words else "examining",
        facility_name=text(part(resource, "custodian", "display")),
        signed_on=day(resource.get("date")),
        resource_id=kept.id,
    )
    for title, said in _sections(resource):
        statement = _with_section(statement, title, said, zone)
    return statement


def _sections(resource: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Titles and texts of all sections, nested ones too."""
    waiting = list(each(resource.get("section")))
    while waiting:
        section = waiting.pop(0)
        said = narrative(section.get("text"))
        if said:
            yield f"{section.get('title', '')} {words_of(section.get('code'))}".strip(), said[:_PARAGRAPH_MAX]
        waiting.extend(each(section.get("section")))


def _asks_for_it(resource: Mapping[str, Any]) -> bool:
    asked = str(resource.get("questionnaire", ""))
    named = {str(item.get("linkId")) for item in each(resource.get("item"))}
    return bool(_TITLE.search(asked)) or len(named & _NAMES) >= 2


def _of_answers(kept: Kept, zone: ZoneInfo) -> Statement:
    resource = kept.content
    statement = Statement(
        form_code=_form_code({"title": str(resource.get("questionnaire", ""))}),
        doctor_name=text(part(resource, "author", "display")),
        signed_on=day(resource.get("authored")),
        resource_id=kept.id,
    )
    waiting = list(each(resource.get("item")))
    while waiting:
        item = waiting.pop(0)
        waiting.extend(each(item.get("item")))
        for answer in each(item.get("answer")):
            said = _said(answer)
            link_id = str(item.get("linkId", ""))
            if said and link_id in _NAMES:
                statement = _with_field(statement, link_id, said, zone)
            elif said:
                statement = _with_section(statement, str(item.get("text") or link_id), said, zone)
    return statement


def _said(answer: Mapping[str, Any]) -> str | None:
    for name, value in answer.items():
        if name.startswith("value") and isinstance(value, str | int | float) and not isinstance(value, bool):
            return str(value)
        if name == "valueCoding":
            return words_of({"coding": [value]})
        if name == "valueQuantity":
            return f"{part(value, 'value')} {part(value, 'unit') or '%'}"
    return None


def _with_section(statement: Statement, title: str, said: str, zone: ZoneInfo) -> Statement:
    name = next((name for name, pattern in _SECTIONS if pattern.search(title)), None)
    return statement if name is None else _with_field(statement, name, said, zone)


def _with_field(statement: Statement, name: str, said: str, zone: ZoneInfo) -> Statement:
    """The statement with one field filled from what was said for it, as far as it can be read."""
    changes: dict[str, Any] = {}
    dates = days_in(said)
    if name in ("accident_on", "examined_on", "signed_on"):
        changes[name] = dates[0] if dates else None
    elif name in ("rest", "treated"):
        changes[name] = Days(dates[0], dates[-1]) if dates else None
    elif name == "outcome":
        changes |= _outcome(said, zone)
    elif name == "work_capacity":
        changes[name] = next((code for code, pattern in _CAPACITY if pattern.search(said)), None)
        changes["work_conditions"] = said
    elif name == "function_loss_percent":
        match = _PERCENT.search(said)
        changes[name] = decimal(match[1].replace(",", ".")) if match else decimal(said)
    elif name == "died_at":
        changes[name] = moment(said, zone)
    elif name not in ("form_code", "resource_id"):
        changes[name] = said
    return replace(statement, **changes)


def _outcome(said: str, zone: ZoneInfo) -> dict[str, Any]:
    changes: dict[str, Any] = {"outcome": next((c for c, pattern in _OUTCOMES if pattern.search(said)), None)}
    percent = _PERCENT.search(said)
    if percent:
        changes["function_loss_percent"] = decimal(percent[1].replace(",", "."))
    if changes["outcome"] == "death" and (dates := days_in(said)):
        changes["died_at"] = moment(dates[0].isoformat(), zone)
    return changes


def _with_observation(statement: Statement | None, observation: Mapping[str, Any]) -> Statement | None:
    """What an Observation under `urn:simpul:observation` tells: rest, function loss, work capacity."""
    codes = {
        text(one.get("code")) for one in codings(observation.get("code")) if one.get("system") == systems.OBSERVATION
    }
    if not codes:
        return statement
    known = statement or Statement(resource_id=text(observation.get("id")))
    if "rest-period" in codes:
        return replace(known, rest=days_of(observation.get("valuePeriod")))
    if "function-loss-percent" in codes:
        return replace(known, function_loss_percent=decimal(part(observation, "valueQuantity", "value")))
    if "work-capacity" in codes:
        words = words_of(observation.get("valueCodeableConcept")) or str(observation.get("valueString", ""))
        return replace(known, work_capacity=next((c for c, pattern in _CAPACITY if pattern.search(words)), None))
    return statement
