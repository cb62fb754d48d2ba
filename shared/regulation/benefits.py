"""Benefits by rule set (domain 5): facts in, lines out, each with formula, article and confidence.

Whole rupiah; each line is rounded half up once. A line is as sure as the least sure value in it. Care itself is not
money to the worker and is not calculated.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from shared.regulation.benefit_facts import DISABLING, SCHOLARSHIP_AFTER, BenefitFacts, Child, Disability
from shared.regulation.benefit_rules import CapRule, MultipleRule, ScholarshipRule, ShareRule, Sourced
from shared.regulation.calendar import CALENDAR, WorkingCalendar
from shared.regulation.disabilities import DisabilityRow, overlapping
from shared.regulation.rule_sets import RuleSet

UNCERTAIN = "uncertain"
# Above this the law's word for total disability is near: a person judges (domain 5.2, order of several disabilities).
DISABILITY_FOR_A_PERSON = Decimal(70)
_HUNDRED = Decimal(100)


@dataclass(frozen=True)
class BenefitLine:
    """One benefit with how it was worked out."""

    benefit: str
    amount_rupiah: int
    formula: str
    legal_basis: str
    confidence: str


@dataclass(frozen=True)
class Remark:
    """Something that a reader of the amounts should know; a code of the list `estimate_remarks`. `pointer` says of
    which part of the facts."""

    code: str
    pointer: str = ""


@dataclass(frozen=True)
class Calculation:
    """The benefits of one case; those of zero are left out."""

    lines: tuple[BenefitLine, ...]
    remarks: tuple[Remark, ...] = ()

    @property
    def total_rupiah(self) -> int:
        return sum(line.amount_rupiah for line in self.lines)


def calculate(rules: RuleSet, facts: BenefitFacts, calendar: WorkingCalendar = CALENDAR) -> Calculation:
    """The benefits of one case under one rule set. The facts have no contradictions: codes and modes are known."""
    found: list[BenefitLine | Remark] = [
        *_stmb(rules, facts),
        *_transport(rules, facts),
        *_disabilities(rules, facts),
        *_after_death_or_total_disability(rules, facts),
        *_scholarship(rules, facts),
        *_capped("DENTURES", rules.benefits.dentures, facts.dentures_rupiah),
        *_capped("HEARING_AID", rules.benefits.hearing_aid, facts.hearing_aid_rupiah),
        *_capped("GLASSES", rules.benefits.glasses, facts.glasses_rupiah),
        *_capped("HOME_CARE", rules.benefits.home_care, facts.home_care_rupiah),
    ]
    lines = [line for line in found if isinstance(line, BenefitLine) and line.amount_rupiah > 0]
    remarks = [remark for remark in found if isinstance(remark, Remark)]
    if (facts.segment or "") in rules.other_law:
        lines = [replace(line, confidence=UNCERTAIN) for line in lines]
        remarks.append(Remark("other-law", "/segment"))
    if facts.paid_on is not None and facts.completed_on is None:
        remarks.append(Remark("payment-without-completion", "/paid_on"))
    return Calculation((*lines, *_late_payment(rules, facts, lines, calendar)), tuple(remarks))


def payment_due(rules: RuleSet, completed_on: date, calendar: WorkingCalendar = CALENDAR) -> date:
    """The last day on which payment is in time: the seventh working day after the papers are complete."""
    days = rules.clocks["PAYOUT"].working_days
    if days is None:
        raise ValueError(f"{rules.rule_set}: PAYOUT is not in working days")
    return calendar.add_working_days(completed_on, days)


def _stmb(rules: RuleSet, facts: BenefitFacts) -> Iterator[BenefitLine | Remark]:
    """Σ days × W / 30 × the band's percent. Whole months need no daily rate, so only broken ones rest on it."""
    rule, remaining = rules.benefits.stmb, facts.incapacity_days
    if remaining <= 0:
        return
    if rule is None:
        yield Remark("not-in-this-rule-set", "/stmb_days")
        return
    month, wage = rule.days_per_month, facts.monthly_wage_rupiah
    confidence = (
        rule.confidence if remaining % month == 0 else _least_sure(rule.confidence, rule.broken_month_confidence)
    )
    hundredths, parts = Decimal(0), []
    for band in rule.bands:
        days = remaining if band.months is None else min(remaining, band.months * month)
        if days > 0:
            remaining -= days
            hundredths += days * wage * band.percent
            parts.append(f"{days} × {rupiah(wage)} / {month} × {number(band.percent)} %")
    # Divided once at the end: thirds of a rupiah of one band must not be lost before the next is added.
    yield _line("STMB", hundredths / (month * _HUNDRED), " + ".join(parts), rule, confidence)


