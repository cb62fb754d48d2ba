"""Intake's tables. Forms are sealed; what stands in the clear is ids, times and codes. `org` rules who sees a row."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from shared.messages.tables import MessageColumns
from shared.postgres.standard_columns import declare_standard_tables
from shared.postgres.throttle_table import ThrottleColumns
from shared.webhooks.tables import WebhookDeliveryColumns, WebhookEndpointColumns

_INSTANT = DateTime(timezone=True)


class Base(SQLModel, registry=registry()):
    """The tables of this service alone."""


declare_standard_tables(Base)


class AccidentReportRow(Base, table=True):
    """One Tahap I report. `sealed_form` holds `{"form", "stage_2"}` sealed as `form_version`, the version of the
    report in which it last changed."""

    __tablename__ = "accident_report"

    report_id: UUID = Field(primary_key=True)
    org: str
    version: int
    status: str
    kind: str
    segment: str
    region_code: str
    late: bool
    due_at: datetime = Field(sa_type=_INSTANT)
    received_at: datetime = Field(sa_type=_INSTANT)
    updated_at: datetime = Field(sa_type=_INSTANT)
    stage_2_received_at: datetime | None = Field(default=None, sa_type=_INSTANT)
    worker_key: str
    tracking_code_hash: str
    form_version: int
    sealed_form: bytes = Field(sa_type=LargeBinary)


class ReportHistoryRow(Base, table=True):
    """A form as it was before a change, still sealed as its `form_version`, and why it was changed."""

    __tablename__ = "report_history"

    report_id: UUID = Field(primary_key=True, foreign_key="accident_report.report_id")
    replaced_by_version: int = Field(primary_key=True)
    form_version: int
    org: str
    sealed_form: bytes = Field(sa_type=LargeBinary)
    sealed_reason: bytes | None = Field(default=None, sa_type=LargeBinary)
    replaced_at: datetime = Field(sa_type=_INSTANT)


class ReportDocumentRow(Base, table=True):
    """One version of a paper; its bytes are in the document store under `sha256`."""

    __tablename__ = "report_document"

    report_id: UUID = Field(primary_key=True, foreign_key="accident_report.report_id")
    document_code: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    org: str
    sha256: str
    size_bytes: int
    media_type: str
    state: str
    received_at: datetime = Field(sa_type=_INSTANT)


class SelfReportRow(Base, table=True):
    """One self-report; `sealed_form` is the form."""

    __tablename__ = "self_report"

    report_id: UUID = Field(primary_key=True)
    org: str
    version: int
    status: str
    received_at: datetime = Field(sa_type=_INSTANT)
    worker_key: str
    tracking_code_hash: str
    sealed_form: bytes = Field(sa_type=LargeBinary)


class ReportClaimRow(Base, table=True):
    """What verification last told of a claim that a report is or was part of (`linked`). A link with its history
    instead of columns of the report: events of two claims come in any order."""

    __tablename__ = "report_claim"

    report_id: UUID = Field(primary_key=True)
    case_number: str = Field(primary_key=True)
    org: str
    claim_version: int
    linked: bool
    state: str
    waiting_on: str
    payer_of_first_resort: str | None = None
    checklist: list[dict[str, Any]] = Field(sa_type=JSONB)
    told_at: datetime = Field(sa_type=_INSTANT)
    report_version: int | None = None
    clocks: list[dict[str, Any]] = Field(sa_type=JSONB)
    waiting_reason: str | None = None


class WebhookEndpoint(Base, WebhookEndpointColumns, table=True):
    """Where an employer wants to hear of its reports."""

    __tablename__ = "webhook_endpoint"


class WebhookDelivery(Base, WebhookDeliveryColumns, table=True):
    __tablename__ = "webhook_delivery"


class ReportNoticeRow(Base, table=True):
    """One piece of news of a report. `position` rises within a report; `body` is what receivers get, byte for byte,
    and `digest` tells whether the next news would say anything else."""

    __tablename__ = "report_notice"

    notification_id: UUID = Field(primary_key=True)
    org: str
    report_id: UUID = Field(foreign_key="accident_report.report_id")
    position: int = Field(sa_type=BigInteger, unique=True)
    digest: str
    body: bytes = Field(sa_type=LargeBinary)
    issued_at: datetime = Field(sa_type=_INSTANT)


class ReportDraftRow(Base, table=True):
    """A report that somebody without an account is writing, sealed; found by the hash of the cookie's token. Once it is
    sent (`sent_at`) only what the last page shows is left in it."""

    __tablename__ = "report_draft"

    token_hash: str = Field(primary_key=True)
    org: str
    sealed_draft: bytes = Field(sa_type=LargeBinary)
    sent_at: datetime | None = Field(default=None, sa_type=_INSTANT)
    touched_at: datetime = Field(sa_type=_INSTANT)


class ReportDraftPhotoRow(Base, table=True):
    """A photograph of a draft, sealed; it goes with the draft."""

    __tablename__ = "report_draft_photo"

    token_hash: str = Field(primary_key=True, foreign_key="report_draft.token_hash")
    id: UUID = Field(primary_key=True)
    org: str
    media_type: str
    size_bytes: int
    sealed_content: bytes = Field(sa_type=LargeBinary)


class SelfReportPhotoRow(Base, table=True):
    """A photograph of a self-report; its bytes are in the document store under `sha256`."""

    __tablename__ = "self_report_photo"

    report_id: UUID = Field(primary_key=True, foreign_key="self_report.report_id")
    version: int = Field(primary_key=True)
    org: str
    sha256: str
    size_bytes: int
    media_type: str
    received_at: datetime = Field(sa_type=_INSTANT)


class ThrottleRow(Base, ThrottleColumns, table=True):
    __tablename__ = "throttle"


class MessageRow(Base, MessageColumns, table=True):
    __tablename__ = "message"


class EmployerSessionRow(Base, table=True):
    """One sign-in of an employer to the pages, under the hash of its cookie; `checked_at` is when the issuer last
    gave a token for it."""

    __tablename__ = "employer_session"

    token_hash: bytes = Field(sa_type=LargeBinary, primary_key=True)
    sealed_employer: bytes = Field(sa_type=LargeBinary)
    seen_at: datetime = Field(sa_type=_INSTANT)
    checked_at: datetime = Field(sa_type=_INSTANT)
    expires_at: datetime = Field(sa_type=_INSTANT)


class ImportedRowRow(Base, table=True):
    """A row of a table that became a report: a keyed hash of the form it fills in."""

    __tablename__ = "imported_row"

    org: str = Field(primary_key=True)
    row_hash: str = Field(primary_key=True)
    report_id: UUID = Field(foreign_key="accident_report.report_id")


class ImportResultRow(Base, table=True):
    """What became of one table, row by row; sealed, since it shows people."""

    __tablename__ = "import_result"

    id: UUID = Field(primary_key=True)
    org: str
    sealed_result: bytes = Field(sa_type=LargeBinary)
    accepted: int
    earlier: int
    rejected: int
    made_at: datetime = Field(sa_type=_INSTANT)
