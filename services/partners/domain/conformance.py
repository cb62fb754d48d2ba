"""What a partner's own run of the conformance kit found: the partner's word, not the hub's."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

# Of one organisation; older ones are forgotten.
RUNS_KEPT = 20


class RuleOutcome(StrEnum):
    """`not_checked`: the kit was not given what it needs, or a rule before it failed."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True)
class RuleResult:
    """One rule by its name, with what it `says`, where that stands, and what was seen instead."""

    rule: str
    outcome: RuleOutcome
    says: str
    reference: str
    detail: str


@dataclass(frozen=True)
class ConformanceRun:
    """One run against the hub at `url`. `kit` is the sequence that was played, such as `hospital`."""

    id: UUID
    org: str
    client_id: str
    kit: str
    kit_version: str
    url: str
    began_at: datetime
    received_at: datetime
    rules: tuple[RuleResult, ...]

    def count(self, outcome: RuleOutcome) -> int:
        return sum(each.outcome is outcome for each in self.rules)
