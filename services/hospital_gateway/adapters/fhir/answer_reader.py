"""Reads the doctor's statement from a filled questionnaire.

Ours (`urn:simpul:Questionnaire:3b-kk-3`), whose groups tell disabilities and periods apart, or any other whose items
are called like the form's fields or ask like them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from services.hospital_gateway.adapters.fhir.elements import day, decimal, each, part, text, words_of
from services.hospital_gateway.adapters.fhir.loss_reader import part_told
from services.hospital_gateway.adapters.fhir.practitioner_reader import caregiver_of
from services.hospital_gateway.adapters.fhir.spoken_days import united
from services.hospital_gateway.adapters.fhir.statement_fields import NAMES, field_of, with_field
from services.hospital_gateway.adapters.fhir.visit_resources import VisitResources
from services.hospital_gateway.application.documents import Kept
from services.hospital_gateway.domain.care import Disability
from services.hospital_gateway.domain.visit import Days, Statement

_PAK = re.compile(r"(?i)3\s*b[\s-]*pak[\s-]*3|\bkk[\s-]*5\b")
FORM_TITLE = re.compile(
    r"(?i)3\s*b[\s-]*(kk|pak)[\s-]*3|\bkk[\s-]*[45]\b|surat keterangan dokter"
    r"|keterangan dokter (pemeriksa|penasehat)|keterangan medis kecelakaan kerja|doctor'?s statement"
)
_PARAGRAPH_MAX = 4000
_GROUPS = frozenset({"rest", "treated", "disabilities"})


def form_code(words: str) -> str:
    """Which of the two forms the words name."""
    return "3b PAK 3" if _PAK.search(words.replace("_", " ")) else "3b KK 3"


def asks_for_it(resource: Mapping[str, Any]) -> bool:
    """Whether a QuestionnaireResponse is a doctor's statement."""
    named = {_link(item) for item in each(resource.get("item"))}
    return bool(FORM_TITLE.search(str(resource.get("questionnaire", "")))) or len(named & NAMES) >= 2


def of_answers(kept: Kept, resources: VisitResources, zone: ZoneInfo) -> Statement:
    """The statement that the answers make."""
    content = kept.content
    author = caregiver_of(content.get("author"), None, resources)
    statement = Statement(
        form_code=form_code(str(content.get("questionnaire", ""))),
        doctor_name=author.name,
        doctor_phone=author.phone,
        doctor_number=author.ihs_number,
        licence=author.licence,
        practice=author.practice,
        signed_on=day(content.get("authored")),
        resource_id=kept.id,
        recognised_as="questionnaire",
    )
    waiting: list[Mapping[str, Any]] = list(each(content.get("item")))
    while waiting:
        item = waiting.pop(0)
        if _link(item) in _GROUPS and item.get("item"):
            statement = _with_group(statement, _link(item), item)
            continue
        waiting.extend(each(item.get("item")))
        for answer in each(item.get("answer")):
            waiting.extend(each(answer.get("item")))
            name = _link(item) if _link(item) in NAMES else field_of(str(item.get("text") or item.get("linkId", "")))
            said = _said(answer)
            if said and name:
                statement = with_field(statement, name, said[:_PARAGRAPH_MAX], zone)
    return statement


def _link(item: Mapping[str, Any]) -> str:
    return str(item.get("linkId", "")).replace("-", "_")


def _with_group(statement: Statement, name: str, group: Mapping[str, Any]) -> Statement:
    """One group of the questionnaire: a period by its two days, or one disability."""
    told = dict(_answers(group))
    if name == "disabilities":
        share = decimal(told.get("percent"))
        one = Disability(
            kind=text(told.get("kind")),
            part=part_told(str(told.get("body_part", ""))) or text(told.get("body_part")),
            percent=share if share is not None and 0 <= share <= 100 else None,
            code=text(told.get("row")),
        )
        return replace(statement, disabilities=(*statement.disabilities, one)) if one != Disability() else statement
    days = Days(day(told.get("from")), day(told.get("to")))
    if name == "rest":
        return replace(statement, rest=united(statement.rest, [days] if days.first or days.last else []))
    return replace(statement, treated=united(statement.treated, [days] if days.first or days.last else []))


def _answers(group: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """The last part of each item's link (`rest.from`) with the code or plain value of its answer."""
    for item in each(group.get("item")):
        for answer in each(item.get("answer")):
            coded = text(part(answer, "valueCoding", "code"))
            yield _link(item).rpartition(".")[2], coded if coded is not None else _said(answer)


def _said(answer: Mapping[str, Any]) -> str | None:
    for name, value in answer.items():
        if name.startswith("value") and isinstance(value, str | int | float) and not isinstance(value, bool):
            return str(value)
        if name == "valueCoding":
            return words_of({"coding": [value]})
        if name == "valueQuantity":
            return f"{part(value, 'value')} {part(value, 'unit') or '%'}"
    return None
