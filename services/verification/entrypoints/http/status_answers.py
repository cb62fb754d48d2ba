"""What the worker is answered, for the OpenAPI."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from services.verification.entrypoints.http.answers import ComplaintKind, ComplaintState, DocumentCode
from services.verification.entrypoints.http.coded import Title, coded
from shared.events.vocabulary import ChecklistState, ClaimState, WaitingOn
from shared.receipts.answer import ReceiptAnswer

ReceiptKind = Annotated[str, coded("receipt_kinds")]


class MissingPaper(BaseModel):
    """A paper that has to be brought (`missing`) or replaced (`rejected`)."""

    document_code: DocumentCode
    title: Title
    state: ChecklistState
    responsible: WaitingOn
    who_brings_it: Title
    confidence: str


class RightAnswer(BaseModel):
    """One right in plain words; `confidence` says how sure its article is."""

    code: str
    text: Title
    legal_basis: str
    confidence: str


class OwnComplaintAnswer(BaseModel):
    text: str
    answered_at: datetime


class OwnComplaint(BaseModel):
    """A complaint or feedback of the worker's side. `due_at` is null for feedback."""

    id: str
    kind: ComplaintKind
    received_at: datetime
    state: ComplaintState
    due_at: datetime | None
    answer: OwnComplaintAnswer | None


class ReceivedThing(BaseModel):
    """Something that the hub received on the claim, from whom and when; `receipt` null where none was given."""

    kind: ReceiptKind
    what: Title
    who: Title
    received_at: datetime
    receipt: ReceiptAnswer | None


class OwnLetter(BaseModel):
    """A letter to the worker, or a copy of one to somebody else, to be read at `/status`; `replaced_by` is the number
    of the one that took its place."""

    id: str
    kind: Annotated[str, coded("letter_kinds")]
    title: Title
    number: str
    dated_at: datetime
    replaced_by: str | None
    receipt: ReceiptAnswer
    copy_: Annotated[bool, Field(alias="copy")]


class SeenBy(BaseModel):
    """An organisation that sent, was told, looked at or worked on the claim; `last_at` null where it is not known."""

    who: Title
    what: Title
    times: int
    last_at: datetime | None


class StatusAnswer(BaseModel):
    """`heading` and `explanation` say where the claim stands, `what_is_needed` what `who_acts` has to do, until
    `due_at` if the law has a day for it. `test`: all of it was sent to try things out."""

    case_number: str
    test: bool
    state: ClaimState
    heading: Title
    explanation: Title
    waiting_on: WaitingOn
    who_acts: Title
    what_is_needed: Title | None
    due_at: datetime | None
    overdue: bool
    missing: list[MissingPaper]
    rights: list[RightAnswer]
    complaints: list[OwnComplaint]
    complaint_line: str
    received: list[ReceivedThing] = Field(description="The latest first, at most 30.")
    letters: list[OwnLetter]
    seen_by: list[SeenBy]
