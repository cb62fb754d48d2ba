"""Medical reports: all resources of one Encounter together, each change the next version.

Only Encounters that bear a sign of a work accident leave the hospital gateway. Each event carries the whole report.
"""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.events.envelope import Content, Facts, Part, Percent, ReceivedAt, RegionCode, ReportedAt, Rupiah, Version
from shared.events.vocabulary import CostItem, MedicalReportStatus, Precision, Sign


class MedicalReportFacts(Facts):
    """Clear facts of one version of a medical report."""

    encounter_id: str = Field(description="The hub's id of the Encounter, which is the report's id.")
    org: str = Field(description="The hospital, for example hospital:100000401; a test client's ends in ~test.")
    version: Version
    status: MedicalReportStatus = MedicalReportStatus.CURRENT
    encounter_status: str | None = Field(None, description="R4 code of Encounter.status.")
    encounter_class: str | None = Field(None, description="v3-ActCode, for example EMER.")
    period_start: AwareDatetime | None = Field(None, description="Start of the visit.")
    period_end: AwareDatetime | None = Field(None, description="End of the visit; null while it lasts.")
    period_precision: Precision = Precision.MINUTE
    zone: str = Field("Asia/Jakarta", description="IANA zone of the hospital, from its region.")
    occurred_at: AwareDatetime | None = Field(None, description="Onset of the injury, else the start of the visit.")
    occurred_at_precision: Precision = Precision.MINUTE
    reported_at: ReportedAt | None = None
    received_at: ReceivedAt
    signs: tuple[Sign, ...] = Field((), description="Why it counts as a work accident.")
    explicit_notice: bool = Field(False, description="The hospital itself marked it as a suspected case (art. 8A).")
    hospital_region_code: str | None = Field(None, description="The hospital's registered region.")
    event_region_code: str | None = Field(None, description="Region of the accident, when the Bundle says.")
    has_doctor_statement: bool = Field(False, description="Form 3b KK 3 is in the report.")
    deceased: bool = Field(False, description="The patient died.")
    disposition: str | None = Field(None, description="Code of the discharge disposition.")
    admit_source: str | None = Field(None, description="Code of where the patient was admitted from.")
    case_number: str | None = Field(None, description="From urn:simpul:case-number.")
    accident_report_id: UUID | None = Field(None, description="From urn:simpul:accident-report.")


class Patient(Part):
    """Who was treated."""

    nik: str | None = None
    kpj: str | None = None
    passport_number: str | None = None
    ihs_number: str | None = None
    name: str | None = None
    birth_date: date | None = None
    sex: str | None = None
    deceased_at: AwareDatetime | None = None
    message_contact: str | None = Field(
        None, description="Telephone number (E.164) or e-mail address; only where the patient agreed to messages."
    )
    message_language: str | None = Field(None, description="id or en, where the patient named one.")


class Coding(Part):
    """A code of a code system with the display that came with it."""

    code: str
    display: str | None = None
    system: str | None = None


class Diagnosis(Coding):
    """A Condition of the Encounter (ICD-10)."""

    role: str | None = Field(None, description="Diagnosis role, for example AD, DD or CC.")
    rank: int | None = None
    onset_at: AwareDatetime | None = None
    onset_precision: Precision | None = None
    clinical_status: str | None = None
    resource_id: str | None = None
    severity: str | None = Field(None, description="mild, moderate, severe or fatal.")
    certainty: str | None = Field(None, description="R4 code of Condition.verificationStatus.")
    beside: str | None = Field(None, description="comorbidity or complication; null for what the visit is about.")


class Procedure(Coding):
    """A Procedure of the Encounter (ICD-9-CM)."""

    performed_start: AwareDatetime | None = None
    performed_end: AwareDatetime | None = None
    status: str | None = None
    resource_id: str | None = None
    outcome: str | None = Field(None, description="How it went, as the hospital says it.")


class InjuredPart(Part):
    """A body part as coded or as found in the diagnosis; `code` is of the list body_parts when it is known there."""

    code: str | None = None
    side: str | None = Field(None, description="left, right, both or null.")
    text: str | None = None


class Practitioner(Part):
    """A doctor or nurse of the Encounter."""

    name: str | None = None
    nik: str | None = None
    ihs_number: str | None = None
    role: str | None = None
    phone: str | None = None
    licence_number: str | None = Field(None, description="Registration with the medical council (STR).")
    practice_licence: str | None = Field(None, description="Licence to practise at this place (SIP).")


class Facility(Part):
    """Where the worker was treated."""

    name: str | None = None
    identifier: str | None = None
    region_code: RegionCode | None = None
    location: str | None = None


class EmployerMention(Part):
    """The employer as the hospital knows it."""

    registration_number: str | None = None
    name: str | None = None


class StatementPeriod(Part):
    """Both days included."""

    start: date | None = Field(None, alias="from")
    end: date | None = Field(None, alias="to")


class Disability(Part):
    """What will stay, of one part of the body, as the doctor found it (Form 3b KK 3 no. 10)."""

    kind: str | None = Field(None, description="anatomical (the part is lost) or functional.")
    body_part: str | None = Field(None, description="Code of the list body_parts, when it is known there.")
    percent: Percent | None = Field(None, description="Function lost, of this part.")
    code: str | None = Field(None, description="Row of the table of disabilities, for example P15.")
    text: str | None = None


