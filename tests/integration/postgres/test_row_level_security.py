"""Roles, row-level security and transactions on a real server."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from shared.errors import Unavailable
from shared.postgres.database import Database
from shared.postgres.rls import Tables
from shared.postgres.standard_tables import standard_tables_v1, standard_tables_v2, standard_tables_v3
from shared.postgres.turn import held_turn
from tests.support.databases import ServiceDatabase, service_database
from tests.support.servers import PostgresServer


class _Statements:
    """Stands in for Alembic's `op`."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def execute(self, sqltext: str) -> None:
        self.statements.append(sqltext)


@pytest_asyncio.fixture
async def place(postgres: PostgresServer) -> AsyncIterator[ServiceDatabase]:
    op = _Statements()
    op.execute("CREATE TABLE thing (id int PRIMARY KEY, org text NOT NULL)")
    tables = Tables(op, "partners")
    tables.tenant("thing")
    standard_tables_v1(op, "partners")
    standard_tables_v2(op, "partners")
    standard_tables_v3(op, "partners")
    async with service_database(postgres.url, "partners", migrated=False) as made:
        connection = await asyncpg.connect(made.superuser_url)
        await connection.execute("SET ROLE simpul_partners_owner")
        for statement in op.statements:
            await connection.execute(statement)
        await connection.close()
        yield made


@pytest_asyncio.fixture
async def database(place: ServiceDatabase) -> AsyncIterator[Database]:
    database = Database(place.url, service="partners", pool_size=4)
    yield database
    await database.close()


async def count(database: Database, org: str | None) -> int:
    opened = database.system_transaction() if org is None else database.transaction(org)
    async with opened as transaction:
        return int(await transaction.driver.fetchval("SELECT count(*) FROM thing"))


async def test_a_partner_sees_only_its_own_rows(database: Database) -> None:
    for number, org in enumerate(("employer:A", "employer:B")):
        async with database.transaction(org) as transaction:
            await transaction.driver.execute("INSERT INTO thing VALUES ($1, $2)", number, org)
    assert await count(database, "employer:A") == 1
    assert await count(database, "") == 0
    assert await count(database, None) == 2


async def test_nobody_writes_in_somebody_elses_name(database: Database) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.transaction("employer:A") as transaction:
            await transaction.driver.execute("INSERT INTO thing VALUES (1, 'employer:B')")


async def test_the_login_itself_may_do_nothing(place: ServiceDatabase) -> None:
    connection = await asyncpg.connect(place.url)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.fetchval("SELECT count(*) FROM thing")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("SET ROLE simpul_partners_owner")
    await connection.close()


async def test_the_app_role_without_an_org_sees_nothing(place: ServiceDatabase, database: Database) -> None:
    async with database.transaction("employer:A") as transaction:
        await transaction.driver.execute("INSERT INTO thing VALUES (1, 'employer:A')")
    connection = await asyncpg.connect(place.url)
    await connection.execute("SET ROLE simpul_partners_app")
    assert await connection.fetchval("SELECT count(*) FROM thing") == 0
    await connection.close()


async def test_even_the_owner_sees_nothing(place: ServiceDatabase, database: Database) -> None:
    async with database.transaction("employer:A") as transaction:
        await transaction.driver.execute("INSERT INTO thing VALUES (1, 'employer:A')")
    connection = await asyncpg.connect(place.superuser_url)
    await connection.execute("SET ROLE simpul_partners_owner")
    assert await connection.fetchval("SELECT count(*) FROM thing") == 0
    await connection.close()


async def test_the_role_ends_with_the_transaction(database: Database) -> None:
    async with database.system_transaction():
        pass
    async with database.transaction("employer:A") as transaction:
        assert await transaction.driver.fetchval("SELECT current_user") == "simpul_partners_app"


async def test_an_error_undoes_the_transaction(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.transaction("employer:A") as transaction:
            await transaction.driver.execute("INSERT INTO thing VALUES (1, 'employer:A')")
            raise RuntimeError
    assert await count(database, None) == 0


async def test_the_audit_log_is_append_only(place: ServiceDatabase, database: Database) -> None:
    insert = (
        "INSERT INTO audit_log (org, client_id, action, object_type, object_id, outcome) "
        "VALUES ('employer:A', 'c', 'thing.read', 'thing', '1', 'ok')"
    )
    async with database.transaction("employer:A") as transaction:
        await transaction.driver.execute(insert)
    for statement in ("UPDATE audit_log SET outcome = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with database.system_transaction() as transaction:
                await transaction.driver.execute(statement)
        connection = await asyncpg.connect(place.superuser_url)
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await connection.execute(statement)
        await connection.close()


async def test_partners_write_the_outbox_and_cannot_read_it(database: Database) -> None:
    async with database.transaction("employer:A") as transaction:
        await transaction.driver.execute(
            "INSERT INTO outbox (shard, event_id, aggregate_id, aggregate_version, topic, key, headers) "
            "VALUES (0, gen_random_uuid(), 'a', 1, 't', 'k', '{}')"
        )
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.transaction("employer:A") as transaction:
            await transaction.driver.fetchval("SELECT count(*) FROM outbox")


async def test_a_pooled_connection_that_died_is_replaced(place: ServiceDatabase, database: Database) -> None:
    await database.ping()
    connection = await asyncpg.connect(place.superuser_url)
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'simpul_partners' AND datname = $1",
        place.name,
    )
    await connection.close()
    await database.ping()


async def test_a_connection_that_dies_in_the_middle_is_unavailable_not_a_bug(
    place: ServiceDatabase, database: Database
) -> None:
    superuser = await asyncpg.connect(place.superuser_url)
    with pytest.raises(Unavailable):
        async with database.system_transaction() as transaction:
            pid = await transaction.driver.fetchval("SELECT pg_backend_pid()")
            await superuser.execute("SELECT pg_terminate_backend($1)", pid)
            await transaction.driver.fetchval("SELECT 1")
    await superuser.close()
    await database.ping()


async def test_a_server_that_is_away_is_unavailable() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/none", service="partners", timeout_seconds=2)
    with pytest.raises(Unavailable):
        await database.ping()
    await database.close()


async def test_a_listener_wakes_on_commit_and_keeps_what_came_while_nobody_waited(database: Database) -> None:
    async with held_turn(database, [], "news") as turn:
        assert not await turn.listener.wait(0.01)
        async with database.system_transaction() as transaction:
            await transaction.driver.execute("NOTIFY news")
        async with asyncio.timeout(10):
            assert await turn.listener.wait(10)
        assert not await turn.listener.wait(0.01)
