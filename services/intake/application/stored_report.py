"""What intake keeps of a report, as use cases see it. Documents are the accepted forms as JSON objects."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from services.intake.application.facts import report_facts, self_report_facts
from services.intake.domain.report_facts import ReportFacts
from services.intake.domain.stage_1 import Stage1, judge_stage_1
from shared.regulation.clocks import COUNTING, Counting

Form = Mapping[str, Any]

RECEIVED, CORRECTED, WITHDRAWN = "received", "corrected", "withdrawn"
PAPER_IN_FORCE, PAPER_WITHDRAWN = "provided", "withdrawn"


@dataclass(frozen=True)
class Paper:
    """One version of one document. `sha256` is the hex digest of its bytes and their address in the store."""

    document_code: str
    version: int
    sha256: str
    size_bytes: int
    media_type: str
    state: str
    received_at: datetime

    @property
    def in_force(self) -> bool:
        return self.state == PAPER_IN_FORCE


@dataclass(frozen=True)
class ClaimView:
    """The claim as verification last told it. `checklist` and `clocks` hold entries as the event does;
    `report_version` is the version of the report that it had followed, None where it was not told."""

    case_number: str
    claim_version: int
    state: str
    waiting_on: str
    payer_of_first_resort: str | None
    checklist: tuple[Mapping[str, Any], ...]
    told_at: datetime
    report_version: int | None = None
    clocks: tuple[Mapping[str, Any], ...] = ()
    waiting_reason: str | None = None


@dataclass(frozen=True)
class StoredReport:
    """A Tahap I report with everything that came after it. Every change makes the next `version`."""

    report_id: UUID
    org: str
    version: int
    status: str
    received_at: datetime
    updated_at: datetime
    tracking_code_hash: str
    form: Form
    stage_2: Form | None = None
    stage_2_received_at: datetime | None = None
    papers: tuple[Paper, ...] = ()
    claim: ClaimView | None = None
    counting: Counting = COUNTING

    @cached_property
    def facts(self) -> ReportFacts:
        """What rules and deadlines ask about."""
        return report_facts(self.form)

    @cached_property
    def stage_1(self) -> Stage1:
        """How the report stands to its deadline."""
        return judge_stage_1(self.facts, self.received_at, self.counting)

    @property
    def document_codes(self) -> tuple[str, ...]:
        """Codes with a version in force, each once."""
        return tuple(sorted({paper.document_code for paper in self.papers if paper.in_force}))


@dataclass(frozen=True)
class StoredSelfReport:
    """A suspected case told through a channel partner."""

    report_id: UUID
    org: str
    version: int
    status: str
    received_at: datetime
    tracking_code_hash: str
    form: Form
    claim: ClaimView | None = None
    photos: tuple[Paper, ...] = ()

    @cached_property
    def facts(self) -> ReportFacts:
        """What rules and deadlines ask about."""
        return self_report_facts(self.form)
