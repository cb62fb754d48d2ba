"""What routes answer of insurance, payers and the import of participants, for the OpenAPI."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field

from services.verification.entrypoints.http.coded import Title, coded
from shared.events.vocabulary import Segment

EligibilityStatus = Annotated[str, coded("eligibility_statuses")]
PayerCode = Annotated[str, coded("payers")]
PayerShare = Annotated[str, coded("payer_shares")]
PayerReason = Annotated[str, coded("payer_reasons")]


class MembershipAnswer(BaseModel):
    kpj: str | None = Field(description="Its last four digits.")
    segment: Segment
    employer_registration_number: str | None
    programmes: list[str]
    active_from: date
    active_to: date | None


class EligibilityAnswer(BaseModel):
    """Whether the worker was insured on the day of the event, as BPJS core tells it; the figures are those of the
    membership that counts, `memberships` are all of that day."""

    on: date
    status: EligibilityStatus
    title: Title
    segment: Segment | None
    employer_registration_number: str | None
    programmes: list[str]
    active_from: date | None
    active_to: date | None
    wage_rupiah: int | None
    contributions_paid_until: date | None
    months_in_arrears: int | None
    arrears_settled_on: date | None
    memberships: list[MembershipAnswer]
    legal_basis: str
    confidence: str


class PayerAnswer(BaseModel):
    """One payer in its place of the order."""

    payer: PayerCode
    title: Title
    share: PayerShare
    share_title: Title
    up_to_rupiah: int | None
    reason: PayerReason
    reason_title: Title
    legal_basis: str
    confidence: str


class JurisdictionAnswer(BaseModel):
    """The event's province, whose labour office is told, and the worker's own, known by residence, employer or NIK."""

    province: str | None
    home_province: str | None
    home_known_by: str | None
    outside_home_province: bool


class HandOverAnswer(BaseModel):
    """To whom a case goes that is not the work insurance's. No diagnosis is in it."""

    to: PayerCode
    title: Title
    reason: PayerReason
    reason_title: Title
    legal_basis: str
    concluded_at: datetime | None
    concluded_by: str | None
    care_from: date | None
    facilities: list[str]


class ProblemAnswer(BaseModel):
    pointer: str
    code: str
    detail: str


class RefusedLineAnswer(BaseModel):
    line: int
    problems: list[ProblemAnswer]


class ImportAnswer(BaseModel):
    """`accepted` is what was recorded and what was known already; of many refused lines only the first are named."""

    lines: int
    accepted: int
    recorded: int
    unchanged: int
    refused: int
    refused_lines: list[RefusedLineAnswer]
    refused_lines_left_off: int
