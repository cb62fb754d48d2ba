"""The note that hands a case to whoever pays instead: BPJS Kesehatan after "not a work accident", Taspen or Asabri."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.verification.domain.entries import Decision, Entry, entries_of
from services.verification.domain.evidence import Determination, Evidence
from services.verification.domain.payers import Paying
from services.verification.domain.stance import CONCLUDE, NOT_COVERED


@dataclass(frozen=True)
class HandOver:
    """To whom and why. `concluded_*` are empty for another insurer's worker, whose case needs no conclusion.

    `care_from` is the first visit known, `facilities` the organisations that treated. No diagnosis is in it.
    """

    to: str
    reason: str
    legal_basis: str
    concluded_at: datetime | None
    concluded_by: str | None
    care_from: date | None
    facilities: tuple[str, ...]


def hand_over(
    paying: Paying,
    conclusion: str | None,
    determination: Determination | None,
    entries: Sequence[Entry],
    active: Sequence[Evidence],
) -> HandOver | None:
    """The note, None while the case is the hub's own."""
    if paying.routed_to is None and conclusion != NOT_COVERED:
        return None
    last = paying.steps[-1]
    visits = [piece for piece in active if piece.medical is not None]
    concluded_at, by, basis = _concluded(determination, entries) if conclusion == NOT_COVERED else (None, None, None)
    return HandOver(
        to=paying.routed_to or last.payer,
        reason=last.reason,
        legal_basis=basis or last.legal_basis,
        concluded_at=concluded_at,
        concluded_by=by,
        care_from=min((piece.occurred_at.date() for piece in visits), default=None),
        facilities=tuple(sorted({piece.org for piece in visits})),
    )


def _concluded(
    determination: Determination | None, entries: Sequence[Entry]
) -> tuple[datetime | None, str | None, str | None]:
    """When, by whose office, on what grounds: the later of the inspector's word and the verifier's."""
    told: list[tuple[datetime, str, str | None]] = [
        (item.decided_at, item.org, item.legal_basis)
        for item in entries_of(Decision, entries)
        if item.kind == CONCLUDE and item.outcome == NOT_COVERED
    ]
    if determination is not None and determination.decision.startswith("NOT_"):
        told.append((determination.received_at, determination.org, determination.letter_number))
    return max(told, key=lambda item: item[:2], default=(None, None, None))
