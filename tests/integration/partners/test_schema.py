"""The declared tables are the migrated ones, and each keeps its distance."""

import asyncpg
from sqlalchemy import Column, Integer, MetaData, Table

from services.partners.adapters.tables import Base
from tests.support.databases import ServiceDatabase
from tests.support.schema import schema_differences

# Written for the hub alone: no partner's transaction may reach them, so they need no `org`.
_WITHOUT_ORG = {"alembic_version", "outbox", "inbox", "dead_letter", "dead_letter_edit", "parked_event"}


async def test_the_declared_tables_are_the_migrated_ones(place: ServiceDatabase) -> None:
    assert await schema_differences(place, Base.metadata) == []


async def test_a_planted_difference_is_noticed(place: ServiceDatabase) -> None:
    planted = MetaData()
    for table in Base.metadata.tables.values():
        table.to_metadata(planted)
    planted.tables["client"].append_column(Column("planted", Integer))
    Table("planted", planted, Column("id", Integer, primary_key=True))
    assert set(await schema_differences(place, planted)) == {"add_column client.planted", "add_table planted"}


async def test_every_table_has_an_org_and_row_level_security(place: ServiceDatabase) -> None:
    connection = await asyncpg.connect(place.superuser_url)
    try:
        rows = await connection.fetch(
            """SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AS secured,
                EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'org' AND a.attnotnull)
                AS has_org
                FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"""
        )
    finally:
        await connection.close()
    assert {row["relname"] for row in rows if not row["secured"]} == {"alembic_version"}
    assert {row["relname"] for row in rows if not row["has_org"]} == _WITHOUT_ORG
