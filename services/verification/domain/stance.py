"""What people have settled about a claim: verifiers' decisions and inspectors' determinations, in order of time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.verification.domain.entries import Decision, Entry, entries_of
from services.verification.domain.evidence import Determination, in_force

CONCLUDE, REQUEST_COMPLETION, REFER = "conclude", "request_completion", "refer_to_disnaker"
APPROVE, REJECT, REOPEN = "approve_benefit", "reject", "reopen"

WORK_ACCIDENT, OCCUPATIONAL_DISEASE, NOT_COVERED = "work_accident", "occupational_disease", "not_covered"

_CONCLUSION_OF = {
    "WORK_ACCIDENT": WORK_ACCIDENT,
    "OCCUPATIONAL_DISEASE": OCCUPATIONAL_DISEASE,
    "NOT_WORK_ACCIDENT": NOT_COVERED,
    "NOT_OCCUPATIONAL_DISEASE": NOT_COVERED,
}


@dataclass(frozen=True)
class Stance:
    """Where people have brought a claim. `first_approval` waits for a second person above the four-eyes limit."""

    conclusion: str | None = None
    referred_at: datetime | None = None
    referral_reason: str | None = None
    completion_requested_at: datetime | None = None
    first_approval: Decision | None = None
    approved: Decision | None = None
    rejected: bool = False
    determination: Determination | None = None


def fold(entries: Sequence[Entry], four_eyes_rupiah: int) -> Stance:
    """Apply everything in order of time; an inspector's determination binds the conclusion (PP 44/2015 art. 49)."""
    determined = in_force(entries_of(Determination, entries))
    decisions = entries_of(Decision, entries)
    steps: list[tuple[datetime, str, Decision | Determination]] = [(d.decided_at, d.id, d) for d in decisions]
    if determined is not None:
        steps.append((determined.received_at, determined.id, determined))
    stance = Stance()
    for _, _, step in sorted(steps, key=lambda item: item[:2]):
        if isinstance(step, Determination):
            conclusion = _CONCLUSION_OF[step.decision]
            stance = replace(stance, conclusion=conclusion, referred_at=None, determination=step)
        else:
            stance = _decided(stance, step, four_eyes_rupiah)
    return stance


def _decided(stance: Stance, decision: Decision, four_eyes_rupiah: int) -> Stance:
    if decision.kind == CONCLUDE:
        return replace(stance, conclusion=decision.outcome, referred_at=None)
    if decision.kind == REQUEST_COMPLETION:
        return replace(stance, completion_requested_at=decision.decided_at)
    if decision.kind == REFER:
        return replace(stance, referred_at=decision.decided_at, referral_reason=decision.reason)
    if decision.kind == REJECT:
        return replace(stance, rejected=True, first_approval=None)
    if decision.kind == APPROVE:
        conclusion = stance.conclusion or WORK_ACCIDENT
        above_limit = (decision.amount_rupiah or 0) > four_eyes_rupiah
        if above_limit and stance.first_approval is None:
            return replace(stance, conclusion=conclusion, first_approval=decision)
        return replace(stance, conclusion=conclusion, approved=decision, first_approval=None)
    # Reopening takes back what verifiers settled; an inspector's determination stands until it is superseded.
    kept = _CONCLUSION_OF[stance.determination.decision] if stance.determination else None
    return Stance(conclusion=kept, determination=stance.determination)
