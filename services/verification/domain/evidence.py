"""The narrow facts of what each agency has said. Everything a claim is follows from these (decisions 13, 21)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from shared.identifiers import is_test

ACCIDENT_REPORT = "accident-report"
SELF_REPORT = "self-report"
MEDICAL_REPORT = "medical-report"
DETERMINATION = "determination"

_ANCHOR_KINDS = frozenset({ACCIDENT_REPORT, SELF_REPORT})
WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Identity:
    """How a piece of evidence names the worker; any of the numbers may be missing."""

    nik: str | None = None
    kpj: str | None = None
    passport: str | None = None

    @property
    def is_numbered(self) -> bool:
        return any((self.nik, self.kpj, self.passport))


@dataclass(frozen=True)
class HeirFacts:
    """One heir as Tahap II names them: a code of `heir_relations`, and whether they are under 18."""

    relation: str
    minor: bool = False


@dataclass(frozen=True)
class ChildFacts:
    """One child under 23 as Tahap II names it; `school_level` is a code of `school_levels`."""

    birth_date: date | None = None
    school_level: str | None = None


@dataclass(frozen=True)
class Stage2Facts:
    """Tahap II (Form 3a KK 2), as far as rules ask about it. `cost_items` are items claimed with an amount; both days
    of an absence count.

    `minor_heir`: a child or heir is under 18, so a guardian must be named; `guardian`: one is named.
    """

    outcome: str
    examined_on: date | None
    absence_days: int
    cost_rupiah: tuple[tuple[str, int], ...]
    children: bool
    minor_heir: bool
    received_at: datetime
    absence_periods: tuple[tuple[date, date], ...] = ()
    guardian: bool = False
    # What the employer has advanced and asks back (payee employer), in rupiah.
    employer_cost_rupiah: int = 0
    # Transport by mode, None where no mode was told; who asked for which item; heirs and children as they are listed.
    transport_rupiah: tuple[tuple[str | None, int], ...] = ()
    asked_by: tuple[tuple[str, str], ...] = ()
    heirs: tuple[HeirFacts, ...] = ()
    children_told: tuple[ChildFacts, ...] = ()

    @property
    def cost_items(self) -> frozenset[str]:
        return frozenset(item for item, amount in self.cost_rupiah if amount > 0)


@dataclass(frozen=True)
class AccidentFacts:
    """What a Tahap I report or a self-report says of the event and the employment.

    `papers_at` names every version of a paper in force by its code, with when the hub had it; `witness_count` counts
    witnesses named with their NIK; `notifier` is who told a self-report (self, family, union, community).
    """

    segment: str | None = None
    event_kind: str = "accident"
    employer_registration: str | None = None
    employer_name: str | None = None
    employer_sector: str | None = None
    wage_rupiah: int | None = None
    wage_basis: str | None = None
    place_type: str | None = None
    accident_type: str | None = None
    injury_source: str | None = None
    consequence: str | None = None
    body_parts: tuple[str, ...] = ()
    facility_type: str | None = None
    police_report: bool = False
    victim_count: int | None = None
    document_codes: tuple[str, ...] = ()
    documents_at: datetime | None = None
    stage_2: Stage2Facts | None = None
    violence: bool = False
    district_code: str | None = None
    place: str | None = None
    chronology: str | None = None
    exposure_source: str | None = None
    condition_after: str | None = None
    employment_ended_on: date | None = None
    first_alert_at: datetime | None = None
    papers_at: tuple[tuple[str, datetime], ...] = ()
    witness_count: int = 0
    pmi_phase: str | None = None
    state_service: str | None = None
    home_region: str | None = None
    employer_region: str | None = None
    notifier: str | None = None


@dataclass(frozen=True)
class StatedDisability:
    """One disability of a doctor's statement: a coded part of the body or a row of the table, the percentage of its
    function that is lost, and whether the part itself is (`anatomical`) or only its function (`functional`)."""

    part: str | None = None
    percent: Decimal | None = None
    code: str | None = None
    kind: str | None = None


@dataclass(frozen=True)
class DoctorStatement:
    """Form 3b KK 3. `function_loss_percent` applies to a functional disability; rest days count both ends.
    `disabilities` name them all where the hospital told them apart; `disabled_part` and the percentage are the first's.

    `doctor` tells one doctor from another (by registered number, else by name and hospital), it is not for showing.
    """

    outcome: str | None = None
    examined_on: date | None = None
    disabled_part: str | None = None
    function_loss_percent: Decimal | None = None
    rest_days: int = 0
    accident_on: date | None = None
    work_capacity: str | None = None
    rest_period: tuple[date, date] | None = None
    treated_period: tuple[date, date] | None = None
    doctor: str | None = None
    prosthesis: bool = False
    orthosis: bool = False
    disabilities: tuple[StatedDisability, ...] = ()
    rest_periods: tuple[tuple[date, date], ...] = ()
    treated_periods: tuple[tuple[date, date], ...] = ()

    @property
    def stated_disabilities(self) -> tuple[StatedDisability, ...]:
        """All of them, also of a statement that names a single part."""
        if self.disabilities or (self.disabled_part is None and self.function_loss_percent is None):
            return self.disabilities
        return (StatedDisability(self.disabled_part, self.function_loss_percent),)

    @property
    def rest(self) -> tuple[tuple[date, date], ...]:
        """Every period of ordered rest."""
        return self.rest_periods or ((self.rest_period,) if self.rest_period is not None else ())

    @property
    def treated(self) -> tuple[tuple[date, date], ...]:
        """Every period of treatment."""
        return self.treated_periods or ((self.treated_period,) if self.treated_period is not None else ())


@dataclass(frozen=True)
class MedicalFacts:
    """What a hospital's report says that rules ask about; `onset_at` is the injury's own onset where given. `papers`
    are the kinds of papers in it (visum, referral, rest_letter, death_certificate, imaging). `billed_rupiah` is what
    the hospital's bills sum up to by cost item; `aids` are the kinds of devices asked for or handed over."""

    explicit_notice: bool = False
    diagnosis_codes: tuple[str, ...] = ()
    external_cause_codes: tuple[str, ...] = ()
    body_parts: tuple[str, ...] = ()
    period_start: datetime | None = None
    onset_at: datetime | None = None
    deceased: bool = False
    referred: bool = False
    hospital_region: str | None = None
    statement: DoctorStatement | None = None
    employer_registration: str | None = None
    employer_name: str | None = None
    onset_precision: str = "minute"
    period_precision: str = "minute"
    encounter_class: str | None = None
    ended: bool = False
    papers: tuple[str, ...] = ()
    severity: str | None = None
    billed_rupiah: tuple[tuple[str, int], ...] = ()
    aids: tuple[str, ...] = ()

    @property
    def tells(self) -> tuple[str, ...]:
        """The kinds of evidence in it that stand for papers of the document table."""
        if self.statement is None:
            return self.papers
        word = "interim_statement" if self.statement.outcome == "in_treatment" else "doctor_statement"
        return (word, *(("rest_period",) if self.statement.rest_days else ()), *self.papers)


