"""Clients of the first version keep their key and their secret when credentials get a table of their own."""

from tests.support.older_database import upgraded_from
from tests.support.servers import PostgresServer

_OLD = (
    "INSERT INTO organisation VALUES ('hospital:1', 'RS', '36', 1, now(), now())",
    """INSERT INTO client (client_id, org, kind, name, public_jwk, secret_sha256, status, created_at)
       VALUES ('a', 'hospital:1', 'hospital', 'RS', '{"kid": "k"}', '\\x01', 'active', now()),
              ('b', 'hospital:1', 'hospital', 'RS', '{"kid": "l"}', NULL, 'revoked', now())""",
)


async def test_keys_and_secrets_of_the_first_version_are_moved(postgres: PostgresServer) -> None:
    async with upgraded_from(postgres.url, "partners", "0001", _OLD) as connection:
        rows = await connection.fetch(
            "SELECT client_id, kind, secret_sha256 FROM client_credential WHERE approved_at IS NOT NULL ORDER BY 1, 2"
        )
        assert [tuple(row) for row in rows] == [("a", "key", None), ("a", "secret", b"\x01"), ("b", "key", None)]
        assert await connection.fetchval("SELECT relforcerowsecurity FROM pg_class WHERE relname = 'client'")
