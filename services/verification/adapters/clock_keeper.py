"""Makes events of clocks that run out: looks for claims whose next due time has passed and derives them again.

Each claim says in a column when its next clock will be overdue, so nothing is remembered here: whatever ran out while
nobody was running is found at the next start. One keeper at a time, by advisory lock; should an old one still write
after it lost its turn, the claim's own lock and version let each event happen once, and the second look finds nothing
new (docs/decisions/0085).
"""

from collections.abc import Callable
from datetime import datetime

from services.verification.application.case_desk import CaseDesk
from services.verification.application.keep_clocks import let_time_pass
from shared.clock import Clock
from shared.errors import Unavailable
from shared.observability import log
from shared.postgres.database import Database, Transaction
from shared.postgres.turn import Turn, held_turn

_LOCK = (7_000, 85)
_CHANNEL = "claim_clocks"
_OVERDUE = """SELECT case_number FROM claim
    WHERE overdue_at < $1 AND case_number <> ALL($2::text[]) ORDER BY overdue_at, case_number LIMIT $3"""
_NOTE = "UPDATE claim SET overdue_at = $2 WHERE case_number = $1"


class ClockKeeper:
    """Background part; a second process stands by.

    A claim that cannot be derived is logged and left for `rounds_apart` rounds, so that it holds up no other.
    """

    name = "clock-keeper"

    def __init__(
        self,
        database: Database,
        clock: Clock,
        desk_on: Callable[[Transaction], CaseDesk],
        *,
        poll_seconds: float,
        rows_max: int,
        rounds_apart: int = 60,
    ) -> None:
        self._database = database
        self._clock = clock
        self._desk_on = desk_on
        self._poll_seconds = poll_seconds
        self._rows_max = rows_max
        self._rounds_apart = rounds_apart
        self._failed: dict[str, int] = {}
        self._problem: str | None = None

    def problems(self) -> list[str]:
        return [self._problem] if self._problem else []

    async def run(self) -> None:
        """Look until cancelled. Raises Unavailable when the database goes; run it again."""
        try:
            async with held_turn(self._database, [_LOCK], _CHANNEL) as turn:
                self._problem = None
                while True:
                    while await self._tell_overdue(turn) == self._rows_max:
                        pass
                    await turn.listener.wait(self._poll_seconds)
        except Unavailable:
            self._problem = "the clocks wait for postgres"
            raise

    async def _tell_overdue(self, turn: Turn) -> int:
        """Derive the claims whose clocks have run out, the longest overdue first; answers how many there were."""
        self._failed = {number: rounds - 1 for number, rounds in self._failed.items() if rounds > 1}
        # A last second is in time to its end, so only whole seconds have passed.
        now = self._clock.now().replace(microsecond=0)
        rows = await turn.connection.fetch(_OVERDUE, now, list(self._failed), self._rows_max)
        for row in rows:
            await self._tell(row["case_number"], now)
        return len(rows)

    async def _tell(self, case_number: str, now: datetime) -> None:
        """One claim in one transaction."""
        try:
            async with self._database.system_transaction() as transaction:
                next_overdue_at = await let_time_pass(self._desk_on(transaction), case_number)
                # Also where nothing changed, and for a number that was merged away: else it would be found for ever.
                await transaction.driver.execute(_NOTE, case_number, next_overdue_at)
            if next_overdue_at is not None and next_overdue_at < now:
                raise RuntimeError("the clock has run out and is said to run out yet")
        except Unavailable:
            raise
        except Exception as error:
            self._failed[case_number] = self._rounds_apart
            log.error("clock.claim-failed", case_number=case_number, error=type(error).__name__, exc_info=error)
