"""What routes answer of money: benefits, who receives them, payments, what an employer gets back."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel

from services.verification.entrypoints.http.coded import Title, coded

BenefitCode = Annotated[str, coded("benefits")]
RecipientCode = Annotated[str, coded("recipients")]
RemarkCode = Annotated[str, coded("estimate_remarks")]
ReimbursementStatus = Annotated[str, coded("reimbursement_statuses")]


class BenefitLineAnswer(BaseModel):
    benefit: BenefitCode
    amount_rupiah: int
    formula: str
    legal_basis: str
    confidence: str


class RemarkAnswer(BaseModel):
    """Something that a reader of the amounts should know."""

    code: RemarkCode
    pointer: str
    title: Title


class RecipientAnswer(BaseModel):
    """Who receives one benefit. For heirs: which relations, of which rank, and whether one is a minor."""

    benefit: BenefitCode
    payee: RecipientCode
    title: Title
    relations: list[str]
    rank: int | None
    guardian_required: bool
    legal_basis: str


class BenefitAnswer(BaseModel):
    """`calculated_rupiah` is what the calculator makes of the evidence today, whatever was approved."""

    status: str
    lines: list[BenefitLineAnswer]
    total_rupiah: int
    calculated_rupiah: int
    remarks: list[RemarkAnswer]
    recipients: list[RecipientAnswer]


class EstimateAnswer(BaseModel):
    """What the calculator works out."""

    rule_set: str
    lines: list[BenefitLineAnswer]
    total_rupiah: int
    remarks: list[RemarkAnswer]


class PaymentAnswer(BaseModel):
    id: str
    benefit: BenefitCode
    amount_rupiah: int
    paid_on: date
    reference: str


class ReimbursementAnswer(BaseModel):
    """What the employer who had to pay first gets back."""

    status: ReimbursementStatus
    title: Title
    claimed_rupiah: int
    paid_rupiah: int
    legal_basis: str
