"""Requests and answers as the OpenAPI shows them."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, WithJsonSchema
from pydantic_core import PydanticCustomError

from services.disnaker_gateway.domain.province import REGION_CODE_PATTERN
from shared.events.case_notification import CaseView, NotificationBody
from shared.events.determination import Officer
from shared.events.envelope import ClockState
from shared.events.vocabulary import DeterminationDecision, NotificationType
from shared.receipts.answer import ReceiptAnswer
from shared.regulation.codes import codes_of
from shared.webhooks.answers import EndpointAnswer, MessageAnswer, Url

RegionCode = Annotated[str, Field(pattern=REGION_CODE_PATTERN, description="Kemendagri code of 2, 4, 6 or 10 digits.")]
RegionCodes = Annotated[list[RegionCode], Field(min_length=1, max_length=100)]
EventTypes = Annotated[list[NotificationType], Field(min_length=1, max_length=10)]
Text = Annotated[str, Field(min_length=1, max_length=1_000)]
Code = Annotated[str, Field(min_length=1, max_length=100)]


def _day_text(value: object) -> object:
    # pydantic alone would take seconds since 1970 and midnights.
    if not isinstance(value, str) or not re.fullmatch(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}", value, re.ASCII):
        raise PydanticCustomError("date-format", "Expected a date as YYYY-MM-DD")
    return value


Day = Annotated[date, BeforeValidator(_day_text)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class SubscriptionRequest(_Request):
    """A new webhook endpoint."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "url": "https://hooks.disnaker.bantenprov.go.id/simpul",
                    "region_codes": ["36"],
                    "event_types": ["case.opened", "case.updated", "determination.requested"],
                }
            ]
        }
    )

    url: Url
    region_codes: RegionCodes
    event_types: EventTypes = list(NotificationType)


class SubscriptionPatch(_Request):
    """What to change; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "paused"}, {"rotate_secret": True}]})

    url: Url | None = None
    region_codes: RegionCodes | None = None
    event_types: EventTypes | None = None
    status: Literal["active", "paused"] | None = None
    rotate_secret: StrictBool = Field(
        False, description="Make new keys; the old ones sign along for a day, so that the receiver can change over."
    )


class SubscriptionAnswer(EndpointAnswer):
    """A subscription. The secret stands only in the answers that made it."""

    region_codes: tuple[str, ...]
    event_types: tuple[str, ...]


class Disability(_Request):
    """What the inspector determined of a disability."""

    kind: Code
    code: Code | None = Field(None, description="Code of the disability table, for example P15.")
    percent: Decimal | None = Field(None, ge=0, le=100, max_digits=7, decimal_places=4)


class Inspector(_Request):
    """The inspector who signed."""

    name: Text
    id: Code


class OfficerRequest(_Request):
    """The person at the office behind the request."""

    id: Code | None = None
    name: Text | None = None

    def as_event_part(self) -> Officer:
        return Officer(id=self.id, name=self.name)


class DeterminationRequest(_Request):
    """The inspector's determination (penetapan)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "case_number": "JKK-2026-7K3M9Q2XTA5",
                    "decision": "WORK_ACCIDENT",
                    "disability": {"kind": "partial_functional", "code": "P15", "percent": 15},
                    "benefit_amount_rupiah": None,
                    "letter_number": "566/123/2026",
                    "decided_on": "2026-11-20",
                    "inspector": {"name": "Andi Wijaya", "id": "PPK-1"},
                    "legal_basis": "PP 44/2015 art. 49",
                    "advisory_doctor_opinion": None,
                    "supersedes": None,
                }
            ]
        }
    )

    case_number: str = Field(min_length=1, max_length=30)
    decision: DeterminationDecision
    disability: Disability | None = None
    benefit_amount_rupiah: int | None = Field(None, ge=0, le=10**12, strict=True)
    letter_number: Code
    decided_on: Day
    inspector: Inspector
    legal_basis: Text
    advisory_doctor_opinion: Annotated[str, Field(max_length=10_000)] | None = None
    supersedes: UUID | None = Field(None, description="Which determination it replaces; else the latest of the case.")
    officer: OfficerRequest | None = None


class DeterminationAnswer(BaseModel):
    """A determination as stored."""

    id: UUID
    determination_id: UUID
    case_number: str
    decision: DeterminationDecision
    disability: dict[str, Any] | None = None
    benefit_amount_rupiah: int | None = None
    letter_number: str
    decided_on: date
    inspector: dict[str, Any]
    legal_basis: str
    advisory_doctor_opinion: str | None = None
    supersedes: UUID | None = None
    superseded_by: UUID | None = None
    received_at: datetime
    receipt: ReceiptAnswer


class AcknowledgementRequest(_Request):
    """Who has seen it; the body may be `{}`."""

    officer: OfficerRequest | None = None
    note: Annotated[str, Field(max_length=1_000)] | None = None


class AcknowledgementAnswer(BaseModel):
    """When the notification was first acknowledged."""

    id: UUID
    notification_id: UUID
    acknowledged_at: datetime


class ReceivedAcknowledgementAnswer(AcknowledgementAnswer):
    """With its receipt."""

    receipt: ReceiptAnswer


class DeliveryAnswer(MessageAnswer):
    """One notification's way to one subscription."""

    case_number: str


class SubscriptionPage(BaseModel):
    items: list[SubscriptionAnswer]
    next_cursor: str | None = None


class DeliveryPage(BaseModel):
    items: list[DeliveryAnswer]
    next_cursor: str | None = None


ClockCode = Annotated[str, WithJsonSchema({"type": "string", "enum": list(codes_of("clocks"))})]


class ClockAnswer(ClockState):
    """One deadline as it stands. `met` is null while it runs."""

    clock: ClockCode


class CaseAnswer(CaseView):
    """Event, cause, outcome and deadlines of a case; no clinical notes."""

    clocks: tuple[ClockAnswer, ...] = ()


class NotificationAnswer(NotificationBody):
    """The body that webhooks get, and when the office acknowledged it."""

    clocks: tuple[ClockAnswer, ...] = ()
    acknowledged_at: datetime | None = None


class NotificationPage(BaseModel):
    """Oldest first. `next_cursor` is null on the last page; `resume_cursor` continues from here at any later time."""

    items: list[NotificationAnswer]
    next_cursor: str | None = None
    resume_cursor: str | None = None
