"""What the evidence of a claim tells the calculator, and what had to be assumed because nobody has told it yet."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from services.verification.domain.evidence import (
    AccidentFacts,
    ChildFacts,
    Determination,
    DoctorStatement,
    Evidence,
    Stage2Facts,
    StatedDisability,
)
from services.verification.domain.membership import Membership
from services.verification.domain.periods import days_of
from shared.regulation.benefit_facts import DISABLING, SCHOLARSHIP_AFTER, BenefitFacts, Child, Disability
from shared.regulation.benefits import Remark, years_left
from shared.regulation.disabilities import DisabilityRow, DisabilityTable
from shared.regulation.rule_sets import RuleSet

# The forms need no mode of transport; by land is the rule.
_USUAL_MODE = "land"
_IN_TREATMENT = "in_treatment"
_WHOLE = Decimal(100)
ANATOMICAL, FUNCTIONAL = "anatomical", "functional"


@dataclass(frozen=True)
class Case:
    """Where the amounts of a claim come from. `active` is the evidence that counts, `occurred_on` the local day of the
    event, `outcome` None while nobody has told it."""

    active: Sequence[Evidence]
    accident: AccidentFacts
    outcome: str | None
    occurred_on: date
    determination: Determination | None = None
    memberships: Sequence[Membership] = ()


@dataclass
class Drawn:
    """The calculator's facts, what was assumed for them, and whether there is a wage at all."""

    facts: BenefitFacts
    remarks: list[Remark] = field(default_factory=list)
    wage_known: bool = True


def drawn_from(rules: RuleSet, case: Case) -> Drawn:
    """The facts of a claim as far as its evidence tells."""
    remarks: list[Remark] = []
    stage_2 = case.accident.stage_2
    wage = _wage(rules, case, remarks)
    outcome = _as_stated(case.outcome or _IN_TREATMENT, case.active, remarks)
    facts = BenefitFacts(
        monthly_wage_rupiah=wage or 0,
        outcome=outcome,
        segment=case.accident.segment,
        occurred_on=case.occurred_on,
        disabilities=_disabilities(rules, outcome, case, remarks),
        stmb_days=_days_of_incapacity(case),
        transport=_transport(stage_2, remarks),
        dentures_rupiah=sum(amount for item, amount in stage_2.cost_rupiah if item == "dentures") if stage_2 else 0,
        children=_children(rules, outcome, case, remarks),
    )
    return Drawn(facts, remarks, wage is not None)


def _as_stated(outcome: str, active: Sequence[Evidence], remarks: list[Remark]) -> str:
    """Lost parts beside weakened ones are worked out part by part, as the functional formula does: by its own
    percentage each, a lost part by the whole."""
    kinds = {one.kind for _, statement in _statements(active) for one in statement.stated_disabilities}
    if outcome not in DISABLING or not {ANATOMICAL, FUNCTIONAL} <= kinds:
        return outcome
    remarks.append(Remark("disabilities-of-both-kinds"))
    return "partial_functional"


def monthly_wage(rules: RuleSet, accident: AccidentFacts) -> int:
    """W: the wage of a month at the time of the event (piece work is reported as a month's average)."""
    amount = accident.wage_rupiah or 0
    return amount * rules.daily_wage.days_per_month if accident.wage_basis == "daily" else amount


def _wage(rules: RuleSet, case: Case, remarks: list[Remark]) -> int | None:
    """The employer's word, else the wage that contributions were paid for."""
    if case.accident.wage_rupiah is not None:
        if case.accident.wage_basis == "daily" and rules.daily_wage.confidence == "uncertain":
            remarks.append(Remark("daily-wage"))
        return monthly_wage(rules, case.accident)
    in_force = [item for item in case.memberships if item.covers(case.occurred_on)]
    own = [item for item in in_force if item.employer_registration == case.accident.employer_registration]
    wages = [wage for item in own or in_force if (wage := item.wage_on(case.occurred_on)) is not None]
    remarks.append(Remark("wage-of-membership" if wages else "wage-unknown"))
    return max(wages) if wages else None


def _days_of_incapacity(case: Case) -> int:
    """Days not worked as applied for, else as doctors ordered rest; a day in two periods is one day."""
    stage_2 = case.accident.stage_2
    if stage_2 is not None and stage_2.absence_periods:
        return len(days_of(stage_2.absence_periods))
    if stage_2 is not None and stage_2.absence_days:
        return stage_2.absence_days
    statements = [statement for _, statement in _statements(case.active)]
    ordered = days_of(period for statement in statements for period in statement.rest)
    return len(ordered) or max((statement.rest_days for statement in statements), default=0)


