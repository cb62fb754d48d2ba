"""Waiting for NOTIFY. A notification is a hint to look, never the news itself: it is lost when nobody listens."""

import asyncio

import asyncpg

from shared.errors import Unavailable


class Listener:
    """Wakes on NOTIFY of one channel. Notifications that come while nobody waits are kept as one."""

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]", channel: str) -> None:
        self._connection = connection
        self._channel = channel
        self._heard = asyncio.Event()

    async def start(self) -> None:
        self._connection.add_termination_listener(self._on_termination)
        await self._connection.add_listener(self._channel, self._on_notification)

    async def wait(self, timeout_seconds: float) -> bool:
        """True when something was notified since the last call, False when the time is up. Raises Unavailable when
        the connection is gone."""
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._heard.wait()
        except TimeoutError:
            heard = False
        else:
            heard = True
        if self._connection.is_closed():
            raise Unavailable("postgres")
        self._heard.clear()
        return heard

    async def close(self) -> None:
        if not self._connection.is_closed():
            self._connection.terminate()

    def _on_notification(self, *_: object) -> None:
        self._heard.set()

    def _on_termination(self, *_: object) -> None:
        self._heard.set()
