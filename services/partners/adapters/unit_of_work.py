"""The registry in PostgreSQL. Everything here is the hub's own work (token service, operators), so every transaction
runs in the system role; which organisation a client belongs to is what the registry is asked for."""

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

import asyncpg
import orjson

from services.partners.application.ports import Backlog, Registry
from services.partners.domain.credentials import Credential
from services.partners.domain.key_sets import PAUSE, KeySet
from services.partners.domain.partners import Client, ClientKind, ClientStatus, Organisation
from shared.audit import AuditEntry, record
from shared.events import new_event
from shared.events.catalogue import PARTNER_RECORDED
from shared.events.partner import PartnerFacts
from shared.events.vocabulary import PartnerKind, PartnerStatus
from shared.outbox import append
from shared.postgres.database import Database, Transaction
from shared.sealing import Sealer

_CLIENT = """SELECT c.client_id, c.org, c.kind, c.name, c.status, c.region_code, c.asked_by, c.asked_by_name,
    c.created_at, c.approved_by, c.approved_at, c.revoked_at, ARRAY(SELECT k FROM client_credential k
    WHERE k.client_id = c.client_id ORDER BY k.added_at, k.id) AS credentials FROM client c"""
_ORGANISATION = """SELECT o.org, o.name, o.region_code, o.version, o.created_at, o.updated_at,
    count(c.client_id) FILTER (WHERE c.status = 'active') AS client_count,
    coalesce(array_agg(DISTINCT c.kind) FILTER (WHERE c.status = 'active'), '{}') AS kinds
    FROM organisation o LEFT JOIN client c USING (org)"""
# Reserved by a client that waits for approval, an organisation has version 0 and nobody has heard of it.
_RESERVE = """INSERT INTO organisation (org, name, version, created_at, updated_at) VALUES ($1, $2, 0, $3, $3)
    ON CONFLICT (org) DO NOTHING"""
_TOUCH = """INSERT INTO organisation (org, name, region_code, version, created_at, updated_at)
    VALUES ($1, $2, $3, 1, $4, $4)
    ON CONFLICT (org) DO UPDATE SET region_code = coalesce(excluded.region_code, organisation.region_code),
        name = CASE organisation.version WHEN 0 THEN excluded.name ELSE organisation.name END,
        version = organisation.version + 1, updated_at = excluded.updated_at"""
_ADD = """INSERT INTO client (client_id, org, kind, name, status, region_code, asked_by, asked_by_name, created_at,
    approved_by, approved_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"""
_ADD_CREDENTIAL = """INSERT INTO client_credential (id, client_id, org, kind, public_jwk, secret_sha256, jwks_uri,
    added_by, added_by_name, added_at, approved_by, approved_at, expires_at)
    VALUES ($1, $2, $3, $4, $5::text::jsonb, $6, $7, $8, $9, $10, $11, $12, $13)"""
_CHANGE_CREDENTIAL = """UPDATE client_credential SET approved_by = $2, approved_at = $3, expires_at = $4,
    retired_at = $5 WHERE id = $1"""
_BEGIN_READING = """UPDATE client_credential SET keys_tried_at = $2, keys_failure = NULL WHERE id = $1
    AND (keys_tried_at IS NULL OR keys_tried_at <= $3)"""
