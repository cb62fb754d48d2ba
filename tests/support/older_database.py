"""A service's database as an earlier version left it, to be brought up to date by a test."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from secrets import token_hex

import asyncpg
from alembic import command

from shared.postgres.migrate import alembic_config, provision


@asynccontextmanager
async def upgraded_from(
    admin_url: str, service: str, revision: str, held: Sequence[str]
) -> "AsyncIterator[asyncpg.Connection[asyncpg.Record]]":
    """The superuser's connection to a database that was at `revision` when the statements `held` filled it, and is at
    the newest now; dropped at the end."""
    name = f"older_{service}_{token_hex(4)}"
    await asyncio.to_thread(provision, admin_url, service, database=name, password="unused")
    config = alembic_config(admin_url, service, database=name)
    await asyncio.to_thread(command.upgrade, config, revision)
    connection = await asyncpg.connect(f"{admin_url.rpartition('/')[0]}/{name}")
    try:
        for statement in held:
            await connection.execute(statement)
        await asyncio.to_thread(command.upgrade, config, "head")
        yield connection
    finally:
        await connection.close()
        admin = await asyncpg.connect(admin_url)
        await admin.execute(f"DROP DATABASE {name}")
        await admin.close()
