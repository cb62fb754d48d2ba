"""Self-reports, as intake publishes them: suspected cases told by workers and whoever speaks for them."""

from datetime import date
from uuid import UUID

from pydantic import Field

from shared.events.accident_report import Disease, DocumentVersion, Location, Worker
from shared.events.envelope import (
    CaseNumber,
    Content,
    Facts,
    OccurredAt,
    Part,
    ReceivedAt,
    RegionCode,
    ReportedAt,
    Version,
)
from shared.events.vocabulary import Consequence, Kind, NotifierRelation, Precision, ReportChange, ReportStatus


class SelfReportFacts(Facts):
    """Clear facts of a suspected case told by a worker, family member, union or community body (art. 8A, 48A)."""

    report_id: UUID
    org: str = Field(description="The channel, for example channel:jmo; a test client's ends in ~test.")
    version: Version
    change: ReportChange = ReportChange.SUBMITTED
    status: ReportStatus = ReportStatus.RECEIVED
    kind: Kind
    relation: NotifierRelation
    occurred_at: OccurredAt | None = None
    occurred_at_precision: Precision = Precision.MINUTE
    occurred_zone: str = "Asia/Jakarta"
    diagnosed_on: date | None = None
    reported_at: ReportedAt
    received_at: ReceivedAt
    region_code: RegionCode | None = None
    district_code: str | None = None
    consequence: Consequence | None = None
    victim_count_estimate: int | None = None
    case_number: CaseNumber | None = None


class Notifier(Part):
    """Who tells, and how to reach them."""

    name: str | None = None
    phone: str | None = None
    relation: NotifierRelation
    message_consent: bool | None = Field(None, description="Whether they agreed to get messages about the case.")
    message_language: str | None = Field(None, description="id or en: in which language messages are written.")


class SuspectedEvent(Part):
    """Chronology with place, cause, date and time (art. 8A(2))."""

    occurred_at: OccurredAt | None = None
    occurred_at_precision: Precision | None = None
    place: str | None = None
    site_name: str | None = None
    region_code: RegionCode | None = None
    district_code: str | None = None
    location: Location | None = None
    chronology: str | None = None
    cause: str | None = None
    consequence: Consequence | None = None
    victim_count_estimate: int | None = None


class SelfReportForm(Part):
    """A suspected case as told."""

    reporter: Notifier
    worker: Worker
    event: SuspectedEvent | None = None
    disease: Disease | None = None
    case_number: CaseNumber | None = None


class SelfReportContent(Content):
    """The whole notice."""

    report: SelfReportForm
    tracking_code_hash: str | None = None
    documents: tuple[DocumentVersion, ...] = Field((), description="Photographs, under the code SCENE.")
    receipt: str | None = Field(None, description="Of the receipt that its sender got: its code.")
