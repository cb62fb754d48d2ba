"""Who pays first and who next, and when contributions count as paid (domain 5.7, 6.4), by the date of the event."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from shared.regulation.data_files import DATA_FOLDER, RuleFile, Section, codes_in_lists

_DUE_DAY_MAX = 28


@dataclass(frozen=True)
class PayerStep:
    """One payer's share of a case; `reason` is the case of the table it stands in."""

    payer: str
    share: str
    reason: str
    up_to_rupiah: int | None
    legal_basis: str
    confidence: str


@dataclass(frozen=True)
class ContributionRule:
    """Contributions of a month are due on `due_day` of the next; up to `months_covered` months behind BPJS pays."""

    valid_from: date
    valid_to: date | None
    due_day: int
    months_covered: int
    legal_basis: str
    confidence: str


@dataclass(frozen=True)
class PayerRow:
    """The payers of one case in their order, for events of one period."""

    valid_from: date
    valid_to: date | None
    steps: tuple[PayerStep, ...]


Row = TypeVar("Row", ContributionRule, PayerRow)


@dataclass(frozen=True)
class PayerTable:
    """All of it, loaded."""

    contributions: tuple[ContributionRule, ...]
    cases: Mapping[str, tuple[PayerRow, ...]]
    hand_over_note: Mapping[str, str]

    def steps(self, case: str, event_date: date) -> tuple[PayerStep, ...]:
        """The payers of a case; of the oldest row for an event before it. Raises KeyError for an unknown case."""
        return _in_force(self.cases[case], event_date).steps

    def contribution_rule(self, event_date: date) -> ContributionRule:
        return _in_force(self.contributions, event_date)


def load_payers(path: Path) -> PayerTable:
    """Raises BadRuleFile, with line and reason, on overlapping validity, an unknown code or key, a case without a row
    or a row without its article."""
    top = RuleFile(path).top
    contributions = [(row, _contribution_rule(row)) for row in top.items("contributions")]
    cases = top.section("cases")
    reasons = codes_in_lists("payer_reasons")
    for name in {*cases.names(), *reasons}:
        if name not in reasons or not cases.has(name):
            raise cases.bad(name, "cases are exactly the codes of payer_reasons")
    note = top.section("hand_over_note")
    table = PayerTable(
        _ordered(top, "contributions", contributions),
        {case: _ordered(cases, case, [(row, _payer_row(case, row)) for row in cases.items(case)]) for case in reasons},
        {language: note.text(language) for language in ("id", "en")},
    )
    note.close()
    top.close()
    return table


def _in_force(rows: Sequence[Row], day: date) -> Row:
    fitting = (row for row in rows if row.valid_from <= day and (row.valid_to is None or day <= row.valid_to))
    return next(fitting, rows[0])


def _ordered(holder: Section, key: str, read: Sequence[tuple[Section, Row]]) -> tuple[Row, ...]:
    """The rows oldest first."""
    if not read:
        raise holder.bad(key, "a row is expected")
    ordered = sorted(read, key=lambda pair: pair[1].valid_from)
    for (_, earlier), (section, later) in itertools.pairwise(ordered):
        if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
            raise section.bad("from", f"overlaps the row from {earlier.valid_from}")
    return tuple(row for _, row in ordered)


def _contribution_rule(row: Section) -> ContributionRule:
    due_day = row.number("due_day", least=1)
    if due_day > _DUE_DAY_MAX:
        raise row.bad("due_day", f"a day that every month has (1 to {_DUE_DAY_MAX}) is expected")
    rule = ContributionRule(*_validity(row), due_day, row.number("months_covered"), *row.source())
    row.close()
    return rule


def _payer_row(case: str, row: Section) -> PayerRow:
    source = row.source()
    steps = []
    for step in row.items("steps"):
        payer, share = step.code("payer", codes_in_lists("payers")), step.code("share", codes_in_lists("payer_shares"))
        limit = step.number("up_to_rupiah", least=1) if step.has("up_to_rupiah") else None
        step.close()
        steps.append(PayerStep(payer, share, case, limit, *source))
    if not steps:
        raise row.bad("steps", "a payer is expected")
    valid_from, valid_to = _validity(row)
    row.close()
    return PayerRow(valid_from, valid_to, tuple(steps))


def _validity(row: Section) -> tuple[date, date | None]:
    return row.day("from"), row.day("to") if row.has("to") else None


PAYER_TABLE: PayerTable = load_payers(DATA_FOLDER / "payers.yaml")
