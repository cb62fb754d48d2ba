"""What the use cases need from outside: stores in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from shared.events import Event
from shared.webhooks.subscription import Subscription


@dataclass(frozen=True)
class Officer:
    """The caller: the client, its office, and the person where one is known."""

    client_id: str
    org: str
    person: str


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
    test: bool = False


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
    async def of_orgs(self, orgs: Sequence[str]) -> list[Subscription]:
        """The endpoints of some offices."""
        ...


class DeliveryStore(Protocol):
    async def enqueue(self, entries: Sequence[QueueEntry], now: datetime) -> int:
        """Put notifications in line; what is in line already stays. Answers how many were added."""
        ...


class NotificationStore(Protocol):
    async def add(self, notifications: Sequence[NewNotification], now: datetime) -> dict[UUID, int]:
        """Store those not stored yet and give each its position; serialises with every other such transaction."""
        ...

    async def page(self, after: int, region: str | None, limit: int) -> list[Notification]: ...
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
