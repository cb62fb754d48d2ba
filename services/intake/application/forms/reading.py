"""Reads a document as a form and names everything that is wrong with it at once: form and rules together."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from services.intake.application.facts import report_facts, self_report_facts, stage_2_facts
from services.intake.application.forms.accident_report import REQUIRED_NULLABLE, STAGE_1, AccidentReport
from services.intake.application.forms.self_report import SelfReportForm
from services.intake.application.forms.stage_2 import Stage2
from services.intake.domain.report_facts import ReportFacts
from services.intake.domain.report_rules import refusals
from services.intake.domain.self_report_rules import self_report_refusals
from services.intake.domain.stage_2 import stage_2_refusals
from shared.errors import Problem, Refusal

SELF_REPORT: TypeAdapter[Any] = TypeAdapter(SelfReportForm)
_ACCIDENT_REPORT: TypeAdapter[Any] = TypeAdapter(AccidentReport)
_STAGE_2: TypeAdapter[Any] = TypeAdapter(Stage2)
_KINDS = ("accident", "occupational_disease")
_CODES = {
    "missing": "required",
    "extra_forbidden": "unknown-field",
    "literal_error": "unknown-code",
    "date_parsing": "date-impossible",
    "date_from_datetime_parsing": "date-impossible",
    "datetime_parsing": "time-impossible",
    "datetime_from_date_parsing": "time-impossible",
}


def as_document(form: BaseModel) -> dict[str, Any]:
    """An accepted form as a JSON object: what was sent, in normal form."""
    return form.model_dump(mode="json", exclude_unset=True, by_alias=True)


def refuse(problems: list[Problem]) -> None:
    """Raises Refusal `validation` when there is any problem."""
    if problems:
        raise Refusal("validation", "The request does not fit; see errors.", problems)


def stage_1_problems(document: object, now: datetime) -> list[Problem]:
    """Of a Tahap I form."""
    return _joined(_form_problems(STAGE_1, document), refusals(report_facts(document), now))


def stage_2_problems(document: object, report: ReportFacts | None, now: datetime) -> list[Problem]:
    """Of a Tahap II form; without the report it belongs to, only what shows by itself."""
    rules = stage_2_refusals(stage_2_facts(document), report or report_facts(None), now)
    return _joined(_form_problems(_STAGE_2, document), rules)


def self_report_problems(document: object, now: datetime) -> list[Problem]:
    """Of a self-report."""
    return _joined(_form_problems(SELF_REPORT, document), self_report_refusals(self_report_facts(document), now))


def with_nulls_kept(document: dict[str, Any]) -> dict[str, Any]:
    """A merge patch removes what it sets to null; what must be there and may be null is put back as null."""
    for part, name in REQUIRED_NULLABLE:
        if document.get("kind") == "accident" and isinstance(document.get(part), dict):
            document = {**document, part: {name: None, **document[part]}}
    return document


def below(pointer: str, problems: list[Problem]) -> list[Problem]:
    """The same problems of a document that stands at `pointer` in a larger one."""
    return [Problem(pointer + problem.pointer, problem.code, problem.detail) for problem in problems]


def _joined(of_form: list[Problem], of_rules: list[Problem]) -> list[Problem]:
    # Where the form itself is wrong a rule has nothing to add.
    places = {problem.pointer for problem in of_form}
    return of_form + [problem for problem in of_rules if problem.pointer not in places]


def _form_problems(form: TypeAdapter[Any], document: object) -> list[Problem]:
    try:
        form.validate_python(document)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_context=False, include_input=False)
    else:
        return []
    if isinstance(document, Mapping) and any(found["type"].startswith("union_tag") for found in errors):
        # Without a kind nobody knows which form it is; the rest is judged as the usual one.
        missing = "kind" not in document
        detail = f"Expected one of {', '.join(_KINDS)}."
        kind = Problem("/kind", "required" if missing else "unknown-code", detail)
        return [kind, *_form_problems(_ACCIDENT_REPORT, {**document, "kind": "accident"})]
    return [_problem(found) for found in errors]


def _problem(found: Any) -> Problem:
    code = _CODES.get(found["type"], found["type"].replace("_", "-"))
    return Problem(_pointer(found["loc"]), code, found["msg"].removeprefix("Value error, "))


def _pointer(location: tuple[int | str, ...]) -> str:
    # In a union the first part names the member that was tried.
    parts = location[1:] if location and location[0] in _KINDS else location
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


Reader = Callable[[object], list[Problem]]
