"""What the use cases need from outside: stores in one transaction, and the webhook machinery."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from shared.events import Event


@dataclass(frozen=True)
class Officer:
    """The caller: the client, its office, and the person where one is known."""

    client_id: str
    org: str
    person: str


@dataclass(frozen=True)
class Subscription:
    """A webhook endpoint of an office and what it wants to hear of. `state` is `active` or `paused`."""

    id: UUID
    org: str
    client_id: str
    url: str
    region_codes: tuple[str, ...]
    event_types: tuple[str, ...]
    state: str
    pause_reason: str | None
    public_key: str
    created_at: datetime
    updated_at: datetime
    failing_since: datetime | None = None
    last_attempt_at: datetime | None = None


@dataclass(frozen=True)
class IssuedKeys:
    """Fresh signing keys of an endpoint: sealed for the store, in text for the one answer that tells them."""

    sealed: bytes
    secret: str
    public_key: str


@dataclass(frozen=True)
class DeliveryView:
    """One notification's way to one subscription."""

    id: UUID
    subscription_id: UUID
    org: str
    notification_id: UUID
    event_type: str
    case_number: str
    position: int
    state: str
    attempts: int
    next_attempt_at: datetime
    last_attempt_at: datetime | None
    last_status: int | None
    last_error: str | None
    delivered_at: datetime | None
    created_at: datetime


@dataclass(frozen=True)
class TestResult:
    """What a receiver did with a test message. `error` is a code, None when it was taken."""

    __test__ = False

    message_id: UUID
    delivered: bool
    status: int | None
    error: str | None


@dataclass(frozen=True)
class NewNotification:
    """A notification as it comes from verification; `body` is what receivers get, byte for byte."""

    notification_id: UUID
    org: str
    case_number: str
    region_code: str
    notification_type: str
    sequence: int
    body: bytes


@dataclass(frozen=True)
class Notification:
    """A stored notification. `position` orders all of them without gaps."""

    notification_id: UUID
    org: str
    position: int
    case_number: str
    region_code: str
    notification_type: str
    body: dict[str, Any]
    acknowledged_at: datetime | None


@dataclass(frozen=True)
class QueueEntry:
    """One notification on its way to one subscription; a case's notifications go out in order of `position`."""

    subscription_id: UUID
    notification_id: UUID
    notification_type: str
    case_number: str
    region_code: str
    position: int


@dataclass(frozen=True)
class CaseState:
    """A claim's state as the hub last said it: a projection of `jkk.claim-state`."""

    case_number: str
    region_code: str | None
    claim_version: int
    state: Mapping[str, Any]
    open: bool
    merged_into: str | None


@dataclass(frozen=True)
class KnownCase:
    """A case of this office. `state` and `view` are None as long as that side has not been heard of."""

    case_number: str
    org: str
    region_code: str | None
    open: bool
    merged_into: str | None
    state: Mapping[str, Any] | None
    view: dict[str, Any] | None


@dataclass(frozen=True)
class StoredDetermination:
    """A determination with everything the office sent."""

    determination_id: UUID
    org: str
    client_id: str
    case_number: str
    region_code: str | None
    decision: str
    supersedes: UUID | None
    superseded_by: UUID | None
    received_at: datetime
    content: dict[str, Any]


class SubscriptionStore(Protocol):
    async def add(self, subscription: Subscription, keys: IssuedKeys) -> None: ...
    async def get(self, subscription_id: UUID) -> Subscription | None: ...
    async def page(self, after: UUID | None, limit: int) -> list[Subscription]: ...
    async def count(self) -> int: ...
    async def change(
        self, subscription_id: UUID, now: datetime, *, url: str, region_codes: Sequence[str], event_types: Sequence[str]
    ) -> None: ...
    async def set_state(self, subscription_id: UUID, pause_reason: str | None, now: datetime) -> None: ...
    async def rotate_keys(self, subscription_id: UUID, keys: IssuedKeys, previous_until: datetime) -> None: ...
    async def remove(self, subscription_id: UUID) -> None: ...
    async def watching(self, orgs: Sequence[str]) -> "list[Subscription]": ...


