"""One line of BPJS core's import, judged: everything that is wrong with it at once."""

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from services.verification.domain.membership import Membership, Standing
from shared.clock import Clock
from shared.errors import Problem, Unreadable
from shared.events.vocabulary import Segment
from shared.identifiers import is_kpj, nik_problems
from shared.regulation.codes import codes_of
from shared.web.problem import validation_problems
from shared.web.strict_json import parse_strict

# BPJS Ketenagakerjaan dates its records in western Indonesian time.
_WIB = timezone(timedelta(hours=7))
_RUPIAH_MAX = 1_000_000_000_000
_YEARS = range(1900, 2201)
_DEPTH_MAX = 4
# Who is insured through an employer, whom the membership must name.
_EMPLOYED = frozenset({"PU", "PU_NON_ASN", "JAKON"})
_NIK_SAYS = {
    "nik-format": "A NIK has 16 digits.",
    "nik-date": "The NIK holds no date of birth.",
    "nik-serial": "The NIK ends in 0000.",
}


def _nik(text: str) -> str:
    for code in nik_problems(text):
        raise PydanticCustomError(code, _NIK_SAYS[code])
    return text


def _kpj(text: str) -> str:
    if not is_kpj(text):
        raise PydanticCustomError("kpj-format", "A KPJ has 11 digits.")
    return text


def _programme(text: str) -> str:
    if text not in codes_of("programmes"):
        raise PydanticCustomError("unknown-code", "Not a code of the list programmes.")
    return text


def _sane(day: date) -> date:
    if day.year not in _YEARS:
        raise PydanticCustomError("date-range", "The year is out of range.")
    return day


Text = Annotated[str, Field(min_length=1, max_length=200)]
Day = Annotated[date, Field(strict=False), AfterValidator(_sane)]
Rupiah = Annotated[StrictInt, Field(ge=0, le=_RUPIAH_MAX)]


class ParticipantLine(BaseModel):
    """One membership of one worker: NIK or KPJ, an employer where there is one, its time, its wage a month and until
    when contributions are paid. A line for the same worker, KPJ, employer, segment and `active_from` replaces the
    earlier one; the earlier figures are kept for accidents of their time."""

    model_config = ConfigDict(
        extra="forbid",
        hide_input_in_errors=True,
        json_schema_extra={
            "examples": [
                {
                    "nik": "3671015203900001",
                    "kpj": "12345678901",
                    "name": "Siti Aminah",
                    "birth_date": "1990-03-12",
                    "employer_registration_number": "JJ012345",
                    "segment": "PU",
                    "programmes": ["JKK", "JKM"],
                    "wage_rupiah": 5_000_000,
                    "active_from": "2020-01-01",
                    "active_to": None,
                    "contributions_paid_until": "2026-10-31",
                }
            ]
        },
    )

    nik: Annotated[str, AfterValidator(_nik)] | None = None
    kpj: Annotated[str, AfterValidator(_kpj)] | None = None
    name: Text | None = None
    birth_date: Day | None = None
    employer_registration_number: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    segment: Literal["PU", "PU_NON_ASN", "BPU", "JAKON", "PMI"]
    programmes: Annotated[list[Annotated[str, AfterValidator(_programme)]], Field(min_length=1, max_length=10)]
    wage_rupiah: Rupiah | None = None
    active_from: Day
    active_to: Day | None = None
    contributions_paid_until: Day | None = None

    @model_validator(mode="after")
    def consistent(self) -> "ParticipantLine":
        """What no field alone can tell."""
        if self.nik is None and self.kpj is None:
            raise PydanticCustomError("worker-unnamed", "Give a NIK or a KPJ.")
        if self.employer_registration_number is None and self.segment in _EMPLOYED:
            raise PydanticCustomError("employer-required", "A membership of this segment names its employer.")
        if self.active_to is not None and self.active_to < self.active_from:
            raise PydanticCustomError("ends-before-it-begins", "active_to lies before active_from.")
        return self


assert set(get_args(ParticipantLine.model_fields["segment"].annotation)) == set(Segment)


def line_parser(clock: Clock, bytes_max: int) -> Callable[[bytes], Membership | tuple[Problem, ...] | None]:
    """Reads one line: a membership, every problem of it, or None for an empty line."""

    def parse(raw: bytes) -> Membership | tuple[Problem, ...] | None:
        if len(raw) > bytes_max:
            return (Problem("", "line-too-long", f"A line has at most {bytes_max} bytes."),)
        if not raw.strip():
            return None
        try:
            line = ParticipantLine.model_validate(parse_strict(raw, depth_max=_DEPTH_MAX))
        except Unreadable as error:
            return tuple(error.problems)
        except ValidationError as error:
            return tuple(validation_problems(error.errors()))
        return _membership(line, clock.now())

    return parse


def _membership(line: ParticipantLine, now: datetime) -> Membership:
    told = Standing(now.astimezone(_WIB).date(), line.wage_rupiah, line.contributions_paid_until)
    employer = line.employer_registration_number
    return Membership(
        segment=line.segment,
        active_from=line.active_from,
        standings=(told,),
        nik=line.nik,
        kpj=line.kpj,
        employer_registration=employer.strip().upper() if employer else None,
        programmes=tuple(sorted(set(line.programmes))),
        active_to=line.active_to,
        worker_name=line.name,
        birth_date=line.birth_date,
    )
