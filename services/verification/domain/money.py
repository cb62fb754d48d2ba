"""The benefit of a claim: estimated from the first report on, final once approved."""

from collections.abc import Sequence
from dataclasses import replace

from services.verification.domain.benefit_case import Case, drawn_from
from services.verification.domain.claim import Benefit
from services.verification.domain.entries import Decision, Payment
from services.verification.domain.evidence import AccidentFacts, DoctorStatement, Evidence
from services.verification.domain.recipients import recipients
from services.verification.domain.stance import LATE_PAYMENT, Stance
from shared.regulation.benefits import BenefitLine, Remark, calculate, disability_percent, late_payment
from shared.regulation.clocks import Clock, days_after_due
from shared.regulation.rule_sets import RuleSet

# What is not worked out from the wage, and so is known without one.
_WITHOUT_WAGE = frozenset({"TRANSPORT", "PERIODIC", "FUNERAL", "SCHOLARSHIP", "DENTURES"})
# Remarks that make every line worked out from the wage, or from years, an assumption.
_ASSUMED = {"daily-wage": None, "years-assumed": frozenset({"SCHOLARSHIP"}), "mode-assumed": frozenset({"TRANSPORT"})}


def benefit(rules: RuleSet, case: Case | None, stance: Stance, payout: Clock | None) -> Benefit:
    """What the evidence gives by the calculator; once approved, the lines as they were approved and the amount that
    was. `case` is None while nobody has reported the accident; a payment after `payout` was due adds its compensation.
    """
    approved = stance.approved
    status = "final" if approved else "estimate"
    if case is None:
        return Benefit(status, (), stance.approved_rupiah)
    drawn = drawn_from(rules, case)
    found = calculate(rules, drawn.facts)
    remarks = (*drawn.remarks, *found.remarks)
    lines = tuple(_as_sure(line, remarks) for line in found.lines)
    if not drawn.wage_known:
        lines = tuple(line for line in lines if line.benefit in _WITHOUT_WAGE)
    calculated = sum(line.amount_rupiah for line in lines)
    total = calculated
    if approved is not None:
        lines = approved.benefit_lines or lines
        remarks = (*remarks, *_since_approval(approved, lines, calculated))
        total = stance.approved_rupiah
    compensation = _compensation(rules, stance.payments, payout)
    lines = (*lines, *compensation)
    return Benefit(
        status,
        lines,
        total + sum(line.amount_rupiah for line in compensation),
        calculated_rupiah=calculated,
        remarks=remarks,
        recipients=recipients(rules, case.accident, lines, case.outcome),
        disability_percent=disability_percent(rules, drawn.facts),
    )


def approvable_lines(found: Benefit) -> tuple[BenefitLine, ...]:
    """The lines that an approval keeps: compensation of late payments is worked out anew from the payments."""
    return tuple(line for line in found.lines if line.benefit != LATE_PAYMENT)


def _as_sure(line: BenefitLine, remarks: Sequence[Remark]) -> BenefitLine:
    """An assumption makes uncertain what rests on it."""
    for remark in remarks:
        if remark.code not in _ASSUMED:
            continue
        benefits = _ASSUMED[remark.code]
        if line.benefit in benefits if benefits is not None else line.benefit not in _WITHOUT_WAGE:
            return replace(line, confidence="uncertain")
    return line


def _since_approval(approved: Decision, lines: Sequence[BenefitLine], calculated: int) -> list[Remark]:
    """What a reader of a final amount should know: it was not the sum of its lines, or would be another today."""
    then = sum(line.amount_rupiah for line in lines)
    differs = [Remark("approved-otherwise")] if approved.amount_rupiah not in (None, then) else []
    return [*differs, *([Remark("changed-since-approval")] if then != calculated else [])]


def _compensation(rules: RuleSet, payments: Sequence[Payment], payout: Clock | None) -> tuple[BenefitLine, ...]:
    """So much of each payment for every calendar day after it was due (PP 44/2015 art. 37(3)). It is worked out when
    paid: until then it grows by the day, and a claim does not change by itself."""
    if payout is None or payout.due_at is None:
        return ()
    paid = [
        (days_after_due(payout.due_at, payment.paid_on), payment.amount_rupiah)
        for payment in sorted(payments, key=lambda payment: (payment.paid_on, payment.id))
        if payment.benefit != LATE_PAYMENT
    ]
    lines = late_payment(rules, paid)
    # It is as sure as the day from which it counts: collective leave or a pause may have moved that.
    return tuple(
        replace(line, confidence=payout.confidence) if line.confidence == "certain" else line for line in lines
    )


def latest_accident(evidence: Sequence[Evidence]) -> AccidentFacts | None:
    """The employer's report counts before a self-report, the later version's sender before the earlier."""
    told = [piece for piece in evidence if piece.accident is not None and piece.is_active]
    best = max(told, key=lambda piece: (piece.kind == "accident-report", piece.accepted_at, piece.id), default=None)
    return best.accident if best else None


def latest_statement(evidence: Sequence[Evidence]) -> DoctorStatement | None:
    """The doctor's statement of the latest visit that has one."""
    with_statement = [
        piece for piece in evidence if piece.medical and piece.medical.statement is not None and piece.is_active
    ]
    best = max(with_statement, key=lambda piece: (piece.occurred_at, piece.id), default=None)
    return best.medical.statement if best and best.medical else None
