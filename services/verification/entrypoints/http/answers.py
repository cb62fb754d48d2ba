"""What routes answer, for the OpenAPI; the bodies themselves are built by the use cases."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel

from services.verification.entrypoints.http.benefit_answers import BenefitAnswer, PaymentAnswer, ReimbursementAnswer
from services.verification.entrypoints.http.coded import Title, coded
from services.verification.entrypoints.http.insurance_answers import (
    EligibilityAnswer,
    HandOverAnswer,
    JurisdictionAnswer,
    PayerAnswer,
)
from shared.events.vocabulary import ChecklistState, ClaimState, Kind, Outcome, Payer, Precision, Segment, WaitingOn
from shared.receipts.answer import ReceiptAnswer

MatchReason = Annotated[str, coded("match_reasons")]
DocumentCode = Annotated[str, coded("documents")]
ClockCode = Annotated[str, coded("clocks")]
EvidenceKind = Annotated[str, coded("evidence_kinds")]
FlagCode = Annotated[str, coded("flags")]
Objector = Annotated[str, coded("objectors")]
ObjectionPath = Annotated[str, coded("objection_paths")]
ObjectionState = Annotated[str, coded("objection_states")]
DiscrepancyField = Annotated[str, coded("discrepancy_fields")]
DiscrepancyState = Annotated[str, coded("discrepancy_states")]
Severity = Annotated[str, coded("severities")]
FlagState = Annotated[str, coded("flag_states")]
ReturnToWorkState = Annotated[str, coded("return_to_work_states")]
ReturnToWorkTrigger = Annotated[str, coded("return_to_work_triggers")]
ReturnToWorkCondition = Annotated[str, coded("return_to_work_conditions")]
ComplaintKind = Annotated[str, coded("complaint_kinds")]
ComplaintState = Annotated[str, coded("complaint_states")]
Complainant = Annotated[str, coded("complainants")]
CompanionRelation = Annotated[str, coded("companion_relations")]


class ListAnswer(BaseModel):
    """A page; `next_cursor` is null on the last one."""

    items: list[dict[str, Any]]
    next_cursor: str | None


class WorkerAnswer(BaseModel):
    name: str | None
    nik_masked: str | None


class EmployerAnswer(BaseModel):
    registration_number: str
    name: str | None
    sector_kbli: str | None = None


class ClockAnswer(BaseModel):
    clock: ClockCode
    starts_at: datetime | None
    due_at: datetime | None
    met: bool | None
    paused: bool
    running: bool
    legal_basis: str
    confidence: str


class FirstAlertAnswer(BaseModel):
    """The first informal alert that a report names, and whether a verifier accepted it as evidence of Tahap I."""

    evidence_id: str
    received_at: datetime
    accepted: bool


class ChecklistAnswer(BaseModel):
    """`stage` is the report the paper goes with: 1 (Tahap I) or 2 (Tahap II)."""

    document_code: DocumentCode
    title: Title
    required: bool
    state: ChecklistState
    responsible: str
    stage: Literal[1, 2]
    satisfied_by: str | None
    legal_basis: str
    confidence: str


class EvidenceAnswer(BaseModel):
    source: str
    kind: EvidenceKind
    id: str
    version: int
    occurred_at: datetime
    received_at: datetime
    org: str
    status: str


class ValueAnswer(BaseModel):
    evidence_id: str
    value: str


class DiscrepancyAnswer(BaseModel):
    """The report's value first, then every word against it. An `evidence_id` may also be `participant-record` or
    `disability-table:<row>`. `settled_by` is the determination or resolution, `kept` what a person found right."""

    id: str
    field: DiscrepancyField
    title: Title
    values: list[ValueAnswer]
    severity: Severity
    owner: WaitingOn
    state: DiscrepancyState
    settled_by: str | None
    kept: str | None
    reason: str | None


class FlagAnswer(BaseModel):
    """Something for a person's eye, which refuses nothing; `related_cases` are other claims it rests on."""

    id: str
    code: FlagCode
    title: Title
    explanation: Title
    evidence_ids: list[str]
    related_cases: list[str]
    state: FlagState
    dismissed_by: str | None
    reason: str | None


class ObjectionAnswer(BaseModel):
    """`path` is who has to answer; `contests` the decision or determination."""

    id: str
    by: Objector
    path: ObjectionPath
    state: ObjectionState
    contests: str | None
    reason: str
    documents: list[str]
    lodged_at: datetime
    answered_at: datetime | None


