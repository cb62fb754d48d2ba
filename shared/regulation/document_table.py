"""Reads the document table from its files, and refuses what cannot be meant, with file, line and reason.

`documents.yaml` is the table; a later regulation adds a file `documents-….yaml` beside it whose rows are new papers or
follow earlier ones (`replaces: true`) from their day on.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from shared.regulation.data_files import DATA_FOLDER, RuleFile, Section, codes_in_lists
from shared.regulation.document_rules import (
    FORM_FIELDS,
    OTHERS_EVIDENCE,
    Basis,
    Condition,
    DocumentRule,
    DocumentTable,
    StandIn,
    Substitute,
)

STAGES = (1, 2)
# What may be asked of a case: the list whose codes a fact takes, and whether it may be unknown (null).
_CODED = {
    "segment": ("segments", True),
    "kind": ("kinds", False),
    "consequence": ("consequences", True),
    "place_type": ("place_types", True),
    "outcome": ("outcomes", True),
    "facility_type": ("facility_types", True),
    "pmi_phase": ("pmi_phases", True),
}
_YES_OR_NO = {
    "police_report": False,
    "violence": False,
    "referred": False,
    "treatment_claimed": True,
    "transport_claimed": False,
    "stmb_claimed": False,
    "children": True,
    "minor_heir": False,
}


def load_document_table(folder: Path) -> DocumentTable:
    """The table of a folder. Raises BadRuleFile for a missing article, an unknown key, fact, code or evidence, and for
    two rows of one paper that hold on the same day."""
    rows: list[tuple[DocumentRule, Section]] = []
    stand_ins: list[StandIn] = []
    for path in [folder / "documents.yaml", *sorted(folder.glob("documents-*.yaml"))]:
        top = RuleFile(path).top
        top.has("formerly")
        stand_ins += [_stand_in(section) for section in (top.items("stand_ins") if top.has("stand_ins") else ())]
        for section in top.items("documents"):
            _add(rows, section)
        top.close()
    codes = {rule.code for rule, _ in rows}
    for rule, section in rows:
        for substitute in rule.satisfied_by:
            if substitute.by not in codes | FORM_FIELDS | OTHERS_EVIDENCE:
                raise section.bad("satisfied_by", f"unknown evidence {substitute.by}")
    return DocumentTable(tuple(rule for rule, _ in rows), tuple(stand_ins))


def _add(rows: list[tuple[DocumentRule, Section]], section: Section) -> None:
    """Put one more row behind the others; it ends those that it replaces."""
    follows = section.flag("replaces")
    rule = _rule(section)
    if follows and rule.valid_from is None:
        raise section.bad("replaces", "a row that follows others needs its first day (from)")
    for index, (earlier, place) in enumerate(rows):
        if earlier.code != rule.code or not _overlap(earlier, rule):
            continue
        if not follows or rule.valid_from is None or (earlier.valid_from or date.min) >= rule.valid_from:
            raise section.bad("code", f"{rule.code} stands there for the same days already")
        rows[index] = (replace(earlier, valid_to=rule.valid_from - timedelta(days=1)), place)
    rows.append((rule, section))


def _overlap(one: DocumentRule, other: DocumentRule) -> bool:
    return (one.valid_from or date.min) <= (other.valid_to or date.max) and (other.valid_from or date.min) <= (
        one.valid_to or date.max
    )


def _rule(section: Section) -> DocumentRule:
    title = section.section("title")
    title_id, title_en = title.text("id"), title.text("en")
    title.close()
    stage = section.number("stage")
    if stage not in STAGES:
        raise section.bad("stage", "1 or 2 is expected")
    valid_from = section.day("from") if section.has("from") else None
    valid_to = section.day("to") if section.has("to") else None
    if valid_from is not None and valid_to is not None and valid_to < valid_from:
        raise section.bad("to", "the last day is before the first")
    rule = DocumentRule(
        code=section.text("code"),
        title_id=title_id,
        title_en=title_en,
        responsible=section.code("responsible", _parties()),
        stage=stage,
        required=_conditions(section, "required"),
        offered=_conditions(section, "offered"),
        satisfied_by=tuple(_substitutes(section)),
        valid_from=valid_from,
        valid_to=valid_to,
        bases=_bases(section),
    )
    section.close()
    return rule


def _bases(section: Section) -> tuple[Basis, ...]:
    """The earlier articles in order of time, then today's."""
    earlier: list[Basis] = []
    for old in section.items("formerly") if section.has("formerly") else ():
        until = old.day("until")
        if earlier and earlier[-1].until is not None and until <= earlier[-1].until:
            raise old.bad("until", "later than the one before is expected")
        earlier.append(Basis(until, *old.source()))
        old.close()
    return (*earlier, Basis(None, *section.source()))


def _stand_in(section: Section) -> StandIn:
    party, by = section.code("for", _parties()), section.code("by", _parties())
    when = _condition(section.section("when"))
    legal_basis, confidence = section.source()
    section.close()
    return StandIn(party, by, when, legal_basis, confidence)


def _substitutes(section: Section) -> Iterable[Substitute]:
    for index, entry in enumerate(section.values("satisfied_by")):
        if isinstance(entry, str):
            yield Substitute(entry, {})
            continue
        if not isinstance(entry, dict):
            raise section.bad("satisfied_by", "each is a text or a mapping of by and when")
        one = Section(section.file, (*section.place, "satisfied_by", index), entry)
        yield Substitute(one.text("by"), _condition(one.section("when")))
        one.close()


def _conditions(section: Section, key: str) -> tuple[Condition, ...]:
    return tuple(_condition(item) for item in section.items(key)) if section.has(key) else ()


def _condition(section: Section) -> Condition:
    """Every fact with the values that fit; an empty condition always holds."""
    condition: dict[str, tuple[object, ...]] = {}
    for name in section.names():
        if name in _CODED:
            list_name, may_be_unknown = _CODED[name]
            known: frozenset[object] = frozenset(codes_in_lists(list_name))
        elif name in _YES_OR_NO:
            known, may_be_unknown = frozenset({True, False}), _YES_OR_NO[name]
        else:
            raise section.bad(name, f"unknown fact {name}")
        values = section.values(name)
        for value in values:
            fits = isinstance(value, str | bool) and value in known
            if not fits and not (value is None and may_be_unknown):
                raise section.bad(name, f"unknown code {value}")
        if not values:
            raise section.bad(name, "no value can ever fit")
        condition[name] = tuple(values)
    return condition


def _parties() -> frozenset[str]:
    return codes_in_lists("waiting_on") - {"none"}


DOCUMENT_TABLE = load_document_table(DATA_FOLDER)
