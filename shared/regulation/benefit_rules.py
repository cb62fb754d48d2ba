"""The rules of each benefit as a rule set's file gives them: their shapes, and how they are read.

A benefit that a rule set does not name is not granted by it. Every rule has its article and how sure it is; where one
value of a rule is less sure than the rest it has a confidence of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import TypeVar

from shared.regulation.data_files import CONFIDENCES, Section, codes_in_lists

Levels = tuple["SchoolLevel", ...]


@dataclass(frozen=True)
class Sourced:
    """Where a value comes from: its article, and `certain` or `uncertain`."""

    legal_basis: str
    confidence: str


@dataclass(frozen=True)
class Band:
    """`percent` of the wage for so many months; `months` is None for the rest of the time."""

    months: int | None
    percent: Decimal


@dataclass(frozen=True)
class IncapacityRule(Sourced):
    """STMB: months counted in days of incapacity. A broken month pays `1/days_per_month` a day."""

    bands: tuple[Band, ...]
    days_per_month: int
    broken_month_confidence: str


@dataclass(frozen=True)
class TransportRule(Sourced):
    """Receipts up to a cap for each mode; several modes add up."""

    caps_rupiah: dict[str, int]
    several_modes_confidence: str


@dataclass(frozen=True)
class MultipleRule(Sourced):
    """Percentages of the disability table of so many monthly wages."""

    multiple: int


@dataclass(frozen=True)
class ShareRule(Sourced):
    """`percent` of `multiple` monthly wages, at least `minimum_rupiah` where there is one."""

    percent: Decimal
    multiple: int
    minimum_rupiah: int | None
    minimum_confidence: str


@dataclass(frozen=True)
class PeriodicRule(Sourced):
    """So much a month for so many months, paid at once."""

    months: int
    monthly_rupiah: int


@dataclass(frozen=True)
class FixedRule(Sourced):
    """One amount."""

    amount_rupiah: int


@dataclass(frozen=True)
class CapRule(Sourced):
    """What was spent, up to a cap."""

    cap_rupiah: int


@dataclass(frozen=True)
class SchoolLevel:
    """One level of schooling: rupiah a year for at most so many years. `usual_ages` (from, to) are what an estimate
    assumes while the school's own word is not there."""

    level: str
    yearly_rupiah: int
    years_max: int
    usual_ages: tuple[int, int]


@dataclass(frozen=True)
class ScholarshipRule(Sourced):
    """By level and year for at most `children_max` children, or `once_rupiah` for all of them together."""

    once_rupiah: int | None
    children_max: int
    levels: Levels


@dataclass(frozen=True)
class BenefitRules:
    """One rule for each benefit; None where the rule set has no such benefit."""

    stmb: IncapacityRule | None
    transport: TransportRule | None
    partial_anatomical: MultipleRule | None
    partial_functional: MultipleRule | None
    total_permanent: ShareRule | None
    death: ShareRule | None
    periodic: PeriodicRule | None
    funeral: FixedRule | None
    scholarship: ScholarshipRule | None
    dentures: CapRule | None
    hearing_aid: CapRule | None
    glasses: CapRule | None
    home_care: CapRule | None


@dataclass(frozen=True)
class HeirOrder(Sourced):
    """Who receives when the worker died: those of the first rank that has anybody (PP 44/2015 art. 37(4)-(5))."""

    ranks: tuple[tuple[str, ...], ...]
    guardian_below_age: int
    without_heirs: dict[str, str]


R = TypeVar("R", bound=Sourced)


def benefit_rules(section: Section) -> BenefitRules:
    """The benefits of a rule set. Raises BadRuleFile for an unknown benefit, mode, level or key, a missing article, a
    rate over 100 % and whatever else cannot be."""
    readers: dict[str, Callable[[Section], Sourced]] = {
        "STMB": _incapacity,
        "TRANSPORT": _transport,
        "PARTIAL_ANATOMICAL": lambda rule: MultipleRule(*rule.source(), rule.number("multiple", least=1)),
        "PARTIAL_FUNCTIONAL": lambda rule: MultipleRule(*rule.source(), rule.number("multiple", least=1)),
        "TOTAL_PERMANENT": _share,
        "DEATH": _share,
        "PERIODIC": lambda rule: PeriodicRule(
            *rule.source(), rule.number("months", least=1), rule.number("monthly_rupiah", least=1)
        ),
        "FUNERAL": lambda rule: FixedRule(*rule.source(), rule.number("amount_rupiah", least=1)),
        "SCHOLARSHIP": _scholarship,
        "DENTURES": _cap,
        "HEARING_AID": _cap,
        "GLASSES": _cap,
        "HOME_CARE": _cap,
    }
    found: dict[str, Sourced | None] = {field.name: None for field in fields(BenefitRules)}
    for code, rule in section.sections():
        if code not in readers:
            raise rule.bad(None, f"unknown code {code}: no benefit is worked out like that")
        found[code.lower()] = readers[code](rule)
        rule.close()
    return BenefitRules(**found)  # type: ignore[arg-type]  # each reader makes the rule of its own field


