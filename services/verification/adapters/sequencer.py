"""Gives every committed stream event its position: one after the other, without gaps (decisions 7).

An identity column would not do: its values become visible out of order, and a reader that passed one by never sees it.
One sequencer at a time, by advisory lock; ids of one claim rise with its versions, because they are drawn under the
claim's lock, so positions rise with them. A round is one statement: what is between an event and its reader counts.
"""

from services.verification.adapters.stream_writer import STREAM_CHANNEL, UNSEQUENCED_CHANNEL
from shared.crashpoints import crashpoint
from shared.errors import Unavailable
from shared.postgres.database import Database
from shared.postgres.turn import Turn, held_turn

_LOCK = (7_000, 71)
_ASSIGN = """WITH last AS (SELECT COALESCE(max(position), 0) AS position FROM stream_event WHERE position IS NOT NULL),
    next AS (SELECT id, row_number() OVER (ORDER BY id) AS place FROM stream_event
              WHERE position IS NULL ORDER BY id LIMIT $1),
    given AS (UPDATE stream_event e SET position = last.position + next.place FROM next, last WHERE e.id = next.id
              RETURNING e.id)
    SELECT count(*), CASE WHEN count(*) > 0 THEN pg_notify($2, '') END FROM given"""


class Sequencer:
    """Background part; a second process stands by."""

    name = "sequencer"

    def __init__(self, database: Database, *, rows_max: int, poll_seconds: float) -> None:
        self._database = database
        self._rows_max = rows_max
        self._poll_seconds = poll_seconds
        self._problem: str | None = None

    def problems(self) -> list[str]:
        return [self._problem] if self._problem else []

    async def run(self) -> None:
        """Sequence until cancelled; woken by NOTIFY, and by itself now and then, since a notification may be lost."""
        try:
            async with held_turn(self._database, [_LOCK], UNSEQUENCED_CHANNEL) as turn:
                self._problem = None
                while True:
                    while await self._sequence(turn) == self._rows_max:
                        pass
                    await turn.listener.wait(self._poll_seconds)
        except Unavailable:
            self._problem = "the stream waits for postgres"
            raise

    async def _sequence(self, turn: Turn) -> int:
        """Give positions to what is committed now; answers how many were given."""
        given = int(await turn.connection.fetchval(_ASSIGN, self._rows_max, STREAM_CHANNEL))
        if given:
            crashpoint("sequencer.after-assign")
        return given
