"""Tells what the launcher is doing: a live display on a terminal, a plain line for each step elsewhere."""

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

Advance = Callable[[int], None]


class Reporter:
    """Speaks on standard error, so that a command's own output stays clean. Several threads may speak."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._terminal = sys.stderr.isatty()
        self._lock = threading.Lock()
        self._live: Progress | None = None
        self._tasks = 0

    def say(self, text: str) -> None:
        """One finished step or fact."""
        self._console.print(text, markup=False, soft_wrap=True)

    @contextlib.contextmanager
    def step(self, doing: str) -> Iterator[None]:
        """`doing` while it lasts, with the seconds it took afterwards."""
        started = time.monotonic()
        with self._shown(doing, None):
            yield
        self.say(f"{doing} ({time.monotonic() - started:.1f} s)")

    @contextlib.contextmanager
    def download(self, what: str, total_bytes: int) -> Iterator[Advance]:
        """A bar on a terminal, a line at the beginning and the end elsewhere. Yields `advance(bytes)`."""
        if not self._terminal:
            self.say(f"downloading {what}, {total_bytes / 1e6:.0f} MB")
        with self._shown(f"downloading {what}", total_bytes) as advance:
            yield advance
        self.say(f"downloaded {what}")

    @contextlib.contextmanager
    def _shown(self, text: str, total: int | None) -> Iterator[Advance]:
        """A line of the live display, which is there while it has lines: a terminal bears only one display."""
        if not self._terminal:
            yield lambda _size: None
            return
        with self._lock:
            if self._live is None:
                columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(20), TimeElapsedColumn())
                self._live = Progress(*columns, console=self._console, transient=True)
                self._live.start()
            live, self._tasks = self._live, self._tasks + 1
            task: TaskID = live.add_task(text, total=total)
        try:
            yield lambda size: live.advance(task, size)
        finally:
            with self._lock:
                live.remove_task(task)
                self._tasks -= 1
                if self._tasks == 0:
                    live.stop()
                    self._live = None


class SilentReporter(Reporter):
    """Says nothing, for tests and benchmarks."""

    def __init__(self) -> None:
        super().__init__()
        self._terminal = False

    def say(self, text: str) -> None:
        """Nothing."""
