"""The claim stream, read live by an SSE client that others wrote."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
from httpx_sse import aconnect_sse

_OPEN_SECONDS = 30.0


@dataclass
class LiveStream:
    """What came so far: `(id, data)` of each event `claim`."""

    events: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    opened: threading.Event = field(default_factory=threading.Event)

    def of(self, case_number: str) -> list[dict[str, Any]]:
        """The events of one claim."""
        return [event for _, event in self.events if event["subject"] == case_number]


@contextmanager
def live_stream(url: str, token: str) -> Iterator[LiveStream]:
    """From now until the block ends."""
    stream, loop = LiveStream(), asyncio.new_event_loop()
    reading = loop.create_task(_read(stream, url, token))
    thread = threading.Thread(target=_until_cancelled, args=(loop, reading))
    thread.start()
    try:
        assert stream.opened.wait(_OPEN_SECONDS), "the stream did not open"
        yield stream
    finally:
        loop.call_soon_threadsafe(reading.cancel)
        thread.join()
        loop.close()


def _until_cancelled(loop: asyncio.AbstractEventLoop, reading: "asyncio.Task[None]") -> None:
    with suppress(asyncio.CancelledError):
        loop.run_until_complete(reading)
    loop.run_until_complete(loop.shutdown_asyncgens())


async def _read(stream: LiveStream, url: str, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx.AsyncClient(timeout=None, headers=headers) as client,
        aconnect_sse(client, "GET", url) as source,
    ):
        source.response.raise_for_status()
        stream.opened.set()
        async for event in source.aiter_sse():
            assert event.event == "claim"
            stream.events.append((int(event.id), json.loads(event.data)))