@dataclass(frozen=True)
class Receipt:
    """One accepted version of a piece of evidence: what happened, when the hub had it, whether it held the doctor's
    statement, what else it told: pairs of a kind (`MedicalFacts.tells`) and a digest of its content, and the code of
    the receipt that its sender got."""

    version: int
    what: str
    occurred_at: datetime
    received_at: datetime
    statement: bool = False
    tells: tuple[tuple[str, str], ...] = ()
    code: str | None = None


@dataclass(frozen=True)
class Evidence:
    """One report with its latest version. `occurred_at` is in the zone of the place; `precision` minute, hour or day.

    `accepted_at` is when the hub had its first version, `received_at` the latest. `case_number` and `report_id` are
    the numbers the sender itself named; `tracking_code_hash` is what is known of the code its reporter was given.
    """

    id: str
    source: str
    kind: str
    version: int
    org: str
    status: str
    identity: Identity
    occurred_at: datetime
    precision: str
    reported_at: datetime | None
    accepted_at: datetime
    received_at: datetime
    region_code: str | None = None
    worker_name: str | None = None
    birth_date: date | None = None
    case_number: str | None = None
    report_id: str | None = None
    accident: AccidentFacts | None = None
    medical: MedicalFacts | None = None
    receipts: tuple[Receipt, ...] = ()
    sex: str | None = None
    tracking_code_hash: str | None = None
    # Where somebody agreed to get messages: a telephone number (E.164) or an e-mail address, and in which language.
    message_contact: str | None = None
    message_language: str | None = None

    @property
    def is_anchor(self) -> bool:
        """A report of an accident by a person who knows when it happened. A hospital's visit is none, even when it
        is marked as a work accident: its date is the visit's."""
        return self.kind in _ANCHOR_KINDS and self.status != WITHDRAWN

    @property
    def is_active(self) -> bool:
        return self.status != WITHDRAWN

    @property
    def is_test(self) -> bool:
        """Sent by a test client: evidence of a claim that is nobody's, and of no other."""
        return is_test(self.org)

    @property
    def statement_at(self) -> datetime | None:
        """When a doctor's statement was first in it."""
        return min((receipt.received_at for receipt in self.receipts if receipt.statement), default=None)

    def told_at(self, kind: str) -> list[datetime]:
        """When each wording of this kind of evidence first came; never empty for a kind that is in it."""
        times, before = [], None
        for receipt in self.receipts:
            digest = dict(receipt.tells).get(kind)
            if digest is not None and digest != before:
                times.append(receipt.received_at)
            before = digest
        return times or [self.statement_at or self.received_at]


@dataclass(frozen=True)
class Determination:
    """An inspector's penetapan (Disnaker). `supersedes` names another one, else it replaces the latest before it."""

    id: str
    org: str
    decision: str
    decided_on: date
    received_at: datetime
    supersedes: str | None = None
    disability_code: str | None = None
    disability_percent: Decimal | None = None
    letter_number: str | None = None

    @property
    def at(self) -> datetime:
        return self.received_at

    @property
    def what(self) -> str:
        return "determination.issued"


def apart(one: Evidence, other: Evidence) -> timedelta:
    """How far two events lie apart; in whole local days as soon as one of them is known by its date only."""
    if "day" in (one.precision, other.precision):
        return abs(timedelta(days=(one.occurred_at.date() - other.occurred_at.date()).days))
    return abs(one.occurred_at - other.occurred_at)


def in_force(determinations: Sequence[Determination]) -> Determination | None:
    """The determination that stands: nobody superseded it, and it is the latest (by receipt) of those left."""
    ordered = sorted(determinations, key=lambda item: (item.received_at, item.id))
    superseded: set[str] = set()
    standing: list[Determination] = []
    for item in ordered:
        if item.supersedes is not None:
            superseded.add(item.supersedes)
        elif standing:
            superseded.add(standing[-1].id)
        standing = [other for other in standing if other.id not in superseded]
        standing.append(item)
    return standing[-1] if standing else None
