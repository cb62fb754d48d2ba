"""Whose turn it is and why: at every moment it follows from the situation, and nobody sets it by hand.

The reason is a code of the list `waiting_reasons`, where it needs one with what it is about after a colon
(`document-missing:T2`, `objection:disnaker`).
"""

from collections.abc import Sequence
from datetime import datetime

from services.verification.domain import claim as states
from services.verification.domain.claim import Discrepancy
from services.verification.domain.evidence import ACCIDENT_REPORT, Evidence
from services.verification.domain.payers import Paying
from services.verification.domain.stance import BY_BPJS, Stance
from services.verification.domain.state_machine import Situation
from shared.regulation.checklist import ChecklistItem

EMPLOYER, DISNAKER, BPJS, WORKER, NOBODY = "employer", "disnaker", "bpjs", "worker", "none"
_OVER = {
    states.WITHDRAWN: (NOBODY, "withdrawn"),
    states.EXPIRED: (NOBODY, "right-lapsed"),
    states.REJECTED: (NOBODY, "rejected"),
    states.CONCLUDED_NOT_COVERED: (NOBODY, "not-covered"),
    states.CLOSED: (NOBODY, "closed"),
}
EMPLOYER_PAYS = "EMPLOYER"
Turn = tuple[str, str]
COMPLETION_REQUESTED = "completion-requested"


def turn_of(
    state: str,
    now: Situation,
    evidence: Sequence[Evidence],
    discrepancies: Sequence[Discrepancy],
    segment: str | None,
    paying: Paying,
) -> Turn:
    """Whom the claim waits on, and the reason. Where the employer is the first payer, what BPJS pays is a
    reimbursement; a worker whom another insurer has is BPJS's to hand over."""
    stance = now.stance
    if state in (states.WITHDRAWN, states.EXPIRED):
        return _OVER[state]
    return (
        _objection_at(stance, here=True)
        or _news(state, now, evidence)
        or _money(state, now, paying.first)
        or _objection_at(stance, here=False)
        or _OVER.get(state)
        or _elsewhere(state, now, paying)
        or _work(state, now, evidence, discrepancies, segment)
    )


def _objection_at(stance: Stance, *, here: bool) -> Turn | None:
    """The oldest unanswered objection, before BPJS itself (`here`) or before an inspector or the minister."""
    waiting = [dispute for dispute in stance.open_disputes if (dispute.path == BY_BPJS) is here]
    if not waiting:
        return None
    first = min(waiting, key=lambda dispute: (dispute.since, dispute.objection.id))
    # The minister decides through the ministry's own inspectors, who are Disnaker's next level (domain: PP 44 art. 50).
    return (BPJS if here else DISNAKER, f"objection:{first.path}")


def _news(state: str, now: Situation, evidence: Sequence[Evidence]) -> Turn | None:
    """What came after the end and nobody has looked at: relapse, a late paper, a death after treatment."""
    stance = now.stance
    if stance.settled_at is None or state == states.AWAITING_DETERMINATION:
        return None
    seen_until = max(stance.settled_at, stance.looked_at or stance.settled_at)
    determination = stance.determination
    if determination is not None and stance.approved is not None and determination.received_at > seen_until:
        return (BPJS, "determination-received")
    kinds = sorted({piece.kind for piece in evidence if _is_news(piece, seen_until)})
    if not kinds:
        return None
    decided_on = stance.approved or stance.rejected
    known = decided_on.claim_outcome if decided_on is not None else None
    if known is not None and now.outcome is not None and known != now.outcome:
        return (BPJS, f"outcome-changed:{now.outcome}")
    return (BPJS, f"new-evidence:{kinds[0]}")


def _is_news(piece: Evidence, seen_until: datetime) -> bool:
    """A new report or visit, any new version of an employer's report, a doctor's first statement; further versions of
    a visit that is known are the hospital's routine."""
    if piece.accepted_at > seen_until:
        return True
    if piece.kind == ACCIDENT_REPORT:
        return any(receipt.received_at > seen_until for receipt in piece.receipts)
    return piece.statement_at is not None and piece.statement_at > seen_until


def _money(state: str, now: Situation, payer: str) -> Turn | None:
    if state == states.BENEFIT_APPROVED:
        return (BPJS, "reimbursement" if payer == EMPLOYER_PAYS else "payment")
    if state == states.PAID and now.owed_rupiah:
        return (BPJS, "late-payment")
    if now.overpaid_rupiah and (now.stance.approved is not None or now.stance.settled_at is not None):
        return (BPJS, "overpaid")
    return None


def _elsewhere(state: str, now: Situation, paying: Paying) -> Turn | None:
    """Nothing is asked of an employer for a case that is Taspen's or Asabri's; a person looks and concludes."""
    if paying.routed_to is None or now.stance.conclusion is not None or state == states.AWAITING_DETERMINATION:
        return None
    return (BPJS, f"routed-out:{paying.routed_to}")


def _work(
    state: str, now: Situation, evidence: Sequence[Evidence], discrepancies: Sequence[Discrepancy], segment: str | None
) -> Turn:
    if state == states.AWAITING_DETERMINATION:
        return (DISNAKER, "determination-requested")
    if state == states.SUSPECTED:
        # Without an employer here the participant reports (BPU, PMI): the document table says who brings Tahap I.
        report = next((item for item in now.papers if item.document_code == "T1"), None)
        return (report.responsible if report else EMPLOYER, "stage-1-missing")
    if now.lapsed:
        return (BPJS, "right-lapsed")
    contradiction = next((item for item in discrepancies if item.state == "open" and item.severity == "high"), None)
    if contradiction is not None:
        return (BPJS, f"discrepancy-open:{contradiction.field}")
    lacking = now.lacking
    if lacking:
        first = _most_urgent(lacking, now.outcome_is_final)
        return (first.responsible, f"document-{first.state}:{first.document_code}")
    if state == states.AWAITING_SECOND_APPROVAL:
        return (BPJS, "second-approval")
    if _is_asked_for_more(now.stance, evidence):
        return (WORKER if segment == "BPU" else EMPLOYER, COMPLETION_REQUESTED)
    return (BPJS, "review" if state == states.READY_FOR_REVIEW else "benefit-approval")


def _is_asked_for_more(stance: Stance, evidence: Sequence[Evidence]) -> bool:
    """BPJS asked the signatory of the report how it goes on (Form 3 KK 1), and neither a report nor an answer on the
    status page came since."""
    asked_at, told_at = stance.completion_requested_at, stance.completion_answered_at
    if asked_at is not None and told_at is not None and told_at > asked_at:
        return False
    reports = [piece for piece in evidence if piece.accident is not None]
    return asked_at is not None and all(r.received_at <= asked_at for piece in reports for r in piece.receipts)


def _most_urgent(lacking: Sequence[ChecklistItem], outcome_is_final: bool) -> ChecklistItem:
    """While treatment goes on, what can be had now; then the doctor's statement, on which Tahap II rests (art. 19)."""
    now = [item for item in lacking if item.stage == 1]
    if now and not outcome_is_final:
        return now[0]
    statement = [item for item in lacking if item.document_code == "DOC"]
    return (statement or now or list(lacking))[0]
