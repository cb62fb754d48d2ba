"""One database of this service for each test module."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.databases import ServiceDatabase, service_database
from tests.support.disnaker_service import Gateway, running_gateway
from tests.support.servers import PostgresServer


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def disnaker_database(postgres: PostgresServer) -> AsyncIterator[ServiceDatabase]:
    async with service_database(postgres.url, "disnaker_gateway") as made:
        yield made


@pytest.fixture(scope="module")
def secrets_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lives as long as the rows that were sealed with what is in it."""
    return tmp_path_factory.mktemp("secrets")


@pytest_asyncio.fixture
async def gateway(disnaker_database: ServiceDatabase, secrets_folder: Path) -> AsyncIterator[Gateway]:
    async with running_gateway(disnaker_database, secrets_folder) as running:
        yield running
