"""Every service's tables: declared as its migrations make them, and each keeps its distance."""

import importlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Column, Integer, MetaData, Table

from deploy.local.settings import SERVICES
from tests.support.databases import ServiceDatabase, service_database
from tests.support.schema import schema_differences
from tests.support.servers import PostgresServer

_TABLES = """SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AS secured,
        has_table_privilege($1::name, c.oid, 'SELECT, UPDATE, DELETE') AS reached_by_partners,
        EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'org' AND a.attnotnull) AS has_org
    FROM pg_class c
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname <> 'alembic_version'"""

# By what a hospital's visit finds a claim that is not of the hospital alone: keyed hashes, and what is asked sealed.
_READ_BY_EVERY_PARTNER = {"hospital_gateway": ["claim_projection"]}


@pytest_asyncio.fixture(params=SERVICES)
async def place(request: pytest.FixtureRequest, postgres: PostgresServer) -> AsyncIterator[ServiceDatabase]:
    async with service_database(postgres.url, request.param) as made:
        yield made


def declared(place: ServiceDatabase) -> MetaData:
    found: Any = importlib.import_module(f"services.{place.service}.adapters.tables")
    metadata: MetaData = found.Base.metadata
    return metadata


async def test_the_declared_tables_are_the_migrated_ones(place: ServiceDatabase) -> None:
    assert await schema_differences(place, declared(place)) == []


async def test_a_planted_difference_is_noticed(place: ServiceDatabase) -> None:
    planted = MetaData()
    for table in declared(place).tables.values():
        table.to_metadata(planted)
    planted.tables["outbox"].append_column(Column("planted", Integer))
    Table("planted", planted, Column("id", Integer, primary_key=True))
    assert set(await schema_differences(place, planted)) == {"add_column outbox.planted", "add_table planted"}


async def test_every_table_has_row_level_security_and_an_org_where_partners_reach(place: ServiceDatabase) -> None:
    tables = await place.rows(_TABLES, f"simpul_{place.service}_app")
    assert tables
    assert [row["relname"] for row in tables if not row["secured"]] == []
    shared = [row["relname"] for row in tables if row["reached_by_partners"] and not row["has_org"]]
    assert shared == _READ_BY_EVERY_PARTNER.get(place.service, [])
