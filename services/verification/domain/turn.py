"""The state of a claim and whose turn it is: both follow from the papers and from what people settled."""

from collections.abc import Sequence

from services.verification.domain import claim as states
from services.verification.domain.claim import Discrepancy
from services.verification.domain.stance import NOT_COVERED, OCCUPATIONAL_DISEASE, Stance
from shared.regulation.checklist import ChecklistItem, missing

_FINAL_OUTCOMES = frozenset({"recovered", "partial_functional", "partial_anatomical", "total_permanent", "death"})


def state_of(
    active: bool, reported: bool, outcome: str | None, expired: bool, papers: Sequence[ChecklistItem], stance: Stance
) -> str:
    """The state (interface 6). What people settled comes before what papers say."""
    if not active:
        return states.WITHDRAWN
    if stance.rejected:
        return states.REJECTED
    if stance.approved is not None:
        return states.BENEFIT_APPROVED
    if stance.first_approval is not None:
        return states.AWAITING_SECOND_APPROVAL
    if stance.referred_at is not None:
        return states.AWAITING_DETERMINATION
    if stance.conclusion is not None:
        return {
            NOT_COVERED: states.CONCLUDED_NOT_COVERED,
            OCCUPATIONAL_DISEASE: states.CONCLUDED_OCCUPATIONAL_DISEASE,
        }.get(stance.conclusion, states.CONCLUDED_WORK_ACCIDENT)
    if expired:
        return states.EXPIRED
    if not reported:
        return states.SUSPECTED
    if not missing(papers):
        return states.READY_FOR_REVIEW
    return states.AWAITING_DOCUMENTS if outcome in _FINAL_OUTCOMES else states.REPORTED


def turn_of(
    state: str, papers: Sequence[ChecklistItem], discrepancies: Sequence[Discrepancy], segment: str | None
) -> tuple[str, str | None]:
    """Whom the claim waits on, and the reason as a code (`document-missing:T2`)."""
    settled = {
        states.AWAITING_DETERMINATION: ("disnaker", "determination-requested"),
        states.AWAITING_SECOND_APPROVAL: ("bpjs", "second-approval"),
        states.BENEFIT_APPROVED: ("bpjs", "payment"),
        states.CONCLUDED_NOT_COVERED: ("none", "not-covered"),
    }
    if state in settled:
        return settled[state]
    if state in states.SETTLED:
        return ("none", None)
    contradiction = next((item for item in discrepancies if item.state == "open" and item.severity == "high"), None)
    if contradiction is not None and state != states.SUSPECTED:
        return ("bpjs", f"discrepancy-open:{contradiction.field}")
    if state == states.SUSPECTED:
        # Without an employer the participant reports (BPU, Permenaker 5/2021).
        return ("worker" if segment == "BPU" else "employer", "stage-1-missing")
    lacking = missing(papers)
    if not lacking:
        return ("bpjs", "benefit-approval" if state != states.READY_FOR_REVIEW else "review")
    first = _most_urgent(lacking, state)
    return (first.responsible, f"document-{first.state}:{first.document_code}")


def _most_urgent(lacking: Sequence[ChecklistItem], state: str) -> ChecklistItem:
    """While treatment goes on, what can be had now; then the doctor's statement, on which Tahap II rests (art. 19)."""
    now = [item for item in lacking if item.stage == 1]
    if now and state == states.REPORTED:
        return now[0]
    statement = [item for item in lacking if item.document_code == "DOC"]
    return (statement or now or list(lacking))[0]
