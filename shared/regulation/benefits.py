"""Cash benefits by rule set (domain 5.2): facts in, lines out, each with formula, article and confidence.

Whole rupiah; each line is rounded half up once. Care itself is not money to the worker and is not calculated.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from shared.regulation.data_files import DATA_FOLDER, read_yaml
from shared.regulation.rule_sets import RuleSet

DAYS_PER_MONTH = 30
_HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Disability:
    """One row of the disability table that applies; `function_loss_percent` of it is lost (100 anatomically)."""

    code: str
    function_loss_percent: Decimal = _HUNDRED


@dataclass(frozen=True)
class BenefitFacts:
    """What the calculator asks. `outcome` as in stage 2; transport amounts are by mode `land`, `sea` or `air`."""

    monthly_wage_rupiah: int
    outcome: str
    disabilities: tuple[Disability, ...] = ()
    stmb_days: int = 0
    transport: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class BenefitLine:
    """One benefit with how it was worked out."""

    benefit: str
    amount_rupiah: int
    formula: str
    legal_basis: str
    confidence: str


@dataclass(frozen=True)
class DisabilityRow:
    """A row of the table: `percent` of 80 monthly wages."""

    code: str
    percent: Decimal
    title_id: str
    title_en: str
    body_parts: tuple[str, ...]


def _disability_table() -> dict[str, DisabilityRow]:
    rows = read_yaml(DATA_FOLDER / "disability.yaml")["rows"]
    return {
        code: DisabilityRow(
            code, Decimal(row["percent"]), row["title"]["id"], row["title"]["en"], tuple(row["body_parts"])
        )
        for code, row in rows.items()
    }


DISABILITY_TABLE: dict[str, DisabilityRow] = _disability_table()
_CODE_OF_PART = {part: row.code for row in DISABILITY_TABLE.values() for part in row.body_parts}


def disability_code_of(body_part: str) -> str | None:
    """The row of the table that the loss of a coded body part means, or None."""
    return _CODE_OF_PART.get(body_part)


def calculate(rules: RuleSet, facts: BenefitFacts) -> list[BenefitLine]:
    """The benefits of one case under one rule set; benefits of zero are left out. Raises KeyError for an unknown
    disability code or transport mode."""
    lines = [_stmb(rules, facts), *_transport(rules, facts), *_disability(rules, facts), *_death(rules, facts)]
    return [line for line in lines if line is not None and line.amount_rupiah > 0]


def total(lines: Sequence[BenefitLine]) -> int:
    return sum(line.amount_rupiah for line in lines)


def _stmb(rules: RuleSet, facts: BenefitFacts) -> BenefitLine | None:
    """Σ days × W/30 × the band's percent; a month is 30 days."""
    rule = rules.benefits["STMB"]
    remaining, amount, parts = facts.stmb_days, Decimal(0), []
    for band in rule["bands"]:
        days = remaining if band["months"] is None else min(remaining, band["months"] * DAYS_PER_MONTH)
        if days <= 0:
            continue
        remaining -= days
        amount += Decimal(days * facts.monthly_wage_rupiah * band["percent"]) / (DAYS_PER_MONTH * _HUNDRED)
        parts.append(f"{days} × {rupiah(facts.monthly_wage_rupiah)} / {DAYS_PER_MONTH} × {band['percent']} %")
    return _line("STMB", amount, " + ".join(parts), rule) if parts else None


def _transport(rules: RuleSet, facts: BenefitFacts) -> list[BenefitLine]:
    """Receipts up to the cap of each mode; with several modes the sum of the capped amounts."""
    if not facts.transport:
        return []
    rule = rules.benefits["TRANSPORT"]
    by_mode: dict[str, int] = {}
    for mode, amount in facts.transport:
        by_mode[mode] = by_mode.get(mode, 0) + amount
    capped = {mode: min(amount, rule["caps_rupiah"][mode]) for mode, amount in by_mode.items()}
    formula = " + ".join(
        f"min({rupiah(by_mode[mode])}; {rupiah(rule['caps_rupiah'][mode])})" for mode in sorted(by_mode)
    )
    return [_line("TRANSPORT", Decimal(sum(capped.values())), formula, rule)]


def _disability(rules: RuleSet, facts: BenefitFacts) -> list[BenefitLine]:
    wage = rupiah(facts.monthly_wage_rupiah)
    if facts.outcome == "total_permanent":
        return [_share_of_80_wages("TOTAL_PERMANENT", rules, facts), _periodic(rules)]
    if facts.outcome not in ("partial_anatomical", "partial_functional") or not facts.disabilities:
        return []
    benefit = facts.outcome.upper()
    rule = rules.benefits[benefit]
    amount, parts = Decimal(0), []
    for disability in facts.disabilities:
        percent = DISABILITY_TABLE[disability.code].percent
        loss = disability.function_loss_percent if benefit == "PARTIAL_FUNCTIONAL" else _HUNDRED
        amount += loss * percent * rule["multiple"] * facts.monthly_wage_rupiah / (_HUNDRED * _HUNDRED)
        share = f"{_number(loss)} % × " if benefit == "PARTIAL_FUNCTIONAL" else ""
        parts.append(f"{share}{_number(percent)} % × {rule['multiple']} × {wage}")
    # The table's own values are uncertain, so whatever is worked out with them is too.
    return [_line(benefit, amount, " + ".join(parts), rule, confidence="uncertain")]


def _death(rules: RuleSet, facts: BenefitFacts) -> list[BenefitLine]:
    if facts.outcome != "death":
        return []
    grant = _share_of_80_wages("DEATH", rules, facts)
    minimum = rules.benefits["DEATH"]["minimum_rupiah"]
    if grant.amount_rupiah < minimum:
        rule = rules.benefits["DEATH"]
        grant = _line("DEATH", Decimal(minimum), f"min. {rupiah(minimum)}", rule, confidence=rule["minimum_confidence"])
    funeral = rules.benefits["FUNERAL"]
    paid = _line("FUNERAL", Decimal(funeral["amount_rupiah"]), rupiah(funeral["amount_rupiah"]), funeral)
    return [grant, _periodic(rules), paid]


def _share_of_80_wages(benefit: str, rules: RuleSet, facts: BenefitFacts) -> BenefitLine:
    rule = rules.benefits[benefit]
    amount = Decimal(rule["percent"] * rule["multiple"] * facts.monthly_wage_rupiah) / _HUNDRED
    formula = f"{rule['percent']} % × {rule['multiple']} × {rupiah(facts.monthly_wage_rupiah)}"
    return _line(benefit, amount, formula, rule)


def _periodic(rules: RuleSet) -> BenefitLine:
    rule = rules.benefits["PERIODIC"]
    return _line(
        "PERIODIC", Decimal(rule["amount_rupiah"]), f"{rule['months']} × {rupiah(rule['monthly_rupiah'])}", rule
    )


def _line(
    benefit: str, amount: Decimal, formula: str, rule: dict[str, Any], *, confidence: str | None = None
) -> BenefitLine:
    whole = int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return BenefitLine(benefit, whole, formula, rule["legal_basis"], confidence or rule["confidence"])


def rupiah(amount: int) -> str:
    """As Indonesians write it: 5.000.000."""
    return f"{amount:,}".replace(",", ".")


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}".replace(".", ",")
