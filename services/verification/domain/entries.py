"""What people and offices add to a claim beside evidence: an append-only list over which the claim is folded.

Every kind of entry is a frozen dataclass with an `id` (UUIDv7 as text), the `org` it came from, `at` (when it was
recorded) and `what` (its code on the timeline). A new kind is added here and in `ENTRY_KINDS`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from services.verification.domain.evidence import Determination
from shared.regulation.benefits import BenefitLine


@dataclass(frozen=True)
class Decision:
    """One decision of a verifier. `person` is who answers for it: officer, signed-in person or the token's subject."""

    id: str
    kind: str
    decided_at: datetime
    org: str
    person: str
    officer_name: str | None = None
    outcome: str | None = None
    amount_rupiah: int | None = None
    reason_code: str | None = None
    reason: str | None = None
    legal_basis: str | None = None
    rule_set: str | None = None
    # The limit above which a second person had to confirm when this was decided; a later setting changes no past.
    four_eyes_rupiah: int | None = None
    # The result of treatment as the claim knew it then, so that a later one is seen to be another.
    claim_outcome: str | None = None
    # The lines of the benefit as they stood when it was approved: evidence that comes later changes no approval.
    benefit_lines: tuple[BenefitLine, ...] = ()

    @property
    def at(self) -> datetime:
        return self.decided_at

    @property
    def what(self) -> str:
        return f"decision.{self.kind.replace('_', '-')}"


@dataclass(frozen=True)
class Note:
    """Something a verifier wrote down."""

    id: str
    at: datetime
    org: str
    person: str
    text: str = ""

    @property
    def what(self) -> str:
        return "note.added"


@dataclass(frozen=True)
class FirstAlertAcceptance:
    """A verifier took the first alert named in a report (`evidence_id`) as evidence that Tahap I was in time;
    `alerted_at` is its time as it stood then."""

    id: str
    at: datetime
    org: str
    person: str
    evidence_id: str
    alerted_at: datetime
    reason: str = ""

    @property
    def what(self) -> str:
        return "first-alert.accepted"


@dataclass(frozen=True)
class DiscrepancyResolution:
    """A verifier's word on which source is right. `values` are what all sides said then, as pairs of evidence id and
    value: it counts as long as nobody says anything new."""

    id: str
    at: datetime
    org: str
    person: str
    discrepancy_id: str
    field: str
    keep: str
    values: tuple[tuple[str, str], ...]
    reason: str

    @property
    def what(self) -> str:
        return "discrepancy.resolved"


@dataclass(frozen=True)
class FlagDismissal:
    """A verifier has looked at a flag. `grounds` are what it rested on then: on more than that it is raised again."""

    id: str
    at: datetime
    org: str
    person: str
    flag_id: str
    code: str
    grounds: tuple[str, ...]
    reason: str

    @property
    def what(self) -> str:
        return "flag.dismissed"


@dataclass(frozen=True)
class Objection:
    """Somebody contests what was decided. `by` is a code of `objectors`; `path` is who has to answer: `bpjs`, then the
    inspector (`disnaker`), then the `minister` (PP 44/2015 art. 49-50); `contests` names what was decided."""

    id: str
    at: datetime
    org: str
    person: str
    by: str
    path: str
    contests: str | None = None
    reason: str = ""
    documents: tuple[str, ...] = ()

    @property
    def what(self) -> str:
        return "objection.lodged"


@dataclass(frozen=True)
class ObjectionAnswer:
    """What became of an objection: `answer` is upheld, dismissed or withdrawn; `outcome` is what the
    minister concluded, if that is what was disputed."""

    id: str
    at: datetime
    org: str
    person: str
    objection_id: str
    answer: str
    outcome: str | None = None
    reason: str = ""
    legal_basis: str | None = None
    letter_number: str | None = None

    @property
    def what(self) -> str:
        return f"objection.{self.answer}"


