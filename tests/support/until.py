"""Waiting for something to become true in tests without an event loop."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def until(look: Callable[[], Found | None], *, timeout_seconds: float = 45.0, every_seconds: float = 0.02) -> Found:
    """The first truthy result of `look()`. Fails with the last result when the time is up."""
    deadline = time.monotonic() + timeout_seconds
    pause = threading.Event()
    while not (found := look()):
        assert time.monotonic() < deadline, f"not within {timeout_seconds} s; last: {found!r}"
        pause.wait(every_seconds)
    return found
