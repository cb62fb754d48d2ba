"""One service's PostgreSQL: a pool, two roles, and transactions that know for whom they run.

The service logs in as `simpul_<service>`, which may do nothing itself (NOINHERIT). Each transaction takes one of two
roles for its own length: `…_app` sees only the rows of one `org` (row-level security), `…_system` is the hub's own
work: consumers, relay, sequencer, purge.

SQL goes through the driver, with `$1` parameters. An ORM session in between cost three times the processor time of a
small transaction (docs/decisions/0003); tables are declared with SQLModel and a test holds them against the database.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

import asyncpg

from shared.crashpoints import crashpoint
from shared.errors import Unavailable
from shared.postgres.late_rows import LateRows
from shared.settings import ServiceSettings

# What another try may cure: the server going, coming or choosing a victim among transactions.
_TRANSIENT_IN_POSTGRES = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
    asyncpg.InsufficientResourcesError,
)
_TRANSIENT = (*_TRANSIENT_IN_POSTGRES, TimeoutError, OSError)
_SETTINGS = {
    "jit": "off",
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
}


@dataclass(frozen=True)
class Transaction:
    """An open transaction; `driver` is its connection, `late` what it adds at its end, `org` whose it is (empty for the
    hub's own)."""

    driver: "asyncpg.Connection[asyncpg.Record]"
    late: LateRows
    org: str = ""


class TransactionAborted(Exception):
    """A statement failed, somebody swallowed its error, and the commit could only roll back. A bug."""


class Database:
    """Pool and transactions of one service. Raises Unavailable when PostgreSQL is away, busy or picked a victim."""

    def __init__(self, url: str, *, service: str, pool_size: int = 20, timeout_seconds: float = 10.0) -> None:
        self._service = service
        self._timeout_seconds = timeout_seconds
        self._url = url.replace("postgresql+asyncpg://", "postgresql://", 1)
        self._pool_size = pool_size
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None
        self._opening = asyncio.Lock()

    @classmethod
    def of(cls, settings: ServiceSettings, *, service: str) -> "Database":
        """As the service's settings say."""
        return cls(
            settings.database_url,
            service=service,
            pool_size=settings.database_pool_size,
            timeout_seconds=settings.database_timeout_seconds,
        )

    @property
    def service(self) -> str:
        return self._service

    @asynccontextmanager
    async def transaction(self, org: str) -> AsyncIterator[Transaction]:
        """One partner's transaction: sees and writes only rows of `org`. Commits when the block ends well."""
        async with self._transaction(f"simpul_{self._service}_app", org) as transaction:
            yield transaction

    @asynccontextmanager
    async def system_transaction(self, *, sharing: tuple[int, str] | None = None) -> AsyncIterator[Transaction]:
        """The hub's own transaction: sees all rows. Never for a partner's request without a check of its own.
        `sharing` is an advisory lock, as a number and a text, to be held from its beginning together with others."""
        async with self._transaction(f"simpul_{self._service}_system", "", sharing) as transaction:
            yield transaction

    @asynccontextmanager
    async def _transaction(
        self, role: str, org: str, sharing: tuple[int, str] | None = None
    ) -> AsyncIterator[Transaction]:
        begin = f"BEGIN; SET LOCAL ROLE {role}; SET LOCAL app.org TO {_literal(org)}"
        if sharing is not None:
            # In the same round trip, and yet a statement of its own: the next one sees what was done before the lock.
            begin += f"; SELECT pg_advisory_xact_lock_shared({sharing[0]}, hashtext({_literal(sharing[1])}))"
        connection = await self._begun(begin)
        try:
            transaction = Transaction(connection, LateRows(connection), org)
            yield transaction
            await transaction.late.write()
            crashpoint("transaction.before-commit")
            outcome = await connection.execute("COMMIT")
        except BaseException as error:
            lost = _is_lost(connection)
            # Shielded: a cancelled request must not leave its transaction open on a pooled connection.
            await asyncio.shield(self._abandon(connection))
            # An OSError or a TimeoutError of the block's own says nothing about PostgreSQL.
            if isinstance(error, _TRANSIENT_IN_POSTGRES) or (lost and isinstance(error, _TRANSIENT)):
                raise Unavailable("postgres") from error
            raise
        await self._release(connection)
        if outcome != "COMMIT":
            raise TransactionAborted(role)
        crashpoint("transaction.after-commit")

    async def _begun(self, begin: str) -> "asyncpg.Connection[asyncpg.Record]":
        """A connection inside a transaction with its role taken. Tried twice: a pooled connection may be long dead,
        and nothing has been done on it yet."""
        for last_try in (False, True):
            connection = await self._acquired()
            try:
                await connection.execute(begin)
            except _TRANSIENT as error:
                await self._abandon(connection)
                if last_try:
                    raise Unavailable("postgres") from error
            except BaseException:
                await asyncio.shield(self._abandon(connection))
                raise
            else:
                return connection
        raise AssertionError("unreachable")

    async def _acquired(self) -> "asyncpg.Connection[asyncpg.Record]":
        try:
            pool = await self._open_pool()
            acquired = await pool.acquire(timeout=self._timeout_seconds)
        except _TRANSIENT as error:
            raise Unavailable("postgres") from error
        return cast("asyncpg.Connection[asyncpg.Record]", acquired)

    async def _open_pool(self) -> "asyncpg.Pool[asyncpg.Record]":
        if self._pool is None:
            async with self._opening:
                if self._pool is None:
                    self._pool = await asyncpg.create_pool(
                        self._url,
                        min_size=0,
                        max_size=self._pool_size,
                        timeout=self._timeout_seconds,
                        server_settings={**_SETTINGS, "application_name": f"simpul-{self._service}"},
                        # Nothing outlives a transaction on these connections, so there is nothing to reset.
                        reset=_nothing,
                    )
        return self._pool

    async def _release(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        if self._pool is not None:
            await self._pool.release(cast("asyncpg.pool.PoolConnectionProxy[asyncpg.Record]", connection))

    async def _abandon(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        """Roll back; a connection that can't do even that is thrown away."""
        try:
            if not _is_lost(connection):
                await connection.execute("ROLLBACK", timeout=self._timeout_seconds)
        except (asyncpg.PostgresError, *_TRANSIENT):
            connection.terminate()
        finally:
            await self._release(connection)

    async def connect_as_system(self) -> "asyncpg.Connection[asyncpg.Record]":
        """A connection of its own outside the pool, in the system role for its whole life; the caller closes it.
        For session-level advisory locks: losing the connection loses the lock."""
        try:
            connection = await asyncpg.connect(self._url, timeout=self._timeout_seconds, server_settings={"jit": "off"})
            try:
                await connection.execute(f"SET ROLE simpul_{self._service}_system")
            except BaseException:
                # Cancelled here, the connection would be nobody's.
                connection.terminate()
                raise
        except _TRANSIENT as error:
            raise Unavailable("postgres") from error
        return connection

    async def ping(self) -> None:
        """Raises Unavailable when no transaction can be opened now."""
        async with self.system_transaction():
            pass

    async def check(self) -> list[str]:
        """For `/readyz`: nothing to say, or Unavailable."""
        await self.ping()
        return []

    async def close(self) -> None:
        if self._pool is not None:
            pool, self._pool = self._pool, None
            try:
                await asyncio.wait_for(pool.close(), self._timeout_seconds)
            except TimeoutError:
                pool.terminate()


def _is_lost(connection: "asyncpg.Connection[asyncpg.Record]") -> bool:
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:
        return True  # The pool has already taken the dead connection out from under us.


def _literal(text: str) -> str:
    """An SQL string literal; `standard_conforming_strings` has been on by default since PostgreSQL 9.1."""
    if "\x00" in text or "\\" in text:
        raise ValueError("an org holds no NUL and no backslash")
    return "'" + text.replace("'", "''") + "'"


async def _nothing(_: object) -> None:
    return None