_KEYS_READ = """UPDATE client_credential SET published_keys = $2::text::jsonb, keys_read_at = $3, keys_failure = NULL
    WHERE id = $1"""
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
        row = await self._driver.fetchrow(f"{_CLIENT} WHERE c.client_id = $1", client_id)
        return None if row is None else _client(row)

    async def client_to_change(self, client_id: str) -> Client | None:
        await self._driver.execute("SELECT 1 FROM client WHERE client_id = $1 FOR UPDATE", client_id)
        return await self.client(client_id)

    async def add_client(self, client: Client) -> None:
        await self._driver.execute(
            _ADD,
            client.client_id,
            client.org,
            client.kind.value,
            client.name,
            client.status.value,
            client.region_code,
            client.asked_by,
            client.asked_by_name,
            client.created_at,
            client.approved_by,
            client.approved_at,
        )
        for credential in client.credentials:
            await self.add_credential(client, credential)

    async def add_credential(self, client: Client, credential: Credential) -> None:
        jwk = credential.public_jwk
        await self._driver.execute(
            _ADD_CREDENTIAL,
            credential.id,
            client.client_id,
            client.org,
            credential.kind.value,
            None if jwk is None else orjson.dumps(jwk).decode(),
            credential.secret_sha256,
            None if credential.key_set is None else credential.key_set.url,
            credential.added_by,
            credential.added_by_name,
            credential.added_at,
            credential.approved_by,
            credential.approved_at,
            credential.expires_at,
        )

    async def change_credential(self, credential: Credential) -> None:
        await self._driver.execute(
            _CHANGE_CREDENTIAL,
            credential.id,
            credential.approved_by,
            credential.approved_at,
            credential.expires_at,
            credential.retired_at,
        )

    async def begin_reading(self, credential_id: UUID, now: datetime) -> bool:
        outcome = await self._driver.execute(_BEGIN_READING, credential_id, now, now - PAUSE)
        return bool(outcome.endswith(" 1"))

    async def reading_failed(self, credential_id: UUID, code: str) -> None:
        await self._driver.execute("UPDATE client_credential SET keys_failure = $2 WHERE id = $1", credential_id, code)

    async def keys_read(self, credential_id: UUID, keys: Sequence[Mapping[str, str]], at: datetime) -> None:
        await self._driver.execute(_KEYS_READ, credential_id, orjson.dumps(keys).decode(), at)

    async def approve(self, client_id: str, by: str, at: datetime) -> None:
        await self._driver.execute(
            "UPDATE client SET status = 'active', approved_by = $2, approved_at = $3 WHERE client_id = $1",
            client_id,
            by,
            at,
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
            f"{_CLIENT} WHERE c.client_id > $1 AND ($2::text IS NULL OR c.org = $2) ORDER BY c.client_id LIMIT $3",
            after or "",
            org,
            limit,
        )
        return [_client(row) for row in rows]

    async def reserve_organisation(self, org: str, name: str, at: datetime) -> None:
        await self._driver.execute(_RESERVE, org, name, at)

    async def touch_organisation(self, org: str, *, name: str, region_code: str | None, at: datetime) -> None:
        await self._driver.execute(_TOUCH, org, name, region_code, at)

    async def organisations(self, *, after: str | None, limit: int) -> Sequence[Organisation]:
        rows = await self._driver.fetch(
            f"{_ORGANISATION} WHERE o.org > $1 AND o.version > 0 GROUP BY o.org ORDER BY o.org LIMIT $2",
            after or "",
            limit,
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

    async def publish(self, org: str) -> None:
        row = await self._driver.fetchrow(f"{_ORGANISATION} WHERE o.org = $1 GROUP BY o.org", org)
        assert row is not None
        organisation = _organisation(row)
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
        status=ClientStatus(row["status"]),
        created_at=row["created_at"],
        asked_by=row["asked_by"],
        asked_by_name=row["asked_by_name"],
        region_code=row["region_code"],
        approved_by=row["approved_by"],
        approved_at=row["approved_at"],
        revoked_at=row["revoked_at"],
        credentials=tuple(_credential(each) for each in row["credentials"]),
    )


def _credential(row: "asyncpg.Record") -> Credential:
    return Credential(
        id=row["id"],
        added_by=row["added_by"],
        added_at=row["added_at"],
        public_jwk=None if row["public_jwk"] is None else orjson.loads(row["public_jwk"]),
        key_set=_key_set(row),
        secret_sha256=row["secret_sha256"],
        added_by_name=row["added_by_name"],
        approved_by=row["approved_by"],
        approved_at=row["approved_at"],
        expires_at=row["expires_at"],
        retired_at=row["retired_at"],
    )


def _key_set(row: "asyncpg.Record") -> KeySet | None:
    if row["jwks_uri"] is None:
        return None
    keys = () if row["published_keys"] is None else tuple(orjson.loads(row["published_keys"]))
    return KeySet(row["jwks_uri"], keys, row["keys_read_at"], row["keys_tried_at"], row["keys_failure"])


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
