"""What BPJS's own records of the worker say against the employer's report: wage and employer."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from services.verification.domain.benefit_case import monthly_wage
from services.verification.domain.contradictions import HIGH, MEDIUM, Against, Contradiction, contradiction
from services.verification.domain.evidence import AccidentFacts, Evidence
from services.verification.domain.membership import Membership
from shared.regulation.rule_sets import rule_set_for

PARTICIPANT_RECORD = "participant-record"
# Segments in which an employer with a registration number answers for the worker (domain 2.3).
_EMPLOYED = frozenset({"PU", "PU_NON_ASN"})
# Benefits count in monthly wages: more than a tenth beside the wage that contributions were paid for weighs.
GRAVE_WAGE_DIFFERENCE = Decimal("0.10")


def contradictions(report: Evidence, memberships: Sequence[Membership]) -> list[Contradiction | None]:
    """Of wage and employer, against the memberships in force on the day; silent while no record is known."""
    facts = report.accident
    if facts is None or facts.segment is None:
        return []
    day = report.occurred_at.date()
    in_force = [item for item in memberships if item.covers(day)]
    return [_employer(report.id, facts, in_force), _wage(report.id, facts, in_force, day)]


def _employer(report_id: str, facts: AccidentFacts, in_force: Sequence[Membership]) -> Contradiction | None:
    known = sorted({item.employer_registration for item in in_force if item.employer_registration})
    mine = facts.employer_registration
    if facts.segment not in _EMPLOYED or mine is None or not known or mine in known:
        return None
    return contradiction("employer", (report_id, mine), [Against(PARTICIPANT_RECORD, ",".join(known), HIGH)])


def _wage(report_id: str, facts: AccidentFacts, in_force: Sequence[Membership], day: date) -> Contradiction | None:
    """Of the membership with this employer (or the only one there is)."""
    if facts.wage_rupiah is None:
        return None
    own = [item for item in in_force if item.employer_registration == facts.employer_registration]
    candidates = own or (in_force if len(in_force) == 1 else [])
    wages = {wage for item in candidates if (wage := item.wage_on(day)) is not None}
    mine = monthly_wage(rule_set_for(day), facts)
    if not wages or mine in wages:
        return None
    recorded = min(wages, key=lambda wage: (abs(wage - mine), wage))
    # How a day's wage or piece work becomes a month's is not certain enough to hold up a benefit.
    grave = facts.wage_basis == "monthly" and abs(mine - recorded) > GRAVE_WAGE_DIFFERENCE * recorded
    against = Against(PARTICIPANT_RECORD, str(recorded), HIGH if grave else MEDIUM)
    return contradiction("wage", (report_id, str(mine)), [against])
