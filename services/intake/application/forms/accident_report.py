"""Tahap I: Form 3 KK 1 (accident) and Form 3 PAK 1 (occupational disease) as one document each.

Current layout with the structured causes of the 2015 layout as optional lists. The PAK form's layout is not public; it
takes the same fields and the statutory minimum of art. 8A(3) Permenaker 1/2025.
"""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StringConstraints, TypeAdapter

from services.intake.application.forms.examples import ACCIDENT_REPORT, DISEASE_REPORT
from services.intake.application.forms.fields import (
    AccidentType,
    BodyPart,
    CaseNumber,
    ConditionAfter,
    Consequence,
    Country,
    Day,
    DistrictCode,
    Email,
    FacilityType,
    FirstAlertChannel,
    FormPart,
    InjurySource,
    Instant,
    KbjiCode,
    Kpj,
    Line,
    MessageLanguage,
    Nik,
    Paragraph,
    PassportNumber,
    Phone,
    PlaceType,
    PmiPhase,
    Precision,
    RegionCode,
    Rupiah,
    Segment,
    Sex,
    StateService,
    TransportMode,
    UnsafeAct,
    UnsafeCondition,
    WageBasis,
)

Years = Annotated[StrictFloat | StrictInt, Field(ge=0, le=80)]


class Contact(FormPart):
    name: Line
    phone: Phone
    email: Email


class Employer(FormPart):
    """Form item 1: employer, community body (wadah), partner or placement agency."""

    registration_number: Annotated[
        Line, Field(description="NPP; NPW of a wadah; project number of a construction site.", examples=["JJ012345"])
    ]
    name: Line
    sector_kbli: Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$"), Field(description="KBLI, five digits.")]
    address: Line
    region_code: RegionCode
    contact: Contact
    partner_code: Annotated[Line | None, Field(description="Kode mitra.")] = None


class Worker(FormPart):
    """Form item 2. One of `nik`, `kpj` and `passport_number` is enough (art. 8A Permenaker 1/2025)."""

    nik: Nik | None = None
    kpj: Kpj | None = None
    passport_number: PassportNumber | None = None
    name: Line
    birth_date: Day
    sex: Sex
    occupation: Line
    phone: Phone
    address: Annotated[Line | None, Field(description="Where the worker lives (domisili).")] = None
    email: Email | None = None
    occupation_kbji: KbjiCode | None = None
    unit: Annotated[Line | None, Field(description="Unit, bidang or bagian.")] = None
    region_code: Annotated[RegionCode | None, Field(description="Where the worker lives (domisili).")] = None
    state_service: Annotated[
        StateService | None,
        Field(description="Set for civil servants, armed forces and police, whom Taspen or Asabri insures."),
    ] = None
    message_consent: Annotated[
        StrictBool | None,
        Field(description="Whether the worker agreed to get the tracking code and news of the case by message."),
    ] = None
    message_language: MessageLanguage | None = None


class Wage(FormPart):
    """Form item 3: the wage when the event happened; for piece work the month's average of the last three months."""

    amount_rupiah: Rupiah
    basis: WageBasis


class FirstAid(FormPart):
    """Form item 7."""

    facility_type: FacilityType
    facility_name: Line
    condition_after: ConditionAfter
    transport_mode: TransportMode | None = None
    transport_detail: Line | None = None


class Witness(FormPart):
    name: Line
    nik: Nik | None = None
    phone: Phone | None = None
    address: Line | None = None


class Location(FormPart):
    """WGS 84 degrees."""

    lat: Annotated[StrictFloat | StrictInt, Field(ge=-90, le=90)]
    lon: Annotated[StrictFloat | StrictInt, Field(ge=-180, le=180)]


