"""The registry in PostgreSQL. Everything here is the hub's own work (token service, operators), so every transaction
runs in the system role; which organisation a client belongs to is what the registry is asked for."""

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import asyncpg
import orjson

from services.partners.application.ports import Backlog, Registry
from services.partners.domain.partners import Client, ClientKind, ClientStatus, Organisation
from shared.audit import AuditEntry, record
from shared.events import new_event
from shared.events.catalogue import PARTNER_RECORDED
from shared.events.partner import PartnerFacts
from shared.events.vocabulary import PartnerKind, PartnerStatus
from shared.outbox import append
from shared.postgres.database import Database, Transaction
from shared.sealing import Sealer

_CLIENT = """SELECT client_id, org, kind, name, public_jwk::text AS public_jwk, secret_sha256, status, created_at,
    revoked_at FROM client"""
_ORGANISATION = """SELECT o.org, o.name, o.region_code, o.version, o.created_at, o.updated_at,
    count(c.client_id) FILTER (WHERE c.status = 'active') AS client_count,
    coalesce(array_agg(DISTINCT c.kind) FILTER (WHERE c.status = 'active'), '{}') AS kinds
    FROM organisation o LEFT JOIN client c USING (org)"""
_TOUCH = """INSERT INTO organisation (org, name, region_code, version, created_at, updated_at)
    VALUES ($1, $2, $3, 1, $4, $4)
    ON CONFLICT (org) DO UPDATE SET region_code = coalesce(excluded.region_code, organisation.region_code),
        version = organisation.version + 1, updated_at = excluded.updated_at"""
_ADD = """INSERT INTO client (client_id, org, kind, name, public_jwk, secret_sha256, status, created_at)
    VALUES ($1, $2, $3, $4, $5::text::jsonb, $6, $7, $8)"""
# The second of two at the same moment waits here for the first to commit, and then finds its row.
_SPEND = """INSERT INTO spent_assertion (client_id, jti_sha256, org, expires_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING"""
_BACKLOG = """SELECT count(*) AS unsent,
    coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 AS oldest_seconds
    FROM outbox WHERE sent_at IS NULL"""
_PURGE = """DELETE FROM spent_assertion WHERE (client_id, jti_sha256) IN
    (SELECT client_id, jti_sha256 FROM spent_assertion WHERE expires_at < $1 LIMIT $2)"""


class PostgresRegistry:
    """`Registry` within one transaction."""

    def __init__(self, transaction: Transaction, sealer: Sealer) -> None:
        self._transaction = transaction
        self._driver = transaction.driver
        self._sealer = sealer

    async def client(self, client_id: str) -> Client | None:
        row = await self._driver.fetchrow(f"{_CLIENT} WHERE client_id = $1", client_id)
        return None if row is None else _client(row)

    async def add_client(self, client: Client) -> None:
        await self._driver.execute(
            _ADD,
            client.client_id,
            client.org,
            client.kind.value,
            client.name,
            orjson.dumps(client.public_jwk).decode(),
            client.secret_sha256,
            client.status.value,
            client.created_at,
        )

    async def replace_key(self, client_id: str, public_jwk: Mapping[str, str]) -> None:
        await self._driver.execute(
            "UPDATE client SET public_jwk = $2::text::jsonb WHERE client_id = $1",
            client_id,
            orjson.dumps(dict(public_jwk)).decode(),
        )

    async def revoke(self, client_id: str, at: datetime) -> None:
        await self._driver.execute(
            "UPDATE client SET status = 'revoked', revoked_at = $2 WHERE client_id = $1", client_id, at
        )

    async def lock_operators(self) -> None:
        await self._driver.execute("SELECT pg_advisory_xact_lock(hashtextextended('partners.operators', 0))")

    async def active_operators(self) -> int:
        return int(
            await self._driver.fetchval("SELECT count(*) FROM client WHERE kind = 'operator' AND status = 'active'")
        )

    async def clients(self, *, after: str | None, limit: int, org: str | None = None) -> Sequence[Client]:
        rows = await self._driver.fetch(
            f"{_CLIENT} WHERE client_id > $1 AND ($2::text IS NULL OR org = $2) ORDER BY client_id LIMIT $3",
            after or "",
            org,
            limit,
        )
        return [_client(row) for row in rows]

    async def touch_organisation(self, org: str, *, name: str, region_code: str | None, at: datetime) -> None:
        await self._driver.execute(_TOUCH, org, name, region_code, at)

    async def organisation(self, org: str) -> Organisation | None:
        row = await self._driver.fetchrow(f"{_ORGANISATION} WHERE o.org = $1 GROUP BY o.org", org)
        return None if row is None else _organisation(row)

    async def organisations(self, *, after: str | None, limit: int) -> Sequence[Organisation]:
        rows = await self._driver.fetch(
            f"{_ORGANISATION} WHERE o.org > $1 GROUP BY o.org ORDER BY o.org LIMIT $2", after or "", limit
        )
        return [_organisation(row) for row in rows]

    async def spend_assertion(self, client: Client, jti: str, expires_at: datetime) -> bool:
        digest = hashlib.sha256(jti.encode("utf-8", "surrogatepass")).digest()
        outcome = await self._driver.execute(_SPEND, client.client_id, digest, client.org, expires_at)
        return bool(outcome.endswith(" 1"))

    async def backlog(self) -> Backlog:
        row = await self._driver.fetchrow(_BACKLOG)
        return Backlog(row["unsent"], row["oldest_seconds"]) if row is not None else Backlog(0, 0.0)

    async def note(self, entry: AuditEntry) -> None:
        await record(self._transaction, entry)

    async def publish(self, organisation: Organisation) -> None:
        event = new_event(
            PARTNER_RECORDED,
            subject=organisation.org,
            version=organisation.version,
            key=organisation.org,
            facts=PartnerFacts(
                org=organisation.org,
                version=organisation.version,
                organisation_name=organisation.name,
                status=PartnerStatus(organisation.status.value),
                region_code=organisation.region_code,
                kinds=tuple(PartnerKind(kind.value) for kind in organisation.kinds),
                recorded_at=organisation.updated_at,
            ),
        )
        await append(self._transaction, [event], self._sealer)


class PostgresUnitOfWork:
    """`UnitOfWork` on this service's database."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Registry]:
        async with self._database.system_transaction() as transaction:
            yield PostgresRegistry(transaction, self._sealer)

    async def purge_assertions(self, expired_before: datetime, limit: int) -> int:
        """Forget at most `limit` assertions that have expired; answers how many."""
        async with self._database.system_transaction() as transaction:
            outcome = await transaction.driver.execute(_PURGE, expired_before, limit)
        return int(outcome.rpartition(" ")[2])


def _client(row: "asyncpg.Record") -> Client:
    return Client(
        client_id=row["client_id"],
        org=row["org"],
        kind=ClientKind(row["kind"]),
        name=row["name"],
        public_jwk=orjson.loads(row["public_jwk"]),
        secret_sha256=row["secret_sha256"],
        status=ClientStatus(row["status"]),
        created_at=row["created_at"],
        revoked_at=row["revoked_at"],
    )


def _organisation(row: "asyncpg.Record") -> Organisation:
    return Organisation(
        org=row["org"],
        name=row["name"],
        region_code=row["region_code"],
        version=row["version"],
        kinds=tuple(ClientKind(kind) for kind in sorted(row["kinds"])),
        client_count=row["client_count"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
