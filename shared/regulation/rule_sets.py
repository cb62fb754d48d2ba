"""Rule sets: which law governs an event, selected by the date of the accident or of the diagnosis (domain 1)."""

import hashlib
import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from shared.regulation.data_files import DATA_FOLDER, BadRuleFile, read_yaml

_CONFIDENCES = ("certain", "uncertain")


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
class RuleSet:
    """One period of the law. `content_hash` (SHA-256 of the content) is stored with each decision (decisions 9)."""

    rule_set: str
    valid_from: date
    valid_to: date | None
    benefit_law: str
    procedure_law: str
    clocks: dict[str, ClockRule]
    late_stage_1_payer: str
    late_payment_percent_per_day: int
    benefits: dict[str, dict[str, Any]]
    content_hash: str

    def covers(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def load_rule_sets(folder: Path) -> tuple[RuleSet, ...]:
    """All rule sets of a folder, oldest first. Raises BadRuleFile on overlap, gap or a value without its article."""
    loaded = sorted(((path, _rule_set(path)) for path in folder.glob("RS-*.yaml")), key=lambda pair: pair[1].valid_from)
    for (_, earlier), (path, later) in itertools.pairwise(loaded):
        if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
            raise BadRuleFile(path, f"its validity overlaps {earlier.rule_set}")
    return tuple(rule_set for _, rule_set in loaded)


def select(rule_sets: Sequence[RuleSet], event_date: date) -> RuleSet:
    """The rule set in force on the date of the accident or diagnosis; the oldest one for anything before it."""
    return next((rules for rules in rule_sets if rules.covers(event_date)), rule_sets[0])


def _rule_set(path: Path) -> RuleSet:
    data = read_yaml(path)
    clocks = {name: _clock_rule(path, name, rule) for name, rule in data["clocks"].items()}
    for name, benefit in data["benefits"].items():
        _require_source(path, f"benefits.{name}", benefit)
    for name in ("late_stage_1_payer", "late_payment_percent_per_day"):
        _require_source(path, name, data[name])
    canonical = json.dumps(data, sort_keys=True, default=str).encode()
    return RuleSet(
        rule_set=data["rule_set"],
        valid_from=data["from"],
        valid_to=data["to"],
        benefit_law=data["benefit_law"],
        procedure_law=data["procedure_law"],
        clocks=clocks,
        late_stage_1_payer=data["late_stage_1_payer"]["value"],
        late_payment_percent_per_day=data["late_payment_percent_per_day"]["value"],
        benefits=data["benefits"],
        content_hash=hashlib.sha256(canonical).hexdigest(),
    )


def _clock_rule(path: Path, name: str, rule: dict[str, Any]) -> ClockRule:
    _require_source(path, f"clocks.{name}", rule)
    lengths = {length: rule.get(length) for length in ("elapsed_hours", "working_days", "years")}
    if sum(value is not None for value in lengths.values()) != 1:
        raise BadRuleFile(path, f"clocks.{name}: one of elapsed_hours, working_days or years is expected")
    return ClockRule(clock=name, legal_basis=rule["legal_basis"], confidence=rule["confidence"], **lengths)


def _require_source(path: Path, name: str, rule: dict[str, Any]) -> None:
    if not rule.get("legal_basis"):
        raise BadRuleFile(path, f"{name}: legal_basis is missing")
    if rule.get("confidence") not in _CONFIDENCES:
        raise BadRuleFile(path, f"{name}: confidence must be certain or uncertain")


RULE_SETS: tuple[RuleSet, ...] = load_rule_sets(DATA_FOLDER / "rule_sets")


def rule_set_for(event_date: date) -> RuleSet:
    """The shipped rule set in force on the date of the accident or diagnosis."""
    return select(RULE_SETS, event_date)


def rule_set_named(name: str) -> RuleSet:
    """A shipped rule set by its id. Raises KeyError when there is none."""
    return next(rules for rules in RULE_SETS if rules.rule_set == name)
