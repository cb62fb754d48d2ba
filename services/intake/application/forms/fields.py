"""The kinds of fields the forms are made of: how they look on the wire, and what is refused.

Values are taken strictly: no number for a text, no text for a number, no time without an offset.
"""

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    StringConstraints,
)
from pydantic_core import PydanticCustomError, core_schema

from shared.identifiers import e164, is_case_number
from shared.regulation.codes import codes_of

_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_YEAR_MIN, _YEAR_MAX = 1900, 2200


class FormPart(BaseModel):
    """A form or a part of one. Unknown fields are refused, so that a misspelt one is not lost in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Coded:
    """Marks a text as one code of a published list (`GET /v1/codes/{list}`)."""

    def __init__(self, list_name: str) -> None:
        self._list_name = list_name

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.literal_schema(list(codes_of(self._list_name)))


def _instant_text(value: object) -> object:
    """RFC 3339 with an offset; pydantic alone would take seconds since 1970 and times without an offset."""
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise PydanticCustomError("time-format", "Expected a time as RFC 3339 with an offset")
    if not _YEAR_MIN <= int(value[:4]) <= _YEAR_MAX:
        raise PydanticCustomError("time-range", "The year is out of range")
    return value.upper()


def _day_text(value: object) -> object:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise PydanticCustomError("date-format", "Expected a date as YYYY-MM-DD")
    if not _YEAR_MIN <= int(value[:4]) <= _YEAR_MAX:
        raise PydanticCustomError("date-range", "The year is out of range")
    return value


def normal_phone(text: str) -> str:
    """E.164. Raises PydanticCustomError."""
    number = e164(text)
    if number is None:
        raise PydanticCustomError("phone-format", "Expected a telephone number such as +628…")
    return number


def _case_number(text: str) -> str:
    if not is_case_number(text):
        raise PydanticCustomError("case-number-format", "Expected a case number such as JKK-2026-…; one digit is wrong")
    return text


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Paragraph = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]
Instant = Annotated[AwareDatetime, BeforeValidator(_instant_text)]
Day = Annotated[date, BeforeValidator(_day_text)]
Phone = Annotated[
    str,
    StringConstraints(max_length=32),
    AfterValidator(normal_phone),
    Field(description="E.164; spaces and a leading 0 are understood.", examples=["+6281234567890"]),
]
Email = Annotated[str, StringConstraints(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
# What a NIK or KPJ must look like is a rule of the domain, which names every fault at once.
Nik = Annotated[
    str, Field(max_length=64, description="16 digits, date and serial plausible.", examples=["3671015203900001"])
]
Kpj = Annotated[str, Field(max_length=64, description="Participant number, 11 digits.", examples=["12345678901"])]
PassportNumber = Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[A-Za-z0-9]{5,20}$")]
RegionCode = Annotated[
    str, StringConstraints(pattern=r"^[0-9]{4}$"), Field(description="Kemendagri code of the kabupaten or kota.")
]
DistrictCode = Annotated[
    str, StringConstraints(pattern=r"^[0-9]{6}$"), Field(description="Kemendagri code of the kecamatan.")
]
KbjiCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$"), Field(description="KBJI, four digits.")]
Country = Annotated[Line, Field(description="ISO 3166-1 alpha-2 where known.", examples=["MY"])]
CaseNumber = Annotated[str, AfterValidator(_case_number), Field(examples=["JKK-2026-7K3M9Q2XTA5"])]
Rupiah = Annotated[StrictInt, Field(ge=0, le=1_000_000_000_000)]

Segment = Annotated[str, Coded("segments")]
WageBasis = Annotated[str, Coded("wage_bases")]
PlaceType = Annotated[str, Coded("place_types")]
StateService = Annotated[str, Coded("state_services")]
Consequence = Annotated[str, Coded("consequences")]
FacilityType = Annotated[str, Coded("facility_types")]
ConditionAfter = Annotated[str, Coded("conditions_after")]
AccidentType = Annotated[str, Coded("accident_types")]
InjurySource = Annotated[str, Coded("injury_sources")]
BodyPart = Annotated[str, Coded("body_parts")]
PmiPhase = Annotated[str, Coded("pmi_phases")]
Precision = Annotated[str, Coded("precisions")]
UnsafeAct = Annotated[str, Coded("unsafe_acts")]
UnsafeCondition = Annotated[str, Coded("unsafe_conditions")]
FirstAlertChannel = Annotated[str, Coded("first_alert_channels")]
Relation = Annotated[str, Coded("relations")]
Outcome = Annotated[str, Coded("outcomes")]
Payee = Annotated[str, Coded("payees")]
CostItem = Annotated[str, Coded("cost_items")]
HeirRelation = Annotated[str, Coded("heir_relations")]
SchoolLevel = Annotated[str, Coded("school_levels")]
TransportMode = Annotated[str, Coded("transport_modes")]
Sex = Annotated[str, Coded("sexes")]
MessageLanguage = Annotated[
    str,
    Coded("message_languages"),
    Field(description="In which language messages are written; Indonesian where nothing is said."),
]
DocumentCode = Annotated[str, Coded("documents")]


def parse_instant(value: object) -> datetime | None:
    """The time a text names, None for anything that is not one."""
    if not isinstance(value, str) or not _INSTANT.fullmatch(value) or not _YEAR_MIN <= int(value[:4]) <= _YEAR_MAX:
        return None
    try:
        return datetime.fromisoformat(value.upper())
    except ValueError:
        return None


def parse_day(value: object) -> date | None:
    """The day a text names, None for anything that is not one."""
    if not isinstance(value, str) or not _DAY.fullmatch(value) or not _YEAR_MIN <= int(value[:4]) <= _YEAR_MAX:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
