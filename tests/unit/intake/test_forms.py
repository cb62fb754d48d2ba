"""Forms: strict on the wire, whole in the event."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from services.intake.application.forms.accident_report import STAGE_1, AccidentReport, OccupationalDiseaseReport
from services.intake.application.forms.examples import ACCIDENT_REPORT, DISEASE_REPORT, SELF_REPORT, STAGE_2
from services.intake.application.forms.fields import Instant, Phone, normal_phone
from services.intake.application.forms.reading import as_document, self_report_problems, stage_1_problems
from services.intake.application.forms.self_report import SelfReportOfAccident, SelfReportOfDisease
from services.intake.application.forms.stage_2 import Stage2
from shared.events.accident_report import AccidentReportForm, StageTwoForm
from shared.events.self_report import SelfReportForm
from tests.support.intake_service import NOON


def field_names(model: type[BaseModel], prefix: str = "") -> set[str]:
    """Every field of a model and its parts, by the names on the wire."""
    names = set()
    for name, field in model.model_fields.items():
        here = f"{prefix}/{field.alias or name}"
        names.add(here)
        for part in _models_in(field.annotation):
            names |= field_names(part, here)
    return names


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in getattr(annotation, "__args__", ()) for model in _models_in(argument)]


@pytest.mark.parametrize(
    ("form", "event_form"),
    [
        (AccidentReport, AccidentReportForm),
        (OccupationalDiseaseReport, AccidentReportForm),
        (Stage2, StageTwoForm),
        (SelfReportOfAccident, SelfReportForm),
        (SelfReportOfDisease, SelfReportForm),
    ],
)
def test_the_event_holds_every_field_of_the_form(form: type[BaseModel], event_form: type[BaseModel]) -> None:
    assert field_names(form) - field_names(event_form) == set()


def test_an_accepted_form_is_what_was_sent() -> None:
    assert as_document(STAGE_1.validate_python(ACCIDENT_REPORT)) == ACCIDENT_REPORT
    assert as_document(STAGE_1.validate_python(DISEASE_REPORT)) == DISEASE_REPORT
    assert as_document(Stage2.model_validate(STAGE_2)) == STAGE_2
    assert as_document(SelfReportOfAccident.model_validate(SELF_REPORT)) == SELF_REPORT


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("+62 812-3456-7890", "+6281234567890"), ("0812 3456 7890", "+6281234567890"), ("(021) 555.1234", "+62215551234"),
     ("6281234567890", "+6281234567890"), ("+60123456789", "+60123456789")],
)  # fmt: skip
def test_a_telephone_number_is_kept_in_one_form(sent: str, kept: str) -> None:
    assert normal_phone(sent) == kept
    assert TypeAdapter(Phone).validate_python(kept) == kept


@pytest.mark.parametrize("text", ["2026-11-20T09:30:00Z", "2026-11-20t09:30:00.123456+07:00"])
def test_a_time_has_an_offset(text: str) -> None:
    assert TypeAdapter(Instant).validate_python(text).tzinfo is not None


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-20",
        "2026-11-20T09:30",
        "20261120T093000Z",
        "2026-11-20T24:01:00Z",
        "2026-11-20T09:30:00+25:00",
        "٢٠٢٦-11-20T09:30:00Z",
        0,
        1.5,
        None,
    ],
)
def test_anything_else_is_no_time(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Instant).validate_python(value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
places = st.sampled_from(
    [(part, name) for part, fields in ACCIDENT_REPORT.items() if isinstance(fields, dict) for name in fields]
    + [("event", name) for name in ("location", "occurred_at_precision", "pmi_country", "witnesses", "unsafe_acts")]
    + [("disease", "diagnosed_on"), ("first_alert", "received_at"), ("worker", "passport_number")]
)


@given(place=places, value=json_values)
def test_no_value_anywhere_makes_reading_fail(place: tuple[str, str], value: Any) -> None:
    for example in (ACCIDENT_REPORT, DISEASE_REPORT):
        report = copy.deepcopy(example)
        report.setdefault(place[0], {})
        report[place[0]][place[1]] = value
        problems = stage_1_problems(report, NOON)
        if not problems:
            as_document(STAGE_1.validate_python(report))


@given(json_values)
def test_no_document_makes_reading_fail(document: Any) -> None:
    assert stage_1_problems(document, NOON)
    assert self_report_problems(document, NOON)
