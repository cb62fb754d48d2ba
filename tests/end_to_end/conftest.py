"""Five services, four parties and a receiver, in this process; servers are real."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from shared.events.topics import CLAIMS
from shared.kafka.aiokafka_bus import AioKafkaBus
from shared.kafka.bus import Received
from shared.kafka.in_memory import InMemoryBus
from tests.support.databases import ServiceDatabase
from tests.support.eventually import eventually
from tests.support.hub import Hub, Wires, running_hub_in_process
from tests.support.hub_checks import broken, is_at_rest
from tests.support.hub_databases import hub_databases
from tests.support.one_accident import Parties, meet, operator_of
from tests.support.parties import Party
from tests.support.servers import PostgresServer
from tests.support.stream_follower import StreamFollower
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
    """A hub with its parties, once they have met, and BPJS's reader of the stream."""

    hub: Hub
    receiver: WebhookReceiver
    operator: Party
    _met: Parties | None = None
    _follower: StreamFollower | None = None
    _following: "asyncio.Task[None] | None" = None

    @property
    def parties(self) -> Parties:
        assert self._met is not None, "they have not met"
        return self._met

    @property
    def bus(self) -> InMemoryBus:
        """What all services are wired to, where that is no Kafka."""
        assert isinstance(self.hub.wires.bus, InMemoryBus)
        return self.hub.wires.bus

    async def meet(self) -> None:
        """Register the parties. Gateways know of a new partner when they have heard of it."""
        self._met = await meet(self.operator, self.receiver)
        self._follower = StreamFollower(self.hub, self._met.verifier)
        self._following = asyncio.create_task(self._follower.run())
        await self.rest()

    async def rest(self) -> None:
        """Until nothing is left to be done."""

        async def rests() -> bool:
            await self.hub.settled()
            return await is_at_rest(self.hub)

        await eventually(rests, timeout_seconds=60.0, every_seconds=0.05)

    async def broken(self) -> list[str]:
        """What is wrong now that the hub is at rest."""
        assert self._follower is not None
        published = await records(self.hub.wires, CLAIMS)
        (row,) = await self.hub.rows("verification", "SELECT count(*) FROM stream_event")
        await self._follower.caught_up(row[0])
        return [
            *await broken(self.hub, self.parties.accepted(), published, self.receiver),
            *self._follower.problems(row[0]),
        ]

    async def part(self) -> None:
        """Nobody reads any more. Raises what ended the reading before."""
        if self._following is not None:
            self._following.cancel()
            with suppress(asyncio.CancelledError):
                await self._following


async def records(wires: Wires, topic: str) -> list[Received]:
    """Everything on `topic`, partition by partition."""
    if isinstance(wires.bus, InMemoryBus):
        return wires.bus.records(topic)
    bus = AioKafkaBus(wires.bootstrap, prefix=wires.prefix)
    subscription = await bus.subscribe(f"reader-{secrets.token_hex(4)}", [topic])
    found: list[Received] = []
    try:
        # The first poll may come back before the partitions are dealt out.
        while not found or any(subscription.lag().values()):
            found += await subscription.poll(500, 1.0)
    finally:
        await subscription.close()
        await bus.close()
    return sorted(found, key=lambda record: (record.partition, record.offset))


@asynccontextmanager
async def a_world(
    places: Mapping[str, ServiceDatabase], folder: Path, receiver: WebhookReceiver, wires: Wires
) -> AsyncIterator[World]:
    """Nobody but the operator is registered."""
    async with running_hub_in_process(places, folder, wires) as hub:
        world = World(hub, receiver, operator_of(hub))
        try:
            yield world
        finally:
            await world.part()


@pytest_asyncio.fixture
async def new_world(
    places: Mapping[str, ServiceDatabase], tmp_path: Path, receiver: WebhookReceiver
) -> AsyncIterator[World]:
    """On the bus in memory; nobody but the operator is registered."""
    async with a_world(places, tmp_path, receiver, Wires(InMemoryBus())) as world:
        yield world


@pytest_asyncio.fixture
async def world(new_world: World) -> World:
    """The four parties have met."""
    await new_world.meet()
    return new_world
