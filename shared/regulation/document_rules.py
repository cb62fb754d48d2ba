"""The document table as data: which paper is asked for when, who brings it, what stands for it, under which article."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

Condition = Mapping[str, tuple[object, ...]]

# What stands for a paper without being one: fields of the employer's forms, and what others have sent.
FORM_FIELDS = frozenset({"two_witnesses", "guardian", "interim_stage_2"})
OTHERS_EVIDENCE = frozenset(
    {
        "participant_report",
        "doctor_statement",
        "interim_statement",
        "rest_period",
        "rest_letter",
        "referral",
        "visum",
        "imaging",
        "death_certificate",
    }
)


@dataclass(frozen=True)
class CaseFacts:
    """What the document table asks about a case. Unknown facts stay at their defaults; None is not known yet."""

    segment: str | None = None
    kind: str = "accident"
    occurred_on: date | None = None
    consequence: str | None = None
    place_type: str | None = None
    outcome: str | None = None
    facility_type: str | None = None
    pmi_phase: str | None = None
    police_report: bool = False
    violence: bool = False
    referred: bool = False
    treatment_claimed: bool | None = None
    transport_claimed: bool = False
    stmb_claimed: bool = False
    children: bool | None = None
    minor_heir: bool = False


@dataclass(frozen=True)
class Substitute:
    """What stands for a paper: a paper's code or a kind of evidence, under a condition."""

    by: str
    when: Condition


@dataclass(frozen=True)
class StandIn:
    """Who brings the papers of a party that this case does not have."""

    party: str
    by: str
    when: Condition
    legal_basis: str
    confidence: str


@dataclass(frozen=True)
class Basis:
    """The article, and how sure it is, for events up to and including `until` (None: still)."""

    until: date | None
    legal_basis: str
    confidence: str


@dataclass(frozen=True)
class DocumentRule:
    """One row. `stage` is the report the paper goes with, 1 or 2; `bases` are in order of time, today's last."""

    code: str
    title_id: str
    title_en: str
    responsible: str
    stage: int
    required: tuple[Condition, ...]
    offered: tuple[Condition, ...]
    satisfied_by: tuple[Substitute, ...]
    valid_from: date | None
    valid_to: date | None
    bases: tuple[Basis, ...]

    def in_force(self, day: date | None) -> bool:
        if day is None:
            return self.valid_to is None
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)

    def basis_on(self, day: date | None) -> Basis:
        """The article for an event of that day; today's for an unknown day."""
        if day is None:
            return self.bases[-1]
        return next(basis for basis in self.bases if basis.until is None or day <= basis.until)


@dataclass(frozen=True)
class DocumentTable:
    """The rows in their order, and who stands in for whom."""

    rules: tuple[DocumentRule, ...]
    stand_ins: tuple[StandIn, ...]

    def __iter__(self) -> Iterator[DocumentRule]:
        return iter(self.rules)

    def rule(self, code: str) -> DocumentRule | None:
        """The row of this code, the latest when it has several; None for a code this table does not know."""
        return next((rule for rule in reversed(self.rules) if rule.code == code), None)

    def responsible(self, rule: DocumentRule, facts: CaseFacts) -> str:
        """Who brings the paper in this case: employer, hospital, worker, disnaker or bpjs."""
        stands_in = (one for one in self.stand_ins if one.party == rule.responsible and holds(one.when, facts))
        return next((one.by for one in stands_in), rule.responsible)

    def kinds_for(self, code: str) -> frozenset[str]:
        """The kinds of evidence and form fields that stand for this paper; papers that do are not among them."""
        codes = {rule.code for rule in self.rules}
        return frozenset(
            s.by for rule in self.rules if rule.code == code for s in rule.satisfied_by if s.by not in codes
        )


def holds(condition: Condition, facts: CaseFacts) -> bool:
    """Whether every fact named has one of the values given."""
    return all(getattr(facts, name) in values for name, values in condition.items())
