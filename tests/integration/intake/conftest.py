"""The whole intake service on a real database, with an in-memory bus, its clock in our hands."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.support.databases import ServiceDatabase, service_database
from tests.support.intake_service import Intake, running_intake
from tests.support.servers import PostgresServer


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def intake_database(postgres: PostgresServer) -> AsyncIterator[ServiceDatabase]:
    async with service_database(postgres.url, "intake") as made:
        yield made


@pytest_asyncio.fixture
async def intake(intake_database: ServiceDatabase, tmp_path: Path) -> AsyncIterator[Intake]:
    async with running_intake(intake_database, tmp_path) as running:
        yield running
