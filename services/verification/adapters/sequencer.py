"""Gives every committed stream event its position: one after the other, without gaps (decisions 7).

An identity column would not do: its values become visible out of order, and a reader that passed one by never sees it.
One sequencer at a time, by advisory lock; ids of one claim rise with its versions, because they are drawn under the
claim's lock, so positions rise with them.
"""

from services.verification.adapters.case_store import STREAM_CHANNEL, UNSEQUENCED_CHANNEL
from shared.crashpoints import crashpoint
from shared.postgres.database import Database

_LOCK_KEY = 7_000_071
_ASSIGN = """WITH last AS (SELECT COALESCE(max(position), 0) AS position FROM stream_event WHERE position IS NOT NULL),
    next AS (SELECT id, row_number() OVER (ORDER BY id) AS place FROM stream_event
              WHERE position IS NULL ORDER BY id LIMIT $1)
    UPDATE stream_event e SET position = last.position + next.place FROM next, last WHERE e.id = next.id"""


class Sequencer:
    """Background part; a second process waits for the lock as a standby."""

    name = "sequencer"

    def __init__(self, database: Database, *, rows_max: int, poll_seconds: float) -> None:
        self._database = database
        self._rows_max = rows_max
        self._poll_seconds = poll_seconds
        self._problem: str | None = "not started"

    def problems(self) -> list[str]:
        return [self._problem] if self._problem else []

    async def run(self) -> None:
        """Sequence until cancelled; woken by NOTIFY, and by itself now and then, since a notification may be lost."""
        self._problem = "the stream waits for postgres"
        async with self._database.listener(UNSEQUENCED_CHANNEL) as listener:
            self._problem = None
            while True:
                while await self.sequence() == self._rows_max:
                    pass
                await listener.wait(self._poll_seconds)

    async def sequence(self) -> int:
        """Give positions to what is committed now; answers how many were given."""
        async with self._database.system_transaction() as transaction:
            alone = await transaction.driver.fetchval("SELECT pg_try_advisory_xact_lock($1)", _LOCK_KEY)
            if not alone:
                return 0
            given = _count(await transaction.driver.execute(_ASSIGN, self._rows_max))
            if given:
                crashpoint("sequencer.after-assign")
                await transaction.driver.execute("SELECT pg_notify($1, '')", STREAM_CHANNEL)
        return given


def _count(status: str) -> int:
    """The number of rows in a command tag such as `UPDATE 12`."""
    return int(status.rsplit(" ", 1)[1])
