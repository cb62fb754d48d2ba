"""The state machine of a claim as two tables: what each state means, and which changes there are.

A claim's state is a function of what was told and decided (decisions 21), so a state is defined by the guard that holds
in it: the first row of `STATES` whose guard holds. `TRANSITIONS` says by what a claim gets from one state to another
and what must hold for it; decisions, objections and their answers are let in by it. Sentences and articles of the
guards are in `shared/regulation/data/guards.yaml`; `docs/states.md` shows both tables.
"""

from collections.abc import Callable
from dataclasses import dataclass

from services.verification.domain import claim as states
from services.verification.domain.deadlines import FINAL_OUTCOMES
from services.verification.domain.stance import (
    APPROVE,
    CONCLUDE,
    NOT_COVERED,
    OCCUPATIONAL_DISEASE,
    REFER,
    REJECT,
    REOPEN,
    REQUEST_COMPLETION,
    Stance,
)
from shared.regulation.checklist import ChecklistItem, missing

# By what a claim changes: what agencies send, correct and withdraw and the passing of time; and what people do.
FACTS, DETERMINATION, OBJECTION, ANSWER, PAYMENT, RELATION = (
    "facts",
    "determination",
    "objection",
    "objection_answer",
    "payment",
    "links",
)


@dataclass(frozen=True)
class Situation:
    """What a state follows from. `owed_rupiah` is compensation for late payment that was not paid yet."""

    active: bool
    reported: bool
    outcome: str | None
    lapsed: bool
    papers: tuple[ChecklistItem, ...]
    stance: Stance
    owed_rupiah: int = 0

    @property
    def overpaid_rupiah(self) -> int:
        return max(self.stance.paid_rupiah - self.stance.approved_rupiah, 0)

    @property
    def lacking(self) -> list[ChecklistItem]:
        return missing(self.papers)

    @property
    def outcome_is_final(self) -> bool:
        return self.outcome in FINAL_OUTCOMES


def _all_was_withdrawn(now: Situation) -> bool:
    return not now.active and now.stance.approved is None and now.stance.rejected is None


def _nothing_more_is_owed(now: Situation) -> bool:
    return now.stance.is_paid and not (now.owed_rupiah or now.overpaid_rupiah or now.stance.open_disputes)


def _an_authority_is_asked(now: Situation) -> bool:
    disputed = any(dispute.is_before_an_authority for dispute in now.stance.disputes)
    return disputed or now.stance.referred_at is not None


@dataclass(frozen=True)
class StateRule:
    """A state and the guard that holds in it."""

    state: str
    guard: str
    holds: Callable[[Situation], bool]


# The first that holds. What people settled comes before what papers say; the last one always holds.
STATES: tuple[StateRule, ...] = (
    StateRule(states.WITHDRAWN, "all-that-was-told-was-withdrawn", _all_was_withdrawn),
    StateRule(states.CLOSED, "nothing-more-is-owed-or-disputed", _nothing_more_is_owed),
    StateRule(states.PAID, "the-approved-benefit-is-paid", lambda now: now.stance.is_paid),
    StateRule(states.BENEFIT_APPROVED, "the-benefit-was-approved", lambda now: now.stance.approved is not None),
    StateRule(states.AWAITING_DETERMINATION, "an-authority-is-asked", _an_authority_is_asked),
    StateRule(states.REJECTED, "bpjs-rejected-it", lambda now: now.stance.rejected is not None),
    StateRule(
        states.AWAITING_SECOND_APPROVAL,
        "one-person-approved-above-the-limit",
        lambda now: now.stance.first_approval is not None and now.stance.binding != NOT_COVERED,
    ),
    StateRule(
        states.CONCLUDED_NOT_COVERED,
        "it-was-concluded-to-be-neither",
        lambda now: now.stance.conclusion == NOT_COVERED,
    ),
    StateRule(
        states.CONCLUDED_OCCUPATIONAL_DISEASE,
        "it-was-concluded-an-occupational-disease",
        lambda now: now.stance.conclusion == OCCUPATIONAL_DISEASE,
    ),
    StateRule(
        states.CONCLUDED_WORK_ACCIDENT,
        "it-was-concluded-a-work-accident",
        lambda now: now.stance.conclusion is not None,
    ),
    StateRule(states.EXPIRED, "nobody-told-before-the-right-lapsed", lambda now: now.lapsed),
    StateRule(states.SUSPECTED, "a-notice-has-come", lambda now: not now.reported),
    StateRule(states.READY_FOR_REVIEW, "every-required-paper-is-there", lambda now: not now.lacking),
    StateRule(
        states.AWAITING_DOCUMENTS, "the-outcome-is-known-and-a-paper-is-missing", lambda now: now.outcome_is_final
    ),
    StateRule(states.REPORTED, "the-employer-has-reported", lambda now: True),
)
GUARD_OF_STATE = {rule.state: rule.guard for rule in STATES} | {states.MERGED: "it-is-one-with-an-older-claim"}


def state_of(now: Situation) -> str:
    """The state (interface 6)."""
    return next(rule.state for rule in STATES if rule.holds(now))


@dataclass(frozen=True)
class Transition:
    """A claim in one of `sources` may come to one of `targets` `by` something, if `guards` hold and then the guard of
    the target does. Staying in a state is no transition, but needs the guards as well."""

    sources: frozenset[str]
    by: str
    targets: frozenset[str]
    guards: tuple[str, ...] = ()


