"""Answers that were kept before the purge knew those that stand alone are found by it too."""

from tests.support.older_database import upgraded_from
from tests.support.servers import PostgresServer

_OLD = (
    """INSERT INTO bundle_receipt (org, client_id, sha256, id, received_at, entries, sealed_request, sealed_response)
       SELECT 'hospital:1', 'c', sha256(name::bytea), md5(name)::uuid, at::timestamptz, 1, name::bytea, 'answer'
         FROM (VALUES ('no-ids', '2026-01-01'), ('held', '2026-02-01'), ('refused', '2026-02-02')) AS v(name, at)""",
    """INSERT INTO resource (org, type, id, version, latest, updated_at, sha256, content_sha256, sealed, receipt_id)
       SELECT 'hospital:1', 'Patient', gen_random_uuid(), 1, true, at::timestamptz, '', '', '', md5(name)::uuid
         FROM (VALUES (NULL, '2026-01-01'), ('held', '2026-02-01')) AS v(name, at)""",
)


async def test_only_bundles_of_which_nothing_is_held_lose_their_bytes(postgres: PostgresServer) -> None:
    async with upgraded_from(postgres.url, "hospital_gateway", "0008", _OLD) as connection:
        kept = await connection.fetch("SELECT sealed_request FROM bundle_receipt ORDER BY received_at")
        assert [row["sealed_request"] for row in kept] == [b"no-ids", b"held", b""]
        forced = "SELECT bool_and(relforcerowsecurity) FROM pg_class WHERE relname IN ('bundle_receipt', 'resource')"
        assert await connection.fetchval(forced)