class TimelineAnswer(BaseModel):
    at: datetime
    received_at: datetime
    who: str
    what: str
    lag_seconds: int
    evidence_id: str | None


class ReturnToWorkAnswer(BaseModel):
    """What calls for a return to work, what must hold, and the worker's rights in plain words."""

    class Trigger(BaseModel):
        code: ReturnToWorkTrigger
        title: Title
        field: str

    class Condition(BaseModel):
        """`met` is null while nobody knows."""

        code: ReturnToWorkCondition
        title: Title
        responsible: WaitingOn
        met: bool | None

    class Right(BaseModel):
        code: str
        text: Title
        legal_basis: str
        confidence: str

    state: ReturnToWorkState
    evidence_id: str | None
    triggers: list[Trigger]
    conditions: list[Condition]
    rights: list[Right]
    legal_basis: str
    confidence: str


class CompanionAnswer(BaseModel):
    """Somebody whom the worker lets follow the claim and speak for them, and open the worker's `letters` or not;
    `ended_at` when that was taken back."""

    id: str
    name: str
    relation: CompanionRelation
    letters: bool = False
    since: datetime
    ended_at: datetime | None


class ComplaintAnswer(BaseModel):
    """A complaint or feedback, with its own clock (null for feedback) and its answer."""

    class Answer(BaseModel):
        text: str
        upheld: bool
        answered_at: datetime

    id: str
    kind: ComplaintKind
    by: Complainant
    channel: str | None
    text: str
    received_at: datetime
    state: ComplaintState
    deadline: ClockAnswer | None
    answer: Answer | None


class ComplaintMadeAnswer(ComplaintAnswer):
    """A complaint just recorded, and the claim's version by it."""

    case_number: str
    version: int
    receipt: ReceiptAnswer


class ReturnToWorkStepAnswer(BaseModel):
    id: str
    case_number: str
    state: ReturnToWorkState
    version: int


class QueueItemAnswer(BaseModel):
    """A claim without its lists. A `test` claim is made of what test clients sent: nobody's, and never paid."""

    case_number: str
    state: ClaimState
    version: int
    decision_version: int
    waiting_on: WaitingOn
    waiting_reason: str | None
    assigned_to: str | None
    worker: WorkerAnswer
    employer: EmployerAnswer | None
    region_code: str | None
    segment: Segment | None
    kind: Kind
    occurred_at: datetime
    occurred_at_precision: Precision
    outcome: Outcome | None
    test: bool
    rule_set: str
    payer_of_first_resort: Payer


class QueueAnswer(BaseModel):
    class Item(QueueItemAnswer):
        next_due_at: datetime | None
        open_discrepancies: int

    items: list[Item]
    next_cursor: str | None


class MatchAnswer(BaseModel):
    """Two pieces of evidence without a common number that were joined because they are surely like."""

    evidence_ids: list[str]
    score: float
    reasons: list[MatchReason]


class ClaimAnswer(QueueItemAnswer):
    """The whole claim."""

    first_alert: FirstAlertAnswer | None
    clocks: list[ClockAnswer]
    checklist: list[ChecklistAnswer]
    evidence: list[EvidenceAnswer]
    matches: list[MatchAnswer]
    discrepancies: list[DiscrepancyAnswer]
    flags: list[FlagAnswer]
    benefit: BenefitAnswer
    remaining_rupiah: int | None
    payments: list[PaymentAnswer]
    reimbursement: ReimbursementAnswer | None
    objections: list[ObjectionAnswer]
    return_to_work: ReturnToWorkAnswer | None
    complaints: list[ComplaintAnswer]
    companions: list[CompanionAnswer]
    eligibility: EligibilityAnswer
    payers: list[PayerAnswer]
    jurisdiction: JurisdictionAnswer
    hand_over_note: HandOverAnswer | None
    timeline: list[TimelineAnswer]


class TimelineListAnswer(BaseModel):
    items: list[TimelineAnswer]
    next_cursor: str | None


class DecisionAnswer(BaseModel):
    decision_id: str
    state: ClaimState
    version: int
    decision_version: int


class HandOverLetter(HandOverAnswer):
    """The note as it is sent."""

    case_number: str
    worker: WorkerAnswer
    employer: EmployerAnswer | None
    occurred_at: datetime
    region_code: str | None
    payers: list[PayerAnswer]
    text: Title
