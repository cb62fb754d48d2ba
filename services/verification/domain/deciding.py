"""When verifiers may decide, object and answer: the guards of the state machine's rows, asked one by one.

Raises Conflict when a guard does not hold, Refusal when the request lacks something.
"""

from collections.abc import Callable

from services.verification.domain.claim import ClaimView
from services.verification.domain.entries import Decision, Objection, ObjectionAnswer
from services.verification.domain.papers import rejected_paper
from services.verification.domain.stance import (
    BY_BPJS,
    BY_DISNAKER,
    BY_MINISTER,
    NOT_COVERED,
    OCCUPATIONAL_DISEASE,
    WORK_ACCIDENT,
    Stance,
    same_person,
)
from services.verification.domain.state_machine import ANSWER, OBJECTION, may
from shared.errors import Conflict, NotFound, Problem, Refusal
from shared.regulation.checklist import missing

# Whose turn it is to answer, after whose word (PP 44/2015 art. 49-50). BPJS looks twice, before and after an objection.
_NEXT = {BY_BPJS: BY_DISNAKER, BY_DISNAKER: BY_MINISTER}


def check_allowed(view: ClaimView, stance: Stance, decision: Decision) -> None:
    """Raise unless `decision` may be taken on this claim now."""
    row = may(view.state, decision.kind)
    if row is None:
        raise Conflict("decision.not-allowed", f"{decision.kind} is not possible while the claim is {view.state}.")
    for guard in row.guards:
        _OF_DECISIONS[guard](view, stance, decision)


def path_of(view: ClaimView, stance: Stance, by: str) -> str:
    """Who has to answer an objection lodged now by this party: `bpjs`, `disnaker` or `minister`. Raises Conflict."""
    if may(view.state, OBJECTION) is None:
        raise Conflict("objection.not-allowed", f"No objection is possible while the claim is {view.state}.")
    word = stance.last_word
    if word is None:
        raise Conflict("objection.nothing-decided", "Nothing was decided yet that can be objected to.")
    if any(dispute.objection.by == by for dispute in stance.open_disputes):
        raise Conflict("objection.already-open", "This party's objection is not answered yet.")
    if word.whose == BY_BPJS and not word.confirmed:
        return BY_BPJS
    if word.whose not in _NEXT:
        raise Conflict("objection.path-exhausted", "The minister has answered; what is left is the court.")
    return _NEXT[word.whose]


def check_answer(view: ClaimView, stance: Stance, answer: ObjectionAnswer) -> Objection:
    """The objection that `answer` answers. Raises NotFound, Conflict, or Refusal."""
    found = next((dispute for dispute in stance.disputes if dispute.objection.id == answer.objection_id), None)
    if found is None:
        raise NotFound("objection.not-found", "There is no such objection to this claim.")
    if not found.is_open or may(view.state, ANSWER) is None:
        raise Conflict("objection.answered", "This objection is answered already.")
    if answer.answer == "withdrawn":
        return found.objection
    if found.path == BY_DISNAKER:
        raise Conflict("objection.inspector-answers", "The inspector's determination answers this objection.")
    word = stance.last_word
    if found.path == BY_BPJS and word is not None and word.person and same_person(word.person, answer.person):
        raise Conflict("objection.same-person", "Somebody else must answer than the person who decided.")
    if answer.outcome is not None and (found.path != BY_MINISTER or answer.answer != "upheld"):
        detail = "A conclusion goes with an objection that the minister has upheld."
        raise Refusal("validation", detail, [Problem("/outcome", "not-expected", detail)])
    return found.objection


def check_payment_by(stance: Stance, person: str) -> None:
    """Whoever approved an amount does not also write down that it was paid. Raises Conflict."""
    if stance.approved is not None and same_person(stance.approved.person, person):
        raise Conflict("payment.same-person", "Somebody else must write down the payment than the person who approved.")


