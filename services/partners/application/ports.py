"""What the use cases need from outside."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from services.partners.domain.credentials import Credential
from services.partners.domain.partners import Client, Organisation
from shared.audit import AuditEntry


@dataclass(frozen=True)
class Actor:
    """Who asks. `officer` is the person behind the client, where one is named."""

    org: str
    client_id: str
    officer: str | None = None
    officer_name: str | None = None

    @property
    def person(self) -> str:
        """Who it is said to be, for what is written down; `SecondPerson` knows whom to tell apart."""
        return self.officer or self.client_id

    def did(
        self, action: str, object_type: str, object_id: str, outcome: str = "ok", **detail: str | int | bool
    ) -> AuditEntry:
        """One line of the log of accesses; `detail` holds codes and ids only."""
        return AuditEntry(self.org, self.client_id, action, object_type, object_id, outcome, self.officer, detail)


@dataclass(frozen=True)
class Backlog:
    """Events that wait to be published: how many, and the age of the oldest in seconds."""

    unsent: int
    oldest_seconds: float


class Registry(Protocol):
    """The registry within one transaction of the hub's own role."""

    async def client(self, client_id: str) -> Client | None: ...

    async def add_client(self, client: Client) -> None: ...

    async def client_to_change(self, client_id: str) -> Client | None:
        """The client, which nobody else changes until the end."""
        ...

    async def add_credential(self, client: Client, credential: Credential) -> None: ...

    async def change_credential(self, credential: Credential) -> None:
        """Its approval, end and retirement."""
        ...

    async def begin_reading(self, credential_id: UUID, now: datetime) -> bool:
        """Whether the address of this credential may be read now: of several at the same moment one may."""
        ...

    async def reading_failed(self, credential_id: UUID, code: str) -> None: ...

    async def keys_read(self, credential_id: UUID, keys: Sequence[Mapping[str, str]], at: datetime) -> None: ...

    async def approve(self, client_id: str, by: str, at: datetime) -> None: ...

    async def revoke(self, client_id: str, at: datetime) -> None: ...

    async def lock_operators(self) -> None:
        """Let no other transaction judge at the same time whether an operator may go."""
        ...

    async def active_operators(self) -> int: ...

    async def clients(self, *, after: str | None, limit: int, org: str | None = None) -> Sequence[Client]:
        """Ordered by client id, beginning after `after`."""
        ...

    async def reserve_organisation(self, org: str, name: str, at: datetime) -> None:
        """Make the organisation of a client that waits for approval, if there is none; nobody hears of it."""
        ...

    async def touch_organisation(self, org: str, *, name: str, region_code: str | None, at: datetime) -> None:
        """Make the organisation or count one more change of it; holds its row until the end. A region replaces the
        one before, None and the name don't."""
        ...

    async def organisations(self, *, after: str | None, limit: int) -> Sequence[Organisation]: ...

    async def spend_assertion(self, client: Client, jti: str, expires_at: datetime) -> bool:
        """Whether this `jti` of this client is used for the first time."""
        ...

    async def backlog(self) -> Backlog: ...

    async def note(self, entry: AuditEntry) -> None:
        """Add to the append-only log."""
        ...

    async def publish(self, org: str) -> None:
        """Tell the other services how an organisation that was touched stands now."""
        ...


class UnitOfWork(Protocol):
    """Opens transactions; one commits when its block ends well."""

    def begin(self) -> AbstractAsyncContextManager[Registry]: ...


@dataclass(frozen=True)
class Unchecked:
    """Who a token request says it is from, and by which key of theirs; nothing of it is checked yet."""

    client_id: str
    kid: str | None = None


class Assertions(Protocol):
    """Checks what clients sign."""

    def unchecked(self, assertion: str) -> Unchecked | None:
        """What an assertion says of itself; None when it is not a signed JWT."""
        ...

    def claims(self, assertion: str, public_jwk: Mapping[str, str]) -> Mapping[str, Any]:
        """The claims, signed by that key with ES384 or RS384. Raises AssertionRefused."""
        ...


class ClientKeys(Protocol):
    """Judges the public keys that clients register."""

    def problem(self, jwk: Mapping[str, Any]) -> str | None:
        """Why the key cannot be taken; None when it can."""
        ...

    def public_part(self, jwk: Mapping[str, Any]) -> dict[str, str]:
        """What is kept of it."""
        ...


class Signer(Protocol):
    """Signs access tokens."""

    def sign(self, claims: Mapping[str, Any]) -> str: ...
