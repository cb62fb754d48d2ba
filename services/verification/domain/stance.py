"""What people have settled about a claim: the fold of decisions, determinations, objections and payments by time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from services.verification.domain.entries import (
    CompletionAnswer,
    Decision,
    Entry,
    Note,
    Objection,
    ObjectionAnswer,
    Payment,
    entries_of,
)
from services.verification.domain.evidence import Determination, in_force

CONCLUDE, REQUEST_COMPLETION, REFER = "conclude", "request_completion", "refer_to_disnaker"
APPROVE, REJECT, REOPEN = "approve_benefit", "reject", "reopen"

WORK_ACCIDENT, OCCUPATIONAL_DISEASE, NOT_COVERED = "work_accident", "occupational_disease", "not_covered"

# Who answers an objection, in the order of the path (PP 44/2015 art. 49-50; UU 24/2011 art. 48).
BY_BPJS, BY_DISNAKER, BY_MINISTER = "bpjs", "disnaker", "minister"
UPHELD, DISMISSED, DETERMINED = "upheld", "dismissed", "determined"
LATE_PAYMENT = "LATE_PAYMENT"

_CONCLUSION_OF = {
    "WORK_ACCIDENT": WORK_ACCIDENT,
    "OCCUPATIONAL_DISEASE": OCCUPATIONAL_DISEASE,
    "NOT_WORK_ACCIDENT": NOT_COVERED,
    "NOT_OCCUPATIONAL_DISEASE": NOT_COVERED,
}


@dataclass(frozen=True)
class Word:
    """The last word on a claim: whose it is, its id, who spoke it, and whether BPJS has looked at it twice."""

    whose: str
    id: str
    person: str | None = None
    confirmed: bool = False


@dataclass(frozen=True)
class Dispute:
    """An objection as it stands. `path` and `since` move on when BPJS hands it to the inspector."""

    objection: Objection
    path: str
    since: datetime
    state: str = "open"
    answered_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.state == "open"

    @property
    def is_before_an_authority(self) -> bool:
        return self.is_open and self.path != BY_BPJS


@dataclass(frozen=True)
class Stance:
    """Where people have brought a claim. `first_approval` waits for a second person above the four-eyes limit;
    `overruled` is an approval that a determination took the ground from; `binding` is the conclusion that an inspector
    or the minister has laid down; `looked_at` is when a verifier last did or noted something."""

    conclusion: str | None = None
    concluded_at: datetime | None = None
    binding: str | None = None
    referred_at: datetime | None = None
    referral_reason: str | None = None
    completion_requested_at: datetime | None = None
    completion_answered_at: datetime | None = None
    first_approval: Decision | None = None
    approved: Decision | None = None
    overruled: Decision | None = None
    rejected: Decision | None = None
    determination: Determination | None = None
    last_word: Word | None = None
    disputes: tuple[Dispute, ...] = ()
    payments: tuple[Payment, ...] = ()
    looked_at: datetime | None = None

    @property
    def settled_at(self) -> datetime | None:
        """When people brought it to an end that stands, None while they have not."""
        last = self.approved or self.rejected
        if last is not None:
            return last.decided_at
        return self.concluded_at if self.conclusion == NOT_COVERED else None

    @property
    def open_disputes(self) -> tuple[Dispute, ...]:
        return tuple(dispute for dispute in self.disputes if dispute.is_open)

    @property
    def approved_rupiah(self) -> int:
        return (self.approved.amount_rupiah or 0) if self.approved else 0

    @property
    def paid_rupiah(self) -> int:
        """What was paid of the benefit itself; the compensation of a late payment comes on top of it."""
        return sum(payment.amount_rupiah for payment in self.payments if payment.benefit != LATE_PAYMENT)

    @property
    def late_payment_paid_rupiah(self) -> int:
        return sum(payment.amount_rupiah for payment in self.payments if payment.benefit == LATE_PAYMENT)

    @property
    def remaining_rupiah(self) -> int | None:
        """What is left to be paid of the approved amount, None before an approval."""
        return max(self.approved_rupiah - self.paid_rupiah, 0) if self.approved else None

    @property
    def is_paid(self) -> bool:
        """All that was approved has been paid."""
        return self.approved is not None and self.paid_rupiah >= self.approved_rupiah

    @property
    def paid_on(self) -> date | None:
        """The day on which the last rupiah of what was approved was paid (PP 44/2015 art. 37(2)); None before."""
        sum_rupiah = 0
        for payment in sorted(self.payments, key=lambda payment: (payment.paid_on, payment.id)):
            if payment.benefit != LATE_PAYMENT:
                sum_rupiah += payment.amount_rupiah
                if self.approved is not None and sum_rupiah >= self.approved_rupiah:
                    return payment.paid_on
        return None


def fold(entries: Sequence[Entry], four_eyes_rupiah: int) -> Stance:
    """Apply everything in order of time; an inspector's determination binds the conclusion (PP 44/2015 art. 49).

    `four_eyes_rupiah` counts for decisions that did not keep the limit of their own day.
    """
    standing = in_force(entries_of(Determination, entries))
    stance = Stance()
    for step in sorted(entries, key=lambda entry: (entry.at, entry.id)):
        if isinstance(step, Determination):
            stance = _determined(stance, step, stands=standing is not None and step.id == standing.id)
        elif isinstance(step, Decision):
            stance = replace(_decided(stance, step, four_eyes_rupiah), looked_at=step.at)
        elif isinstance(step, Objection):
            stance = replace(stance, disputes=(*stance.disputes, Dispute(step, step.path, step.at)))
        elif isinstance(step, ObjectionAnswer):
            stance = replace(_answered(stance, step), looked_at=step.at)
        elif isinstance(step, Payment):
            stance = replace(stance, payments=(*stance.payments, step))
        elif isinstance(step, CompletionAnswer):
            stance = replace(stance, completion_answered_at=step.at)
        elif isinstance(step, Note):
            stance = replace(stance, looked_at=step.at)
    overruled = stance.overruled
    if overruled is not None and 0 < (overruled.amount_rupiah or 0) <= stance.paid_rupiah:
        # What has been paid cannot be taken back by a word, whichever of both came first.
        return replace(stance, approved=overruled, overruled=None)
    return stance


def same_person(one: str, other: str) -> bool:
    """Whether two ids name one person: neither capitals nor blanks make another one."""
    return one.strip().casefold() == other.strip().casefold()


def confirms(first: Decision, second: Decision) -> bool:
    """A second approval counts when another person names the same amount."""
    return not same_person(first.person, second.person) and first.amount_rupiah == second.amount_rupiah


def _determined(stance: Stance, step: Determination, *, stands: bool) -> Stance:
    """An inspector's word answers every objection that BPJS or the inspector had to answer, and binds."""
    disputes = tuple(
        replace(dispute, path=BY_DISNAKER, state=DETERMINED, answered_at=step.received_at)
        if dispute.is_open and dispute.path != BY_MINISTER
        else dispute
        for dispute in stance.disputes
    )
    stance = replace(stance, disputes=disputes)
    if not stands:
        return stance
    word = Word(BY_DISNAKER, step.id)
    return replace(_bound(stance, _CONCLUSION_OF[step.decision], step.received_at), determination=step, last_word=word)


