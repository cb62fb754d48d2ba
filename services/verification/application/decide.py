"""A verifier decides on a claim."""

from dataclasses import dataclass

from services.verification.application.records import ClaimRecord
from services.verification.application.workplace import Person, Workplace, open_claim
from services.verification.domain.deciding import check_allowed
from services.verification.domain.entries import Decision
from services.verification.domain.money import approvable_lines
from services.verification.domain.stance import APPROVE, fold
from shared.errors import Stale
from shared.identifiers import new_id
from shared.regulation.rule_sets import rule_set_named


@dataclass(frozen=True)
class DecisionRequest:
    """A decision as asked for."""

    kind: str
    outcome: str | None
    amount_rupiah: int | None
    reason_code: str | None
    reason: str | None
    legal_basis: str | None


async def take_decision(
    place: Workplace, case_number: str, decision_version: int | None, person: Person, request: DecisionRequest
) -> tuple[Decision, ClaimRecord]:
    """Record a decision. Raises NotFound, Stale when the claim has moved on in what matters, Conflict when the
    claim's state does not allow it, Refusal when it lacks something."""
    desk = place.desk
    claim = await open_claim(place, case_number)
    if decision_version != claim.decision_version:
        raise Stale(
            "claim.changed-meanwhile", f"The claim is at decision version {claim.decision_version}; look at it again."
        )
    view = desk.view(case_number)
    rules = rule_set_named(view.rule_set)
    decision = Decision(
        id=str(new_id()),
        kind=request.kind,
        decided_at=place.clock.now(),
        org=person.org,
        person=person.id,
        officer_name=person.name,
        outcome=request.outcome,
        amount_rupiah=request.amount_rupiah,
        reason_code=request.reason_code,
        reason=request.reason,
        legal_basis=request.legal_basis,
        rule_set=f"{rules.rule_set}:{rules.content_hash}",
        four_eyes_rupiah=place.policy.four_eyes_rupiah,
        claim_outcome=view.outcome,
        benefit_lines=approvable_lines(view.benefit) if request.kind == APPROVE else (),
    )
    stance = fold(desk.entries_of(case_number), place.policy.four_eyes_rupiah)
    check_allowed(view, stance, decision)
    changed = desk.add_entry(case_number, decision, "decision-taken")
    await desk.close()
    return decision, changed