def _statements(active: Sequence[Evidence]) -> list[tuple[Evidence, DoctorStatement]]:
    """Doctors' statements, the latest visit's first."""
    ordered = sorted(active, key=lambda piece: (piece.occurred_at, piece.id), reverse=True)
    return [(piece, piece.medical.statement) for piece in ordered if piece.medical and piece.medical.statement]


def _disabilities(rules: RuleSet, outcome: str, case: Case, remarks: list[Remark]) -> tuple[Disability, ...]:
    """The inspector's word, else every part that a doctor found disabled, else the parts reported as injured."""
    if outcome not in DISABLING:
        return ()
    table = rules.disabilities
    determined = case.determination.disability_code if case.determination else None
    if case.determination is not None and determined is not None and determined in table.rows:
        return (_of_row(table.rows[determined], case.determination.disability_percent),)
    found = _of_statements(table, case.active)
    if found:
        return found
    codes = [code for part in case.accident.body_parts for code in table.of_part.get(part, ())]
    if codes:
        remarks.append(Remark("disability-assumed"))
    return tuple(Disability(code) for code in dict.fromkeys(codes))


def _of_statements(table: DisabilityTable, active: Sequence[Evidence]) -> tuple[Disability, ...]:
    """Of several statements on one part, or on a part of a part, the latest counts; parts apart from one another add
    up. Within one statement every disability counts, a row as often as the table lets it (two feet, three fingers)."""
    found: list[Disability] = []
    for _, statement in _statements(active):
        if statement.outcome is not None and statement.outcome not in DISABLING:
            continue
        later = {one.code for one in found}
        times: Counter[str] = Counter()
        for stated in statement.stated_disabilities:
            for code in _rows_of(table, stated):
                times[code] += 1
                apart = not any(_same_limb(table, code, known) for known in later)
                if apart and times[code] <= table.rows[code].times_max:
                    found.append(_of_row(table.rows[code], _share(stated)))
    return tuple(sorted(found, key=lambda one: one.code))


def _rows_of(table: DisabilityTable, stated: StatedDisability) -> tuple[str, ...]:
    """The row that the doctor named, else those that the part means."""
    return (stated.code,) if stated.code in table.rows and stated.code else table.of_part.get(stated.part or "", ())


def _share(stated: StatedDisability) -> Decimal | None:
    """A part that is lost is lost as a whole, whatever percentage stands beside it."""
    return None if stated.kind == ANATOMICAL else stated.percent


def _same_limb(table: DisabilityTable, one: str, other: str) -> bool:
    return one == other or one in table.rows[other].contains or other in table.rows[one].contains


def _of_row(row: DisabilityRow, percent: Decimal | None) -> Disability:
    """A row with the percentage that a doctor or inspector wrote: for a row set per case its own, for a row by steps as
    many steps as go into it, else the part of its function that is lost."""
    if percent is None:
        return Disability(row.code, percent=row.percent_min, steps=1 if row.steps_max else None)
    if row.percent_min is not None:
        return Disability(row.code, percent=min(max(percent, row.percent_min), row.percent))
    if row.steps_max is not None:
        return Disability(row.code, steps=min(max(int(percent / row.percent), 1), row.steps_max))
    return Disability(row.code, min(percent, _WHOLE))


def _transport(stage_2: Stage2Facts | None, remarks: list[Remark]) -> tuple[tuple[str, int], ...]:
    if stage_2 is None:
        return ()
    told = stage_2.transport_rupiah or tuple(
        (None, amount) for item, amount in stage_2.cost_rupiah if item == "transport"
    )
    if any(mode is None and amount for mode, amount in told):
        remarks.append(Remark("mode-assumed"))
    return tuple((mode or _USUAL_MODE, amount) for mode, amount in told)


def _children(rules: RuleSet, outcome: str, case: Case, remarks: list[Remark]) -> tuple[Child, ...]:
    """The children in the order of the form, each with the years of schooling that are left."""
    rule, stage_2 = rules.benefits.scholarship, case.accident.stage_2
    if outcome not in SCHOLARSHIP_AFTER or rule is None or stage_2 is None or not stage_2.children_told:
        return ()
    if rule.levels:
        remarks.append(Remark("years-assumed"))
    years = [_years(rules, child, case.occurred_on) for child in stage_2.children_told]
    # A child beyond school age takes no place among those that count.
    return tuple(child for child in years if child.levels or rule.once_rupiah)


def _years(rules: RuleSet, child: ChildFacts, on: date) -> Child:
    rule = rules.benefits.scholarship
    if rule is None or child.birth_date is None:
        return Child(())
    age = on.year - child.birth_date.year - ((on.month, on.day) < (child.birth_date.month, child.birth_date.day))
    return years_left(rule, age, child.school_level)
