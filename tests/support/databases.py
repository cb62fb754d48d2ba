"""Real databases for tests: one per test module and service, copied from one that the real migrations made."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from shared.postgres.migrate import provision, upgrade

_PASSWORD = "simpul-tests"
_templates: dict[tuple[str, str], str] = {}


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

    async def rows(self, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        """Behind row-level security, as the superuser."""
        connection = await asyncpg.connect(self.superuser_url)
        try:
            return await connection.fetch(sql, *arguments)
        finally:
            await connection.close()


@asynccontextmanager
async def service_database(admin_url: str, service: str, *, migrated: bool = True) -> AsyncIterator[ServiceDatabase]:
    """A new database of `service`, as its migrations leave one; dropped at the end."""
    name = f"test_{service}_{secrets.token_hex(4)}"
    if migrated:
        template = await _template(admin_url, service)
        await _execute(admin_url, f'CREATE DATABASE "{name}" OWNER simpul_{service}_owner TEMPLATE "{template}"')
    # A copy has the template's tables and their rights, not the rights on the database itself.
    await asyncio.to_thread(provision, admin_url, service, database=name, password=_PASSWORD)
    try:
        yield ServiceDatabase(service, admin_url, name)
    finally:
        await _execute(admin_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


async def _template(admin_url: str, service: str) -> str:
    """The name of a database that the real migrations made: once for each server, service and process, since a process
    does not see its code change. `drop_templates` removes them."""
    place = (admin_url, service)
    if place not in _templates:
        name = f"test_{service}_template_{secrets.token_hex(4)}"
        await asyncio.to_thread(provision, admin_url, service, database=name, password=_PASSWORD)
        await asyncio.to_thread(upgrade, admin_url, service, database=name)
        _templates[place] = name
        await _execute(admin_url, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
    return _templates[place]


def drop_templates() -> None:
    """At the end of a process's tests. Servers of a test's own are gone by then, and their templates with them."""
    while _templates:
        (admin_url, _), name = _templates.popitem()
        with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            asyncio.run(_execute(admin_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


async def _execute(admin_url: str, statement: str) -> None:
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
