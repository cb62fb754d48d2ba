"""Accident reports, as intake publishes them.

Every event of a report carries the whole current document, so that a later version replaces an earlier one and the
order of arrival does not matter. The content models mirror the request documents (Form 3 KK 1, Form 3a KK 2): what
the interface requires is required here too, everything else is optional.
"""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.events.envelope import (
    CaseNumber,
    Content,
    Facts,
    OccurredAt,
    Part,
    ReceivedAt,
    RegionCode,
    Rupiah,
    Version,
)
from shared.events.vocabulary import (
    AccidentType,
    ConditionAfter,
    Consequence,
    CostItem,
    FacilityType,
    InjurySource,
    Kind,
    Outcome,
    Payee,
    Payer,
    PlaceType,
    Precision,
    ReportChange,
    ReportStatus,
    Segment,
    WageBasis,
)


class AccidentReportFacts(Facts):
    """Clear facts of one version of an accident report."""

    report_id: UUID
    org: str = Field(description="Who reported, for example employer:JJ012345; a test client's ends in ~test.")
    version: Version = Field(description="1, 2, 3, … within the report; every change makes the next.")
    change: ReportChange
    status: ReportStatus
    kind: Kind
    segment: Segment
    occurred_at: AwareDatetime | None = Field(None, description="Of the accident; null for a disease.")
    occurred_at_precision: Precision = Precision.MINUTE
    occurred_zone: str = Field("Asia/Jakarta", description="IANA zone of the place, from its region.")
    diagnosed_on: date | None = Field(None, description="Of an occupational disease, where its clocks start.")
    reported_at: AwareDatetime = Field(description="When the reporter says that it reported, else received_at.")
    received_at: AwareDatetime = Field(description="When the hub accepted the first version.")
    region_code: str = Field(description="Kemendagri code of the place, 4 digits.")
    district_code: str | None = Field(None, description="Kecamatan, 6 digits.")
    place_type: PlaceType | None = None
    accident_type: AccidentType | None = None
    injury_source: InjurySource | None = None
    consequence: Consequence
    victim_count_estimate: int | None = Field(None, description="Of an accident with several victims.")
    first_aid_facility_type: FacilityType | None = None
    first_alert_at: AwareDatetime | None = Field(None, description="First informal alert; a verifier may accept it.")
    late: bool = Field(description="Received after the stage 1 clock was due.")
    payer_of_first_resort: Payer = Payer.BPJS
    outcome: Outcome | None = Field(None, description="From stage 2; null before it.")
    examined_on: date | None = Field(None, description="Of the last examination, from stage 2.")
    stage_2_received_at: AwareDatetime | None = Field(None, description="When the hub accepted stage 2 first.")
    document_codes: tuple[str, ...] = Field((), description="Codes with at least one version in force.")
    case_number: str | None = Field(None, description="A case the reporter named.")


class Contact(Part):
    """A person to ask."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None


class Employer(Part):
    """Employer, community body, project or placement agency (Form 3 KK 1, no. 1)."""

    registration_number: str = Field(description="NPP, NPW or project number.")
    name: str
    sector_kbli: str | None = None
    address: str | None = None
    region_code: RegionCode | None = None
    phone: str | None = None
    partner_code: str | None = Field(None, description="Kode mitra of the older form.")
    contact: Contact | None = None


class Worker(Part):
    """The worker (no. 2). At least one of NIK, KPJ and passport number in an employer's report."""

    nik: str | None = None
    kpj: str | None = None
    passport_number: str | None = None
    name: str | None = None
    birth_date: date | None = None
    sex: str | None = Field(None, description="female or male.")
    address: str | None = None
    phone: str | None = None
    email: str | None = None
    occupation: str | None = None
    occupation_kbji: str | None = Field(None, description="Code of KBJI.")
    unit: str | None = Field(None, description="Unit, bidang or bagian of the older form.")
    region_code: RegionCode | None = Field(None, description="Where the worker lives.")
    state_service: str | None = Field(None, description="ASN, TNI or POLRI: insured elsewhere.")
    message_consent: bool | None = Field(None, description="Whether the worker agreed to get messages about the case.")
    message_language: str | None = Field(None, description="id or en: in which language messages are written.")


class Wage(Part):
    """The wage received when it happened (no. 3); for piece work the average month of the last three."""

    amount_rupiah: Rupiah
    basis: WageBasis


class FirstAid(Part):
    """Where first aid was given and how the worker got there (no. 7)."""

    facility_type: FacilityType | None = None
    facility_name: str | None = None
    condition_after: ConditionAfter | None = None
    transport_mode: str | None = Field(None, description="land, sea or air.")
    transport_detail: str | None = None


class Witness(Part):
    """Somebody who knows the chronology."""

    name: str | None = None
    nik: str | None = None
    phone: str | None = None
    address: str | None = None


class Location(Part):
    """WGS 84 degrees."""

    lat: float
    lon: float


