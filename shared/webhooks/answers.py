"""Answers of `/v1/subscriptions` as the OpenAPI shows them; a service adds what is its own."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from shared.webhooks.subscription import Delivery, IssuedKeys, Subscription

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
    delivered: bool
    status: int | None
    error: str | None


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
