"""The table of permanent partial disabilities: percentages of the wages that a rule set pays for (PP 44/2015 Lampiran
III). A rule set names its table, so that a new table is a new file."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from shared.regulation.data_files import RuleFile, Section, codes_in_lists


@dataclass(frozen=True)
class DisabilityRow:
    """A row of the table: `percent` of 80 monthly wages.

    With `percent_min` a person sets it per case between the two; with `steps_max` it is paid for each step. `times_max`
    is how often one worker can have it; `contains` are the rows of parts that go with this one.
    """

    code: str
    percent: Decimal
    title_id: str
    title_en: str
    body_parts: tuple[str, ...]
    percent_min: Decimal | None = None
    steps_max: int | None = None
    times_max: int = 1
    contains: frozenset[str] = frozenset()


@dataclass(frozen=True)
class DisabilityTable:
    """The rows by code, and which rows a coded part of the body means."""

    name: str
    legal_basis: str
    confidence: str
    rows: Mapping[str, DisabilityRow]
    of_part: Mapping[str, tuple[str, ...]]
    content: Mapping[str, object]


def load_disability_table(path: Path) -> DisabilityTable:
    """Raises BadRuleFile for a missing article, a percentage over 100, an unknown code or an unknown key."""
    file = RuleFile(path)
    top = file.top
    name = top.text("disability_table")
    if name != path.stem:
        raise top.bad("disability_table", f"the file is called {path.stem}")
    basis, confidence = top.source()
    section = top.section("rows")
    rows = {code: _row(code, row) for code, row in section.sections()}
    for code, row in rows.items():
        for unknown in sorted(row.contains - rows.keys()):
            raise section.bad(code, f"contains: unknown code {unknown}")
    of_part: dict[str, tuple[str, ...]] = {part: (row.code,) for row in rows.values() for part in row.body_parts}
    if top.has("both"):
        both = top.section("both")
        for part in both.names():
            _known_part(both, part, part)
            of_part[part] = both.codes(part, frozenset(rows))
    top.close()
    return DisabilityTable(name, basis, confidence, rows, of_part, file.data)


def overlapping(table: DisabilityTable, codes: Collection[str]) -> set[str]:
    """Those of `codes` that are contained in another of them: the finger of a lost hand."""
    return {code for code in codes if any(code in table.rows[other].contains for other in codes if other in table.rows)}


def _row(code: str, row: Section) -> DisabilityRow:
    title = row.section("title")
    percent = row.percent("percent")
    least = row.percent("percent_min") if row.has("percent_min") else None
    if least is not None and least > percent:
        raise row.bad("percent_min", "is over percent")
    parts = row.texts("body_parts")
    for part in parts:
        _known_part(row, "body_parts", part)
    read = DisabilityRow(
        code=code,
        percent=percent,
        title_id=title.text("id"),
        title_en=title.text("en"),
        body_parts=parts,
        percent_min=least,
        steps_max=row.number("steps_max", least=1) if row.has("steps_max") else None,
        times_max=row.number("times_max", least=1) if row.has("times_max") else 1,
        contains=frozenset(row.texts("contains")),
    )
    title.close()
    row.close()
    return read


def _known_part(section: Section, key: str, part: str) -> None:
    if part not in codes_in_lists("body_parts"):
        raise section.bad(key, f"unknown code {part}")
