"""How the basket of doubtful pairs is answered."""

from pydantic import BaseModel, Field

from services.verification.entrypoints.http.answers import EvidenceKind, MatchReason
from services.verification.entrypoints.http.coded import Title


class SideEmployer(BaseModel):
    registration_number: str | None
    name: str | None


class SideAnswer(BaseModel):
    """One side of a pair: what this piece of evidence says of worker and accident; numbers are masked."""

    case_number: str | None
    evidence_id: str
    source: str
    kind: EvidenceKind
    worker_name: str | None
    nik_masked: str | None
    kpj_masked: str | None
    birth_date: str | None
    sex: str | None
    employer: SideEmployer | None
    occurred_at: str
    occurred_at_precision: str
    region_code: str | None
    body_parts: list[str]
    received_at: str


class ComparisonAnswer(BaseModel):
    """One field in which both sides agree or differ; a positive weight speaks for one accident."""

    field: str
    values: list[str | None]
    reason: MatchReason
    title: Title
    weight_bits: float


class BasketItem(BaseModel):
    """Two claims that may be one. With one side only, a worker whom nobody has named by a number."""

    id: str
    claims: list[str | None]
    evidence_ids: list[str]
    test: bool = Field(description="Both sides were sent by test clients.")
    score: float = Field(description="The probability, 0 to 1, that both sides tell of one accident.")
    reasons: list[MatchReason]
    found_at: str
    sides: list[SideAnswer]
    comparison: list[ComparisonAnswer]


class BasketAnswer(BaseModel):
    """A page; `next_cursor` is null on the last one."""

    items: list[BasketItem]
    next_cursor: str | None
