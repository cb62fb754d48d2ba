"""A worked example of a benefit: the facts, the rule set, and each line with its arithmetic beside the amount.

Amount and arithmetic are two ways to say the same; a test holds them equal, so that neither can be a slip of the pen.
Wages are W = 5,000,000 unless the facts say otherwise. Days of the calendar are those of the joint decree for 2026.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

W = 5_000_000
Line = tuple[int, int | Fraction]


@dataclass(frozen=True)
class Example:
    """`lines`: benefit → (amount, arithmetic). `remarks` are the codes expected beside them."""

    name: str
    facts: dict[str, Any]
    rule_set: str
    lines: dict[str, Line]
    remarks: tuple[str, ...] = ()

    @property
    def request(self) -> dict[str, Any]:
        first_five = {
            "segment": "PU",
            "kind": "accident",
            "occurred_on": _DAY_OF[self.rule_set],
            "monthly_wage_rupiah": W,
            "outcome": "recovered",
        }
        return first_five | self.facts


_DAY_OF = {"RS-2015": "2017-03-01", "RS-2019": "2020-03-02", "RS-2021": "2022-03-01", "RS-2025": "2026-03-02"}


def percent(rate: str) -> Fraction:
    """`percent("4.5")` is 0.045 exactly."""
    return Fraction(rate) / 100


def partial(*disabilities: dict[str, Any], anatomical: bool = True, **more: Any) -> dict[str, Any]:
    kind = "partial_anatomical" if anatomical else "partial_functional"
    return {"outcome": kind, "disabilities": list(disabilities), **more}
