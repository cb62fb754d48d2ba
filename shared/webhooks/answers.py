"""Answers of `/v1/subscriptions` as the OpenAPI shows them; a service adds what is its own."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import BaseModel, Field

from shared.webhooks.subscription import Delivery, IssuedKeys, OverseenEndpoint, Subscription, TestResult

Url = Annotated[str, Field(min_length=1, max_length=2_000, description="Where to POST. In production public https.")]


class EndpointAnswer(BaseModel):
    """A subscription. The secret stands only in the answers that made it."""

    id: UUID
    secret: str | None = Field(None, description="`whsec_` and base64 of 32 bytes: verifies `v1` signatures.")
    public_key: str = Field(description="`whpk_` and base64 of 32 bytes: verifies `v1a` (ed25519) signatures.")
    url: str
    status: str = Field(description="active or paused")
    pause_reason: str | None = Field(None, description="partner, operator, or gone (the endpoint answered 410)")
    failing_since: datetime | None = None
    last_attempt_at: datetime | None = None
    created_at: datetime
    updated_at: datetime


class MessageAnswer(BaseModel):
    """One message's way to one subscription."""

    id: UUID
    subscription_id: UUID
    notification_id: UUID = Field(description="The `webhook-id` of its message.")
    event_type: str
    state: str = Field(description="pending, paused, delivered or exhausted")
    attempts: int
    next_attempt_at: datetime | None
    last_attempt_at: datetime | None
    last_status: int | None
    last_error: str | None
    delivered_at: datetime | None
    created_at: datetime


class TestAnswer(BaseModel):
    """What the receiver did with the sample."""

    __test__ = False

    webhook_id: UUID
    delivered: bool = Field(description="Whether it answered 2xx.")
    status: int | None = Field(description="The receiver's HTTP status; null when it gave no answer.")
    error: str | None = Field(description="`http-<status>`, `no-answer:<reason>`, or why the address was refused.")
    duration_ms: int = Field(description="Until the whole answer was here.")
    media_type: str | None = Field(description="Of the answer.")
    excerpt: str | None = Field(
        description="At most 200 characters of an answer in plain text or JSON; long numbers, addresses and whatever "
        "could be a key are masked."
    )


class EndpointRecordAnswer(BaseModel):
    """How an endpoint has done: its messages of the last seven days, the latest 1,000 at most, and all that waits."""

    messages: int
    attempts: int
    delivered: int
    given_up: int
    success_percent: int | None = Field(description="Attempts that were answered 2xx; null without an attempt.")
    waiting: int
    oldest_waiting_at: datetime | None
    last_delivered_at: datetime | None
    last_attempt_at: datetime | None
    last_status: int | None
    last_error: str | None


class OverseenEndpointAnswer(BaseModel):
    """A subscription as operators see it: no secret, and of the address no more than names the receiver."""

    id: UUID
    org: str
    client_id: str
    host: str = Field(description="Scheme, host and port of the address.")
    public_key: str
    event_types: tuple[str, ...]
    filters: dict[str, tuple[str, ...]] = Field(description="What its messages are narrowed to, such as region_codes.")
    status: str = Field(description="active or paused")
    pause_reason: str | None = Field(description="partner, operator, or gone (the endpoint answered 410)")
    failing_since: datetime | None
    old_keys_until: datetime | None = Field(description="Until then the keys from before a rotation sign along.")
    created_at: datetime
    updated_at: datetime
    record: EndpointRecordAnswer


class OverseenEndpointPage(BaseModel):
    items: list[OverseenEndpointAnswer]
    next_cursor: str | None = None


class RecoverAnswer(BaseModel):
    """How many notifications were put in line again."""

    requeued: int


def endpoint_fields(subscription: Subscription, keys: IssuedKeys | None) -> dict[str, Any]:
    """The fields of `EndpointAnswer`; `keys` when they were made by this very request."""
    return {
        "id": subscription.id,
        "secret": keys.secret if keys else None,
        "public_key": subscription.public_key,
        "url": subscription.url,
        "status": subscription.state,
        "pause_reason": subscription.pause_reason,
        "failing_since": subscription.failing_since,
        "last_attempt_at": subscription.last_attempt_at,
        "created_at": subscription.created_at,
        "updated_at": subscription.updated_at,
    }


def message_fields(delivery: Delivery) -> dict[str, Any]:
    """The fields of `MessageAnswer`."""
    return {
        "id": delivery.id,
        "subscription_id": delivery.subscription_id,
        "notification_id": delivery.message_id,
        "event_type": delivery.message_type,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "next_attempt_at": delivery.next_attempt_at if delivery.state == "pending" else None,
        "last_attempt_at": delivery.last_attempt_at,
        "last_status": delivery.last_status,
        "last_error": delivery.last_error,
        "delivered_at": delivery.delivered_at,
        "created_at": delivery.created_at,
    }


def tested_told(result: TestResult) -> TestAnswer:
    return TestAnswer(
        webhook_id=result.message_id,
        delivered=result.delivered,
        status=result.status,
        error=result.error,
        duration_ms=result.duration_ms,
        media_type=result.answer.media_type,
        excerpt=result.answer.text,
    )


def overseen_told(overseen: OverseenEndpoint) -> OverseenEndpointAnswer:
    subscription, record = overseen.subscription, overseen.record
    address = urlsplit(subscription.url)
    percent = record.delivered * 100 // record.attempts if record.attempts else None
    return OverseenEndpointAnswer(
        id=subscription.id,
        org=subscription.org,
        client_id=subscription.client_id,
        host=f"{address.scheme}://{address.netloc.rpartition('@')[2]}",
        public_key=subscription.public_key,
        event_types=subscription.event_types,
        filters=dict(subscription.filters),
        status=subscription.state,
        pause_reason=subscription.pause_reason,
        failing_since=subscription.failing_since,
        old_keys_until=overseen.old_keys_until,
        created_at=subscription.created_at,
        updated_at=subscription.updated_at,
        record=EndpointRecordAnswer(**asdict(record), success_percent=percent),
    )
