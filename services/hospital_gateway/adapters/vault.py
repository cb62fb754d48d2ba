"""All hospitals' records in PostgreSQL."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg

from services.hospital_gateway.adapters.records import PostgresRecords
from services.hospital_gateway.adapters.request_receipts import RequestReceipts
from services.hospital_gateway.application.documents import Caller
from services.hospital_gateway.application.ports import Collision
from shared.clock import Clock
from shared.postgres.database import Database, Transaction
from shared.receipts.register import Receipts
from shared.sealing import BlindIndex, Sealer

_COLLIDING = (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError, asyncpg.SerializationError)


class PostgresVault:
    """All hospitals' records, each reached in its own transaction under row-level security."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        index: BlindIndex,
        clock: Clock,
        receipts: Receipts,
        *,
        replay_days: int,
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._index = index
        self._clock = clock
        self._receipts = receipts
        self._replay_for = timedelta(days=replay_days)

    def on(self, tx: Transaction, caller: Caller) -> PostgresRecords:
        """One hospital's records on a transaction that is open already."""
        given = RequestReceipts(tx, caller, self._receipts, self._clock)
        return PostgresRecords(tx, caller, self._sealer, self._index, self._clock, self._replay_for, given)

    @asynccontextmanager
    async def of(self, caller: Caller) -> AsyncIterator[PostgresRecords]:
        """One transaction. Raises Collision when another took an identifier or version first."""
        async with self._database.transaction(caller.org) as tx:
            try:
                yield self.on(tx, caller)
            except _COLLIDING as error:
                raise Collision from error
