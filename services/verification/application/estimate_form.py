"""The calculator's request: its form, and the narrow facts drawn from it as far as they can be read."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, WithJsonSchema
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from shared.regulation.benefit_facts import BenefitFacts, Child, Disability, Period
from shared.regulation.codes import codes_of

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_YEAR_MIN, _YEAR_MAX = 1900, 2200
_RUPIAH_MAX = 1_000_000_000_000
_HUNDRED = Decimal(100)


class _Coded:
    """Marks a text as one code of a published list (`GET /v1/codes/{list}`)."""

    def __init__(self, list_name: str) -> None:
        self._list_name = list_name

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        return core_schema.literal_schema(list(codes_of(self._list_name)))


def _day_text(value: object) -> object:
    if not isinstance(value, str) or not _DAY.fullmatch(value) or not _YEAR_MIN <= int(value[:4]) <= _YEAR_MAX:
        raise PydanticCustomError("date-format", "Expected a date as YYYY-MM-DD")
    return value


def _json_number(value: object) -> object:
    """pydantic alone would take a number written as a text."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("number-format", "Expected a number")
    return str(value)


Segment = Annotated[str, _Coded("segments")]
Kind = Annotated[str, _Coded("kinds")]
Outcome = Annotated[str, _Coded("outcomes")]
TransportMode = Annotated[str, _Coded("transport_modes")]
SchoolLevel = Annotated[str, _Coded("school_levels")]
DisabilityCode = Annotated[str, _Coded("disabilities")]
Day = Annotated[date, BeforeValidator(_day_text)]
Rupiah = Annotated[StrictInt, Field(ge=0, le=_RUPIAH_MAX)]
Percent = Annotated[
    Decimal,
    BeforeValidator(_json_number),
    Field(ge=0, le=100),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 100}),
]
Days = Annotated[StrictInt, Field(ge=0, le=36_500)]
Years = Annotated[StrictInt, Field(ge=0, le=50)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class DisabilityPart(_Part):
    """One row of the disability table. X01 takes `percent`; X04, X05, X13 and X15 take `steps`."""

    code: DisabilityCode
    function_loss_percent: Percent | None = None
    percent: Percent | None = None
    steps: StrictInt | None = None


class PeriodPart(_Part):
    """Both days count."""

    from_: Annotated[Day, Field(alias="from")]
    to: Day


class TransportPart(_Part):
    """One receipt."""

    mode: TransportMode
    amount_rupiah: Rupiah


class LevelPart(_Part):
    """So many years at one level of schooling."""

    level: SchoolLevel
    years: Years


class ChildPart(_Part):
    """One level with its years, or several `levels`."""

    level: SchoolLevel | None = None
    years: Years | None = None
    levels: Annotated[tuple[LevelPart, ...], Field(max_length=20)] | None = None


class EstimateForm(_Part):
    """Facts of a case, nobody named. Everything but the first five may be left out. At most two children count, in the
    order given."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        json_schema_extra={
            "examples": [
                {
                    "segment": "PU",
                    "kind": "accident",
                    "occurred_on": "2026-03-01",
                    "monthly_wage_rupiah": 5_000_000,
                    "outcome": "partial_functional",
                    "disabilities": [{"code": "P15", "function_loss_percent": 40}],
                    "stmb_days": 60,
                    "transport": [{"mode": "land", "amount_rupiah": 350_000}],
                    "completed_on": "2026-06-01",
                    "paid_on": "2026-06-15",
                }
            ]
        },
    )

    segment: Segment
    kind: Kind
    occurred_on: Annotated[Day, Field(description="Of the accident, or of the diagnosis of an occupational disease.")]
    monthly_wage_rupiah: Rupiah
    outcome: Outcome
    died_on: Day | None = None
    disabilities: Annotated[tuple[DisabilityPart, ...], Field(max_length=50)] | None = None
    stmb_days: Days | None = None
    stmb_periods: Annotated[tuple[PeriodPart, ...], Field(max_length=200)] | None = None
    transport: Annotated[tuple[TransportPart, ...], Field(max_length=200)] | None = None
    dentures_rupiah: Rupiah | None = None
    hearing_aid_rupiah: Rupiah | None = None
    glasses_rupiah: Rupiah | None = None
    home_care_rupiah: Rupiah | None = None
    children: Annotated[tuple[ChildPart, ...], Field(max_length=30)] | None = None
    completed_on: Annotated[Day | None, Field(description="When the last paper needed came in.")] = None
    paid_on: Day | None = None


def facts_of(document: object) -> BenefitFacts:
    """What can be read of a request, valid or not: what cannot is left at its default, so that the contradictions in
    the rest can be named together with the faults of the form."""
    form = document if isinstance(document, Mapping) else {}
    return BenefitFacts(
        monthly_wage_rupiah=_number(form, "monthly_wage_rupiah") or 0,
        outcome=_text(form, "outcome"),
        segment=_text(form, "segment"),
        occurred_on=_day(form, "occurred_on"),
        died_on=_day(form, "died_on"),
        disabilities=tuple(_disability(item) for item in _items(form, "disabilities")),
        stmb_days=_number(form, "stmb_days"),
        stmb_periods=tuple(Period(_day(item, "from"), _day(item, "to")) for item in _items(form, "stmb_periods")),
        transport=tuple(
            (_text(item, "mode"), _number(item, "amount_rupiah") or 0) for item in _items(form, "transport")
        ),
        dentures_rupiah=_number(form, "dentures_rupiah") or 0,
        hearing_aid_rupiah=_number(form, "hearing_aid_rupiah") or 0,
        glasses_rupiah=_number(form, "glasses_rupiah") or 0,
        home_care_rupiah=_number(form, "home_care_rupiah") or 0,
        children=tuple(Child(tuple(_levels(item))) for item in _items(form, "children")),
        completed_on=_day(form, "completed_on"),
        paid_on=_day(form, "paid_on"),
    )


def children_of(document: object) -> list[Mapping[str, Any]]:
    """The children as sent, for the question of one level or several."""
    return _items(document, "children") if isinstance(document, Mapping) else []


def _disability(item: Mapping[str, Any]) -> Disability:
    loss = _decimal(item, "function_loss_percent")
    return Disability(
        _text(item, "code"), _HUNDRED if loss is None else loss, _decimal(item, "percent"), _number(item, "steps")
    )


def _levels(child: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    for part in _items(child, "levels") or [child]:
        if part.get("level") is not None:
            yield _text(part, "level"), _number(part, "years") or 0


def _items(form: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The parts of a list in their places; a part that is none stands there empty."""
    found = form.get(name)
    return [item if isinstance(item, Mapping) else {} for item in found] if isinstance(found, list) else []


def _text(form: Mapping[str, Any], name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


def _number(form: Mapping[str, Any], name: str) -> int | None:
    value = form.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _decimal(form: Mapping[str, Any], name: str) -> Decimal | None:
    value = form.get(name)
    return Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _day(form: Mapping[str, Any], name: str) -> date | None:
    value = form.get(name)
    try:
        return date.fromisoformat(value) if isinstance(value, str) and _DAY.fullmatch(value) else None
    except ValueError:
        return None
