"""What a claim looks like once it is derived; the public document of interface section 6 as frozen facts."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from services.verification.domain.complaints import COMPLAINT_CLOCK, Complaint
from services.verification.domain.eligibility import Eligibility
from services.verification.domain.entries import Decision, Entry, entries_of
from services.verification.domain.evidence import Determination, Evidence
from services.verification.domain.first_alert import FirstAlert
from services.verification.domain.hand_over import HandOver
from services.verification.domain.jurisdiction import Jurisdiction
from services.verification.domain.membership import Membership
from services.verification.domain.payers import Paying
from services.verification.domain.recipients import Recipient
from services.verification.domain.return_to_work import ReturnToWork
from services.verification.domain.stance import Stance
from services.verification.domain.workers import Match
from shared.regulation.benefits import BenefitLine, Remark
from shared.regulation.checklist import ChecklistItem
from shared.regulation.clocks import Clock

SUSPECTED = "SUSPECTED"
REPORTED = "REPORTED"
AWAITING_DOCUMENTS = "AWAITING_DOCUMENTS"
READY_FOR_REVIEW = "READY_FOR_REVIEW"
AWAITING_DETERMINATION = "AWAITING_DETERMINATION"
CONCLUDED_WORK_ACCIDENT = "CONCLUDED_WORK_ACCIDENT"
CONCLUDED_OCCUPATIONAL_DISEASE = "CONCLUDED_OCCUPATIONAL_DISEASE"
CONCLUDED_NOT_COVERED = "CONCLUDED_NOT_COVERED"
AWAITING_SECOND_APPROVAL = "AWAITING_SECOND_APPROVAL"
BENEFIT_APPROVED = "BENEFIT_APPROVED"
PAID = "PAID"
REJECTED = "REJECTED"
CLOSED = "CLOSED"
EXPIRED = "EXPIRED"
WITHDRAWN = "WITHDRAWN"
MERGED = "MERGED"

# States in which nothing more is expected; evidence that still comes is kept and shown, and may be reason to reopen.
SETTLED = frozenset({PAID, REJECTED, CLOSED, EXPIRED, WITHDRAWN, MERGED})

# Clocks that go on when a claim is settled.
_OUTLIVING = ("OBJECTION_", COMPLAINT_CLOCK)


@dataclass(frozen=True)
class Discrepancy:
    """Sources say different things of one field; `values` are pairs of evidence id and value, the report's first.

    `settled_by` is the determination or the resolution that settled it; `kept` the evidence a person found right.
    """

    id: str
    field: str
    values: tuple[tuple[str, str], ...]
    severity: str
    owner: str
    state: str
    settled_by: str | None = None
    kept: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Flag:
    """A fact that deserves a human's eye, never a refusal.

    `details` fill in the sentence that explains it; `related_cases` are other claims it rests on; `grounds` are all it
    rests on, so that a flag once dismissed is raised again only for something new.
    """

    id: str
    code: str
    evidence_ids: tuple[str, ...]
    state: str = "open"
    details: tuple[tuple[str, str], ...] = ()
    related_cases: tuple[str, ...] = ()
    grounds: tuple[str, ...] = ()
    dismissed_by: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class TimelineEntry:
    """Who did what when; the lag is from happening to receipt."""

    at: datetime
    received_at: datetime
    who: str
    what: str
    evidence_id: str | None

    @property
    def lag_seconds(self) -> int:
        return max(int((self.received_at - self.at).total_seconds()), 0)


@dataclass(frozen=True)
class Benefit:
    """`status` is estimate or final. `calculated_rupiah` is what the calculator makes of the evidence today;
    `disability_percent` the sum of all partial disabilities in percent of the table."""

    status: str
    lines: tuple[BenefitLine, ...]
    total_rupiah: int
    calculated_rupiah: int = 0
    remarks: tuple[Remark, ...] = ()
    recipients: tuple[Recipient, ...] = ()
    disability_percent: Decimal = Decimal(0)


@dataclass(frozen=True)
class Reimbursement:
    """What BPJS gives back to an employer who had to pay first (Permenaker 1/2025 art. 8(2a)-(2b)).

    `status`: `due_from_employer` (pays the worker first and has not asked yet), `claimed` (Tahap II names amounts of
    its own), `approved`, `paid`. Amounts in rupiah.
    """

    status: str
    claimed_rupiah: int
    paid_rupiah: int


@dataclass(frozen=True)
class Worker:
    """The worker as shown: the NIK masked."""

    name: str | None
    nik_masked: str | None


@dataclass(frozen=True)
class Employer:
    """The employer as the report names it."""

    registration_number: str
    name: str | None
    sector: str | None


@dataclass(frozen=True)
class OtherClaim:
    """Another claim of the same worker, with the evidence it holds now."""

    case_number: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Finding:
    """What claims of other workers say of this one: a flag's code, its level, and the cases it names."""

    code: str
    level: str
    cases: tuple[str, ...] = ()


