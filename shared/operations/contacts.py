"""When each partner last asked a service for something, and how it fared: requests by organisation and day.

Counted in memory and written every few seconds, so that no request waits for it; what a killed process had not yet
written is not counted. Only requests with a good token count, since anybody may send the others under any name.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from shared.clock import Clock
from shared.observability import log
from shared.postgres.database import Database, Transaction

_WRITE_EVERY_SECONDS: Final = 5.0
_REFUSED, _FAILED = 400, 500
# In one order, since several processes may count for the same partners.
_ADD = """INSERT INTO partner_contact AS kept (org, day, answered, refused, failed, last_at, last_status)
    SELECT * FROM unnest($1::text[], $2::date[], $3::bigint[], $4::bigint[], $5::bigint[], $6::timestamptz[],
                         $7::smallint[]) AS added(org, day, answered, refused, failed, last_at, last_status)
     ORDER BY org COLLATE "C", day
    ON CONFLICT (org, day) DO UPDATE SET
        answered = kept.answered + excluded.answered,
        refused = kept.refused + excluded.refused,
        failed = kept.failed + excluded.failed,
        last_status = CASE WHEN excluded.last_at >= kept.last_at THEN excluded.last_status ELSE kept.last_status END,
        last_at = greatest(kept.last_at, excluded.last_at)"""
_READ = """SELECT org, coalesce(sum(answered) FILTER (WHERE day >= $1), 0)::bigint AS answered,
                  coalesce(sum(refused) FILTER (WHERE day >= $1), 0)::bigint AS refused,
                  coalesce(sum(failed) FILTER (WHERE day >= $1), 0)::bigint AS failed,
                  max(last_at) AS last_at, (array_agg(last_status ORDER BY last_at DESC))[1] AS last_status
             FROM partner_contact
            WHERE ($2::text IS NULL OR org = $2) AND ($3::text IS NULL OR org > $3)
            GROUP BY org ORDER BY org LIMIT $4"""


@dataclass
class _Day:
    """What one organisation asked on one day, as far as it is not written down."""

    last_at: datetime
    last_status: int
    answered: int = 0
    refused: int = 0
    failed: int = 0

    def add(self, other: "_Day") -> None:
        self.answered += other.answered
        self.refused += other.refused
        self.failed += other.failed
        if other.last_at >= self.last_at:
            self.last_at, self.last_status = other.last_at, other.last_status


@dataclass(frozen=True)
class Contact:
    """Requests of one organisation since a day: `answered` (2xx, 3xx), `refused` (4xx), `failed` (5xx). `last_at` and
    `last_status` are of its last one, also before that day, as long as it is kept."""

    org: str
    answered: int
    refused: int
    failed: int
    last_at: datetime
    last_status: int


class Contacts:
    """Component: counts at once, writes every few seconds and when it ends."""

    name = "contacts"

    def __init__(self, database: Database, clock: Clock, *, every_seconds: float = _WRITE_EVERY_SECONDS) -> None:
        self._database = database
        self._clock = clock
        self._every_seconds = every_seconds
        self._days: dict[tuple[str, date], _Day] = {}
        self._counted = asyncio.Event()
        self._writing = asyncio.Lock()

    @property
    def database(self) -> Database:
        return self._database

    @property
    def today(self) -> date:
        """The day that requests are counted for now, in UTC."""
        return self._clock.now().date()

    def problems(self) -> list[str]:
        return []

    def count(self, org: str, status: int) -> None:
        """One request of `org` was answered with `status`."""
        now = self._clock.now()
        answered, refused, failed = status < _REFUSED, _REFUSED <= status < _FAILED, status >= _FAILED
        self._add((org, now.date()), _Day(now, status, int(answered), int(refused), int(failed)))
        self._counted.set()

    async def run(self) -> None:
        """Write until cancelled, and then what is left. Raises Unavailable("postgres"); what was counted is then
        written when this is run again."""
        try:
            while True:
                await self._counted.wait()
                await asyncio.sleep(self._every_seconds)
                await self.write()
        except asyncio.CancelledError:
            await self._write_rest()
            raise

    async def write(self) -> None:
        """Write down what was counted until now; what another call is writing is written too when this returns. Raises
        Unavailable, and keeps it then."""
        async with self._writing:
            self._counted.clear()
            days, self._days = self._days, {}
            if not days:
                return
            try:
                async with self._database.system_transaction() as transaction:
                    await transaction.driver.execute(_ADD, *_columns(days.items()))
            except BaseException:
                since, self._days = self._days, days
                for key, day in since.items():
                    self._add(key, day)
                self._counted.set()
                raise

    async def _write_rest(self) -> None:
        try:
            await self.write()
        except Exception as error:
            # Mostly the database goes too. A few counts are worth neither waiting nor keeping the process from its end.
            log.warning("contacts.lost", error=type(error).__name__, organisations=len(self._days))

    def _add(self, key: tuple[str, date], day: _Day) -> None:
        known = self._days.get(key)
        if known is None:
            self._days[key] = day
        else:
            known.add(day)


async def list_contacts(
    transaction: Transaction, *, since: date, org: str | None = None, after: str | None = None, limit: int
) -> Sequence[Contact]:
    """By organisation, those behind `after`; the transaction is the hub's own."""
    rows = await transaction.driver.fetch(_READ, since, org, after, limit)
    return [Contact(**dict(row)) for row in rows]


def _columns(days: Iterable[tuple[tuple[str, date], _Day]]) -> list[list[object]]:
    rows = [(org, of, d.answered, d.refused, d.failed, d.last_at, d.last_status) for (org, of), d in days]
    return [list(column) for column in zip(*rows, strict=True)]
