"""What the calculator is asked, and which of it cannot be true together.

Pointers of problems and remarks are into the calculator's request (interface section 6).
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared.errors import Problem
from shared.regulation.rule_sets import RuleSet

DISABLING = frozenset({"partial_functional", "partial_anatomical"})
# Outcomes whose children may have a scholarship.
SCHOLARSHIP_AFTER = frozenset({"death", "total_permanent"})
_HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Disability:
    """One row of the disability table that applies; `function_loss_percent` of it is lost (100 anatomically).

    `percent` is set for a row that leaves it to the case, `steps` for a row that pays by the step.
    """

    code: str
    function_loss_percent: Decimal = _HUNDRED
    percent: Decimal | None = None
    steps: int | None = None


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both counted; None where a day could not be read."""

    first: date | None
    last: date | None

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1 if self.first and self.last and self.last >= self.first else 0


@dataclass(frozen=True)
class Child:
    """Years of schooling by level (`TK_SD`, `SMP`, `SMA`, `HIGHER`)."""

    levels: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class BenefitFacts:
    """The facts of one case. `outcome` as in stage 2; `occurred_on` is the diagnosis date of an occupational disease;
    transport amounts are by mode `land`, `sea` or `air`; `stmb_days` or `stmb_periods`, not both."""

    monthly_wage_rupiah: int
    outcome: str
    segment: str | None = None
    occurred_on: date | None = None
    died_on: date | None = None
    disabilities: tuple[Disability, ...] = ()
    stmb_days: int | None = None
    stmb_periods: tuple[Period, ...] = ()
    transport: tuple[tuple[str, int], ...] = ()
    dentures_rupiah: int = 0
    hearing_aid_rupiah: int = 0
    glasses_rupiah: int = 0
    home_care_rupiah: int = 0
    children: tuple[Child, ...] = ()
    completed_on: date | None = None
    paid_on: date | None = None

    @property
    def incapacity_days(self) -> int:
        """Days of STMB, over all periods."""
        return self.stmb_days or sum(period.days for period in self.stmb_periods)


def contradictions(rules: RuleSet, facts: BenefitFacts) -> list[Problem]:
    """Everything in the facts that cannot be true together, or that the rule set's tables do not know."""
    return [*_of_periods(facts), *_of_death(facts), *_of_payment(facts), *_of_disabilities(rules, facts)]


def _of_periods(facts: BenefitFacts) -> Iterator[Problem]:
    last_seen: date | None = None
    ordered = sorted(enumerate(facts.stmb_periods), key=lambda pair: (pair[1].first or date.max, pair[0]))
    for index, period in ordered:
        pointer = f"/stmb_periods/{index}"
        if period.first is None or period.last is None:
            continue
        if period.last < period.first:
            yield Problem(f"{pointer}/to", "period-reversed", "The period ends before it begins.")
        if facts.occurred_on is not None and period.first < facts.occurred_on:
            yield Problem(f"{pointer}/from", "absence-before-event", "The incapacity begins before the event.")
        if last_seen is not None and period.first <= last_seen:
            yield Problem(f"{pointer}/from", "periods-overlap", "The period overlaps another one.")
        last_seen = max(last_seen or period.last, period.last)
    total = sum(period.days for period in facts.stmb_periods)
    if facts.stmb_days and facts.stmb_periods and facts.stmb_days != total:
        yield Problem("/stmb_days", "days-differ", f"The periods hold {total} days; give days or periods.")


def _of_death(facts: BenefitFacts) -> Iterator[Problem]:
    died_on, occurred_on = facts.died_on, facts.occurred_on
    if died_on is not None:
        if facts.outcome != "death":
            yield Problem("/died_on", "death-without-outcome", "There is a day of death, and the outcome is another.")
        if occurred_on is not None and died_on < occurred_on:
            yield Problem("/died_on", "death-before-event", "The worker died before the event.")
    if facts.outcome != "death":
        return
    # Without a day of death the papers of the case, complete by then, are the latest it can have been.
    last_alive = died_on or facts.completed_on
    if last_alive is None:
        return
    for index, period in enumerate(facts.stmb_periods):
        if period.last is not None and period.last > last_alive:
            yield Problem(f"/stmb_periods/{index}/to", "rest-after-death", "There are days of rest after the death.")
    if occurred_on is not None and (facts.stmb_days or 0) > (last_alive - occurred_on).days + 1:
        yield Problem("/stmb_days", "rest-after-death", "There are more days of rest than there were until the death.")


def _of_payment(facts: BenefitFacts) -> Iterator[Problem]:
    occurred_on, completed_on, paid_on = facts.occurred_on, facts.completed_on, facts.paid_on
    if occurred_on is not None and completed_on is not None and completed_on < occurred_on:
        yield Problem("/completed_on", "complete-before-event", "The papers were complete before the event.")
    if occurred_on is not None and paid_on is not None and paid_on < occurred_on:
        yield Problem("/paid_on", "paid-before-event", "The benefit was paid before the event.")
    if completed_on is not None and paid_on is not None and paid_on < completed_on:
        yield Problem("/paid_on", "paid-before-complete", "The benefit was paid before the papers were complete.")


def _of_disabilities(rules: RuleSet, facts: BenefitFacts) -> Iterator[Problem]:
    if facts.disabilities and facts.outcome == "recovered":
        yield Problem("/disabilities", "disability-after-recovery", "A worker who recovered has no disability.")
    seen: Counter[str] = Counter()
    for index, disability in enumerate(facts.disabilities):
        pointer = f"/disabilities/{index}"
        if not disability.code:
            continue
        row = rules.disabilities.rows.get(disability.code)
        if row is None:
            yield Problem(f"{pointer}/code", "unknown-code", "The disability table has no such row.")
            continue
        seen[row.code] += 1
        if seen[row.code] == row.times_max + 1:
            yield Problem(f"{pointer}/code", "disability-twice", f"{row.code} can be there {row.times_max} times.")
        if not 0 <= disability.function_loss_percent <= _HUNDRED:
            yield Problem(f"{pointer}/function_loss_percent", "percent-range", "A loss is between 0 and 100 percent.")
        if row.percent_min is not None:
            yield from _of_chosen_percent(pointer, disability.percent, row.percent_min, row.percent)
        elif disability.percent is not None:
            yield Problem(f"{pointer}/percent", "percent-fixed", f"The table sets the percentage of {row.code}.")
        yield from _of_steps(pointer, row.code, disability.steps, row.steps_max)


def _of_chosen_percent(pointer: str, percent: Decimal | None, least: Decimal, most: Decimal) -> Iterator[Problem]:
    told = f"This row takes a percent from {least} to {most}."
    if percent is None:
        yield Problem(f"{pointer}/percent", "required", told)
    elif not least <= percent <= most:
        yield Problem(f"{pointer}/percent", "percent-range", told)


def _of_steps(pointer: str, code: str, steps: int | None, steps_max: int | None) -> Iterator[Problem]:
    if steps_max is None:
        if steps is not None:
            yield Problem(f"{pointer}/steps", "steps-unused", f"{code} is not counted in steps.")
    elif steps is None:
        yield Problem(f"{pointer}/steps", "required", f"{code} is counted in steps.")
    elif not 1 <= steps <= steps_max:
        yield Problem(f"{pointer}/steps", "steps-range", f"{code} takes 1 to {steps_max} steps.")