class DeliveryStore(Protocol):
    async def enqueue(self, entries: Sequence[QueueEntry], now: datetime) -> int:
        """Put notifications in line; what is in line already stays. Answers how many were added."""
        ...

    async def page(
        self, subscription_id: UUID | None, state: str | None, after: tuple[int, UUID] | None, limit: int
    ) -> list[DeliveryView]:
        """Newest first; `after` is position and id of the last one of the page before."""
        ...

    async def get(self, delivery_id: UUID) -> DeliveryView | None: ...
    async def set_paused(self, delivery_id: UUID, *, paused: bool) -> None: ...
    async def resend(self, delivery_ids: Sequence[UUID], now: datetime) -> int: ...
    async def given_up(self, subscription_id: UUID, since: datetime, limit: int) -> list[UUID]: ...


class NotificationStore(Protocol):
    async def add(self, notifications: Sequence[NewNotification], now: datetime) -> dict[UUID, int]:
        """Store those not stored yet and give each its position; serialises with every other such transaction."""
        ...

    async def page(self, after: int, region: str | None, limit: int) -> list[Notification]: ...
    async def never_queued(
        self, subscription: Subscription, since: datetime, after: int, limit: int
    ) -> list[QueueEntry]:
        """Notifications of the subscription's event types since then that were never in line for it, in the order of
        their positions beyond `after`."""
        ...

    async def get(self, notification_id: UUID) -> Notification | None: ...
    async def acknowledge(self, notification_id: UUID, at: datetime) -> bool: ...


class CaseStore(Protocol):
    async def record_states(self, states: Sequence[CaseState]) -> None:
        """Keep the newest state of each case."""
        ...

    async def record_view(
        self, case_number: str, org: str, region_code: str, sequence: int, view: dict[str, Any]
    ) -> None:
        """Keep the newest view of a case."""
        ...

    async def forget(self, case_numbers: Sequence[str]) -> None: ...
    async def get(self, case_number: str) -> KnownCase | None: ...


class DeterminationStore(Protocol):
    async def lock_case(self, case_number: str) -> None:
        """One determination of a case at a time, until the transaction ends."""
        ...

    async def of_case(self, case_number: str) -> list[StoredDetermination]:
        """In the order of their coming."""
        ...

    async def add(self, determination: StoredDetermination, position: int) -> None: ...
    async def get(self, determination_id: UUID) -> StoredDetermination | None: ...


class UnitOfWork(Protocol):
    """One transaction's stores. Everything commits together or not at all."""

    @property
    def subscriptions(self) -> SubscriptionStore: ...
    @property
    def deliveries(self) -> DeliveryStore: ...
    @property
    def notifications(self) -> NotificationStore: ...
    @property
    def cases(self) -> CaseStore: ...
    @property
    def determinations(self) -> DeterminationStore: ...

    async def publish(self, events: Sequence[Event]) -> None: ...
    async def audit(
        self, officer: Officer, action: str, object_type: str, object_id: object, **detail: str | int | None
    ) -> None: ...


class Webhooks(Protocol):
    """Keys, addresses and direct messages of endpoints."""

    def check_url(self, url: str) -> None:
        """Raises Refusal `subscription.url-refused` when the hub must not connect there."""
        ...

    def new_keys(self, subscription_id: UUID) -> IssuedKeys: ...

    async def prove(self, subscription_id: UUID, url: str, keys: IssuedKeys | None) -> None:
        """Where the profile asks for it, send a challenge signed with `keys` (None: those in use). Raises Refusal
        `subscription.challenge-failed`."""
        ...

    async def send_test(self, subscription_id: UUID, body: dict[str, Any]) -> TestResult: ...
