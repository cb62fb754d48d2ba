"""What a worker's other claims say of this one: the same accident twice, incapacity paid twice, one claim too many."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.verification.domain.claim import Flag, OtherClaim
from services.verification.domain.discrepancies import reference_of
from services.verification.domain.evidence import AccidentFacts, Evidence
from services.verification.domain.flag import raised
from services.verification.domain.injuries import regions

# A chronology shorter than this is a formula (jatuh, terjepit) that many accidents share.
TELLING_LETTERS = 20


@dataclass(frozen=True)
class HistoryPolicy:
    """From how much on a worker's history deserves an eye."""

    repeated_claims: int = 3
    repeated_within_days: int = 365
    same_accident_within_days: int = 7


def flags_of_history(own: Sequence[Evidence], others: Sequence[OtherClaim], policy: HistoryPolicy) -> Iterable[Flag]:
    """Flags that rest on the worker's other claims. `own` is this claim's active evidence."""
    told = sorted(
        ((other, report) for other in others if (report := reference_of(other.evidence)) is not None),
        key=lambda item: (item[1].occurred_at, item[1].id),
    )
    report = reference_of(own)
    if report is not None:
        yield from _same_accident(report, told, policy)
        yield from _repeated(report, told, policy)
    yield from _overlapping(own, others)


def _same_accident(
    report: Evidence, told: Sequence[tuple[OtherClaim, Evidence]], policy: HistoryPolicy
) -> Iterable[Flag]:
    alike = [(other, twin) for other, twin in told if _alike(report, twin, policy)]
    if alike:
        nearest = min(abs((twin.occurred_at.date() - report.occurred_at.date()).days) for _, twin in alike)
        yield raised(
            "same-accident-twice",
            [report.id],
            {"cases": _numbers(other for other, _ in alike), "days": nearest},
            related_cases=[other.case_number for other, _ in alike],
            grounds=[report.id, *(twin.id for _, twin in alike)],
        )


def _alike(one: Evidence, other: Evidence, policy: HistoryPolicy) -> bool:
    """The same words, or the same kind of injury within days, also where day and month may have been swapped."""
    mine, theirs = one.accident, other.accident
    if mine is None or theirs is None or mine.event_kind != theirs.event_kind:
        return False
    if _words(mine) and _words(mine) == _words(theirs):
        return True
    day, other_day = one.occurred_at.date(), other.occurred_at.date()
    near = abs((day - other_day).days) <= policy.same_accident_within_days
    swapped = (day.year, day.month, day.day) == (other_day.year, other_day.day, other_day.month)
    return (near or swapped) and _same_injury(mine, theirs)


def _same_injury(mine: AccidentFacts, theirs: AccidentFacts) -> bool:
    if mine.accident_type is None or mine.accident_type != theirs.accident_type:
        return False
    one, other = regions(mine.body_parts), regions(theirs.body_parts)
    return not one or not other or bool(one & other)


def _words(facts: AccidentFacts) -> str:
    """The story without its spelling, empty when it is too short to tell one accident from another."""
    letters = "".join(c for c in (facts.chronology or "").casefold() if c.isalnum())
    return letters if len(letters) >= TELLING_LETTERS else ""


def _repeated(report: Evidence, told: Sequence[tuple[OtherClaim, Evidence]], policy: HistoryPolicy) -> Iterable[Flag]:
    """Counted back from this accident, so that the third claim bears the flag and not the first."""
    since = report.occurred_at - timedelta(days=policy.repeated_within_days)
    before = [
        (other, earlier)
        for other, earlier in told
        if since <= earlier.occurred_at and (earlier.occurred_at, earlier.id) < (report.occurred_at, report.id)
    ]
    if len(before) + 1 >= policy.repeated_claims:
        yield raised(
            "repeated-claims",
            [report.id],
            {"count": len(before) + 1, "days": policy.repeated_within_days},
            related_cases=[other.case_number for other, _ in before],
            grounds=[report.id, *(earlier.id for _, earlier in before)],
        )


def _overlapping(own: Sequence[Evidence], others: Sequence[OtherClaim]) -> Iterable[Flag]:
    """A day on which the worker could not work is paid once."""
    mine = _incapacity(own)
    found = [
        (other, piece_id, overlap)
        for other in others
        for piece_id, theirs in _incapacity(other.evidence)
        for _, period in mine
        if (overlap := _common(period, theirs)) is not None
    ]
    if found:
        first = min(overlap for _, _, overlap in found)
        cases = {other.case_number: other for other, _, _ in found}
        yield raised(
            "overlapping-stmb",
            [piece_id for piece_id, _ in mine],
            {"from": first[0].isoformat(), "to": first[1].isoformat(), "cases": _numbers(cases.values())},
            related_cases=cases,
            grounds=[f"{piece_id} {overlap[0]} {overlap[1]}" for _, piece_id, overlap in found],
        )


def _incapacity(evidence: Iterable[Evidence]) -> list[tuple[str, tuple[date, date]]]:
    """Periods by evidence id: those claimed with Tahap II, else those that doctors ordered."""
    active = [piece for piece in evidence if piece.is_active]
    claimed = [
        (piece.id, period)
        for piece in active
        if piece.accident and piece.accident.stage_2
        for period in piece.accident.stage_2.absence_periods
    ]
    ordered = [
        (piece.id, period)
        for piece in active
        if piece.medical and piece.medical.statement
        for period in piece.medical.statement.rest
    ]
    return claimed or ordered


def _common(one: tuple[date, date], other: tuple[date, date]) -> tuple[date, date] | None:
    first, last = max(one[0], other[0]), min(one[1], other[1])
    return (first, last) if first <= last else None


def _numbers(claims: Iterable[OtherClaim]) -> str:
    return ", ".join(claim.case_number for claim in claims)