class Event(FormPart):
    """Form items 4 to 7: what a disease's report needs of them."""

    region_code: RegionCode
    consequence: Consequence
    occurred_at: Instant | None = None
    occurred_at_precision: Annotated[
        Precision | None,
        Field(description="Default `minute`. With `day` the clock counts from the end of that local day."),
    ] = None
    place_type: PlaceType | None = None
    place: Line | None = None
    place_address: Line | None = None
    site_name: Line | None = None
    district_code: DistrictCode | None = None
    location: Location | None = None
    victim_count_estimate: Annotated[StrictInt | None, Field(ge=1, le=100_000)] = None
    chronology: Paragraph | None = None
    body_parts: Annotated[
        tuple[BodyPart, ...], Field(max_length=50, description="Required of an accident that injured.")
    ] = ()
    accident_type: AccidentType | None = None
    injury_source: InjurySource | None = None
    how_it_happened: Paragraph | None = None
    injuring_part: Annotated[
        Line | None, Field(description="Part of the machine, installation, material or surroundings.")
    ] = None
    unsafe_acts: Annotated[tuple[UnsafeAct, ...], Field(max_length=20)] = ()
    unsafe_conditions: Annotated[tuple[UnsafeCondition, ...], Field(max_length=20)] = ()
    first_aid: FirstAid | None = None
    witnesses: Annotated[tuple[Witness, ...], Field(max_length=50)] = ()
    police_report_number: Line | None = None
    violence: Annotated[
        StrictBool | None, Field(description="Physical violence or rape at work (Permenaker 1/2025).")
    ] = None
    pmi_phase: Annotated[PmiPhase | None, Field(description="Migrant workers only.")] = None
    pmi_country: Country | None = None


class AccidentEvent(Event):
    """Form items 4 to 7 of an accident."""

    occurred_at: Instant
    place_type: PlaceType
    place: Line
    chronology: Paragraph
    accident_type: AccidentType
    injury_source: InjurySource
    first_aid: FirstAid
    witnesses: Annotated[tuple[Witness, ...], Field(max_length=50)]
    police_report_number: Line | None


class Disease(FormPart):
    """Art. 8A(3) Permenaker 1/2025 and the groups of Perpres 7/2019."""

    diagnosed_on: Day
    diagnosis: Line
    exposure_source: Line
    service_years_total: Years
    service_years_last_job: Years
    employment_ended_on: Annotated[
        Day | None, Field(description="The disease must appear within three years of it (Perpres 7/2019 art. 2(2)).")
    ] = None
    group: Literal["exposure", "target_organ", "cancer", "other"] | None = None


class Reporter(FormPart):
    """Form item 9: who signs for the truth of the report."""

    name: Line
    position: Line
    phone: Phone
    email: Email | None = None
    signed_place: Line | None = None
    signed_on: Day | None = None


class FirstAlert(FormPart):
    """A first word by telephone or message: evidence that the 48 hours were kept."""

    channel: FirstAlertChannel
    received_at: Instant
    detail: Line | None = None


class _Report(FormPart):
    segment: Segment
    employer: Employer
    worker: Worker
    wage: Wage
    reporter: Reporter
    first_alert: FirstAlert | None = None
    case_number: Annotated[
        CaseNumber | None, Field(description="Of a case that is known already; the report then joins it first.")
    ] = None
    note: Paragraph | None = None


class AccidentReport(_Report):
    """Form 3 KK 1."""

    model_config = ConfigDict(json_schema_extra={"examples": [ACCIDENT_REPORT]})

    kind: Literal["accident"]
    event: AccidentEvent
    disease: None = None


class OccupationalDiseaseReport(_Report):
    """Form 3 PAK 1."""

    model_config = ConfigDict(json_schema_extra={"examples": [DISEASE_REPORT]})

    kind: Literal["occupational_disease"]
    event: Event
    disease: Disease


Stage1Form = Annotated[AccidentReport | OccupationalDiseaseReport, Field(discriminator="kind")]
STAGE_1: TypeAdapter[AccidentReport | OccupationalDiseaseReport] = TypeAdapter(Stage1Form)
# Required, and may be null: a merge patch that sets it to null means "there is none".
REQUIRED_NULLABLE = (("event", "police_report_number"),)