def heir_order(section: Section) -> HeirOrder:
    """Who receives after a death."""
    basis, confidence = section.source()
    ranks: list[tuple[str, ...]] = []
    for rank in section.items("ranks"):
        relations = rank.codes("relations", codes_in_lists("heir_relations"))
        if any(relation in earlier for earlier in ranks for relation in relations):
            raise rank.bad("relations", "a relation stands in two ranks")
        ranks.append(relations)
        rank.close()
    without = section.section("without_heirs")
    payees = {}
    for benefit in without.names():
        if benefit not in codes_in_lists("benefits"):
            raise without.bad(benefit, f"unknown code {benefit}")
        payees[benefit] = without.code(benefit, codes_in_lists("recipients"))
    without.close()
    order = HeirOrder(basis, confidence, tuple(ranks), section.number("guardian_below_age", least=1), payees)
    section.close()
    return order


def _incapacity(rule: Section) -> IncapacityRule:
    basis, confidence = rule.source()
    bands: list[Band] = []
    for item in rule.items("bands"):
        if bands and bands[-1].months is None:
            raise item.bad(None, "a band follows one without an end")
        bands.append(Band(item.number("months", least=1) if item.has("months") else None, item.percent("percent")))
        item.close()
    days = rule.number("days_per_month", least=1)
    return IncapacityRule(basis, confidence, tuple(bands), days, _confidence_of(rule, "broken_month", confidence))


def _transport(rule: Section) -> TransportRule:
    basis, confidence = rule.source()
    caps = rule.section("caps_rupiah")
    by_mode = {}
    for mode in caps.names():
        if mode not in codes_in_lists("transport_modes"):
            raise caps.bad(mode, f"unknown code {mode}")
        by_mode[mode] = caps.number(mode)
    return TransportRule(basis, confidence, by_mode, _confidence_of(rule, "several_modes", confidence))


def _share(rule: Section) -> ShareRule:
    basis, confidence = rule.source()
    return ShareRule(
        basis,
        confidence,
        rule.percent("percent"),
        rule.number("multiple", least=1),
        rule.number("minimum_rupiah") if rule.has("minimum_rupiah") else None,
        _confidence_of(rule, "minimum", confidence),
    )


def _cap(rule: Section) -> CapRule:
    return CapRule(*rule.source(), rule.number("cap_rupiah", least=1))


def _scholarship(rule: Section) -> ScholarshipRule:
    basis, confidence = rule.source()
    if rule.has("once_rupiah"):
        return ScholarshipRule(basis, confidence, rule.number("once_rupiah", least=1), 1, ())
    table = rule.section("levels")
    levels = tuple(_level(code, level) for code, level in table.sections())
    children_max = rule.number("children_max", least=1)
    most = children_max * sum(level.yearly_rupiah * level.years_max for level in levels)
    # The law names the sum too: a slip in the table shows here.
    if rule.has("total_max_rupiah") and rule.number("total_max_rupiah") != most:
        raise rule.bad("total_max_rupiah", f"the levels add up to {most}")
    return ScholarshipRule(basis, confidence, None, children_max, levels)


def _level(code: str, level: Section) -> SchoolLevel:
    if code not in codes_in_lists("school_levels"):
        raise level.bad(None, f"unknown code {code}")
    ages = level.section("usual_ages")
    first, last = ages.number("from"), ages.number("to")
    if last <= first:
        raise ages.bad("to", "ends before it begins")
    ages.close()
    read = SchoolLevel(code, level.number("yearly_rupiah", least=1), level.number("years_max", least=1), (first, last))
    level.close()
    return read


def _confidence_of(rule: Section, value: str, otherwise: str) -> str:
    """How sure one value of a rule is, when it is less sure than the rule."""
    key = f"{value}_confidence"
    return rule.code(key, CONFIDENCES) if rule.has(key) else otherwise
