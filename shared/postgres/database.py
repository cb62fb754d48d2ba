"""One service's PostgreSQL: a pool, two roles, and transactions that know for whom they run.

The service logs in as `simpul_<service>`, which may do nothing itself (NOINHERIT). Each transaction takes one of two
roles for its own length: `…_app` sees only the rows of one `org` (row-level security), `…_system` is the hub's own
work: consumers, relay, sequencer, purge.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.errors import Unavailable
from shared.postgres.listener import Listener

_ENTER = text("SELECT set_config('role', :role, true), set_config('app.org', :org, true)")
# What another try may cure: the server going, coming or choosing a victim among transactions.
_TRANSIENT = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InsufficientResourcesError,
    InterfaceError,
    OperationalError,
    PoolTimeoutError,
    ConnectionError,
    TimeoutError,
    OSError,
)


@dataclass(frozen=True)
class Transaction:
    """An open transaction. `session` for ordinary work; `driver` is the same connection in the same transaction, for
    hot paths and for SQL that is clearer as SQL (`$1` parameters)."""

    session: AsyncSession
    driver: "asyncpg.Connection[asyncpg.Record]"


class Database:
    """Pool and transactions of one service. Raises Unavailable when PostgreSQL is away, busy or picked a victim."""

    def __init__(self, url: str, *, service: str, pool_size: int = 20, timeout_seconds: float = 10.0) -> None:
        self._service = service
        self._timeout_seconds = timeout_seconds
        self._url = url.replace("postgresql+asyncpg://", "postgresql://", 1)
        settings = {
            "application_name": f"simpul-{service}",
            "jit": "off",
            "statement_timeout": "30s",
            "lock_timeout": "10s",
            "idle_in_transaction_session_timeout": "60s",
        }
        self._engine: AsyncEngine = create_async_engine(
            self._url.replace("postgresql://", "postgresql+asyncpg://", 1),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=timeout_seconds,
            connect_args={"timeout": timeout_seconds, "server_settings": settings},
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
    async def system_transaction(self) -> AsyncIterator[Transaction]:
        """The hub's own transaction: sees all rows. Never for a partner's request without a check of its own."""
        async with self._transaction(f"simpul_{self._service}_system", "") as transaction:
            yield transaction

    @asynccontextmanager
    async def _transaction(self, role: str, org: str) -> AsyncIterator[Transaction]:
        try:
            connection = await self._entered(role, org)
            try:
                session = AsyncSession(connection, expire_on_commit=False)
                raw = await connection.get_raw_connection()
                driver = cast("asyncpg.Connection[asyncpg.Record]", raw.driver_connection)
                try:
                    yield Transaction(session, driver)
                    await session.flush()
                finally:
                    session.sync_session.expunge_all()
                await connection.commit()
            finally:
                await connection.close()
        except DBAPIError as error:
            if error.connection_invalidated or _is_transient(error):
                raise Unavailable("postgres") from error
            raise
        except _TRANSIENT as error:
            raise Unavailable("postgres") from error

    async def _entered(self, role: str, org: str) -> AsyncConnection:
        """A connection inside a transaction with its role taken. Tried twice: a pooled connection may be long dead,
        and nothing has been done on it yet."""
        for last_try in (False, True):
            connection = await self._engine.connect()
            try:
                await connection.execute(_ENTER, {"role": role, "org": org})
            except BaseException as error:
                await connection.close()
                if last_try or not isinstance(error, DBAPIError) or not error.connection_invalidated:
                    raise
            else:
                return connection
        raise AssertionError("unreachable")

    async def connect_as_system(self) -> "asyncpg.Connection[asyncpg.Record]":
        """A connection of its own outside the pool, in the system role for its whole life; the caller closes it.
        For session-level advisory locks: losing the connection loses the lock."""
        try:
            connection = await asyncpg.connect(self._url, timeout=self._timeout_seconds, server_settings={"jit": "off"})
            await connection.execute(f"SET ROLE simpul_{self._service}_system")
        except _TRANSIENT as error:
            raise Unavailable("postgres") from error
        return connection

    @asynccontextmanager
    async def listener(self, channel: str) -> AsyncIterator[Listener]:
        """Hears NOTIFY on `channel` on a connection of its own."""
        connection = await self.connect_as_system()
        listener = Listener(connection, channel)
        try:
            await listener.start()
            yield listener
        finally:
            await listener.close()

    async def ping(self) -> None:
        """Raises Unavailable when no transaction can be opened now."""
        async with asyncio.timeout(self._timeout_seconds):
            async with self.system_transaction():
                pass

    async def close(self) -> None:
        await self._engine.dispose()


def _is_transient(error: DBAPIError) -> bool:
    original: Any = error.orig
    return isinstance(original, _TRANSIENT) or isinstance(getattr(original, "__cause__", None), _TRANSIENT)
