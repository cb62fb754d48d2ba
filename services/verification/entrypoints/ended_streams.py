"""Streams end when the process is told to."""

import asyncio
import signal
import threading
from types import FrameType
from typing import Protocol

from shared.service import Hook


class Stoppable(Protocol):
    """A stream that never ends by itself."""

    def stop(self) -> None: ...


def end_streams_on_signal(*streams: Stoppable) -> Hook:
    """The server waits for open requests before it ends the lifespan, and a stream never ends by itself; so streams
    are ended at the signal, and then the server's own handler is called."""

    async def install() -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            before = signal.getsignal(number)
            if not callable(before):
                continue

            def handle(received: int, frame: FrameType | None, before: object = before) -> None:
                for stream in streams:
                    loop.call_soon_threadsafe(stream.stop)
                if callable(before):
                    before(received, frame)

            signal.signal(number, handle)

    return install
