"""The shapes of answers, for the OpenAPI. Answers are built by the use cases and not validated again."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.intake.application.forms.fields import Coded, Segment
from shared.receipts.answer import ReceiptAnswer

Kind = Annotated[str, Coded("kinds")]
Status = Annotated[str, Coded("report_statuses")]
ClaimState = Annotated[str, Coded("states")]
WaitingOn = Annotated[str, Coded("waiting_on")]
Payer = Annotated[str, Coded("payers_of_first_resort")]
ClockCode = Annotated[str, Coded("clocks")]
ChecklistState = Annotated[str, Coded("checklist_states")]
DocumentCode = Annotated[str, Coded("documents")]


class Title(BaseModel):
    id: str
    en: str


class ClockAnswer(BaseModel):
    """`due_at` is the last instant that is still in time; `met` is null while the clock runs."""

    clock: ClockCode
    starts_at: datetime | None
    due_at: datetime | None
    met: bool | None
    legal_basis: str


class ChecklistAnswer(BaseModel):
    """`stage` is the report the paper goes with, 1 (Tahap I) or 2 (Tahap II); `confidence` of the rule is `certain` or
    `uncertain`."""

    document_code: DocumentCode
    title: Title
    required: bool
    state: ChecklistState
    responsible: Annotated[str, Coded("waiting_on")]
    stage: Literal[1, 2]
    legal_basis: str
    confidence: str


class WarningAnswer(BaseModel):
    code: str
    pointer: str
    detail: str


class DocumentAnswer(BaseModel):
    """One version of a paper. `state` is `provided` or `withdrawn`."""

    document_code: DocumentCode
    version: int
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    size_bytes: int
    state: str
    media_type: str
    received_at: datetime


class AddedDocumentAnswer(DocumentAnswer):
    """The answer to a paper that was sent."""

    receipt: ReceiptAnswer


class ReportAnswer(BaseModel):
    """Where a report stands. `id` and `report_id` are the same."""

    id: str
    report_id: str
    version: int
    status: Status
    kind: Kind
    segment: Segment
    late: Annotated[bool, Field(description="Received after stage 1 was due.")]
    received_at: datetime
    updated_at: datetime
    payer_of_first_resort: Payer
    case_number: str | None
    claim_state: ClaimState | None
    waiting_on: WaitingOn | None
    clocks: list[ClockAnswer]
    checklist: list[ChecklistAnswer]
    documents: list[DocumentAnswer]
    warnings: list[WarningAnswer]


class ReceivedReportAnswer(ReportAnswer):
    """The answer to something that was sent about a report."""

    receipt: ReceiptAnswer


class SubmittedReportAnswer(ReceivedReportAnswer):
    """The answer to a new report, the only one with the tracking code."""

    model_config = ConfigDict(title="SubmittedReport")

    tracking_code: Annotated[str, Field(description="For the worker; shown this once.")]


class WholeReportAnswer(ReportAnswer):
    """A report with its forms as they stand."""

    report: dict[str, Any]
    stage_2: dict[str, Any] | None


class ReportListAnswer(BaseModel):
    items: list[ReportAnswer]
    next_cursor: str | None


class PhotoAnswer(BaseModel):
    version: int
    size_bytes: int


class SelfReportAnswer(BaseModel):
    """`checklist`: what the worker or the heirs have to bring."""

    id: str
    report_id: str
    version: int
    status: Status
    received_at: datetime
    case_number: str | None
    claim_state: ClaimState | None
    waiting_on: WaitingOn | None
    checklist: list[ChecklistAnswer]
    photos: Annotated[list[PhotoAnswer], Field(description="Sent with the page for reports.")]


class SubmittedSelfReportAnswer(SelfReportAnswer):
    tracking_code: Annotated[str, Field(description="For the worker; shown this once.")]
    receipt: ReceiptAnswer


class CodeAnswer(BaseModel):
    code: str
    title: Title


class CodeListAnswer(BaseModel):
    codes: list[CodeAnswer]
    list: str


class CodeListsAnswer(BaseModel):
    lists: dict[str, list[CodeAnswer]]
