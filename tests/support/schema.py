"""Whether the tables that a service declares are the tables that its migrations make."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from tests.support.databases import ServiceDatabase

# Indexes, checks and defaults are the migrations' own matter: no query is built from the declared tables.
_WATCHED = frozenset({"add_table", "remove_table", "add_column", "remove_column", "modify_nullable"})


async def schema_differences(place: ServiceDatabase, metadata: MetaData) -> list[str]:
    """What has to change in the database for it to be as declared: tables, columns and whether they may be null."""
    engine = create_async_engine(
        place.superuser_url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=NullPool
    )
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_differences, metadata)
    finally:
        await engine.dispose()


def _differences(connection: Connection, metadata: MetaData) -> list[str]:
    context = MigrationContext.configure(connection, opts={"include_object": _is_ours})
    found: list[Any] = []
    for difference in compare_metadata(context, metadata):
        found += difference if isinstance(difference, list) else [difference]
    return [_said(difference) for difference in found if difference[0] in _WATCHED]


def _is_ours(_: object, name: str | None, kind: str, reflected: bool, __: object) -> bool:
    return not (kind == "table" and reflected and name == "alembic_version")


def _said(difference: Any) -> str:
    if difference[0].endswith("_table"):
        return f"{difference[0]} {difference[1].name}"
    column = difference[3]
    return f"{difference[0]} {difference[2]}.{getattr(column, 'name', column)}"