def _transport(rules: RuleSet, facts: BenefitFacts) -> Iterator[BenefitLine | Remark]:
    """Receipts up to the cap of each mode; with several modes the sum of the capped amounts."""
    rule = rules.benefits.transport
    by_mode: dict[str, int] = {}
    for mode, amount in facts.transport:
        if amount > 0:
            by_mode[mode] = by_mode.get(mode, 0) + amount
    if not by_mode:
        return
    if rule is None:
        yield Remark("not-in-this-rule-set", "/transport")
        return
    caps = {mode: rule.caps_rupiah.get(mode, 0) for mode in sorted(by_mode)}
    formula = " + ".join(f"min({rupiah(by_mode[mode])}; {rupiah(cap)})" for mode, cap in caps.items())
    if any(by_mode[mode] > cap for mode, cap in caps.items()):
        yield Remark("capped", "/transport")
    confidence = _least_sure(rule.confidence, rule.several_modes_confidence) if len(by_mode) > 1 else rule.confidence
    yield _line("TRANSPORT", Decimal(sum(min(by_mode[m], cap) for m, cap in caps.items())), formula, rule, confidence)


def _disabilities(rules: RuleSet, facts: BenefitFacts) -> Iterator[BenefitLine | Remark]:
    """Σ of the table's percentages (× loss of function) × 80 × W, in one line."""
    if not facts.disabilities:
        return
    if facts.outcome not in DISABLING:
        if facts.outcome != "total_permanent":
            yield Remark("disability-not-counted", "/disabilities")
        return
    functional = facts.outcome == "partial_functional"
    rule = rules.benefits.partial_functional if functional else rules.benefits.partial_anatomical
    if rule is None:
        yield Remark("not-in-this-rule-set", "/disabilities")
        return
    yield from _remarks_on(rules, facts, functional)
    # The table's own values are less sure than the formula, so whatever is worked out with them is too.
    confidence = _least_sure(rule.confidence, rules.disabilities.confidence)
    rows = [(disability, rules.disabilities.rows[disability.code]) for disability in facts.disabilities]
    parts = [
        _disability_formula(disability, row, rule, facts.monthly_wage_rupiah, functional) for disability, row in rows
    ]
    share = sum((_lost(disability, row, functional) for disability, row in rows), Decimal(0))
    amount = share * rule.multiple * facts.monthly_wage_rupiah / _HUNDRED
    yield _line(facts.outcome.upper(), amount, " + ".join(parts), rule, confidence)


def _remarks_on(rules: RuleSet, facts: BenefitFacts, functional: bool) -> Iterator[Remark]:
    within = overlapping(rules.disabilities, {disability.code for disability in facts.disabilities})
    for index, disability in enumerate(facts.disabilities):
        if disability.code in within:
            yield Remark("disability-within-another", f"/disabilities/{index}")
        if not functional and disability.function_loss_percent != _HUNDRED:
            yield Remark("function-loss-not-counted", f"/disabilities/{index}/function_loss_percent")
    if disability_percent(rules, facts) > DISABILITY_FOR_A_PERSON:
        yield Remark("disability-over-70-percent", "/disabilities")


def disability_percent(rules: RuleSet, facts: BenefitFacts) -> Decimal:
    """The sum of all disabilities of the case in percent of the table; 0 when the outcome is no partial disability."""
    if facts.outcome not in DISABLING:
        return Decimal(0)
    functional = facts.outcome == "partial_functional"
    return sum((_lost(each, rules.disabilities.rows[each.code], functional) for each in facts.disabilities), Decimal(0))


def _lost(disability: Disability, row: DisabilityRow, functional: bool) -> Decimal:
    percent = disability.percent if row.percent_min is not None and disability.percent is not None else row.percent
    loss = disability.function_loss_percent if functional else _HUNDRED
    return percent * (disability.steps or 1) * loss / _HUNDRED


def _disability_formula(
    disability: Disability, row: DisabilityRow, rule: MultipleRule, wage: int, functional: bool
) -> str:
    percent = disability.percent if row.percent_min is not None and disability.percent is not None else row.percent
    loss = f"{number(disability.function_loss_percent)} % × " if functional else ""
    steps = f"{disability.steps} × " if disability.steps is not None else ""
    return f"{loss}{steps}{number(percent)} % × {rule.multiple} × {rupiah(wage)}"


def _after_death_or_total_disability(rules: RuleSet, facts: BenefitFacts) -> Iterator[BenefitLine | Remark]:
    """The grant of 56 or 48 wages, the periodic grant paid at once, and after a death the funeral."""
    benefits = rules.benefits
    if facts.outcome not in SCHOLARSHIP_AFTER:
        return
    died = facts.outcome == "death"
    grant = benefits.death if died else benefits.total_permanent
    if grant is not None:
        yield _share("DEATH" if died else "TOTAL_PERMANENT", grant, facts.monthly_wage_rupiah)
    if (periodic := benefits.periodic) is not None:
        formula = f"{periodic.months} × {rupiah(periodic.monthly_rupiah)}"
        yield _line("PERIODIC", Decimal(periodic.months * periodic.monthly_rupiah), formula, periodic)
    if died and (funeral := benefits.funeral) is not None:
        yield _line("FUNERAL", Decimal(funeral.amount_rupiah), rupiah(funeral.amount_rupiah), funeral)


