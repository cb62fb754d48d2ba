"""Which papers a case needs and where each stands: the document table asked about one case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from shared.regulation.document_rules import FORM_FIELDS, CaseFacts, DocumentRule, DocumentTable, holds
from shared.regulation.document_table import DOCUMENT_TABLE

PROVIDED, SATISFIED_ELSEWHERE, REJECTED = "provided", "satisfied_elsewhere", "rejected"
MISSING, NOT_REQUIRED = "missing", "not_required"


@dataclass(frozen=True)
class Provision:
    """Something that stands for a paper: `state` provided, satisfied_elsewhere or rejected; `by` names the evidence,
    `at` is when the hub had it."""

    state: str
    by: str | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class ChecklistItem:
    """One line of the checklist; `satisfied_by` names the evidence that made it unnecessary or provided it, at
    `provided_at`. `stage` is the report it goes with, 1 or 2."""

    document_code: str
    title_id: str
    title_en: str
    required: bool
    state: str
    responsible: str
    stage: int
    satisfied_by: str | None
    provided_at: datetime | None
    legal_basis: str
    confidence: str


def checklist(
    facts: CaseFacts, provided: Mapping[str, Provision], table: DocumentTable = DOCUMENT_TABLE
) -> list[ChecklistItem]:
    """The checklist of a case: required rows first, then the optional ones, each in the order of the table.

    `provided` is keyed by document code, or by a kind of evidence that a row accepts instead (`doctor_statement`).
    """
    rows = _shipped_rows(facts) if table is DOCUMENT_TABLE else _rows(facts, table)
    return [_item(rule, required, facts, provided, table) for rule, required in rows]


def missing(items: Sequence[ChecklistItem]) -> list[ChecklistItem]:
    """The required items that nothing stands for yet."""
    return [item for item in items if item.required and item.state in (MISSING, REJECTED)]


@lru_cache(maxsize=4_096)
def _shipped_rows(facts: CaseFacts) -> tuple[tuple[DocumentRule, bool], ...]:
    """Many cases are alike, and the shipped table does not change while a process runs."""
    return _rows(facts, DOCUMENT_TABLE)


def _rows(facts: CaseFacts, table: DocumentTable) -> tuple[tuple[DocumentRule, bool], ...]:
    """The rows that apply, with whether they are required; those first."""
    in_force = [rule for rule in table if rule.in_force(facts.occurred_on)]
    required = [rule for rule in in_force if any(holds(condition, facts) for condition in rule.required)]
    offered = [rule for rule in in_force if rule not in required and any(holds(c, facts) for c in rule.offered)]
    return (*((rule, True) for rule in required), *((rule, False) for rule in offered))


def _item(
    rule: DocumentRule, required: bool, facts: CaseFacts, provided: Mapping[str, Provision], table: DocumentTable
) -> ChecklistItem:
    provision = _provision(rule, required, facts, provided)
    basis = rule.basis_on(facts.occurred_on)
    return ChecklistItem(
        document_code=rule.code,
        title_id=rule.title_id,
        title_en=rule.title_en,
        required=required,
        state=provision.state,
        responsible=table.responsible(rule, facts),
        stage=rule.stage,
        satisfied_by=provision.by,
        provided_at=provision.at,
        legal_basis=basis.legal_basis,
        confidence=basis.confidence,
    )


def _provision(rule: DocumentRule, required: bool, facts: CaseFacts, provided: Mapping[str, Provision]) -> Provision:
    """Where the row stands: the paper itself, else what stands for it, else what was rejected, else nothing."""
    own = provided.get(rule.code)
    if own is not None and own.state != REJECTED:
        return own
    rejected = [own] if own is not None else []
    for substitute in rule.satisfied_by:
        found = provided.get(substitute.by)
        if found is None or not holds(substitute.when, facts):
            continue
        if found.state == REJECTED:
            rejected.append(found)
        elif required:
            state = PROVIDED if substitute.by in FORM_FIELDS else SATISFIED_ELSEWHERE
            return Provision(state, found.by, found.at)
    if rejected:
        return Provision(REJECTED, rejected[0].by)
    return Provision(MISSING if required else NOT_REQUIRED)
