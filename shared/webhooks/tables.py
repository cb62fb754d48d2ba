"""Columns of the two tables behind webhooks. A service may add columns of its own, such as what to filter by."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

_INSTANT = DateTime(timezone=True)


class WebhookEndpointColumns(SQLModel):
    """Columns of `webhook_endpoint`: where to, signed with what, and how it has answered lately.

    `state` is `active` or `paused`; `pause_reason` is `partner`, `operator` or `gone` (it answered 410)."""

    id: UUID = Field(primary_key=True)
    org: str
    client_id: str
    url: str
    event_types: list[str] = Field(sa_type=ARRAY(Text))
    state: str
    pause_reason: str | None = None
    public_key: str
    sealed_keys: bytes = Field(sa_type=LargeBinary)
    sealed_previous_keys: bytes | None = Field(default=None, sa_type=LargeBinary)
    previous_keys_until: datetime | None = Field(default=None, sa_type=_INSTANT)
    created_at: datetime = Field(sa_type=_INSTANT)
    updated_at: datetime = Field(sa_type=_INSTANT)
    failures: int = 0
    failing: bool = False
    failing_since: datetime | None = Field(default=None, sa_type=_INSTANT)
    suspect_line: str | None = None
    not_before: datetime | None = Field(default=None, sa_type=_INSTANT)
    throttled_until: datetime | None = Field(default=None, sa_type=_INSTANT)
    last_attempt_at: datetime | None = Field(default=None, sa_type=_INSTANT)


class WebhookDeliveryColumns(SQLModel):
    """Columns of `webhook_delivery`: one message on its way to one endpoint.

    `line` is what messages are ordered within (`position` ascending); only the `head` of a line is sent. `state` is
    `pending`, `paused`, `delivered` or `exhausted`; the first two are open and hold up their line."""

    id: UUID = Field(primary_key=True)
    org: str
    endpoint_id: UUID = Field(foreign_key="webhook_endpoint.id", ondelete="CASCADE")
    message_id: UUID
    message_type: str
    line: str = Field(sa_type=Text(collation="C"))
    position: int = Field(sa_type=BigInteger)
    state: str
    head: bool = False
    attempts: int = 0
    next_attempt_at: datetime = Field(sa_type=_INSTANT)
    first_attempt_at: datetime | None = Field(default=None, sa_type=_INSTANT)
    last_attempt_at: datetime | None = Field(default=None, sa_type=_INSTANT)
    last_status: int | None = None
    last_error: str | None = None
    delivered_at: datetime | None = Field(default=None, sa_type=_INSTANT)
    created_at: datetime = Field(sa_type=_INSTANT)
