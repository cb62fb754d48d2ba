"""Money after the decision: what was paid of what was approved, and the employer's reimbursement."""

from services.verification.domain.claim import Benefit, Reimbursement
from services.verification.domain.evidence import AccidentFacts
from services.verification.domain.payers import Paying
from services.verification.domain.stance import LATE_PAYMENT, Stance


def reimbursement(paying: Paying, accident: AccidentFacts | None, stance: Stance) -> Reimbursement | None:
    """None unless the employer pays first and the law pays it back."""
    if not paying.employer_is_reimbursed:
        return None
    stage_2 = accident.stage_2 if accident else None
    claimed = stage_2.employer_cost_rupiah if stage_2 else 0
    if stance.is_paid:
        status = "paid"
    elif stance.approved is not None:
        status = "approved"
    else:
        status = "claimed" if claimed else "due_from_employer"
    return Reimbursement(status, claimed, stance.paid_rupiah)


def owed_for_lateness(benefit: Benefit, stance: Stance) -> int:
    """Compensation of a late payment that is still owed to the participant (PP 44/2015 art. 37(3)), in rupiah."""
    due = sum(line.amount_rupiah for line in benefit.lines if line.benefit == LATE_PAYMENT)
    return max(due - stance.late_payment_paid_rupiah, 0)
