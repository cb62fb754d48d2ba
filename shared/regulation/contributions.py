"""What is paid each month for JKK, effective-dated by the month of the contribution, and the risk group of a sector.

Contributions change on other days than benefits, so they are files of their own (docs/decisions/0080).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path

from shared.regulation.benefit_rules import Sourced
from shared.regulation.benefits import UNCERTAIN, number, rupiah
from shared.regulation.data_files import DATA_FOLDER, RuleFile, Section

RISK_GROUPS = ("I", "II", "III", "IV", "V")
_HUNDRED = Decimal(100)
_FOR_WHOM = ("base", "jkp_members", "labour_intensive", "transport_bpu", "other_bpu")
_EMPLOYED = frozenset({"PU", "PU_NON_ASN"})


@dataclass(frozen=True)
class Dated(Sourced):
    """In force in the months from `valid_from` to `valid_to` (None for no end), for those whom `applies_to` names."""

    applies_to: str
    valid_from: date
    valid_to: date | None

    def covers(self, month: date) -> bool:
        return self.valid_from <= month and (self.valid_to is None or month <= self.valid_to)


@dataclass(frozen=True)
class RiskRates(Dated):
    """Percent of the wage by risk group."""

    percent: dict[str, Decimal]


@dataclass(frozen=True)
class Discount(Dated):
    """So many percent of the contribution are left to pay."""

    pays_percent: Decimal


@dataclass(frozen=True)
class ContractBand:
    """`percent` of the part of a contract's value above the band before, up to `to_rupiah` (None for no end)."""

    to_rupiah: int | None
    percent: Decimal


@dataclass(frozen=True)
class ConstructionRule(Sourced):
    """Of wages where they are known, else of the contract's value."""

    wage_percent: Decimal
    wage_confidence: str
    bands: tuple[ContractBand, ...]


@dataclass(frozen=True)
class SelfEmployedRule(Sourced):
    """Percent of a nominal of income, at least of the lowest."""

    percent: Decimal
    least_nominal_rupiah: int


@dataclass(frozen=True)
class PackageRule(Sourced):
    """One amount for the whole package."""

    package_rupiah: int


@dataclass(frozen=True)
class RiskGroup:
    """One group of sectors; `kbli` are prefixes of their codes."""

    code: str
    title_id: str
    title_en: str
    kbli: tuple[str, ...]


@dataclass(frozen=True)
class ContributionRules:
    """All of one file."""

    risk_rates: tuple[RiskRates, ...]
    discounts: tuple[Discount, ...]
    self_employed: SelfEmployedRule
    construction: ConstructionRule
    migrants: PackageRule


@dataclass(frozen=True)
class Payer:
    """Who pays for whom in which month. `base_rupiah` is the monthly wage, the nominal of a self-employed worker, or
    with `of_contract` the value of a construction contract."""

    segment: str
    month: date
    base_rupiah: int
    risk_group: str | None = None
    jkp_member: bool = False
    labour_intensive: bool = False
    transport_worker: bool = False
    of_contract: bool = False


@dataclass(frozen=True)
class Contribution:
    """One contribution with how it was worked out."""

    amount_rupiah: int
    formula: str
    legal_basis: str
    confidence: str


def load_contributions(path: Path) -> ContributionRules:
    """Raises BadRuleFile for rates of one kind that overlap, a missing article, a rate over 100 %, an unknown key."""
    top = RuleFile(path).top
    rates = tuple(_rates(item) for item in top.items("risk_rates"))
    discounts = tuple(_discount(item) for item in top.items("discounts"))
    for key, dated in (("risk_rates", rates), ("discounts", discounts)):
        _without_overlap(top, key, dated)
    own, building, package = (top.section(key) for key in ("self_employed", "construction", "migrants"))
    rules = ContributionRules(
        rates,
        discounts,
        SelfEmployedRule(*own.source(), own.percent("percent"), own.number("least_nominal_rupiah", least=1)),
        ConstructionRule(
            *building.source(),
            building.percent("wage_percent"),
            building.code("wage_confidence", ("certain", UNCERTAIN)),
            _bands(building),
        ),
        PackageRule(*package.source(), package.number("package_rupiah", least=1)),
    )
    for section in (own, building, package, top):
        section.close()
    return rules


def load_risk_groups(path: Path) -> tuple[RiskGroup, ...]:
    """Raises BadRuleFile when a prefix stands in two groups or a group is unknown."""
    top = RuleFile(path).top
    top.source()
    top.text("scheme")
    seen: dict[str, str] = {}
    found = []
    for group, section in top.section("groups").sections():
        if group not in RISK_GROUPS:
            raise section.bad(None, f"unknown code {group}")
        title, prefixes = section.section("title"), section.texts("kbli")
        for prefix in prefixes:
            if prefix in seen:
                raise section.bad("kbli", f"{prefix} stands in group {seen[prefix]} too")
            seen[prefix] = group
        found.append(RiskGroup(group, title.text("id"), title.text("en"), prefixes))
        title.close()
        section.close()
    top.close()
    return tuple(found)


def risk_group_of(kbli: str) -> str | None:
    """The risk group of a sector, None where the part of the annex that is known does not say."""
    prefixes = (kbli[:length] for length in range(len(kbli), 0, -1))
    return next((RISK_GROUP_OF[prefix] for prefix in prefixes if prefix in RISK_GROUP_OF), None)


