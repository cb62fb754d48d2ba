"""What a verifier found right counts: the reference as it reads once discrepancies are resolved."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal

from services.verification.domain.claim import Discrepancy
from services.verification.domain.evidence import AccidentFacts, Evidence, Stage2Facts
from services.verification.domain.treatment_told import DISABILITY_TABLE_SOURCE

_CONDITIONS = frozenset({"outpatient", "inpatient", "deceased"})


def as_settled(evidence: Sequence[Evidence], discrepancies: Sequence[Discrepancy]) -> tuple[Evidence, ...]:
    """The evidence with the kept value in place of the one it was held against.

    The evidence itself is not changed: this is what the claim's clocks, rule set and benefit are reckoned from.
    """
    by_id = {piece.id: piece for piece in evidence}
    for item in discrepancies:
        reference = by_id.get(item.values[0][0])
        if item.kept is None or reference is None or item.kept == reference.id:
            continue
        by_id[reference.id] = _with(reference, item.field, dict(item.values)[item.kept], item.kept, by_id)
    return tuple(by_id[piece.id] for piece in evidence)


def _with(reference: Evidence, field: str, value: str, kept: str, by_id: Mapping[str, Evidence]) -> Evidence:
    if field == "occurred_on":
        midnight = datetime.combine(date.fromisoformat(value), time.min, tzinfo=reference.occurred_at.tzinfo)
        return replace(reference, occurred_at=midnight, precision="day")
    if field == "occurred_hour":
        told = datetime.fromisoformat(value).astimezone(reference.occurred_at.tzinfo)
        return replace(reference, occurred_at=told)
    if field == "place":
        return replace(reference, region_code=value)
    if field == "worker_name":
        return replace(reference, worker_name=value)
    if field == "birth_date":
        return replace(reference, birth_date=date.fromisoformat(value))
    if field == "disability_percent":
        return _with_percent(reference, kept, value)
    if reference.accident is not None:
        return replace(reference, accident=_facts_with(reference.accident, field, value, by_id.get(kept)))
    return reference


def _with_percent(visit: Evidence, kept: str, value: str) -> Evidence:
    """The inspector's percentage; by the table, a lost part is lost as a whole."""
    statement = visit.medical.statement if visit.medical else None
    if visit.medical is None or statement is None:
        return visit
    percent = Decimal(100) if kept.startswith(DISABILITY_TABLE_SOURCE) else Decimal(value)
    # The discrepancy is about the first disability that the doctor names.
    first = tuple(replace(one, percent=percent) for one in statement.disabilities[:1])
    stated = replace(statement, function_loss_percent=percent, disabilities=(*first, *statement.disabilities[1:]))
    return replace(visit, medical=replace(visit.medical, statement=stated))


def _facts_with(facts: AccidentFacts, field: str, value: str, kept: Evidence | None) -> AccidentFacts:
    if field == "wage":
        return replace(facts, wage_rupiah=int(value), wage_basis="monthly")
    if field == "outcome" and facts.stage_2 is not None:
        return replace(facts, stage_2=replace(facts.stage_2, outcome=value))
    if field == "rest_days" and facts.stage_2 is not None:
        return replace(facts, stage_2=replace(facts.stage_2, absence_days=int(value), absence_periods=()))
    if field == "treatment_cost" and facts.stage_2 is not None:
        return replace(facts, stage_2=_with_cost(facts.stage_2, "treatment", int(value)))
    if field == "prosthesis" and facts.stage_2 is not None and value == "not-needed":
        return replace(facts, stage_2=_with_cost(facts.stage_2, "prosthesis", 0))
    if field in ("injury_side", "body_part") and kept is not None:
        parts = kept.medical.body_parts if kept.medical else kept.accident.body_parts if kept.accident else ()
        return replace(facts, body_parts=parts or facts.body_parts)
    if field == "severity":
        if value == "alive":
            return replace(facts, consequence="injury", condition_after=None)
        if value not in _CONDITIONS:
            # How grave a diagnosis is tells that "outpatient" is wrong, not what is right.
            return replace(facts, condition_after=None)
        return replace(facts, condition_after=value)
    return facts


def _with_cost(stage_2: Stage2Facts, item: str, left: int) -> Stage2Facts:
    """`left` rupiah of the item; what falls away is not given back to the employer either, where it asked for it."""
    asked = sum(amount for name, amount in stage_2.cost_rupiah if name == item)
    others = tuple((name, amount) for name, amount in stage_2.cost_rupiah if name != item)
    by_employer = (item, "employer") in stage_2.asked_by
    returned = max(0, stage_2.employer_cost_rupiah - (asked - left)) if by_employer else stage_2.employer_cost_rupiah
    costs = (*others, (item, left)) if left else others
    return replace(stage_2, cost_rupiah=costs, employer_cost_rupiah=returned)
