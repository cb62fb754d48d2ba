"""What a claim asks of its hospitals: the papers that they bring, and until when (domain: documents per outcome)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

HOSPITAL = "hospital"
# Papers of Tahap I and II are due with the report they go with.
_CLOCKS = {1: ("T1_KK", "T1_PAK"), 2: ("T2",)}
_WANTED = frozenset({"missing", "rejected"})
_BROUGHT = frozenset({"provided", "satisfied_elsewhere"})
_NOT_COVERED = "CONCLUDED_NOT_COVERED"


@dataclass(frozen=True)
class ListedPaper:
    """One line of a claim's checklist."""

    document_code: str
    state: str
    required: bool
    responsible: str
    stage: int | None
    legal_basis: str
    confidence: str | None


@dataclass(frozen=True)
class ClaimAsks:
    """What of a claim's state bears on what is asked. `clocks` are code and due time."""

    state: str
    is_open: bool
    waiting_on: str
    waiting_reason: str | None
    checklist: tuple[ListedPaper, ...] = ()
    clocks: tuple[tuple[str, datetime | None], ...] = ()


@dataclass(frozen=True)
class AskedPaper:
    """A paper as the hospitals are asked for it. `wanted`: it is still to come; `brought`: it is there; `dropped`: it
    is needed no more. `urgent`: the claim waits for this one. `due_at` is None while no clock runs."""

    document_code: str
    standing: Literal["wanted", "brought", "dropped"]
    list_state: str
    urgent: bool
    due_at: datetime | None
    legal_basis: str
    confidence: str | None


def asked_papers(asks: ClaimAsks) -> tuple[AskedPaper, ...]:
    """The papers that are the hospitals' to bring, in the checklist's order."""
    over = not asks.is_open or asks.state == _NOT_COVERED
    due = dict(asks.clocks)
    waits_for = (asks.waiting_reason or "").partition(":")[2] if asks.waiting_on == HOSPITAL else None
    return tuple(
        AskedPaper(
            paper.document_code,
            _standing(paper, over),
            paper.state,
            paper.document_code == waits_for,
            _due(paper, due),
            paper.legal_basis,
            paper.confidence,
        )
        for paper in asks.checklist
        if paper.responsible == HOSPITAL
    )


def dropped(document_code: str) -> AskedPaper:
    """A paper that the checklist no longer knows as a hospital's."""
    return AskedPaper(document_code, "dropped", "not_required", False, None, "", None)


def _standing(paper: ListedPaper, over: bool) -> Literal["wanted", "brought", "dropped"]:
    if paper.state in _BROUGHT:
        return "brought"
    return "wanted" if paper.required and paper.state in _WANTED and not over else "dropped"


def _due(paper: ListedPaper, due: dict[str, datetime | None]) -> datetime | None:
    times: Sequence[datetime | None] = [due.get(code) for code in _CLOCKS.get(paper.stage or 0, ())]
    return next((at for at in times if at is not None), None)