def contribution(payer: Payer, rules: ContributionRules | None = None) -> Contribution | None:
    """What is due for the month; None where the rules do not tell (no risk group, a month before all rates)."""
    rules = rules or CONTRIBUTIONS
    if payer.segment == "PMI":
        package = rules.migrants
        amount = package.package_rupiah
        return Contribution(amount, rupiah(amount), package.legal_basis, package.confidence)
    if payer.segment == "JAKON":
        return _of_construction(rules.construction, payer)
    if payer.segment == "BPU":
        nominal = max(payer.base_rupiah, rules.self_employed.least_nominal_rupiah)
        kind = "transport_bpu" if payer.transport_worker else "other_bpu"
        return _discounted(rules, payer, kind, nominal, rules.self_employed.percent, rules.self_employed)
    return _of_wage(rules, payer) if payer.segment in _EMPLOYED else None


def _of_wage(rules: ContributionRules, payer: Payer) -> Contribution | None:
    """The rate for members of JKP where there is one; the discount of labour-intensive industry is on the base rate."""
    wanted = ["jkp_members", "base"] if payer.jkp_member and not _relieved(rules, payer) else ["base"]
    rates = (r for kind in wanted for r in rules.risk_rates if r.applies_to == kind and r.covers(payer.month))
    rate = next(rates, None)
    if rate is None or payer.risk_group not in rate.percent:
        return None
    kind = "labour_intensive" if _relieved(rules, payer) else "base"
    return _discounted(rules, payer, kind, payer.base_rupiah, rate.percent[payer.risk_group], rate)


def _relieved(rules: ContributionRules, payer: Payer) -> bool:
    return payer.labour_intensive and any(
        each.applies_to == "labour_intensive" and each.covers(payer.month) for each in rules.discounts
    )


def _discounted(
    rules: ContributionRules, payer: Payer, kind: str, base: int, percent: Decimal, source: Sourced
) -> Contribution:
    amount, formula = base * percent / _HUNDRED, f"{number(percent)} % × {rupiah(base)}"
    found = next((each for each in rules.discounts if each.applies_to == kind and each.covers(payer.month)), None)
    if found is None:
        return _contribution(amount, formula, source.legal_basis, [source.confidence])
    basis = f"{source.legal_basis}; {found.legal_basis}"
    formula = f"{number(found.pays_percent)} % × {formula}"
    return _contribution(amount * found.pays_percent / _HUNDRED, formula, basis, [source.confidence, found.confidence])


def _of_construction(rule: ConstructionRule, payer: Payer) -> Contribution:
    if not payer.of_contract:
        formula = f"{number(rule.wage_percent)} % × {rupiah(payer.base_rupiah)}"
        amount = rule.wage_percent * payer.base_rupiah / _HUNDRED
        return _contribution(amount, formula, rule.legal_basis, [rule.wage_confidence])
    amount, below, parts = Decimal(0), 0, []
    for band in rule.bands:
        upper = payer.base_rupiah if band.to_rupiah is None else min(payer.base_rupiah, band.to_rupiah)
        if upper > below:
            amount += (upper - below) * band.percent / _HUNDRED
            parts.append(f"{number(band.percent)} % × {rupiah(upper - below)}")
            below = upper
    return _contribution(amount, " + ".join(parts), rule.legal_basis, [rule.confidence])


def _contribution(amount: Decimal, formula: str, basis: str, confidences: Sequence[str]) -> Contribution:
    whole = int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return Contribution(whole, formula, basis, UNCERTAIN if UNCERTAIN in confidences else confidences[0])


def _dates(item: Section) -> tuple[str, date, date | None]:
    begins, ends = item.day("from"), item.day("to") if item.has("to") else None
    if ends is not None and ends < begins:
        raise item.bad("to", "ends before it begins")
    return item.code("applies_to", _FOR_WHOM), begins, ends


def _rates(item: Section) -> RiskRates:
    table = item.section("percent")
    (basis, confidence), (kind, begins, ends) = item.source(), _dates(item)
    rates = RiskRates(basis, confidence, kind, begins, ends, {group: table.percent(group) for group in RISK_GROUPS})
    table.close()
    item.close()
    return rates


def _discount(item: Section) -> Discount:
    (basis, confidence), (kind, begins, ends) = item.source(), _dates(item)
    discount = Discount(basis, confidence, kind, begins, ends, item.percent("pays_percent"))
    item.close()
    return discount


def _bands(section: Section) -> tuple[ContractBand, ...]:
    bands: list[ContractBand] = []
    for item in section.items("bands"):
        upper = item.number("to_rupiah", least=1) if item.has("to_rupiah") else None
        if bands and (bands[-1].to_rupiah is None or (upper is not None and upper <= bands[-1].to_rupiah)):
            raise item.bad("to_rupiah", "is not above the band before")
        bands.append(ContractBand(upper, item.percent("percent")))
        item.close()
    return tuple(bands)


def _without_overlap(top: Section, key: str, dated: Sequence[Dated]) -> None:
    for kind in _FOR_WHOM:
        mine = sorted((each for each in dated if each.applies_to == kind), key=lambda each: each.valid_from)
        for earlier, later in pairwise(mine):
            if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
                index = dated.index(later)
                raise top.items(key)[index].bad("from", f"its validity overlaps that of {earlier.legal_basis}")


CONTRIBUTIONS = load_contributions(DATA_FOLDER / "contributions.yaml")
RISK_GROUP_TABLE = load_risk_groups(DATA_FOLDER / "risk_groups.yaml")
RISK_GROUP_OF = {prefix: group.code for group in RISK_GROUP_TABLE for prefix in group.kbli}
