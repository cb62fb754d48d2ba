"""One database of this service for each test module."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.support.databases import ServiceDatabase, service_database
from tests.support.servers import PostgresServer


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def disnaker_database(postgres: PostgresServer) -> AsyncIterator[ServiceDatabase]:
    async with service_database(postgres.url, "disnaker_gateway") as made:
        yield made
