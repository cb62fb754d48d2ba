"""The tables of this service."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from shared.postgres.standard_columns import declare_standard_tables
from shared.postgres.throttle_table import ThrottleColumns
from shared.webhooks.tables import WebhookDeliveryColumns, WebhookEndpointColumns

_INSTANT = DateTime(timezone=True)
_CODE = Text(collation="C")


class Base(SQLModel, registry=registry()):
    """One registry for this service alone."""


declare_standard_tables(Base)


class WebhookEndpoint(Base, WebhookEndpointColumns, table=True):
    """A subscription: an endpoint and what it wants to hear of."""

    __tablename__ = "webhook_endpoint"

    region_codes: list[str] = Field(sa_type=ARRAY(Text))


class WebhookDelivery(Base, WebhookDeliveryColumns, table=True):
    __tablename__ = "webhook_delivery"


class Notification(Base, table=True):
    """One notification. `position` is given under an advisory lock held to the commit: gap-free and in commit order,
    so that a cursor on it neither skips nor repeats."""

    __tablename__ = "notification"

    notification_id: UUID = Field(primary_key=True)
    org: str
    position: int = Field(sa_type=BigInteger, unique=True)
    case_number: str = Field(sa_type=_CODE)
    region_code: str = Field(sa_type=_CODE)
    notification_type: str
    sequence: int
    sealed_body: bytes = Field(sa_type=LargeBinary)
    received_at: datetime = Field(sa_type=_INSTANT)
    acknowledged_at: datetime | None = Field(default=None, sa_type=_INSTANT)


class KnownCase(Base, table=True):
    """A case as this gateway knows it: its state from `jkk.claim-state`, its content from the last notification."""

    __tablename__ = "known_case"

    case_number: str = Field(sa_type=_CODE, primary_key=True)
    org: str
    region_code: str | None = Field(default=None, sa_type=_CODE)
    claim_version: int = Field(default=0, sa_type=BigInteger)
    claim_state: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    open: bool = True
    merged_into: str | None = Field(default=None, sa_type=_CODE)
    view_sequence: int = 0
    sealed_view: bytes | None = Field(default=None, sa_type=LargeBinary)


class Determination(Base, table=True):
    """One determination as the office sent it; `superseded_by` points to the one that took its place."""

    __tablename__ = "determination"

    determination_id: UUID = Field(primary_key=True)
    org: str
    client_id: str
    case_number: str = Field(sa_type=_CODE)
    region_code: str | None = Field(default=None, sa_type=_CODE)
    decision: str
    decided_on: date
    supersedes: UUID | None = None
    superseded_by: UUID | None = None
    position: int = Field(sa_type=BigInteger)
    received_at: datetime = Field(sa_type=_INSTANT)
    sealed_content: bytes = Field(sa_type=LargeBinary)


class ThrottleRow(Base, ThrottleColumns, table=True):
    __tablename__ = "throttle"
