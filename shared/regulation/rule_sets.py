"""Rule sets: which law governs an event, selected by the date of the accident or of the diagnosis (domain 1).

A rule set is one file. A new one begins where the latest ends, or names it in `replaces` and so ends an open one.
"""

import hashlib
import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from shared.regulation.benefit_rules import BenefitRules, HeirOrder, Sourced, benefit_rules, heir_order
from shared.regulation.data_files import DATA_FOLDER, RuleFile, Section, codes_in_lists
from shared.regulation.disabilities import DisabilityTable, load_disability_table

_LENGTHS = ("elapsed_hours", "working_days", "years")


@dataclass(frozen=True)
class ClockRule:
    """How long a clock runs: exactly one of the three lengths is given."""

    clock: str
    elapsed_hours: int | None
    working_days: int | None
    years: int | None
    legal_basis: str
    confidence: str


@dataclass(frozen=True)
class LatePaymentRule(Sourced):
    """`percent` of the benefit for each day after the payment was due (PP 44/2015 art. 37(3))."""

    percent: Decimal


@dataclass(frozen=True)
class DailyWageRule(Sourced):
    """How many days of a daily wage make a month."""

    days_per_month: int


@dataclass(frozen=True)
class RuleSet:
    """One period of the law. `content_hash` (SHA-256 of the content, the disability table's too) is stored with each
    decision (decisions 9); `content` is the file, for showing and comparing."""

    rule_set: str
    valid_from: date
    valid_to: date | None
    benefit_law: str
    procedure_law: str
    clocks: dict[str, ClockRule]
    late_stage_1_payer: str
    late_payment: LatePaymentRule
    benefits: BenefitRules
    disabilities: DisabilityTable
    heirs: HeirOrder
    daily_wage: DailyWageRule
    other_law: Mapping[str, Sourced]
    replaces: str | None
    content: Mapping[str, Any]
    content_hash: str

    def covers(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def load_rule_sets(folder: Path) -> tuple[RuleSet, ...]:
    """All rule sets of a folder, oldest first. Raises BadRuleFile with file, line and reason on overlap, gap, a value
    without its article, a rate over 100 %, an unknown code or key."""
    loaded = sorted(((path, load_rule_set(path)) for path in folder.glob("*.yaml")), key=lambda one: one[1].valid_from)
    names: dict[str, str] = {}
    for path, rules in loaded:
        if rules.rule_set in names:
            raise RuleFile(path).bad(("rule_set",), f"{rules.rule_set} stands in {names[rules.rule_set]} too")
        names[rules.rule_set] = path.name
    rule_sets = [rules for _, rules in loaded]
    for index, (earlier, later) in enumerate(itertools.pairwise(rule_sets)):
        rule_sets[index] = _ended(loaded[index + 1][0], earlier, later)
    return tuple(rule_sets)


def _ended(path: Path, earlier: RuleSet, later: RuleSet) -> RuleSet:
    """The earlier rule set with the day on which it ends; the two must meet."""
    last_day = later.valid_from - timedelta(days=1)
    if later.replaces is not None and later.replaces != earlier.rule_set:
        raise RuleFile(path).bad(("replaces",), f"the rule set before is {earlier.rule_set}")
    if earlier.valid_to is None and later.replaces is not None and earlier.valid_from <= last_day:
        return replace(earlier, valid_to=last_day)
    if earlier.valid_to is None or earlier.valid_to > last_day:
        hint = "" if earlier.valid_to else f"; write `replaces: {earlier.rule_set}` if it ends the day before"
        raise RuleFile(path).bad(("from",), f"its validity overlaps {earlier.rule_set}{hint}")
    if earlier.valid_to < last_day:
        raise RuleFile(path).bad(("from",), f"no rule set covers the days between {earlier.rule_set} and this one")
    return earlier


def select(rule_sets: Sequence[RuleSet], event_date: date) -> RuleSet:
    """The rule set in force on the date of the accident or diagnosis; the oldest one for anything before it."""
    return next((rules for rules in rule_sets if rules.covers(event_date)), rule_sets[0])


def load_rule_set(path: Path) -> RuleSet:
    """One file by itself. Raises BadRuleFile."""
    file = RuleFile(path)
    top = file.top
    valid_from, valid_to = top.day("from"), top.day("to") if top.has("to") else None
    if valid_to is not None and valid_to < valid_from:
        raise top.bad("to", "ends before it begins")
    payer, late, daily = (
        top.section(key) for key in ("late_stage_1_payer", "late_payment_percent_per_day", "daily_wage")
    )
    payer.source()
    table = _table(top)
    rules = RuleSet(
        rule_set=top.text("rule_set"),
        valid_from=valid_from,
        valid_to=valid_to,
        benefit_law=top.text("benefit_law"),
        procedure_law=top.text("procedure_law"),
        clocks=_clocks(top.section("clocks")),
        late_stage_1_payer=payer.code("value", codes_in_lists("payers_of_first_resort")),
        late_payment=LatePaymentRule(*late.source(), late.percent("value")),
        benefits=benefit_rules(top.section("benefits")),
        disabilities=table,
        heirs=heir_order(top.section("heirs")),
        daily_wage=DailyWageRule(*daily.source(), daily.number("days_per_month", least=1)),
        other_law=_other_law(top.section("segments_with_other_law")) if top.has("segments_with_other_law") else {},
        replaces=top.text("replaces") if top.has("replaces") else None,
        content=file.data,
        content_hash=_digest(file.data, table.content),
    )
    for section in (payer, late, daily, top):
        section.close()
    return rules


def _table(top: Section) -> DisabilityTable:
    """The disability table that the rule set names: beside the rule sets, else among the shipped ones."""
    name = top.text("disability_table")
    folders = (top.file.path.parent.parent / "disability_tables", DATA_FOLDER / "disability_tables")
    for folder in folders:
        if (folder / f"{name}.yaml").is_file():
            return _load_table(folder / f"{name}.yaml")
    raise top.bad("disability_table", f"unknown code {name}: there is no such table")


_load_table = cache(load_disability_table)


def _clocks(section: Section) -> dict[str, ClockRule]:
    clocks = {}
    for name, rule in section.sections():
        if name not in codes_in_lists("clocks"):
            raise rule.bad(None, f"unknown code {name}")
        clocks[name] = _clock_rule(name, rule)
        rule.close()
    for name in sorted(codes_in_lists("clocks") - clocks.keys()):
        raise section.bad(None, f"the clock {name} is missing")
    return clocks


def _clock_rule(name: str, rule: Section) -> ClockRule:
    basis, confidence = rule.source()
    lengths = {length: rule.number(length, least=1) if rule.has(length) else None for length in _LENGTHS}
    if sum(value is not None for value in lengths.values()) != 1:
        raise rule.bad(None, "one of elapsed_hours, working_days or years is expected")
    return ClockRule(clock=name, legal_basis=basis, confidence=confidence, **lengths)


def _other_law(section: Section) -> dict[str, Sourced]:
    """Segments whose benefits follow another law than this rule set's."""
    found = {}
    for segment, law in section.sections():
        if segment not in codes_in_lists("segments"):
            raise law.bad(None, f"unknown code {segment}")
        found[segment] = Sourced(*law.source())
        law.close()
    return found


def _digest(*contents: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(contents, sort_keys=True, default=str).encode()).hexdigest()


RULE_SETS: tuple[RuleSet, ...] = load_rule_sets(DATA_FOLDER / "rule_sets")
# The table of the newest rule set, for whoever asks of a code without asking of a date.
DISABILITIES = RULE_SETS[-1].disabilities


def rule_set_for(event_date: date) -> RuleSet:
    """The shipped rule set in force on the date of the accident or diagnosis."""
    return select(RULE_SETS, event_date)


def rule_set_named(name: str) -> RuleSet:
    """A shipped rule set by its id. Raises KeyError when there is none."""
    for rules in RULE_SETS:
        if rules.rule_set == name:
            return rules
    raise KeyError(name)
