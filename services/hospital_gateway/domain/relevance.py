"""Only work accidents leave the gateway: which signs an Encounter bears, and which of them are an explicit notice.

The code lists are data (`data/relevance.yaml`); this module knows only how to hold a code against them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from services.hospital_gateway.domain.visit import Visit


@dataclass(frozen=True)
class CodeRange:
    """ICD-10 codes from `first` to `last`, sub-codes included. `C45` is the range from C45 to C45."""

    first: str
    last: str

    def holds(self, code: str) -> bool:
        return self.first <= code[: len(self.first)] and code[: len(self.last)] <= self.last


def code_range(text: str) -> CodeRange:
    """`S00-T98` or a single code such as `C22.3`."""
    first, _, last = text.partition("-")
    return CodeRange(first, last or first)


# More codes than ICD-10 has.
_KNOWN_MAX = 20_000


class CodeMemory(dict[str, str | None]):
    """What was found for a code, so that the ranges are asked once: every visit of every hospital is judged by them."""

    def __setitem__(self, code: str, found: str | None) -> None:
        if len(self) >= _KNOWN_MAX:
            self.clear()
        super().__setitem__(code, found)


@dataclass(frozen=True)
class RelevanceRules:
    """Which codes give which sign, in the order in which signs are told."""

    code_signs: Mapping[str, Sequence[CodeRange]]
    explicit_signs: frozenset[str]
    sudden_death_codes: Sequence[CodeRange]
    sudden_death_within: timedelta
    deceased_dispositions: frozenset[str]
    confidence: Mapping[str, str]  # of each sign: certain, or uncertain where the law's text has no such list
    known: CodeMemory = field(default_factory=CodeMemory, compare=False, repr=False)

    def code_sign_of(self, code: str) -> str | None:
        """The sign a diagnosis code gives, most particular first."""
        if code not in self.known:
            signs = (sign for sign, ranges in self.code_signs.items() if any(one.holds(code) for one in ranges))
            self.known[code] = next(signs, None)
        return self.known[code]


def patient_died(visit: Visit, rules: RelevanceRules) -> bool:
    """Whether the visit ended in death, or the patient is recorded as dead by its end."""
    if visit.disposition in rules.deceased_dispositions:
        return True
    if visit.statement is not None and visit.statement.outcome == "death":
        return True
    if visit.patient.deceased_at is not None and visit.end is not None:
        return visit.patient.deceased_at.at <= visit.end.at + timedelta(days=1)
    return visit.patient.deceased


def signs_of_work_accident(visit: Visit, rules: RelevanceRules, *, open_claim: bool = False) -> tuple[str, ...]:
    """Every sign the Encounter bears, each once; empty when it has to stay in the gateway (interface, section 4).
    `open_claim`: its worker has one, and the visit lies within its treatment time."""
    signs = dict.fromkeys(sign for c in visit.conditions if (sign := rules.code_sign_of(c.code)) is not None)
    if visit.has_jkk_coverage:
        signs["jkk-coverage"] = None
    if visit.has_kpj:
        signs["kpj"] = None
    if visit.accident_report is not None or visit.case_number is not None:
        signs["accident-report"] = None
    if visit.has_claim_accident:
        signs["claim-accident"] = None
    if _sudden_death_in_emergency(visit, rules):
        signs["sudden-death-at-work"] = None
    if open_claim:
        signs["open-claim"] = None
    return tuple(signs)


def is_explicit_notice(visit: Visit, signs: Sequence[str], rules: RelevanceRules) -> bool:
    """Whether the hospital itself marked the visit as a suspected case, so that Disnaker is told (Permenaker 1/2025
    art. 8A): an accident report's number, a JKK coverage, Y96 or Z57. An injury code alone is none."""
    marked = set(signs) & rules.explicit_signs
    if marked == {"accident-report"}:
        return visit.accident_report is not None
    if marked == {"occupational-exposure"}:
        return any(condition.code.startswith("Z57") for condition in visit.conditions)
    return bool(marked)


def _sudden_death_in_emergency(visit: Visit, rules: RelevanceRules) -> bool:
    """Taken straight to a doctor and dead within 24 hours, with a diagnosis of sudden death (uncertain rule,
    Kepmenakertrans 609/2012; what happened at work only the employer knows)."""
    # Who was admitted from the emergency department and died there the same day was taken straight to a doctor, too.
    if (
        "EMER" not in (visit.class_code, *visit.earlier_classes)
        or visit.start is None
        or not patient_died(visit, rules)
    ):
        return False
    coded = any(one.holds(c.code) for c in visit.conditions for one in rules.sudden_death_codes)
    died = visit.patient.deceased_at or visit.end
    return coded and died is not None and died.at - visit.start.at <= rules.sudden_death_within
