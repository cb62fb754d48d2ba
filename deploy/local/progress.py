"""Tells what the launcher is doing: a live display on a terminal, a plain line for each step elsewhere."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

Advance = Callable[[int], None]


class Reporter:
    """Speaks on standard error, so that a command's own output stays clean."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._terminal = sys.stderr.isatty()

    def say(self, text: str) -> None:
        """One finished step or fact."""
        self._console.print(text, markup=False, soft_wrap=True)

    @contextlib.contextmanager
    def step(self, doing: str) -> Iterator[None]:
        """`doing` while it lasts, with the seconds it took afterwards."""
        started = time.monotonic()
        with self._console.status(doing) if self._terminal else contextlib.nullcontext():
            yield
        self.say(f"{doing} ({time.monotonic() - started:.1f} s)")

    @contextlib.contextmanager
    def download(self, what: str, total_bytes: int) -> Iterator[Advance]:
        """A bar on a terminal, a line at the beginning and the end elsewhere. Yields `advance(bytes)`."""
        if not self._terminal:
            self.say(f"downloading {what} ({total_bytes / 1e6:.0f} MB)")
            yield lambda _bytes: None
            self.say(f"downloaded {what}")
            return
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        with Progress(*columns, console=self._console) as progress:
            task = progress.add_task(f"downloading {what}", total=total_bytes)
            yield lambda size: progress.advance(task, size)


class SilentReporter(Reporter):
    """Says nothing, for tests and benchmarks."""

    def __init__(self) -> None:
        super().__init__()
        self._terminal = False

    def say(self, text: str) -> None:
        """Nothing."""
