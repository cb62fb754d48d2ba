"""Looks around claims whose traits have changed, and around the neighbours to whom that may mean something.

It runs after the change is committed, so two claims that arrive at the same moment are seen by whoever is looked at
second: any order of arrival ends in the same flags. What waits is in the rows themselves, so a restart loses nothing.
One watch at a time, by advisory lock; a few claims at a time are derived in one transaction, and then it pauses for as
long as that took: what surrounds a claim may wait, what agencies send may not.
"""

import asyncio
import time
from collections.abc import Callable, Sequence

from services.verification.application.case_desk import CaseDesk
from services.verification.application.look_around import SurroundingsStore, affected_by, look_again
from services.verification.domain.surroundings import SurroundingsPolicy
from shared.errors import Unavailable
from shared.observability import log
from shared.postgres.database import Database, Transaction
from shared.postgres.turn import held_turn

_LOCK = (7_000, 89)
_CHANNEL = "claim_surroundings"
# So few that the service is never busy with them for long at a stretch.
_TOGETHER = 8


class SurroundingsWatch:
    """Background part; a second process stands by. A claim that cannot be derived is logged and left as it is."""

    name = "surroundings-watch"

    def __init__(
        self,
        database: Database,
        store_on: Callable[[Transaction], SurroundingsStore],
        desk_on: Callable[[Transaction], CaseDesk],
        policy: SurroundingsPolicy,
        *,
        poll_seconds: float,
        rows_max: int,
    ) -> None:
        self._database = database
        self._store_on = store_on
        self._desk_on = desk_on
        self._policy = policy
        self._poll_seconds = poll_seconds
        self._rows_max = rows_max
        self._problem: str | None = None

    def problems(self) -> list[str]:
        return [self._problem] if self._problem else []

    async def run(self) -> None:
        """Look until cancelled. Raises Unavailable when the database goes; run it again."""
        try:
            async with held_turn(self._database, [_LOCK], _CHANNEL) as turn:
                self._problem = None
                while True:
                    await self.look()
                    await turn.listener.wait(self._poll_seconds)
        except Unavailable:
            self._problem = "the surroundings wait for postgres"
            raise

    async def look(self) -> int:
        """One round; answers how many claims were waiting."""
        async with self._database.system_transaction() as transaction:
            store = self._store_on(transaction)
            waiting = await store.waiting(self._rows_max)
            affected = await affected_by(store, waiting, self._policy)
        for first in range(0, len(affected), _TOGETHER):
            began = time.monotonic()
            await self._look_again(affected[first : first + _TOGETHER])
            await asyncio.sleep(time.monotonic() - began)
        if waiting:
            async with self._database.system_transaction() as transaction:
                await self._store_on(transaction).looked_around(waiting)
        return len(waiting)

    async def _look_again(self, case_numbers: Sequence[str]) -> None:
        try:
            async with self._database.system_transaction() as transaction:
                store = self._store_on(transaction)
                await look_again(self._desk_on(transaction), store, case_numbers, self._policy)
        except Unavailable:
            raise
        except Exception as error:
            if len(case_numbers) == 1:
                (number,) = case_numbers
                log.error("surroundings.claim-failed", case_number=number, error=type(error).__name__, exc_info=error)
                return
            # One of them is at fault; the others shall not suffer for it.
            for number in case_numbers:
                await self._look_again([number])
