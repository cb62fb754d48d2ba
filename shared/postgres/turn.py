"""One worker at a time, however many processes there are: a session-level advisory lock on the worker's own connection.

The lock lives and dies with the connection, and all the worker's statements go through that same connection: a worker
that lost its turn can't write any more. Others stand by and take over within `retry_seconds`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from shared.errors import Unavailable
from shared.postgres.database import Database
from shared.postgres.listener import Listener

_TRY = "SELECT pg_try_advisory_lock($1, $2)"
_STATEMENT_SECONDS = 30.0
# The third comes when the server's last words and our next statement cross on a dying connection.
_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    OSError,
    TimeoutError,
)


@dataclass(frozen=True)
class Turn:
    """A turn that is held: the connection in the system role, and the ear for what wakes the worker."""

    connection: "asyncpg.Connection[asyncpg.Record]"
    listener: Listener


@asynccontextmanager
async def held_turn(
    database: Database,
    locks: Sequence[tuple[int, int]],
    channel: str,
    *,
    retry_seconds: float = 0.5,
    standing_by: Callable[[], None] = lambda: None,
    repeatable: bool = False,
) -> AsyncIterator[Turn]:
    """Wait until all of `locks` are ours (none: at once), then listen on `channel`; `standing_by` is called whenever
    somebody else has them. `repeatable` is work whose last commits may be lost when PostgreSQL crashes, since doing it
    again is right: its commits do not wait for the disk. Raises Unavailable("postgres") when the connection is lost,
    in the block too."""
    connection = await database.connect_as_system()
    try:
        if repeatable:
            await connection.execute("SET synchronous_commit TO off", timeout=_STATEMENT_SECONDS)
        listener = Listener(connection, channel)
        # Tried again and again: a statement that waits for a lock would hold back the vacuum of every table.
        while not await _taken(connection, locks):
            await connection.execute("SELECT pg_advisory_unlock_all()", timeout=_STATEMENT_SECONDS)
            standing_by()
            await asyncio.sleep(retry_seconds)
        await listener.start()
        yield Turn(connection, listener)
    except _LOST as error:
        raise Unavailable("postgres") from error
    finally:
        connection.terminate()


async def _taken(connection: "asyncpg.Connection[asyncpg.Record]", locks: Sequence[tuple[int, int]]) -> bool:
    """In order and only as long as it goes well, so that of two workers one gets all."""
    for first, second in locks:
        if not await connection.fetchval(_TRY, first, second, timeout=_STATEMENT_SECONDS):
            return False
    return True
