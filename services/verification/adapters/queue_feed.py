"""The live queue: one reader of the claim stream in this process renders each changed claim once a language, and every
open queue takes the same bytes (docs/decisions/0112)."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from prometheus_client import Counter

from services.verification.adapters.console_queue import ConsoleQueue
from services.verification.adapters.stream import ClaimStream
from services.verification.application.console_queue import QueueClaim, Spectator
from shared.clock import Clock
from shared.errors import TooManyRequests
from shared.postgres.database import Database
from shared.sealing import Sealer

ROWS_RENDERED = Counter(
    "simpul_console_rows_rendered_total", "Rows of the live queue, once a change and language.", ["language"]
)
# One claim as a row in one language.
Render = Callable[[QueueClaim, str, datetime], str]


@dataclass(frozen=True)
class FeedLimits:
    """Bounds of the live queue. Changes within `gather_seconds` are told together."""

    spectators_max: int
    waiting_max: int
    missed_max: int
    gather_seconds: float
    heartbeat_seconds: float
    retry_milliseconds: int


@dataclass(eq=False)
class _Seat:
    """One open queue."""

    spectator: Spectator
    queue: "asyncio.Queue[bytes | None]"


@dataclass
class QueueFeed:
    """Background part that tells open queues what changed."""

    database: Database
    sealer: Sealer
    stream: ClaimStream
    clock: Clock
    org: str
    render: Render
    limits: FeedLimits
    name: str = "queue-feed"
    _seats: set[_Seat] = field(default_factory=set)
    _stopping: bool = False

    def problems(self) -> list[str]:
        return []

    async def run(self) -> None:
        """Tell until cancelled. What was missed when the stream was lost makes every open queue look again."""
        self._tell_all(_event("stale", ""))
        async for position, case_numbers in self.stream.changes(self.limits.gather_seconds):
            if self._seats:
                self._tell(await self._claims(case_numbers), position)

    def tell_everybody(self, name: str, in_languages: Mapping[str, str]) -> None:
        told = {language: _event(name, text) for language, text in in_languages.items()}
        for seat in list(self._seats):
            self._put(seat, told[seat.spectator.language])

    def stop(self) -> None:
        """End every open queue, so that the server can shut down; browsers come back."""
        self._stopping = True
        for seat in list(self._seats):
            self._end(seat)

    async def follow(self, spectator: Spectator) -> AsyncGenerator[bytes, None]:
        if len(self._seats) >= self.limits.spectators_max:
            raise TooManyRequests("console.too-many", "Too many open queues; try again later.", 5)
        seat = _Seat(spectator, asyncio.Queue(self.limits.waiting_max))
        # Seated before looking back: what changes in between is told twice rather than never.
        self._seats.add(seat)
        try:
            yield b"retry: %d\n\n" % self.limits.retry_milliseconds
            yield await self._missed(spectator)
            while not self._stopping:
                try:
                    async with asyncio.timeout(self.limits.heartbeat_seconds):
                        told = await seat.queue.get()
                except TimeoutError:
                    yield b":\n\n"
                    continue
                if told is None:
                    return
                while not seat.queue.empty():
                    more = seat.queue.get_nowait()
                    if more is None:
                        return
                    told += more
                yield told
        finally:
            self._seats.discard(seat)

    async def _missed(self, spectator: Spectator) -> bytes:
        async with self.database.transaction(self.org) as transaction:
            reader = ConsoleQueue(transaction, self.sealer)
            numbers, position = await reader.changed_since(spectator.after, self.limits.missed_max)
            claims = await reader.claims(numbers)
        if len(numbers) >= self.limits.missed_max:
            return _event("stale", "", position)
        return self._for(spectator, claims, {}, position)

    async def _claims(self, case_numbers: Iterable[str]) -> list[QueueClaim]:
        async with self.database.transaction(self.org) as transaction:
            return await ConsoleQueue(transaction, self.sealer).claims(set(case_numbers))

    def _tell(self, claims: list[QueueClaim], position: int) -> None:
        rendered: dict[tuple[str, str], bytes] = {}
        # Queues that want the same are told with the same bytes.
        told: dict[tuple[object, ...], bytes] = {}
        for seat in list(self._seats):
            spectator = seat.spectator
            key = (spectator.language, spectator.wanted, spectator.officer if spectator.wanted.assigned else "")
            if key not in told:
                told[key] = self._for(spectator, claims, rendered, position)
            self._put(seat, told[key])

    def _for(
        self,
        spectator: Spectator,
        claims: Iterable[QueueClaim],
        rendered: dict[tuple[str, str], bytes],
        position: int,
    ) -> bytes:
        now, parts = self.clock.now(), []
        for claim in claims:
            if not claim.is_for(spectator.wanted, spectator.officer, spectator.terms, now):
                parts.append(_event("gone", claim.case_number, position))
                continue
            key = (claim.case_number, spectator.language)
            if key not in rendered:
                ROWS_RENDERED.labels(spectator.language).inc()
                rendered[key] = _event("row", self.render(claim, spectator.language, now), position)
            parts.append(rendered[key])
        return b"".join(parts) or b":\n\n"

    def _tell_all(self, told: bytes) -> None:
        for seat in list(self._seats):
            self._put(seat, told)

    def _put(self, seat: _Seat, told: bytes) -> None:
        try:
            seat.queue.put_nowait(told)
        except asyncio.QueueFull:
            self._end(seat)

    def _end(self, seat: _Seat) -> None:
        self._seats.discard(seat)
        while not seat.queue.empty():
            seat.queue.get_nowait()
        seat.queue.put_nowait(None)


def _event(name: str, data: str, position: int | None = None) -> bytes:
    number = "" if position is None else f"id: {position}\n"
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    return f"{number}event: {name}\n{lines}\n".encode()
