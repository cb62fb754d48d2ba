"""The five services' databases, made once and emptied between tests: migrations cost more than a whole scenario."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg

from deploy.local.settings import SERVICES
from tests.support.databases import ServiceDatabase, service_database

_TABLES = """SELECT string_agg(format('%I', relname), ', ') FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'"""


@asynccontextmanager
async def hub_databases(admin_url: str) -> AsyncIterator[Mapping[str, ServiceDatabase]]:
    """One migrated database a service; dropped at the end."""
    async with AsyncExitStack() as stack:
        # One after the other: Alembic's context is one for the whole process.
        yield {name: await stack.enter_async_context(service_database(admin_url, name)) for name in SERVICES}


async def empty(places: Mapping[str, ServiceDatabase]) -> None:
    """As after the migrations, which add no rows."""
    await asyncio.gather(*(_empty(place) for place in places.values()))


async def _empty(place: ServiceDatabase) -> None:
    connection = await asyncpg.connect(place.superuser_url)
    try:
        tables = await connection.fetchval(_TABLES)
        # As a replica: the triggers that keep the audit log append-only stay silent.
        await connection.execute(f"SET session_replication_role = replica; TRUNCATE {tables} RESTART IDENTITY CASCADE")
    finally:
        await connection.close()