def _the_conclusion_is_named(view: ClaimView, stance: Stance, decision: Decision) -> None:
    if decision.outcome not in (WORK_ACCIDENT, OCCUPATIONAL_DISEASE, NOT_COVERED):
        detail = f"Conclude with outcome {WORK_ACCIDENT}, {OCCUPATIONAL_DISEASE} or {NOT_COVERED}."
        raise Refusal("validation", detail, [Problem("/outcome", "required", detail)])


def _no_authority_determined_otherwise(view: ClaimView, stance: Stance, decision: Decision) -> None:
    if stance.binding is not None and stance.binding != decision.outcome:
        raise Conflict("decision.determined", "A determination says otherwise and binds the conclusion.")


def _no_objection_lies_before_an_authority(view: ClaimView, stance: Stance, decision: Decision) -> None:
    if any(dispute.is_before_an_authority for dispute in stance.disputes):
        raise Conflict("decision.objection-open", "An objection is before the inspector or the minister.")


def _the_rejected_paper_is_there(view: ClaimView, stance: Stance, decision: Decision) -> None:
    code = rejected_paper(decision)
    if code is None:
        return
    item = next((item for item in view.checklist if item.document_code == code), None)
    if item is None:
        detail = "No paper of this claim has that code; see its checklist."
        raise Refusal("validation", detail, [Problem("/reason_code", "unknown-code", detail)])
    if item.provided_at is None:
        raise Conflict("decision.document-not-there", f"{code} is {item.state}: there is nothing to reject.")


def _an_amount_is_named(view: ClaimView, stance: Stance, decision: Decision) -> None:
    if decision.amount_rupiah is None:
        detail = "An approval names the amount."
        raise Refusal("validation", detail, [Problem("/amount_rupiah", "required", detail)])


def _the_right_has_not_lapsed(view: ClaimView, stance: Stance, decision: Decision) -> None:
    if view.lapsed:
        raise Conflict("decision.right-lapsed", "Nobody told of it before the right lapsed.")


def _every_required_paper_is_there(view: ClaimView, stance: Stance, decision: Decision) -> None:
    lacking = missing(view.checklist)
    if lacking:
        codes = ", ".join(item.document_code for item in lacking)
        raise Conflict("decision.documents-missing", f"Before approval these papers are needed: {codes}.")


def _no_grave_contradiction_is_open(view: ClaimView, stance: Stance, decision: Decision) -> None:
    if any(item.state == "open" and item.severity == "high" for item in view.discrepancies):
        raise Conflict("decision.discrepancy-open", "Settle the open discrepancy first, or refer the case to Disnaker.")


def _the_second_person_is_another(view: ClaimView, stance: Stance, decision: Decision) -> None:
    first = stance.first_approval
    if first is not None and same_person(first.person, decision.person):
        raise Conflict("decision.same-person", "A second person must confirm the approval.")


def _the_second_person_names_the_same_amount(view: ClaimView, stance: Stance, decision: Decision) -> None:
    first = stance.first_approval
    if first is not None and first.amount_rupiah != decision.amount_rupiah:
        raise Conflict("decision.amount-differs", "The confirmation must name the amount of the first approval.")


_OF_DECISIONS: dict[str, Callable[[ClaimView, Stance, Decision], None]] = {
    "the-conclusion-is-named": _the_conclusion_is_named,
    "no-authority-determined-otherwise": _no_authority_determined_otherwise,
    "no-objection-lies-before-an-authority": _no_objection_lies_before_an_authority,
    "the-rejected-paper-is-there": _the_rejected_paper_is_there,
    "an-amount-is-named": _an_amount_is_named,
    "the-right-has-not-lapsed": _the_right_has_not_lapsed,
    "every-required-paper-is-there": _every_required_paper_is_there,
    "no-grave-contradiction-is-open": _no_grave_contradiction_is_open,
    "the-second-person-is-another": _the_second_person_is_another,
    "the-second-person-names-the-same-amount": _the_second_person_names_the_same_amount,
}
