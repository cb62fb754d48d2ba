"""Fixtures every test may use. Servers are real; they start once a session, when the first test asks."""

from collections.abc import Iterator

import pytest

from deploy.local.assets import prepare_assets
from tests.support.servers import KafkaServer, PostgresServer, kafka_server, postgres_server


@pytest.fixture(scope="session", autouse=True)
def assets() -> None:
    """What pages load is there, as it is in every hub."""
    prepare_assets()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server: `.url` logs in as a superuser."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def kafka() -> Iterator[KafkaServer]:
    """A Kafka broker: `.bootstrap`."""
    with kafka_server() as server:
        yield server
