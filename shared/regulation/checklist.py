"""Which papers a case needs and where each stands, evaluated from the document table (domain 4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from shared.regulation.data_files import DATA_FOLDER, BadRuleFile, read_yaml

Conditions = tuple[Mapping[str, tuple[object, ...]], ...]


@dataclass(frozen=True)
class CaseFacts:
    """What the document table asks about a case. Unknown facts stay at their defaults."""

    segment: str | None = None
    kind: str = "accident"
    occurred_on: date | None = None
    consequence: str | None = None
    place_type: str | None = None
    outcome: str | None = None
    facility_type: str | None = None
    police_report: bool = False
    violence: bool = False
    referred: bool = False
    treatment_claimed: bool = False
    transport_claimed: bool = False
    stmb_claimed: bool = False
    children: bool = False
    minor_heir: bool = False


@dataclass(frozen=True)
class Provision:
    """Something that stands for a paper: `state` provided, satisfied_elsewhere or rejected; `by` names the evidence."""

    state: str
    by: str | None = None


@dataclass(frozen=True)
class ChecklistItem:
    """One line of the checklist; `satisfied_by` names the evidence that made it unnecessary or provided it."""

    document_code: str
    title_id: str
    title_en: str
    required: bool
    state: str
    responsible: str
    satisfied_by: str | None
    legal_basis: str
    confidence: str


@dataclass(frozen=True)
class DocumentRule:
    """One row of the document table."""

    code: str
    title_id: str
    title_en: str
    responsible: str
    required: Conditions
    offered: Conditions
    satisfied_by: tuple[str, ...]
    valid_from: date | None
    valid_to: date | None
    legal_basis: str
    confidence: str

    def in_force(self, day: date | None) -> bool:
        if day is None:
            return True
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


_FACT_NAMES = frozenset(field.name for field in fields(CaseFacts))


def load_document_table(path: Path) -> tuple[DocumentRule, ...]:
    """The rows of a document table file. Raises BadRuleFile for a missing article or an unknown fact."""
    return tuple(_row(path, row) for row in read_yaml(path)["documents"])


def checklist(
    facts: CaseFacts, provided: Mapping[str, Provision], table: Sequence[DocumentRule] | None = None
) -> list[ChecklistItem]:
    """The checklist of a case: required rows first, then the optional ones, each in the order of the table.

    `provided` is keyed by document code, or by a kind of evidence that a row accepts instead (`doctor_statement`).
    """
    rows = _shipped_rows(facts) if table is None else _rows(facts, table)
    return [_item(rule, required, provided) for rule, required in rows]


def missing(items: Sequence[ChecklistItem]) -> list[ChecklistItem]:
    """The required items that nothing stands for yet."""
    return [item for item in items if item.required and item.state in ("missing", "rejected")]


@lru_cache(maxsize=4_096)
def _shipped_rows(facts: CaseFacts) -> tuple[tuple[DocumentRule, bool], ...]:
    """Many cases are alike, and the shipped table does not change while a process runs."""
    return _rows(facts, DOCUMENT_TABLE)


def _rows(facts: CaseFacts, table: Sequence[DocumentRule]) -> tuple[tuple[DocumentRule, bool], ...]:
    """The rows that apply, with whether they are required; those first."""
    in_force = [rule for rule in table if rule.in_force(facts.occurred_on)]
    required = [(rule, True) for rule in in_force if _holds(rule.required, facts)]
    offered = [(rule, False) for rule in in_force if not _holds(rule.required, facts) and _holds(rule.offered, facts)]
    return (*required, *offered)


def _item(rule: DocumentRule, required: bool, provided: Mapping[str, Provision]) -> ChecklistItem:
    provision = provided.get(rule.code)
    if provision is None:
        elsewhere = next((provided[kind] for kind in rule.satisfied_by if kind in provided), None)
        provision = elsewhere and Provision("satisfied_elsewhere", elsewhere.by)
    state = provision.state if provision else ("missing" if required else "not_required")
    return ChecklistItem(
        document_code=rule.code,
        title_id=rule.title_id,
        title_en=rule.title_en,
        required=required,
        state=state,
        responsible=rule.responsible,
        satisfied_by=provision.by if provision else None,
        legal_basis=rule.legal_basis,
        confidence=rule.confidence,
    )


def _holds(conditions: Conditions, facts: CaseFacts) -> bool:
    return any(all(getattr(facts, name) in values for name, values in condition.items()) for condition in conditions)


def _row(path: Path, row: dict[str, Any]) -> DocumentRule:
    code = row.get("code", "?")
    if not row.get("legal_basis"):
        raise BadRuleFile(path, f"{code}: legal_basis is missing")
    if row.get("confidence") not in ("certain", "uncertain"):
        raise BadRuleFile(path, f"{code}: confidence must be certain or uncertain")
    return DocumentRule(
        code=code,
        title_id=row["title"]["id"],
        title_en=row["title"]["en"],
        responsible=row["responsible"],
        required=_conditions(path, code, row.get("required", [])),
        offered=_conditions(path, code, row.get("offered", [])),
        satisfied_by=tuple(row.get("satisfied_by", ())),
        valid_from=row.get("from"),
        valid_to=row.get("to"),
        legal_basis=row["legal_basis"],
        confidence=row["confidence"],
    )


def _conditions(path: Path, code: str, conditions: list[dict[str, list[object]]]) -> Conditions:
    for condition in conditions:
        unknown = set(condition) - _FACT_NAMES
        if unknown:
            raise BadRuleFile(path, f"{code}: unknown fact {', '.join(sorted(unknown))}")
    return tuple({name: tuple(values) for name, values in condition.items()} for condition in conditions)


DOCUMENT_TABLE: tuple[DocumentRule, ...] = load_document_table(DATA_FOLDER / "documents.yaml")