_TOLD = frozenset(
    {states.SUSPECTED, states.REPORTED, states.AWAITING_DOCUMENTS, states.READY_FOR_REVIEW, states.EXPIRED}
)
_UNSETTLED = _TOLD - {states.EXPIRED}
_COVERED = frozenset({states.CONCLUDED_WORK_ACCIDENT, states.CONCLUDED_OCCUPATIONAL_DISEASE})
_CONCLUDED = _COVERED | {states.CONCLUDED_NOT_COVERED}
_ASKED, _SECOND = frozenset({states.AWAITING_DETERMINATION}), frozenset({states.AWAITING_SECOND_APPROVAL})
_WITHDRAWN, _REJECTED = frozenset({states.WITHDRAWN}), frozenset({states.REJECTED})
_PAID = frozenset({states.PAID, states.CLOSED})
_APPROVED = _PAID | {states.BENEFIT_APPROVED}
_BEFORE_MONEY = _TOLD | _CONCLUDED | _ASKED | _SECOND
_EVERY = _BEFORE_MONEY | _APPROVED | _WITHDRAWN | _REJECTED | {states.MERGED}

TRANSITIONS: tuple[Transition, ...] = (
    # What agencies tell, correct and withdraw, in any order, and time.
    Transition(_TOLD, FACTS, _TOLD),
    Transition(_BEFORE_MONEY, FACTS, _WITHDRAWN),
    Transition(_WITHDRAWN, FACTS, _BEFORE_MONEY),
    Transition(_PAID, FACTS, _PAID),
    # BPJS concludes (penyimpulan), asks, or leaves it to an inspector (penetapan).
    Transition(
        _UNSETTLED | _CONCLUDED | _ASKED,
        CONCLUDE,
        _CONCLUDED,
        ("the-conclusion-is-named", "no-authority-determined-otherwise", "no-objection-lies-before-an-authority"),
    ),
    Transition(
        _UNSETTLED | _COVERED | _SECOND,
        REQUEST_COMPLETION,
        _UNSETTLED | _COVERED | _SECOND,
        ("the-rejected-paper-is-there",),
    ),
    Transition(_UNSETTLED | _CONCLUDED, REFER, _ASKED),
    Transition(
        _BEFORE_MONEY | _REJECTED,
        DETERMINATION,
        # A determination that supersedes another one also takes back what that one did to earlier decisions.
        _CONCLUDED | _SECOND | _WITHDRAWN | _REJECTED | _APPROVED,
        ("an-inspector-determined-it",),
    ),
    Transition(
        frozenset({states.BENEFIT_APPROVED}),
        DETERMINATION,
        frozenset({states.CONCLUDED_NOT_COVERED}) | _ASKED | _WITHDRAWN | _REJECTED,
        ("an-inspector-determined-it",),
    ),
    Transition(_PAID, DETERMINATION, _PAID, ("an-inspector-determined-it",)),
    # All was withdrawn, and only a determination had lifted what BPJS decided; superseded, it lifts that no more, and
    # an objection to it lies before an authority again.
    Transition(_WITHDRAWN, DETERMINATION, _REJECTED | _APPROVED | _ASKED, ("an-inspector-determined-it",)),
    # Money: approval by one person, or by two above the limit; then what BPJS core confirms.
    Transition(
        _COVERED | {states.READY_FOR_REVIEW},
        APPROVE,
        frozenset({states.BENEFIT_APPROVED}) | _PAID | _SECOND,
        (
            "an-amount-is-named",
            "the-right-has-not-lapsed",
            "every-required-paper-is-there",
            "no-grave-contradiction-is-open",
        ),
    ),
    Transition(
        _SECOND,
        APPROVE,
        frozenset({states.BENEFIT_APPROVED}) | _PAID,
        (
            "an-amount-is-named",
            "the-right-has-not-lapsed",
            "every-required-paper-is-there",
            "no-grave-contradiction-is-open",
            "the-second-person-is-another",
            "the-second-person-names-the-same-amount",
        ),
    ),
    Transition(_APPROVED, PAYMENT, _PAID, ("bpjs-core-confirmed-a-payment",)),
    # An approval that a determination overruled stands after all once it is seen to have been paid.
    Transition(
        frozenset({states.CONCLUDED_NOT_COVERED}) | _ASKED | _WITHDRAWN,
        PAYMENT,
        _PAID,
        ("bpjs-core-confirmed-a-payment",),
    ),
    # A no, an objection to whatever was decided, its answer, and the way back.
    Transition(_TOLD | _CONCLUDED | _ASKED | _SECOND, REJECT, _REJECTED, ("no-objection-lies-before-an-authority",)),
    Transition(
        _EVERY - _WITHDRAWN - {states.MERGED},
        OBJECTION,
        _ASKED | {states.PAID},
        ("something-was-decided", "the-path-leads-on", "the-objector-has-no-other-open"),
    ),
    Transition(
        _EVERY - {states.MERGED},
        ANSWER,
        _BEFORE_MONEY | _REJECTED | _PAID | _WITHDRAWN,
        ("the-objection-is-open", "the-answer-is-not-the-inspectors", "somebody-else-answers"),
    ),
    Transition(_REJECTED | _CONCLUDED | _SECOND | _APPROVED, REOPEN, _TOLD | _CONCLUDED | _ASKED | _WITHDRAWN),
    # Which evidence is one accident: by itself, or by a person's word.
    Transition(_EVERY, RELATION, _EVERY),
)


def may(state: str, by: str) -> Transition | None:
    """The row that lets `by` happen in `state`, None when it is not possible."""
    return next((row for row in TRANSITIONS if row.by == by and state in row.sources), None)


def is_documented(before: str, by: str, after: str) -> bool:
    """Whether the table knows this change."""
    rows = (row for row in TRANSITIONS if row.by == by and before in row.sources)
    return before == after or any(after in row.targets for row in rows)