class DoctorStatement(Part):
    """Form 3b KK 3 (or 3b PAK 3), as far as it is in the Encounter's resources."""

    form_code: str | None = Field(None, description="3b KK 3 or 3b PAK 3.")
    doctor_name: str | None = None
    doctor_role: str | None = Field(None, description="examining (pemeriksa) or advisory (penasehat).")
    doctor_phone: str | None = None
    facility_name: str | None = None
    accident_on: date | None = None
    examined_on: date | None = None
    anamnesis: str | None = None
    physical_examination: str | None = None
    treatment: str | None = None
    diagnosis: str | None = None
    comorbidity: str | None = None
    outcome: str | None = Field(None, description="Code of the list outcomes.")
    disability_body_part: str | None = None
    function_loss_percent: Percent | None = None
    prosthesis: str | None = None
    orthosis: str | None = None
    died_at: AwareDatetime | None = None
    work_capacity: str | None = Field(None, description="normal, light or none.")
    work_conditions: str | None = None
    treated: StatementPeriod | None = None
    rest: StatementPeriod | None = None
    note: str | None = None
    signed_on: date | None = None
    resource_id: str | None = None
    doctor_number: str | None = Field(None, description="The doctor's IHS number.")
    licence_number: str | None = Field(None, description="The doctor's registration (STR).")
    practice_licence: str | None = Field(None, description="The doctor's licence to practise (SIP).")
    disabilities: tuple[Disability, ...] = ()
    rest_periods: tuple[StatementPeriod, ...] = Field((), description="All of them; `rest` is the latest.")
    treated_periods: tuple[StatementPeriod, ...] = Field((), description="All of them; `treated` is the latest.")
    recognised_as: str | None = Field(
        None, description="profile, composition, questionnaire, document or observations: the form it came in."
    )


class HospitalPaper(Part):
    """A paper among the Encounter's resources, which stands for one of the claim's checklist."""

    kind: str = Field(description="visum, referral, rest_letter, death_certificate or imaging.")
    resource_type: str
    resource_id: str
    sha256: str | None = None


class CostLine(Part):
    """One line of a Claim or ExplanationOfBenefit. An amount in another currency than rupiah is left out."""

    item: CostItem = Field(description="What it was for.")
    code: str | None = None
    text: str | None = None
    quantity: str | None = Field(None, description="Decimal text.")
    amount_rupiah: Rupiah | None = Field(None, description="As billed, rounded half up.")
    paid_rupiah: Rupiah | None = Field(None, description="As the payer of the ExplanationOfBenefit bears it.")
    currency: str = "IDR"
    served_on: date | None = None
    resource_type: str
    resource_id: str


class Referral(Part):
    """The patient went on to, or came from, another facility."""

    direction: str = Field(description="to or from.")
    facility: str | None = None
    reason: str | None = None
    dated: date | None = None
    resource_id: str | None = None


class Aid(Part):
    """A device the patient needs or got."""

    kind: str = Field(description="prosthesis, orthosis, dentures, hearing_aid, glasses, implant or other.")
    text: str | None = None
    given: bool = Field(False, description="It was handed over; else it is asked for.")
    resource_id: str | None = None


class Medicine(Coding):
    """A medicine or vaccine asked for, handed out or given."""

    stage: str = Field(description="requested, dispensed or administered.")
    dated: date | None = None
    resource_id: str | None = None


class ClinicalNotes(Part):
    """What those who treated wrote, beside a doctor's statement."""

    anamnesis: str | None = None
    examination: str | None = None
    imaging: str | None = None
    assessment: str | None = None
    plan: str | None = None


class HospitalDocument(Part):
    """A document among the Encounter's resources; its bytes stay with the hospital or the gateway."""

    resource_type: str
    resource_id: str
    title: str | None = None
    type: str | None = None
    dated: date | None = None
    media_type: str | None = None
    author: str | None = None


class Signature(Part):
    """Who vouches for which resource, by a Provenance."""

    target: str = Field(description="Type and id of the resource.")
    who: str | None = None
    role: str | None = None
    at: AwareDatetime | None = None
    signed: bool = Field(False, description="With a digital signature.")


class SourceResource(Part):
    """One stored resource version the report was assembled from."""

    resource_type: str
    id: str
    version: int
    sha256: str | None = None


class MedicalReportContent(Content):
    """The whole current report."""

    patient: Patient
    employer: EmployerMention | None = None
    encounter_identifiers: tuple[str, ...] = ()
    reason_text: str | None = None
    diagnoses: tuple[Diagnosis, ...] = ()
    external_causes: tuple[Diagnosis, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    body_parts: tuple[InjuredPart, ...] = ()
    disposition_text: str | None = None
    doctor_statement: DoctorStatement | None = None
    papers: tuple[HospitalPaper, ...] = ()
    practitioners: tuple[Practitioner, ...] = ()
    facility: Facility | None = None
    coverage_payers: tuple[str, ...] = ()
    resources: tuple[SourceResource, ...] = ()
    severity: str | None = Field(None, description="The gravest of the diagnoses: mild, moderate, severe or fatal.")
    triage: str | None = Field(None, description="As the emergency department said it.")
    clinical: ClinicalNotes | None = None
    medicines: tuple[Medicine, ...] = ()
    aids: tuple[Aid, ...] = ()
    referrals: tuple[Referral, ...] = ()
    costs: tuple[CostLine, ...] = ()
    episode: StatementPeriod | None = Field(None, description="The time of the whole treatment, over several visits.")
    documents: tuple[HospitalDocument, ...] = ()
    signatures: tuple[Signature, ...] = ()
    receipt: str | None = Field(None, description="Of the receipt that the sender of this version got: its code.")
