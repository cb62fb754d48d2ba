"""What the rules need to know of one Encounter, however the hospital's system wrote it down."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from services.hospital_gateway.domain.care import Care, Disability


@dataclass(frozen=True, slots=True)
class Moment:
    """A time and how exactly it is known: with precision `day`, `at` is the local midnight that begins the day."""

    at: datetime
    precision: Literal["minute", "day"] = "minute"


@dataclass(frozen=True, slots=True)
class Person:
    """The patient, by whatever identifiers the hospital gave."""

    nik: str | None = None
    kpj: str | None = None
    passport_number: str | None = None
    ihs_number: str | None = None
    name: str | None = None
    birth_date: date | None = None
    sex: str | None = None
    deceased: bool = False
    deceased_at: Moment | None = None
    resource_id: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """Where the patient agreed to be told of the claim: a telephone number (E.164) or an e-mail address, and the
    language (`id` or `en`) where they named one."""

    address: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Coded:
    """A Condition or Procedure with its first code; `words` is every text beside it, where a side may stand."""

    code: str
    system: str | None = None
    display: str | None = None
    resource_id: str | None = None
    status: str | None = None
    role: str | None = None
    rank: int | None = None
    start: Moment | None = None
    end: Moment | None = None
    words: str = ""
    severity: str | None = None
    certainty: str | None = None
    beside: str | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class Caregiver:
    """A doctor or nurse of the visit. `licence` is the registration (STR), `practice` the licence to practise (SIP)."""

    name: str | None = None
    nik: str | None = None
    ihs_number: str | None = None
    role: str | None = None
    phone: str | None = None
    licence: str | None = None
    practice: str | None = None


@dataclass(frozen=True, slots=True)
class Days:
    """A period of whole days, both included."""

    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Statement:
    """The doctor's statement, Form 3b KK 3 or 3b PAK 3, as far as it was found.

    `rest` and `treated` hold every period in the order of their days; `recognised_as` tells the form it came in.
    """

    form_code: str = "3b KK 3"
    doctor_name: str | None = None
    doctor_role: str | None = None
    doctor_phone: str | None = None
    doctor_number: str | None = None
    licence: str | None = None
    practice: str | None = None
    facility_name: str | None = None
    accident_on: date | None = None
    examined_on: date | None = None
    anamnesis: str | None = None
    physical_examination: str | None = None
    treatment: str | None = None
    diagnosis: str | None = None
    comorbidity: str | None = None
    outcome: str | None = None
    disabilities: tuple[Disability, ...] = ()
    prosthesis: str | None = None
    orthosis: str | None = None
    died_at: Moment | None = None
    work_capacity: str | None = None
    work_conditions: str | None = None
    treated: tuple[Days, ...] = ()
    rest: tuple[Days, ...] = ()
    note: str | None = None
    signed_on: date | None = None
    resource_id: str | None = None
    recognised_as: str = "composition"


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper among the visit's resources. `kind` is visum, referral, rest_letter, death_certificate or imaging."""

    kind: str
    resource_type: str
    resource_id: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Source:
    """One stored resource version that the visit was read from."""

    type: str
    id: str
    version: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Visit:
    """One Encounter with all that belongs to it."""

    id: str
    status: str | None
    class_code: str | None
    start: Moment | None
    end: Moment | None
    patient: Person
    conditions: tuple[Coded, ...] = ()
    procedures: tuple[Coded, ...] = ()
    disposition: str | None = None
    disposition_text: str | None = None
    admit_source: str | None = None
    reason_text: str | None = None
    identifiers: tuple[str, ...] = ()
    accident_report: str | None = None
    case_number: str | None = None
    has_kpj: bool = False
    has_jkk_coverage: bool = False
    has_claim_accident: bool = False
    coverage_payers: tuple[str, ...] = ()
    employer_number: str | None = None
    employer_name: str | None = None
    statement: Statement | None = None
    caregivers: tuple[Caregiver, ...] = ()
    facility_name: str | None = None
    facility_number: str | None = None
    location: str | None = None
    papers: tuple[Paper, ...] = ()
    sources: tuple[Source, ...] = ()
    episode: Days | None = None
    earlier_classes: tuple[str, ...] = ()
    care: Care = field(default_factory=Care)
    contact: Contact | None = None