class AccidentEvent(Part):
    """What happened (no. 4 to 7, and the cause lists of the 2015 layout)."""

    occurred_at: OccurredAt | None = None
    occurred_at_precision: Precision | None = None
    place_type: PlaceType | None = None
    place: str | None = None
    place_address: str | None = None
    site_name: str | None = None
    region_code: RegionCode
    district_code: str | None = None
    location: Location | None = None
    pmi_phase: str | None = Field(None, description="before, during or after placement (migrant workers).")
    pmi_country: str | None = None
    chronology: str | None = None
    how_it_happened: str | None = None
    injuring_part: str | None = Field(None, description="Part of the machine, installation or material that injured.")
    consequence: Consequence
    body_parts: tuple[str, ...] = Field((), description="Codes of the list body_parts.")
    accident_type: AccidentType | None = None
    injury_source: InjurySource | None = None
    unsafe_acts: tuple[str, ...] = ()
    unsafe_conditions: tuple[str, ...] = ()
    victim_count_estimate: int | None = None
    first_aid: FirstAid | None = None
    witnesses: tuple[Witness, ...] = ()
    police_report_number: str | None = None
    violence: bool | None = Field(None, description="Physical violence or rape at work (Permenaker 1/2025).")


class Disease(Part):
    """An occupational disease: the statutory data of art. 8A(3), and what the three-year rule needs."""

    diagnosed_on: date | None = None
    diagnosis: str | None = None
    exposure_source: str | None = None
    service_years_total: float | None = None
    service_years_last_job: float | None = None
    employment_ended_on: date | None = None
    group: str | None = Field(None, description="Group of Perpres 7/2019.")


class Reporter(Part):
    """Who filled the form (no. 9)."""

    name: str | None = None
    position: str | None = None
    phone: str | None = None
    email: str | None = None
    signed_place: str | None = None
    signed_on: date | None = None


class FirstAlert(Part):
    """The first informal alert: evidence that 2 x 24 hours were kept."""

    channel: str | None = None
    received_at: ReceivedAt | None = None
    detail: str | None = None


class AccidentReportForm(Part):
    """Form 3 KK 1 (or 3 PAK 1) as accepted."""

    segment: Segment
    kind: Kind
    employer: Employer
    worker: Worker
    wage: Wage | None = None
    event: AccidentEvent
    disease: Disease | None = None
    reporter: Reporter | None = None
    first_alert: FirstAlert | None = None
    case_number: CaseNumber | None = None
    note: str | None = None


class AbsencePeriod(Part):
    """Days not worked, both ends included."""

    start: date = Field(alias="from")
    end: date = Field(alias="to")


class Cost(Part):
    """One amount asked for (Form 3a KK 2, no. 5)."""

    payee: Payee
    item: CostItem
    amount_rupiah: Rupiah
    transport_mode: str | None = Field(None, description="Code of the list transport_modes; of an item transport.")


class BankAccount(Part):
    """Where to pay."""

    payee: Payee | None = None
    bank: str | None = None
    number: str | None = None
    holder: str | None = None


class Heir(Part):
    """An heir (no. 7)."""

    name: str | None = None
    nik: str | None = None
    passport_number: str | None = None
    relation: str | None = Field(None, description="Code of the list heir_relations.")
    birth_date: date | None = None
    phone: str | None = None
    bank_account: BankAccount | None = None


class Guardian(Part):
    """Guardian of a child under 18 (no. 7b)."""

    name: str | None = None
    nik: str | None = None
    relation: str | None = None
    phone: str | None = None
    email: str | None = None


class Child(Part):
    """A child under 23, unmarried and without work (no. 8)."""

    name: str | None = None
    birth_date: date | None = None
    school_level: str | None = None


class StageTwoForm(Part):
    """Form 3a KK 2 (or 3a PAK 2): the benefit application."""

    outcome: Outcome
    examined_on: date | None = None
    absence_periods: tuple[AbsencePeriod, ...] = ()
    absence_days: int | None = Field(None, description="Days not worked when the periods are not known.")
    costs: tuple[Cost, ...] = ()
    bank_accounts: tuple[BankAccount, ...] = ()
    heirs: tuple[Heir, ...] = ()
    guardian: Guardian | None = None
    children_under_23: tuple[Child, ...] = ()
    has_children_under_23: bool | None = None
    pmi_phase: str | None = None
    signed_place: str | None = None
    signed_on: date | None = None
    signed_name: str | None = None
    signed_position: str | None = None
    note: str | None = None


class DocumentVersion(Part):
    """One stored paper; its bytes stay with intake."""

    document_code: str
    version: Version
    sha256: str = Field(description="64 hex digits of the bytes.")
    size_bytes: int
    media_type: str
    state: str = Field("in_force", description="in_force or withdrawn.")
    received_at: ReceivedAt | None = None


class AccidentReportContent(Content):
    """The whole current document."""

    report: AccidentReportForm
    stage_2: StageTwoForm | None = None
    documents: tuple[DocumentVersion, ...] = ()
    reason: str | None = Field(None, description="Reason given for a correction or withdrawal.")
    tracking_code_hash: str | None = None
    receipt: str | None = Field(None, description="Of the receipt that the sender of this version got: its code.")