@dataclass(frozen=True)
class Payment:
    """A benefit was paid. `benefit` is a code of `benefits`, the amount in rupiah; `person` wrote it down at the
    console, None when BPJS core confirmed it."""

    id: str
    at: datetime
    org: str
    benefit: str
    amount_rupiah: int
    paid_on: date
    reference: str = ""
    person: str | None = None

    @property
    def what(self) -> str:
        return "payment.recorded"


@dataclass(frozen=True)
class ReturnToWorkStep:
    """What company or worker said of a return to work, or how it went. `step` is a code of its own list."""

    id: str
    at: datetime
    org: str
    person: str
    step: str = ""
    note: str | None = None

    @property
    def what(self) -> str:
        return f"return-to-work.{self.step.replace('_', '-')}"


@dataclass(frozen=True)
class ComplaintReceived:
    """A complaint or feedback on a claim. `received_at` is when BPJS had it, `at` when it was recorded here."""

    id: str
    at: datetime
    org: str
    person: str
    received_at: datetime
    kind: str = "complaint"
    by: str = "worker"
    channel: str | None = None
    text: str = ""

    @property
    def what(self) -> str:
        return f"{self.kind}.received"


@dataclass(frozen=True)
class ComplaintAnswer:
    """What the complainant was told, and whether they were right."""

    id: str
    at: datetime
    org: str
    person: str
    complaint_id: str = ""
    upheld: bool = False
    text: str = ""

    @property
    def what(self) -> str:
        return "complaint.answered"


@dataclass(frozen=True)
class MessagesStopped:
    """Somebody who holds the tracking code wants no more messages: the consent is taken back (UU 27/2022 art. 9)."""

    id: str
    at: datetime
    org: str
    person: str

    @property
    def what(self) -> str:
        return "messages.stopped"


@dataclass(frozen=True)
class CompletionAnswer:
    """The worker, or a companion, says what BPJS had asked them for; `org` tells whose code it was."""

    id: str
    at: datetime
    org: str
    person: str
    text: str = ""

    @property
    def what(self) -> str:
        return "completion.answered"


@dataclass(frozen=True)
class CompanionNamed:
    """The worker lets somebody follow the claim and speak for them. `relation` is a code of `companion_relations`;
    `letters` tells whether they may open the worker's letters, which name amounts and reasons."""

    id: str
    at: datetime
    org: str
    person: str
    name: str = ""
    relation: str = ""
    letters: bool = False

    @property
    def what(self) -> str:
        return "companion.named"


@dataclass(frozen=True)
class CompanionEnded:
    """The worker takes that back, at the page or by somebody of BPJS, who writes down why (`reason`)."""

    id: str
    at: datetime
    org: str
    person: str
    companion_id: str = ""
    reason: str | None = None

    @property
    def what(self) -> str:
        return "companion.ended"


Entry = (
    Decision
    | Note
    | Determination
    | FirstAlertAcceptance
    | DiscrepancyResolution
    | FlagDismissal
    | Objection
    | ObjectionAnswer
    | Payment
    | ReturnToWorkStep
    | ComplaintReceived
    | ComplaintAnswer
    | MessagesStopped
    | CompletionAnswer
    | CompanionNamed
    | CompanionEnded
)

# The kind under which each is stored.
ENTRY_KINDS: dict[str, type[Entry]] = {
    "decision": Decision,
    "determination": Determination,
    "note": Note,
    "first-alert-acceptance": FirstAlertAcceptance,
    "discrepancy-resolution": DiscrepancyResolution,
    "flag-dismissal": FlagDismissal,
    "objection": Objection,
    "objection-answer": ObjectionAnswer,
    "payment": Payment,
    "return-to-work-step": ReturnToWorkStep,
    "complaint": ComplaintReceived,
    "complaint-answer": ComplaintAnswer,
    "messages-stopped": MessagesStopped,
    "completion-answer": CompletionAnswer,
    "companion": CompanionNamed,
    "companion-ended": CompanionEnded,
}

E = TypeVar("E", bound=Entry)


def entries_of(kind: type[E], entries: Iterable[Entry]) -> tuple[E, ...]:
    """The entries of one kind, by time."""
    return tuple(sorted((e for e in entries if isinstance(e, kind)), key=lambda entry: (entry.at, entry.id)))
