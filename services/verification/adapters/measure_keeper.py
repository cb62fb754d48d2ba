"""Keeps the measures of claims up to date: follows the stream and measures again whatever it names.

Beside the work on claims and never in its way: a claim is measured when its event has a position, in a batch. A batch
and how far it went are one transaction, so a restart goes on where it was; an empty cursor measures everything anew.
One keeper at a time, by advisory lock.
"""

import asyncio
from collections import defaultdict
from typing import Any

import asyncpg

from services.verification.adapters.measures import MeasureStore
from services.verification.adapters.stream_writer import STREAM_CHANNEL
from services.verification.application.measure_claims import measure
from services.verification.domain.measures import Told
from shared.errors import Unavailable, Unreadable
from shared.observability import log
from shared.postgres.database import Database, Transaction
from shared.postgres.turn import held_turn
from shared.sealing import Secrets

_LOCK = (7_000, 125)
_NEXT = """SELECT position, case_number FROM stream_event WHERE position > $1 ORDER BY position LIMIT $2"""
_CLAIMS = """SELECT case_number, version, document, opened_at, merged_into FROM claim
    WHERE case_number = ANY($1::text[])"""
_TOLD = """SELECT case_number, at, state, waiting_on FROM stream_event WHERE case_number = ANY($1::text[])
    ORDER BY case_number, claim_version"""


class MeasureKeeper:
    """Background part; a second process stands by."""

    name = "measure-keeper"

    def __init__(self, database: Database, secrets: Secrets, *, poll_seconds: float, rows_max: int) -> None:
        self._database = database
        self._secrets = secrets
        self._poll_seconds = poll_seconds
        self._rows_max = rows_max
        self._problem: str | None = None

    def problems(self) -> list[str]:
        return [self._problem] if self._problem else []

    async def run(self) -> None:
        """Measure until cancelled. Raises Unavailable when the database goes; run it again."""
        try:
            async with held_turn(self._database, [_LOCK], STREAM_CHANNEL) as turn:
                self._problem = None
                while True:
                    while await self.measure_next() == self._rows_max:
                        pass
                    # Woken by the first event, it takes those of the next moment along: a transaction for each would
                    # stand in the way of the stream, which hears of the event at the same time.
                    await turn.listener.wait(self._poll_seconds)
                    await asyncio.sleep(self._poll_seconds)
        except Unavailable:
            self._problem = "the measures wait for postgres"
            raise

    async def measure_next(self) -> int:
        """One batch of events in one transaction; answers how many there were."""
        async with self._database.system_transaction() as transaction:
            store = MeasureStore(transaction, self._secrets)
            rows = await transaction.driver.fetch(_NEXT, await store.position(), self._rows_max)
            if rows:
                await self._measure(transaction, store, sorted({row["case_number"] for row in rows}))
                await store.move_to(rows[-1]["position"])
        return len(rows)

    async def _measure(self, transaction: Transaction, store: MeasureStore, case_numbers: list[str]) -> None:
        told = defaultdict(list)
        for row in await transaction.driver.fetch(_TOLD, case_numbers):
            told[row["case_number"]].append(Told(row["at"], row["state"], row["waiting_on"]))
        claims = await transaction.driver.fetch(_CLAIMS, case_numbers)
        # Merged numbers, and what somebody only tried out, are no cases.
        await store.forget([row["case_number"] for row in claims if row["merged_into"] is not None])
        opened = [(row, _opened(store, row)) for row in claims if row["merged_into"] is None]
        await store.save(
            measure(document, row["opened_at"], told[row["case_number"]])
            for row, document in opened
            if document is not None and not document["test"]
        )


def _opened(store: MeasureStore, row: "asyncpg.Record") -> dict[str, Any] | None:
    """The claim; None where its key is not at hand, which must not hold up the others."""
    try:
        return store.open_claim(row)
    except Unreadable:
        log.error("measure.claim-unreadable", case_number=row["case_number"])
        return None
