"""Real databases for tests: one per test module and service, made by the real migrations."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from shared.postgres.migrate import provision, upgrade

_PASSWORD = "simpul-tests"


@dataclass(frozen=True)
class ServiceDatabase:
    """Where one service's database of this test run is."""

    service: str
    admin_url: str
    name: str

    @property
    def url(self) -> str:
        """As the service logs in."""
        server = urlsplit(self.admin_url)
        return f"postgresql://simpul_{self.service}:{_PASSWORD}@{server.hostname}:{server.port}/{self.name}"

    @property
    def superuser_url(self) -> str:
        """For looking behind row-level security."""
        return urlunsplit(urlsplit(self.admin_url)._replace(path=f"/{self.name}"))


@asynccontextmanager
async def service_database(admin_url: str, service: str, *, migrated: bool = True) -> AsyncIterator[ServiceDatabase]:
    """A new, migrated database of `service`; dropped at the end."""
    name = f"test_{service}_{secrets.token_hex(4)}"
    await asyncio.to_thread(provision, admin_url, service, database=name, password=_PASSWORD)
    try:
        if migrated:
            await asyncio.to_thread(upgrade, admin_url, service, database=name)
        yield ServiceDatabase(service, admin_url, name)
    finally:
        connection = await asyncpg.connect(admin_url)
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await connection.close()
