"""The benefit of a claim as far as the evidence tells, by the calculator of the rule set."""

from collections.abc import Sequence
from decimal import Decimal

from services.verification.domain.claim import Benefit
from services.verification.domain.entries import Decision
from services.verification.domain.evidence import AccidentFacts, Determination, DoctorStatement, Evidence
from shared.regulation.benefit_facts import BenefitFacts, Disability
from shared.regulation.benefits import calculate
from shared.regulation.rule_sets import RuleSet

# How a daily wage becomes a month's is not in the sources found (domain 5, "Daily: ×?"): thirty, as for STMB.
DAYS_PAID_PER_MONTH = 30
_DISABLING = frozenset({"partial_functional", "partial_anatomical"})


def benefit(
    rules: RuleSet,
    evidence: Sequence[Evidence],
    outcome: str | None,
    determination: Determination | None,
    approved: Decision | None,
) -> Benefit:
    """Estimate from the first report on; final once approved, when the approved amount is what counts."""
    accident = latest_accident(evidence)
    statement = latest_statement(evidence)
    lines = []
    if accident is not None and accident.wage_rupiah is not None and outcome is not None:
        facts = BenefitFacts(
            monthly_wage_rupiah=monthly_wage(accident),
            outcome=outcome,
            disabilities=_disabilities(rules, outcome, accident, statement, determination),
            stmb_days=_stmb_days(accident, statement),
            # The forms name no mode with the amount; by land is the rule, so the land cap is assumed.
            transport=_claimed_transport(accident),
        )
        lines = list(calculate(rules, facts).lines)
    amount = (
        approved.amount_rupiah
        if approved and approved.amount_rupiah is not None
        else sum(line.amount_rupiah for line in lines)
    )
    return Benefit("final" if approved else "estimate", tuple(lines), amount)


def monthly_wage(accident: AccidentFacts) -> int:
    """W: the wage of a month at the time of the event (piece work is reported as a month's average)."""
    amount = accident.wage_rupiah or 0
    return amount * DAYS_PAID_PER_MONTH if accident.wage_basis == "daily" else amount


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


def _disabilities(
    rules: RuleSet,
    outcome: str,
    accident: AccidentFacts,
    statement: DoctorStatement | None,
    determination: Determination | None,
) -> tuple[Disability, ...]:
    if outcome not in _DISABLING:
        return ()
    determined = determination.disability_code if determination else None
    if determination is not None and determined is not None and determined in rules.disabilities.rows:
        return (Disability(determined, determination.disability_percent or Decimal(100)),)
    parts = [statement.disabled_part] if statement and statement.disabled_part else list(accident.body_parts)
    loss = statement.function_loss_percent if statement and statement.function_loss_percent else Decimal(100)
    codes = [code for part in parts for code in rules.disabilities.of_part.get(part, ())]
    return tuple(Disability(code, loss) for code in codes)


def _stmb_days(accident: AccidentFacts, statement: DoctorStatement | None) -> int:
    if accident.stage_2 is not None and accident.stage_2.absence_days:
        return accident.stage_2.absence_days
    return statement.rest_days if statement else 0


def _claimed_transport(accident: AccidentFacts) -> tuple[tuple[str, int], ...]:
    if accident.stage_2 is None:
        return ()
    amount = sum(amount for item, amount in accident.stage_2.cost_rupiah if item == "transport")
    return (("land", amount),) if amount else ()
