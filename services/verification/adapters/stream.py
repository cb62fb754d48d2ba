"""The claim stream: one reader of positions in this process, many followers (Server-Sent Events).

A follower reads the past from the table page by page and joins the reader when it has caught up; from then on it takes
only what lies beyond the last position it has sent. So it neither skips nor repeats, whatever happens in between.
"""

import asyncio
from collections.abc import AsyncGenerator, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import orjson

from services.verification.adapters.stream_writer import STREAM_CHANNEL
from services.verification.application.claim_document import rfc3339
from services.verification.application.reading import TEST_TERM, ClaimFilter, Following
from shared.clock import Clock
from shared.errors import TooManyRequests
from shared.postgres.database import Database
from shared.postgres.turn import Turn, held_turn

_PAGE = """SELECT position, event_id, case_number, claim_version, state, waiting_on, changes, region_code, flags, terms,
        before::text AS before, at
    FROM stream_event WHERE position > $1 ORDER BY position LIMIT $2"""
_HEAD = "SELECT COALESCE(max(position), 0) FROM stream_event"
LEFT_FILTER = "left_filter"


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One event with its position; `before` and `now` are what filters look at."""

    position: int
    case_number: str
    data: Mapping[str, Any]
    now: Mapping[str, Any]
    before: Mapping[str, Any] | None

    def seen_through(self, wanted: ClaimFilter, terms: Collection[str] | None) -> bytes | None:
        """The event as sent to who asked for `wanted`, None when it is not for them."""
        if _matches(self.now, self.case_number, wanted, terms):
            return self._sent(self.data)
        if self.before is not None and _matches(self.before, self.case_number, wanted, terms):
            facts = {**self.data["data"], "changes": [*self.data["data"]["changes"], LEFT_FILTER]}
            return self._sent({**self.data, "data": facts})
        return None

    def _sent(self, data: Mapping[str, Any]) -> bytes:
        return b"id: %d\nevent: claim\ndata: %b\n\n" % (self.position, orjson.dumps(data))


@dataclass
class StreamLimits:
    """Bounds of the stream."""

    queue_max: int
    clients_max: int
    page_rows: int
    heartbeat_seconds: float
    poll_seconds: float
    retry_milliseconds: int


@dataclass(eq=False)
class _Follower:
    queue: "asyncio.Queue[StreamEvent | None]"
    overflowed: bool = False


@dataclass
class ClaimStream:
    """Background part that reads new positions and hands them to followers."""

    database: Database
    clock: Clock
    limits: StreamLimits
    name: str = "claim-stream"
    _position: int | None = None
    _followers: set[_Follower] = field(default_factory=set)
    _clients: int = 0
    _stopping: bool = False

    def problems(self) -> list[str]:
        return [] if self._position is not None else ["the stream waits for postgres"]

    async def run(self) -> None:
        """Read until cancelled."""
        async with held_turn(self.database, [], STREAM_CHANNEL) as turn:
            if self._position is None:
                self._position = await self.head()
            while True:
                while await self._read_on(turn, self._position) == self.limits.page_rows:
                    pass
                await turn.listener.wait(self.limits.poll_seconds)

    def stop(self) -> None:
        """End every open stream, so that the server can shut down; clients come back with their last position."""
        self._stopping = True
        for follower in list(self._followers):
            self._end(follower)

    async def head(self) -> int:
        """The last position given so far."""
        async with self.database.system_transaction() as transaction:
            return int(await transaction.driver.fetchval(_HEAD))

    async def follow(self, following: Following) -> AsyncGenerator[bytes, None]:
        """The stream of one client, as bytes of Server-Sent Events. Ends when its token has expired, when the service
        stops, and when the client reads too slowly; it may resume each time.

        No empty line follows `retry` and comments: some clients take each one for the end of an (empty) event.
        """
        if self._clients >= self.limits.clients_max:
            raise TooManyRequests("stream.too-many", "Too many open streams; try again later.", 5)
        self._clients += 1
        follower: _Follower | None = None
        try:
            yield b"retry: %d\n" % self.limits.retry_milliseconds
            last = following.after
            while not self._over(following):
                page = await self._page(following.org, last)
                for event in page:
                    last = event.position
                    sent = event.seen_through(following.wanted, following.terms)
                    if sent is not None:
                        yield sent
                if len(page) == self.limits.page_rows:
                    continue
                if follower is None:
                    # One more look after joining: what was committed between the last page and now.
                    follower = _Follower(asyncio.Queue(self.limits.queue_max))
                    self._followers.add(follower)
                    continue
                break
            async for sent in self._live(following, follower, last):
                yield sent
        finally:
            self._clients -= 1
            if follower is not None:
                self._followers.discard(follower)

    async def changes(self, gather_seconds: float) -> AsyncGenerator[tuple[int, set[str]], None]:
        """For parts of this process: the last position and which claims have changed, gathered over a moment, from
        now on. Ends when the service stops, and when the events came faster than they were taken."""
        follower = _Follower(asyncio.Queue(self.limits.queue_max))
        self._followers.add(follower)
        try:
            while (event := await follower.queue.get()) is not None:
                await asyncio.sleep(gather_seconds)
                position, numbers = event.position, {event.case_number}
                while not follower.queue.empty():
                    event = follower.queue.get_nowait()
                    if event is None:
                        return
                    position = event.position
                    numbers.add(event.case_number)
                yield position, numbers
        finally:
            self._followers.discard(follower)

    async def _live(self, following: Following, follower: _Follower | None, last: int) -> AsyncGenerator[bytes, None]:
        while follower is not None and not self._over(following):
            try:
                async with asyncio.timeout(self._wait_seconds(following)):
                    event = await follower.queue.get()
            except TimeoutError:
                yield b":\n"
                continue
            if event is None:
                break
            if event.position <= last:
                continue
            last = event.position
            sent = event.seen_through(following.wanted, following.terms)
            if sent is not None:
                yield sent
        if follower is not None and follower.overflowed:
            yield b"retry: %d\n" % self.limits.retry_milliseconds

    def _over(self, following: Following) -> bool:
        return self._stopping or self.clock.now() >= following.expires_at

    def _wait_seconds(self, following: Following) -> float:
        left = (following.expires_at - self.clock.now()).total_seconds()
        return max(min(self.limits.heartbeat_seconds, left), 0.01)

    async def _page(self, org: str, after: int) -> list[StreamEvent]:
        async with self.database.transaction(org) as transaction:
            rows = await transaction.driver.fetch(_PAGE, after, self.limits.page_rows)
        return [_event(row) for row in rows]

    async def _read_on(self, turn: Turn, position: int) -> int:
        rows = await turn.connection.fetch(_PAGE, position, self.limits.page_rows)
        for row in rows:
            event = _event(row)
            self._position = event.position
            for follower in list(self._followers):
                try:
                    follower.queue.put_nowait(event)
                except asyncio.QueueFull:
                    follower.overflowed = True
                    self._end(follower)
        return len(rows)

    def _end(self, follower: _Follower) -> None:
        """Let the follower find the end of its queue, in place of all it has not read: a part of it would be a gap."""
        self._followers.discard(follower)
        while not follower.queue.empty():
            follower.queue.get_nowait()
        follower.queue.put_nowait(None)


def _event(row: "asyncpg.Record") -> StreamEvent:
    data = {
        "specversion": "1.0",
        "id": str(row["event_id"]),
        "source": "/verification",
        "type": "jkk.claim.changed.v1",
        "subject": row["case_number"],
        "time": rfc3339(row["at"]),
        "datacontenttype": "application/json",
        "data": {
            "case_number": row["case_number"],
            "claim_version": row["claim_version"],
            "state": row["state"],
            "waiting_on": row["waiting_on"],
            "changes": list(row["changes"]),
            **({"test": True} if TEST_TERM in row["terms"] else {}),
        },
    }
    now = {name: row[name] for name in ("state", "waiting_on", "region_code", "flags", "terms")}
    before = orjson.loads(row["before"]) if row["before"] is not None else None
    return StreamEvent(row["position"], row["case_number"], data, now, before)


def _matches(seen: Mapping[str, Any], case_number: str, wanted: ClaimFilter, terms: Collection[str] | None) -> bool:
    return (
        (wanted.state is None or seen["state"] == wanted.state)
        and (wanted.waiting_on is None or seen["waiting_on"] == wanted.waiting_on)
        and (wanted.region is None or (seen["region_code"] or "").startswith(wanted.region))
        and (wanted.flag is None or wanted.flag in seen["flags"])
        and (wanted.test is None or wanted.test == (TEST_TERM in seen["terms"]))
        and (terms is None or not set(terms).isdisjoint(seen["terms"]) or case_number in terms)
    )
