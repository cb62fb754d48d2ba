"""Clients of the first version keep their key and their secret when credentials get a table of their own."""

import asyncio

import asyncpg
from alembic import command

from shared.postgres.migrate import alembic_config, provision
from tests.support.servers import PostgresServer

_OLD = (
    "INSERT INTO organisation VALUES ('hospital:1', 'RS', '36', 1, now(), now())",
    """INSERT INTO client (client_id, org, kind, name, public_jwk, secret_sha256, status, created_at)
       VALUES ('a', 'hospital:1', 'hospital', 'RS', '{"kid": "k"}', '\\x01', 'active', now()),
              ('b', 'hospital:1', 'hospital', 'RS', '{"kid": "l"}', NULL, 'revoked', now())""",
)


async def test_keys_and_secrets_of_the_first_version_are_moved(postgres: PostgresServer) -> None:
    name = "moved_credentials"
    await asyncio.to_thread(provision, postgres.url, "partners", database=name, password="unused")
    config = alembic_config(postgres.url, "partners", database=name)
    await asyncio.to_thread(command.upgrade, config, "0001")
    connection = await asyncpg.connect(postgres.url.rpartition("/")[0] + f"/{name}")
    try:
        for statement in _OLD:
            await connection.execute(statement)
        await asyncio.to_thread(command.upgrade, config, "head")
        rows = await connection.fetch(
            "SELECT client_id, kind, secret_sha256 FROM client_credential WHERE approved_at IS NOT NULL ORDER BY 1, 2"
        )
        assert [tuple(row) for row in rows] == [("a", "key", None), ("a", "secret", b"\x01"), ("b", "key", None)]
        assert await connection.fetchval("SELECT relforcerowsecurity FROM pg_class WHERE relname = 'client'")
    finally:
        await connection.close()
        admin = await asyncpg.connect(postgres.url)
        await admin.execute(f"DROP DATABASE {name}")
        await admin.close()
