"""Verification's database, and its unit of work without a bus."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from shared.postgres.database import Database
from shared.sealing import Secrets, create_secrets, load_secrets
from tests.support.databases import ServiceDatabase, service_database
from tests.support.servers import PostgresServer
from tests.support.verification_service import Verification, running_verification
from tests.support.verification_work import Work


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def verification_database(postgres: PostgresServer) -> AsyncIterator[ServiceDatabase]:
    async with service_database(postgres.url, "verification") as made:
        yield made


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    create_secrets(tmp_path / "secrets", {})
    return load_secrets(tmp_path / "secrets", {})


@pytest_asyncio.fixture
async def database(verification_database: ServiceDatabase) -> AsyncIterator[Database]:
    database = Database(verification_database.url, service="verification", pool_size=8)
    yield database
    await database.close()


@pytest.fixture
def work(database: Database, secrets: Secrets) -> Work:
    return Work(database, secrets)


@pytest_asyncio.fixture
async def verification(verification_database: ServiceDatabase, tmp_path: Path) -> AsyncIterator[Verification]:
    async with running_verification(verification_database, tmp_path) as running:
        yield running
