"""When a verifier's decision is allowed; each guard is named as a sentence. Raises Conflict or Refusal."""

from services.verification.domain import claim as states
from services.verification.domain.claim import ClaimView
from services.verification.domain.entries import Decision
from services.verification.domain.stance import (
    APPROVE,
    CONCLUDE,
    NOT_COVERED,
    OCCUPATIONAL_DISEASE,
    REFER,
    REJECT,
    REOPEN,
    REQUEST_COMPLETION,
    WORK_ACCIDENT,
    Stance,
)
from shared.errors import Conflict, Problem, Refusal
from shared.regulation.checklist import missing

_UNSETTLED = frozenset({states.SUSPECTED, states.REPORTED, states.AWAITING_DOCUMENTS, states.READY_FOR_REVIEW})
_CONCLUDED = frozenset({states.CONCLUDED_WORK_ACCIDENT, states.CONCLUDED_OCCUPATIONAL_DISEASE})
_ALLOWED_IN = {
    CONCLUDE: _UNSETTLED | _CONCLUDED | {states.AWAITING_DETERMINATION, states.CONCLUDED_NOT_COVERED},
    REQUEST_COMPLETION: _UNSETTLED | _CONCLUDED,
    REFER: _UNSETTLED | _CONCLUDED | {states.CONCLUDED_NOT_COVERED},
    APPROVE: _CONCLUDED | {states.READY_FOR_REVIEW, states.AWAITING_SECOND_APPROVAL},
    REJECT: _UNSETTLED
    | _CONCLUDED
    | {states.CONCLUDED_NOT_COVERED, states.AWAITING_DETERMINATION, states.AWAITING_SECOND_APPROVAL},
    REOPEN: frozenset(
        {
            states.REJECTED,
            states.CONCLUDED_NOT_COVERED,
            states.CONCLUDED_WORK_ACCIDENT,
            states.CONCLUDED_OCCUPATIONAL_DISEASE,
            states.AWAITING_SECOND_APPROVAL,
            states.BENEFIT_APPROVED,
            states.CLOSED,
        }
    ),
}


def check_allowed(view: ClaimView, stance: Stance, decision: Decision) -> None:
    """Raise unless `decision` may be taken on this claim now."""
    if view.state not in _ALLOWED_IN[decision.kind]:
        raise Conflict("decision.not-allowed", f"{decision.kind} is not possible while the claim is {view.state}.")
    if decision.kind == CONCLUDE:
        _an_outcome_is_named(decision)
        _an_inspector_has_not_determined_otherwise(stance, decision)
    if decision.kind == APPROVE:
        _an_amount_is_named(decision)
        _all_papers_are_there(view)
        _no_contradiction_is_open(view)
        _the_second_person_is_another(stance, decision)


def _an_outcome_is_named(decision: Decision) -> None:
    if decision.outcome not in (WORK_ACCIDENT, OCCUPATIONAL_DISEASE, NOT_COVERED):
        detail = f"Conclude with outcome {WORK_ACCIDENT}, {OCCUPATIONAL_DISEASE} or {NOT_COVERED}."
        raise Refusal("validation", detail, [Problem("/outcome", "required", detail)])


def _an_amount_is_named(decision: Decision) -> None:
    if decision.amount_rupiah is None:
        detail = "An approval names the amount."
        raise Refusal("validation", detail, [Problem("/amount_rupiah", "required", detail)])


def _an_inspector_has_not_determined_otherwise(stance: Stance, decision: Decision) -> None:
    if stance.determination is not None and stance.conclusion != decision.outcome:
        raise Conflict("decision.determined", "An inspector's determination says otherwise and binds the conclusion.")


def _all_papers_are_there(view: ClaimView) -> None:
    lacking = missing(view.checklist)
    if lacking:
        codes = ", ".join(item.document_code for item in lacking)
        raise Conflict("decision.documents-missing", f"Before approval these papers are needed: {codes}.")


def _no_contradiction_is_open(view: ClaimView) -> None:
    if any(item.state == "open" and item.severity == "high" for item in view.discrepancies):
        raise Conflict("decision.discrepancy-open", "Settle the open discrepancy first, or refer the case to Disnaker.")


def _the_second_person_is_another(stance: Stance, decision: Decision) -> None:
    first = stance.first_approval
    if first is None:
        return
    if first.person == decision.person:
        raise Conflict("decision.same-person", "A second person must confirm the approval.")
    if first.amount_rupiah != decision.amount_rupiah:
        raise Conflict("decision.amount-differs", "The confirmation must name the amount of the first approval.")
