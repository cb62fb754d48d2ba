"""The hub as its operator sees it from the console: how its services are, and what did not arrive."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True)
class Health:
    """One service. `problems` are its own words, empty when it is ready; figures are None where it tells none.

    `lag` are events not yet handled, `unsent` events not yet published, the oldest `oldest_seconds` old; `failed` are
    events that went to the dead letters and `restarts` restarts of background parts, both since the process began.
    """

    service: str
    url: str
    problems: tuple[str, ...]
    lag: int | None = None
    unsent: int | None = None
    oldest_seconds: float | None = None
    failed: int | None = None
    restarts: int | None = None


@dataclass(frozen=True)
class Cause:
    """Dead letters of one service and topic that failed for the same reason, oldest first."""

    service: str
    topic: str
    reason_code: str
    letters: tuple[dict[str, Any], ...]

    @property
    def parked(self) -> int:
        """Later events that wait behind them."""
        return sum(letter["parked_behind"] for letter in self.letters)


@dataclass(frozen=True)
class PartnerContact:
    """What one organisation asked the services in the days that are counted, and when it last asked anything: by whom
    it was answered then, and with which status."""

    org: str
    answered: int
    refused: int
    failed: int
    last_at: datetime
    last_service: str
    last_status: int

    @property
    def requests(self) -> int:
        return self.answered + self.refused + self.failed

    @property
    def success_percent(self) -> int | None:
        """Rounded down, so that 100 means all of them; None without any."""
        return self.answered * 100 // self.requests if self.requests else None


@dataclass(frozen=True)
class Listed:
    """What could be read, and which services did not answer, with what they said."""

    items: tuple[dict[str, Any], ...]
    silent: tuple[tuple[str, str], ...] = ()


class HubOperations(Protocol):
    """The services' own operator's APIs, `service` being one of their names."""

    async def health(self) -> list[Health]: ...

    async def dead_letters(self) -> Listed:
        """The open ones of every service, each with its `service`."""

    async def deliveries(self, state: str, endpoint_id: str | None = None) -> Listed:
        """The newest webhook deliveries in this state of every service that sends, or those to one endpoint, each with
        its `service`."""

    async def endpoints(self, org: str) -> Listed:
        """The webhook endpoints of one organisation in every service that sends, with how they have done."""

    async def clients(self, org: str | None = None) -> Listed:
        """Every registered client, or those of one organisation, by id."""

    async def contacts(self, org: str | None = None) -> Listed:
        """What partners asked each service in the last seven days, and when last; or one organisation."""

    async def register_client(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """A new client as `POST /v1/clients` of partners takes it; its answer, with a secret where there is one.
        Raises Refusal with what is wrong, Unavailable."""

    async def change_client(self, client_id: str, path: Sequence[str], body: dict[str, Any]) -> dict[str, Any]:
        """POST below `/v1/clients/{client_id}` of partners: approvals and credentials. Raises as the others do."""

    async def revoke_client(self, client_id: str) -> None:
        """No new token from now on. Raises NotFound, Conflict, Unavailable."""

    async def notices(self) -> Listed:
        """The newest notices of incidents and maintenance, those that are over too."""

    async def tell(self, path: Sequence[str], body: dict[str, Any], once: str) -> dict[str, Any]:
        """POST below `/v1/notices` of partners: a new notice, or how one goes on. The same `once` does it once. Raises
        as the others do."""

    async def conformance_runs(self, org: str, at_most: int | None = None) -> Listed:
        """The newest runs of the conformance kit by one organisation."""

    async def look(self, service: str, path: Sequence[str], **query: str) -> dict[str, Any]:
        """GET below `/v1/operations`. Raises as `act` does."""

    async def act(self, service: str, path: Sequence[str], body: dict[str, Any] | None = None) -> dict[str, Any]:
        """POST below `/v1/operations`. Raises Refusal with what the service says, Unavailable when it is silent."""


def by_cause(letters: Iterable[dict[str, Any]]) -> list[Cause]:
    """The most frequent first."""
    groups: defaultdict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for letter in sorted(letters, key=lambda one: str(one["failed_at"])):
        groups[letter["service"], letter["topic"], letter["reason_code"]].append(letter)
    causes = [Cause(*key, tuple(found)) for key, found in groups.items()]
    return sorted(causes, key=lambda cause: (-len(cause.letters), cause.service, cause.topic, cause.reason_code))


def by_partner(contacts: Iterable[dict[str, Any]]) -> list[PartnerContact]:
    """What the services say of each partner put together, by organisation. The hub's operators are no partners."""
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for contact in contacts:
        if not contact["org"].startswith("operator:"):
            found[contact["org"]].append(contact)
    return [_together(org, found[org]) for org in sorted(found)]


def _together(org: str, parts: Sequence[dict[str, Any]]) -> PartnerContact:
    last = max(parts, key=lambda one: datetime.fromisoformat(one["last_at"]))
    answered, refused, failed = (sum(one[name] for one in parts) for name in ("answered", "refused", "failed"))
    at = datetime.fromisoformat(last["last_at"])
    return PartnerContact(org, answered, refused, failed, at, last["service"], last["last_status"])


def worst_first(partners: Iterable[PartnerContact]) -> list[PartnerContact]:
    """By the share that succeeded; last those who asked nothing lately."""
    return sorted(partners, key=lambda one: (100.5 if one.success_percent is None else one.success_percent, one.org))


def longest_silent_first(partners: Iterable[PartnerContact]) -> list[PartnerContact]:
    return sorted(partners, key=lambda one: one.last_at)