@dataclass(frozen=True)
class CaseInput:
    """All a claim is derived from. `memberships` are this worker's alone, all that BPJS core has told of; `others` are
    this worker's other claims, `nik_conflicts` evidence of others' claims that an explicit number ties to this one;
    `findings` are what was seen around it; `matches` which of the
    evidence without a common number was joined by likeness."""

    evidence: tuple[Evidence, ...]
    entries: tuple[Entry, ...] = ()
    memberships: tuple[Membership, ...] = ()
    others: tuple[OtherClaim, ...] = ()
    findings: tuple[Finding, ...] = ()
    shared_kpj_evidence: frozenset[str] = frozenset()
    nik_conflict_evidence: frozenset[str] = frozenset()
    nik_conflicts: tuple[Evidence, ...] = ()
    matches: tuple[Match, ...] = ()


@dataclass(frozen=True)
class ClaimView:
    """One claim as it follows from its evidence, decisions and determinations."""

    state: str
    waiting_on: str
    waiting_reason: str | None
    kind: str
    segment: str | None
    occurred_at: datetime
    precision: str
    region_code: str | None
    rule_set: str
    outcome: str | None
    worker: Worker
    employer: Employer | None
    clocks: tuple[Clock, ...]
    checklist: tuple[ChecklistItem, ...]
    evidence: tuple[Evidence, ...]
    entries: tuple[Entry, ...]
    discrepancies: tuple[Discrepancy, ...]
    flags: tuple[Flag, ...]
    benefit: Benefit
    timeline: tuple[TimelineEntry, ...]
    late: bool
    lapsed: bool
    reported_at: datetime | None
    stance: Stance
    eligibility: Eligibility
    paying: Paying
    jurisdiction: Jurisdiction
    rule_set_hash: str = ""
    treatment_until: date | None = None
    reimbursement: Reimbursement | None = None
    first_alert: FirstAlert | None = None
    hand_over: HandOver | None = None
    return_to_work: ReturnToWork | None = None
    complaints: tuple[Complaint, ...] = ()
    matches: tuple[Match, ...] = ()

    @property
    def payer_of_first_resort(self) -> str:
        return self.paying.first

    @property
    def determinations(self) -> tuple[Determination, ...]:
        return entries_of(Determination, self.entries)

    @property
    def determination_in_force(self) -> str | None:
        return self.stance.determination.id if self.stance.determination else None

    @property
    def is_test(self) -> bool:
        """Made of what test clients sent: nobody's, paid to nobody, told to nobody and counted nowhere."""
        return any(piece.is_test for piece in self.evidence)

    @property
    def decision_count(self) -> int:
        return len(entries_of(Decision, self.entries))

    @property
    def is_open(self) -> bool:
        """More may come of it: it is not settled, or what was settled is disputed."""
        return self.state not in SETTLED or bool(self.stance.open_disputes)

    @property
    def next_due_at(self) -> datetime | None:
        """The nearest due time of a clock that still runs."""
        return min((clock.due_at for clock in self._running_clocks if clock.due_at is not None), default=None)

    @property
    def next_overdue_at(self) -> datetime | None:
        """When the next running clock will be overdue that is not yet."""
        waiting = (clock for clock in self._running_clocks if clock.met is None)
        return min((clock.due_at for clock in waiting if clock.due_at is not None), default=None)

    @property
    def _running_clocks(self) -> list[Clock]:
        """Once a claim is settled, only what an objection or a complaint has started still counts."""
        settled = self.state in SETTLED
        clocks = [clock for clock in self.clocks if clock.clock != COMPLAINT_CLOCK]
        # Each complaint's own, in the place of the one that the claim's list shows of all of them.
        clocks += [each.clock for each in self.complaints if each.clock is not None]
        return [c for c in clocks if c.running and (not settled or c.clock.startswith(_OUTLIVING))]

    @property
    def open_discrepancies(self) -> int:
        return sum(item.state == "open" for item in self.discrepancies)
