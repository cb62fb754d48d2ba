"""The probe service on a real PostgreSQL, and a bus: in memory, or Kafka where a test asks for both."""

from collections.abc import AsyncIterator

import pytest

from shared.events.topics import DEAD_LETTERS
from shared.kafka.aiokafka_bus import AioKafkaBus
from shared.kafka.bus import EventBus
from shared.kafka.in_memory import InMemoryBus
from shared.postgres.database import Database
from shared.sealing import Sealer
from tests.support.kafka_topics import small_topic, topics_of_a_test
from tests.support.probe import TOPIC, new_sealer, probe_database
from tests.support.servers import PostgresServer


@pytest.fixture
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    async with probe_database(postgres.url) as database:
        yield database


@pytest.fixture
def sealer() -> Sealer:
    return new_sealer()


@pytest.fixture
def memory() -> InMemoryBus:
    return InMemoryBus(partitions=3)


@pytest.fixture(params=["in_memory", "kafka"])
async def either_bus(request: pytest.FixtureRequest) -> AsyncIterator[EventBus]:
    if request.param == "in_memory":
        yield InMemoryBus(partitions=3)
        return
    bootstrap = request.getfixturevalue("kafka").bootstrap
    async with topics_of_a_test(bootstrap, [small_topic(TOPIC), small_topic(DEAD_LETTERS)]) as prefix:
        bus = AioKafkaBus(bootstrap, prefix=prefix)
        yield bus
        await bus.close()
