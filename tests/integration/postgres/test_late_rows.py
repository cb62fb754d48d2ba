"""Rows that a transaction adds at its end, on a real server."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from shared.errors import Unavailable
from shared.postgres.database import Database
from shared.postgres.late_rows import RowsInto
from tests.support.probe import probe_database
from tests.support.servers import PostgresServer

AGGREGATES = RowsInto(
    """INSERT INTO aggregate (id, version)
       SELECT a.id, a.version FROM unnest($1::text[], $2::bigint[]) AS a(id, version)
       ON CONFLICT DO NOTHING RETURNING 1""",
    short=lambda: Unavailable("somebody", 1),
)
EFFECTS = RowsInto(
    """INSERT INTO effect (event_id, subject, version)
       SELECT gen_random_uuid(), e.subject, e.version
         FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS e(subject, version, place) ORDER BY e.place""",
    channel="effects",
)


@pytest.fixture
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    async with probe_database(postgres.url) as database:
        yield database


async def effects(database: Database) -> list[tuple[str, int]]:
    async with database.system_transaction() as tx:
        rows = await tx.driver.fetch("SELECT subject, version FROM effect ORDER BY id")
    return [(row["subject"], row["version"]) for row in rows]


async def test_rows_of_several_kinds_are_added_at_the_commit_in_the_order_given(database: Database) -> None:
    async with database.system_transaction() as tx:
        tx.late.add(EFFECTS, [("b", 1), ("a", 1)])
        tx.late.add(AGGREGATES, [("x", 7)])
        tx.late.add(EFFECTS, [("c", 1)])
        assert await tx.driver.fetchval("SELECT count(*) FROM effect") == 0
    assert await effects(database) == [("b", 1), ("a", 1), ("c", 1)]
    async with database.system_transaction() as tx:
        assert await tx.driver.fetchval("SELECT version FROM aggregate WHERE id = 'x'") == 7


async def test_what_is_written_early_is_seen_and_not_written_twice(database: Database) -> None:
    async with database.system_transaction() as tx:
        tx.late.add(EFFECTS, [("a", 1)])
        await tx.late.write()
        assert await tx.driver.fetchval("SELECT count(*) FROM effect") == 1
        tx.late.add(EFFECTS, [("a", 2)])
    assert await effects(database) == [("a", 1), ("a", 2)]


async def test_fewer_rows_than_given_undo_the_whole_transaction(database: Database) -> None:
    async with database.system_transaction() as tx:
        tx.late.add(AGGREGATES, [("x", 1)])
    with pytest.raises(Unavailable):
        async with database.system_transaction() as tx:
            tx.late.add(EFFECTS, [("a", 1)])
            tx.late.add(AGGREGATES, [("x", 1), ("y", 1)])
    assert await effects(database) == []


async def test_nothing_is_added_when_the_block_fails_or_takes_it_back(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.system_transaction() as tx:
            tx.late.add(EFFECTS, [("a", 1)])
            raise ZeroDivisionError
    async with database.system_transaction() as tx:
        tx.late.add(EFFECTS, [("a", 2)])
        mark = tx.late.mark()
        tx.late.add(EFFECTS, [("a", 3)])
        tx.late.add(AGGREGATES, [("x", 1)])
        tx.late.back_to(mark)
    assert await effects(database) == [("a", 2)]


async def test_a_row_that_cannot_be_added_is_an_error_of_its_transaction(database: Database) -> None:
    with pytest.raises(asyncpg.NotNullViolationError):
        async with database.system_transaction() as tx:
            tx.late.add(EFFECTS, [(None, 1)])
    assert await effects(database) == []


async def test_a_channel_is_notified_once_and_only_at_the_commit(database: Database) -> None:
    heard: list[str] = []
    connection = await database.connect_as_system()
    try:
        await connection.add_listener("effects", lambda *told: heard.append(told[2]))
        async with database.system_transaction() as tx:
            tx.late.add(EFFECTS, [("a", 1), ("a", 2)])
            await tx.late.write()
            assert await connection.fetchval("SELECT 1") == 1
            assert heard == []
        assert await connection.fetchval("SELECT 1") == 1
    finally:
        await connection.close()
    assert heard == ["effects"]