def _share(benefit: str, rule: ShareRule, wage: int) -> BenefitLine:
    amount = rule.percent * rule.multiple * wage / _HUNDRED
    formula = f"{number(rule.percent)} % × {rule.multiple} × {rupiah(wage)}"
    if rule.minimum_rupiah is not None and amount < rule.minimum_rupiah:
        raised = f"max({formula}; {rupiah(rule.minimum_rupiah)})"
        return _line(benefit, Decimal(rule.minimum_rupiah), raised, rule, rule.minimum_confidence)
    return _line(benefit, amount, formula, rule)


def _scholarship(rules: RuleSet, facts: BenefitFacts) -> Iterator[BenefitLine | Remark]:
    """By level and year, each level up to its years, for the first children in the order given."""
    if not facts.children:
        return
    if facts.outcome not in SCHOLARSHIP_AFTER:
        yield Remark("scholarship-not-granted", "/children")
        return
    rule = rules.benefits.scholarship
    if rule is None:
        yield Remark("not-in-this-rule-set", "/children")
        return
    if rule.once_rupiah is not None:
        yield _line("SCHOLARSHIP", Decimal(rule.once_rupiah), rupiah(rule.once_rupiah), rule)
        return
    parts, amount = [], 0
    for index, child in enumerate(facts.children):
        if index >= rule.children_max:
            yield Remark("child-not-counted", f"/children/{index}")
            continue
        years = _years_of(child)
        for level in rule.levels:
            counted = min(years.get(level.level, 0), level.years_max)
            if years.get(level.level, 0) > level.years_max:
                yield Remark("capped", f"/children/{index}")
            if counted > 0:
                amount += counted * level.yearly_rupiah
                parts.append(f"{counted} × {rupiah(level.yearly_rupiah)}")
    yield _line("SCHOLARSHIP", Decimal(amount), " + ".join(parts), rule)


def _years_of(child: Child) -> dict[str, int]:
    years: dict[str, int] = {}
    for level, count in child.levels:
        years[level] = years.get(level, 0) + count
    return years


def years_left(rule: ScholarshipRule, age: int, level: str | None) -> Child:
    """The years of schooling before a child of this age, as its school may be assumed until it says so itself; a level
    told is not left behind."""
    names = [each.level for each in rule.levels]
    first = names.index(level) if level in names else 0
    left = []
    for each in rule.levels[first:]:
        begins, ends = each.usual_ages
        if (years := min(ends - max(age, begins), each.years_max)) > 0:
            left.append((each.level, years))
    return Child(tuple(left))


def _capped(benefit: str, rule: CapRule | None, spent: int) -> Iterator[BenefitLine | Remark]:
    if spent <= 0:
        return
    pointer = f"/{benefit.lower()}_rupiah"
    if rule is None:
        yield Remark("not-in-this-rule-set", pointer)
        return
    if spent > rule.cap_rupiah:
        yield Remark("capped", pointer)
    yield _line(benefit, Decimal(min(spent, rule.cap_rupiah)), f"min({rupiah(spent)}; {rupiah(rule.cap_rupiah)})", rule)


def _late_payment(
    rules: RuleSet, facts: BenefitFacts, lines: Sequence[BenefitLine], calendar: WorkingCalendar
) -> list[BenefitLine]:
    """So much of the other lines for each calendar day after the day on which payment was due."""
    if facts.completed_on is None or facts.paid_on is None:
        return []
    days = (facts.paid_on - payment_due(rules, facts.completed_on, calendar)).days
    return late_payment(rules, [(days, sum(line.amount_rupiah for line in lines))])


def late_payment(rules: RuleSet, paid: Sequence[tuple[int, int]]) -> list[BenefitLine]:
    """The compensation of payments, each with its days of lateness and its rupiah (PP 44/2015 art. 37(3))."""
    late = [(days, amount) for days, amount in paid if days > 0 and amount > 0]
    if not late:
        return []
    rule = rules.late_payment
    formula = " + ".join(f"{days} × {number(rule.percent)} % × {rupiah(amount)}" for days, amount in late)
    owed = sum((days * rule.percent * amount for days, amount in late), Decimal(0))
    return [_line("LATE_PAYMENT", owed / _HUNDRED, formula, rule)]


def _line(benefit: str, amount: Decimal, formula: str, rule: Sourced, confidence: str | None = None) -> BenefitLine:
    whole = int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return BenefitLine(benefit, whole, formula, rule.legal_basis, confidence or rule.confidence)


def _least_sure(*confidences: str) -> str:
    return UNCERTAIN if UNCERTAIN in confidences else confidences[0]


def rupiah(amount: int) -> str:
    """As Indonesians write it: 5.000.000."""
    return f"{amount:,}".replace(",", ".")


def number(value: Decimal) -> str:
    """Without trailing zeros, with a decimal comma: 4,5."""
    return f"{value.normalize():f}".replace(".", ",")
