"""Requests so large that reading, judging and storing them would hold up everybody else's: each is done whole, its
transaction included, in a process of its own, one at a time. The serving process keeps the bytes and passes the answer.
"""

import asyncio
import multiprocessing
import resource
import sys
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.util import Finalize
from typing import Any, NamedTuple

from services.hospital_gateway.application.findings import Finding, findings_of, refusal, refused, status_of
from shared.errors import SimpulError, Unavailable
from shared.observability import current_traceparent, set_traceparent

Case = Callable[..., Awaitable[Any]]


@dataclass(frozen=True)
class Workshop:
    """What the process of its own works with: use cases by name, and how to leave."""

    cases: Mapping[str, Case]
    close: Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Bounds:
    """Up to `here_bytes_max` a request is done where it came in. `waiting_bytes_max` is of all that wait or are being
    done apart. The process may not grow beyond `data_bytes_max`, and is replaced when it has grown beyond
    `kept_bytes_max`, since memory once taken stays taken."""

    here_bytes_max: int
    waiting_bytes_max: int
    data_bytes_max: int
    kept_bytes_max: int


class _Answer(NamedTuple):
    """A result, or the error in parts, since errors don't pickle whole; and the most memory the process has had."""

    result: Any = None
    findings: tuple[Finding, ...] = ()
    status: int = 0
    away: tuple[str, float] | None = None
    peak_bytes: int = 0


class LargeRequests:
    """The way to the process of its own. `open_workshop` is a function of a module, called there with `settings`."""

    def __init__(self, open_workshop: Callable[[Any], Workshop], settings: Any, bounds: Bounds) -> None:
        self._open_workshop = open_workshop
        self._settings = settings
        self._bounds = bounds
        self._pool: ProcessPoolExecutor | None = None
        self._one_at_a_time = asyncio.Lock()
        self._waiting_bytes = 0

    def takes(self, raw: bytes) -> bool:
        """Whether a request of these bytes is one for the process of its own."""
        return len(raw) > self._bounds.here_bytes_max

    async def do(self, case: str, size: int, *arguments: Any) -> Any:
        """The result of a use case, or its error. Raises Unavailable when too much waits already, or when the process
        dies; nothing of the request is stored then."""
        if self._waiting_bytes + size > self._bounds.waiting_bytes_max:
            raise Unavailable("large-requests", 10)
        self._waiting_bytes += size
        try:
            async with self._one_at_a_time:
                answer = await self._asked(case, arguments)
        finally:
            self._waiting_bytes -= size
        if answer.away is not None:
            raise Unavailable(*answer.away)
        if answer.findings:
            raise refused(answer.findings, answer.status)
        return answer.result

    async def _asked(self, case: str, arguments: tuple[Any, ...]) -> _Answer:
        if self._pool is None:
            # Not forked: a fork of a process with an event loop and threads inherits their locks.
            self._pool = ProcessPoolExecutor(
                1,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_begin,
                initargs=(self._open_workshop, self._settings, self._bounds.data_bytes_max),
            )
        loop, trace = asyncio.get_running_loop(), current_traceparent()
        try:
            doing = loop.run_in_executor(self._pool, _do, case, trace, arguments)
            # The thread that feeds the process holds the packed request until it has something else to send.
            self._pool.submit(_nothing)
            answer: _Answer = await doing
        except BrokenProcessPool:
            self._pool = None
            raise Unavailable("large-requests", 5) from None
        if answer.peak_bytes > self._bounds.kept_bytes_max:
            pool, self._pool = self._pool, None
            pool.shutdown(wait=False)
        return answer

    async def close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.to_thread(pool.shutdown, cancel_futures=True)


# What follows lives in the process of its own.
_loop: asyncio.AbstractEventLoop
_workshop: Workshop


def _begin(open_workshop: Callable[[Any], Workshop], settings: Any, data_bytes_max: int) -> None:
    global _loop, _workshop
    if sys.platform == "linux":
        # Held by the kernel: what 32 MiB of JSON become in memory depends on what is in them.
        resource.setrlimit(resource.RLIMIT_DATA, (data_bytes_max, data_bytes_max))
    _loop = asyncio.new_event_loop()
    _workshop = open_workshop(settings)
    Finalize(None, _end, exitpriority=1)


def _end() -> None:
    _loop.run_until_complete(_workshop.close())
    _loop.close()


def _do(case: str, trace: str | None, arguments: tuple[Any, ...]) -> _Answer:
    set_traceparent(trace)
    try:
        answer = _Answer(result=_loop.run_until_complete(_awaited(_workshop.cases[case], arguments)))
    except Unavailable as error:
        answer = _Answer(away=(error.partner, error.retry_after_seconds))
    except SimpulError as error:
        answer = _Answer(findings=findings_of(error), status=status_of(error))
    except MemoryError:
        too_large = refusal("too-large")
        answer = _Answer(findings=findings_of(too_large), status=status_of(too_large))
    return answer._replace(peak_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


def _nothing() -> None:
    return None


async def _awaited(case: Case, arguments: tuple[Any, ...]) -> Any:
    return await case(*arguments)
