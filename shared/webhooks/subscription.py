"""What is said of subscriptions and of the messages on their way to them: plain facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from shared.webhooks.excerpt import Excerpt


@dataclass(frozen=True)
class Subscription:
    """A webhook endpoint of a partner and what it wants to hear of. `state` is `active` or `paused`.

    `filters` are the service's own columns, such as regions: by name, the values to which messages are narrowed."""

    id: UUID
    org: str
    client_id: str
    url: str
    event_types: tuple[str, ...]
    filters: Mapping[str, tuple[str, ...]]
    state: str
    pause_reason: str | None
    public_key: str
    created_at: datetime
    updated_at: datetime
    failing_since: datetime | None = None
    last_attempt_at: datetime | None = None


@dataclass(frozen=True)
class SubscriptionChange:
    """What a PATCH names; what is None or absent stays."""

    url: str | None = None
    event_types: tuple[str, ...] | None = None
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    status: str | None = None
    rotate_secret: bool = False


@dataclass(frozen=True)
class SubscriptionBounds:
    """How many endpoints one partner has, for how long both keys sign after a rotation, how many messages one recovery
    puts in line, and how long ended deliveries are remembered."""

    subscriptions_max: int
    secret_overlap: timedelta
    recovered_max: int
    remembered: timedelta
    batch: int = 500


@dataclass(frozen=True, repr=False)
class IssuedKeys:
    """Fresh signing keys of an endpoint: sealed for the store, in text for the one answer that tells them."""

    sealed: bytes
    secret: str
    public_key: str


@dataclass(frozen=True)
class EndpointRecord:
    """How an endpoint has done lately.

    `messages` are its latest, bounded by `shared.webhooks.rows` in number and age; `attempts` were made of them,
    `delivered` and `given_up` have ended, and the latest attempt met `last_status` and `last_error`. `waiting` are all
    that wait, whatever their age."""

    messages: int
    attempts: int
    delivered: int
    given_up: int
    waiting: int
    oldest_waiting_at: datetime | None
    last_delivered_at: datetime | None
    last_attempt_at: datetime | None
    last_status: int | None
    last_error: str | None


@dataclass(frozen=True)
class OverseenEndpoint:
    """An endpoint as the operator sees it. Until `old_keys_until` the keys from before a rotation sign along."""

    subscription: Subscription
    record: EndpointRecord
    old_keys_until: datetime | None


@dataclass(frozen=True)
class TestResult:
    """What a receiver did with a test message. `error` is a code, None when it was taken; `answer` may be shown."""

    __test__ = False

    message_id: UUID
    delivered: bool
    status: int | None
    error: str | None
    duration_ms: int
    answer: Excerpt


@dataclass(frozen=True)
class Delivery:
    """One message's way to one subscription. `line` is what messages are ordered within."""

    id: UUID
    subscription_id: UUID
    org: str
    message_id: UUID
    message_type: str
    line: str
    position: int
    state: str
    attempts: int
    next_attempt_at: datetime
    last_attempt_at: datetime | None
    last_status: int | None
    last_error: str | None
    delivered_at: datetime | None
    created_at: datetime
