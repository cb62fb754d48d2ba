"""A suspected case told by the worker, the family, a union or a community: the statutory minimum (art. 8A, 48A)."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import ConfigDict, Discriminator, Field, StrictBool, StrictInt, Tag

from services.intake.application.forms.accident_report import Disease, Location
from services.intake.application.forms.examples import SELF_REPORT
from services.intake.application.forms.fields import (
    CaseNumber,
    Consequence,
    Day,
    DistrictCode,
    FormPart,
    Instant,
    Kpj,
    Line,
    MessageLanguage,
    Nik,
    Paragraph,
    PassportNumber,
    Phone,
    Precision,
    RegionCode,
    Relation,
)


class SelfReporter(FormPart):
    name: Line
    phone: Phone
    relation: Relation
    message_consent: Annotated[
        StrictBool | None, Field(description="Whether they agreed to get messages about the case.")
    ] = None
    message_language: MessageLanguage | None = None


class SelfReportedWorker(FormPart):
    """`birth_date` is required without a NIK. Neither NIK nor KPJ is taken too: then the claim stands alone."""

    name: Line
    nik: Nik | None = None
    kpj: Kpj | None = None
    passport_number: PassportNumber | None = None
    birth_date: Day | None = None
    occupation: Annotated[Line | None, Field(description="Type of work.")] = None


class SelfReportedEvent(FormPart):
    """What is known of the event; of a disease the region and the consequence are enough."""

    region_code: RegionCode
    consequence: Consequence | None = None
    occurred_at: Instant | None = None
    occurred_at_precision: Precision | None = None
    place: Line | None = None
    chronology: Paragraph | None = None
    cause: Line | None = None
    site_name: Line | None = None
    district_code: DistrictCode | None = None
    location: Location | None = None
    victim_count_estimate: Annotated[StrictInt | None, Field(ge=1, le=100_000)] = None


class SelfReportedAccidentEvent(SelfReportedEvent):
    occurred_at: Instant
    place: Line
    chronology: Paragraph
    cause: Line


class SelfReportOfAccident(FormPart):
    """Chronology with place, cause, date and time (art. 8A(2))."""

    model_config = ConfigDict(json_schema_extra={"examples": [SELF_REPORT]})

    reporter: SelfReporter
    worker: SelfReportedWorker
    event: SelfReportedAccidentEvent
    disease: None = None
    case_number: CaseNumber | None = None


class SelfReportOfDisease(FormPart):
    """Type of work, service, exposure and diagnosis (art. 8A(3))."""

    reporter: SelfReporter
    worker: SelfReportedWorker
    event: SelfReportedEvent | None = None
    disease: Disease
    case_number: CaseNumber | None = None


def _which(document: Any) -> str:
    if isinstance(document, SelfReportOfDisease):
        return "occupational_disease"
    told_disease = isinstance(document, Mapping) and document.get("disease") is not None
    return "occupational_disease" if told_disease else "accident"


SelfReportForm = Annotated[
    Annotated[SelfReportOfAccident, Tag("accident")] | Annotated[SelfReportOfDisease, Tag("occupational_disease")],
    Discriminator(_which),
]
