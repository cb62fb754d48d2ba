"""What every service's `migrations/env.py` calls."""

import asyncio

from alembic import context
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool


def run(metadata: MetaData) -> None:
    """Run the migrations as the owner role. The URL and role come from the caller's Alembic config attributes."""
    attributes = context.config.attributes
    asyncio.run(_run(attributes["url"], attributes["owner"], metadata))


async def _run(url: str, owner: str, metadata: MetaData) -> None:
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.execute(text(f'SET ROLE "{owner}"'))
            await connection.run_sync(_migrate, metadata)
            await connection.commit()
    finally:
        await engine.dispose()


def _migrate(connection: Connection, metadata: MetaData) -> None:
    context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()
