"""Five services, four parties and a receiver, in this process; servers are real."""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from shared.events.topics import CLAIMS
from shared.kafka.in_memory import InMemoryBus
from tests.support.databases import ServiceDatabase
from tests.support.eventually import eventually
from tests.support.hub import Hub, Wires, running_hub_in_process
from tests.support.hub_checks import broken, is_at_rest
from tests.support.hub_databases import hub_databases
from tests.support.one_accident import Parties, meet, operator_of
from tests.support.parties import Party
from tests.support.servers import PostgresServer
from tests.support.webhook_receiver import WebhookReceiver, webhook_receiver


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def places(postgres: PostgresServer) -> AsyncIterator[Mapping[str, ServiceDatabase]]:
    async with hub_databases(postgres.url) as places:
        yield places


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with webhook_receiver() as receiver:
        yield receiver


@dataclass
class World:
    """A hub with its parties, once they have met. `bus` is what all services are wired to."""

    hub: Hub
    bus: InMemoryBus
    receiver: WebhookReceiver
    operator: Party
    _parties: Parties | None = None

    @property
    def parties(self) -> Parties:
        assert self._parties is not None, "they have not met"
        return self._parties

    async def meet(self) -> None:
        """Register the parties. Gateways know of a new partner when they have heard of it."""
        self._parties = await meet(self.operator, self.receiver)
        await self.rest()

    async def rest(self) -> None:
        """Until nothing is left to be done."""

        async def rests() -> bool:
            await self.hub.settled()
            return await is_at_rest(self.hub)

        await eventually(rests, timeout_seconds=30.0, every_seconds=0.05)

    async def broken(self) -> list[str]:
        """What is wrong now that the hub is at rest."""
        return await broken(self.hub, self.parties.accepted(), self.bus.records(CLAIMS), self.receiver)


@pytest_asyncio.fixture
async def new_world(
    places: Mapping[str, ServiceDatabase], tmp_path: Path, receiver: WebhookReceiver
) -> AsyncIterator[World]:
    """Nobody but the operator is registered."""
    bus = InMemoryBus()
    async with running_hub_in_process(places, tmp_path, Wires(bus)) as hub:
        yield World(hub, bus, receiver, operator_of(hub))


@pytest_asyncio.fixture
async def world(new_world: World) -> World:
    """The four parties have met."""
    await new_world.meet()
    return new_world