def _bound(stance: Stance, conclusion: str, at: datetime) -> Stance:
    """A conclusion that BPJS must follow: it lifts a rejection, or an approval that is not paid yet."""
    stance = replace(stance, conclusion=conclusion, concluded_at=at, binding=conclusion, referred_at=None)
    if conclusion != NOT_COVERED:
        return replace(stance, rejected=None)
    return replace(stance, first_approval=None, approved=None, overruled=stance.approved or stance.overruled)


def _decided(stance: Stance, decision: Decision, four_eyes_rupiah: int) -> Stance:
    word = Word(BY_BPJS, decision.id, decision.person)
    if decision.kind == CONCLUDE:
        # A determination that was received before and only arrived afterwards binds all the same.
        conclusion = stance.binding or decision.outcome
        return replace(stance, conclusion=conclusion, concluded_at=decision.at, referred_at=None, last_word=word)
    if decision.kind == REQUEST_COMPLETION:
        return replace(stance, completion_requested_at=decision.at)
    if decision.kind == REFER:
        return replace(
            stance,
            referred_at=decision.at,
            referral_reason=decision.reason,
            disputes=tuple(_handed_on(dispute, decision.at) for dispute in stance.disputes),
        )
    if decision.kind == REJECT:
        cleared = replace(stance, approved=None, overruled=None, first_approval=None, referred_at=None)
        return replace(cleared, rejected=decision, last_word=word)
    if decision.kind == APPROVE:
        return _approved(stance, decision, four_eyes_rupiah, word)
    return _reopened(stance, decision.at)


def _approved(stance: Stance, decision: Decision, four_eyes_rupiah: int, word: Word) -> Stance:
    stance = replace(stance, conclusion=stance.conclusion or WORK_ACCIDENT)
    limit = four_eyes_rupiah if decision.four_eyes_rupiah is None else decision.four_eyes_rupiah
    first = stance.first_approval
    if (decision.amount_rupiah or 0) > limit and (first is None or not confirms(first, decision)):
        # Two first approvals meet when claims are joined: neither confirms the other unless person and amount fit.
        return replace(stance, first_approval=decision)
    if stance.binding == NOT_COVERED:
        return replace(stance, overruled=decision, first_approval=None)
    return replace(stance, approved=decision, first_approval=None, rejected=None, last_word=word)


def _reopened(stance: Stance, at: datetime) -> Stance:
    """Reopening takes back what verifiers settled; what an authority laid down and what was paid stand."""
    return Stance(
        conclusion=stance.binding,
        concluded_at=stance.concluded_at if stance.binding else None,
        binding=stance.binding,
        determination=stance.determination,
        last_word=stance.last_word if stance.last_word and stance.last_word.whose != BY_BPJS else None,
        disputes=tuple(
            _closed(dispute, UPHELD, at) if dispute.path == BY_BPJS else dispute for dispute in stance.disputes
        ),
        payments=stance.payments,
        looked_at=stance.looked_at,
    )


def _answered(stance: Stance, answer: ObjectionAnswer) -> Stance:
    found = next((d for d in stance.disputes if d.objection.id == answer.objection_id and d.is_open), None)
    if found is None:
        return stance
    disputes = tuple(_closed(d, answer.answer, answer.at) if d is found else d for d in stance.disputes)
    stance = replace(stance, disputes=disputes)
    if found.path == BY_MINISTER and answer.answer in (UPHELD, DISMISSED):
        stance = _bound(stance, answer.outcome, answer.at) if answer.outcome else stance
        if answer.answer == UPHELD:
            stance = _reopened(stance, answer.at)
        return replace(stance, last_word=Word(BY_MINISTER, answer.id, answer.person))
    if answer.answer == UPHELD:
        return _reopened(stance, answer.at)
    if answer.answer == DISMISSED and stance.last_word is not None:
        return replace(stance, last_word=replace(stance.last_word, confirmed=True))
    return stance


def _closed(dispute: Dispute, state: str, at: datetime) -> Dispute:
    return replace(dispute, state=state, answered_at=at) if dispute.is_open else dispute


def _handed_on(dispute: Dispute, at: datetime) -> Dispute:
    if not dispute.is_open or dispute.path != BY_BPJS:
        return dispute
    return replace(dispute, path=BY_DISNAKER, since=at)
