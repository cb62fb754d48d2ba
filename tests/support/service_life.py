"""One service in this process, from start to death, as if it were a process of its own.

Everything that runs for a service (its components, its requests, whatever they start) is a task of its *life*, told by
a context variable that tasks inherit. Death takes all of them and the database pool at once, without a commit.
"""

import asyncio
import contextvars
from collections.abc import Callable, Coroutine, MutableMapping
from typing import Any

import httpx

from shared.crashpoints import Crash
from shared.postgres.database import Database
from shared.service import Service

_LIFE: contextvars.ContextVar["Life | None"] = contextvars.ContextVar("life", default=None)
_END_SECONDS = 45.0
_ASK_AGAIN_SECONDS = 1.0


def current_life() -> "Life | None":
    """Whose task runs now; None for the test's own."""
    return _LIFE.get()


def tell_tasks_apart(loop: asyncio.AbstractEventLoop) -> None:
    """From now on every task of this loop belongs to the life that started it."""

    def factory(
        loop: asyncio.AbstractEventLoop,
        work: Coroutine[Any, Any, Any],
        context: contextvars.Context | None = None,
        **more: Any,
    ) -> "asyncio.Task[Any]":
        task: asyncio.Task[Any] = asyncio.Task(work, loop=loop, context=context, **more)
        life = context.get(_LIFE) if context is not None else _LIFE.get()
        if life is not None:
            life.tasks.add(task)
            task.add_done_callback(life.tasks.discard)
        return task

    loop.set_task_factory(factory)  # type: ignore[arg-type]


class Life:
    """`ended` is set once nothing of the service is left; `problem` says what ended a start that failed."""

    def __init__(self, name: str, build: Callable[[], Service]) -> None:
        self.name = name
        self.tasks: set[asyncio.Task[Any]] = set()
        self.up = asyncio.Event()
        self.ended = asyncio.Event()
        self.dying = False
        self.problem: BaseException | None = None
        self._context = contextvars.copy_context()
        self._context.run(_LIFE.set, self)
        self.service = self._context.run(build)
        self._stop = asyncio.Event()
        self._main = self.spawn(self._live())
        self._main.add_done_callback(self._note_end)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """Run `work` as a part of this life."""
        return self._context.run(asyncio.create_task, work)

    async def _live(self) -> None:
        async with self.service.app.router.lifespan_context(self.service.app):
            self.up.set()
            await self._stop.wait()

    def _note_end(self, main: "asyncio.Task[Any]") -> None:
        if not main.cancelled() and main.exception() is not None and not isinstance(main.exception(), Crash):
            self.problem = main.exception()
        self.up.clear()
        self.ended.set()

    async def wait_up(self) -> None:
        """Until it answers, or is dead again. Raises what made the start fail."""
        waits = [asyncio.create_task(event.wait()) for event in (self.up, self.ended)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        if self.problem is not None:
            raise self.problem

    def kill(self) -> None:
        """Gone when this returns: what still runs are `finally` blocks without a database to reach."""
        self.dying = True
        self.up.clear()
        for database in self._databases():
            if database._pool is not None:
                database._pool.terminate()
        for task in list(self.tasks):
            task.cancel()

    async def stop(self) -> None:
        """Shut down in order: components end first, then what requests are still open, such as streams."""
        self.up.clear()
        self._stop.set()
        async with asyncio.timeout(_END_SECONDS):
            await self.ended.wait()
        for task in list(self.tasks):
            task.cancel()
        await self.wait_ended()

    async def wait_ended(self) -> None:
        """Until nothing of it runs. Raises AssertionError that names what still does."""
        try:
            async with asyncio.timeout(_END_SECONDS):
                while self.tasks or not self.ended.is_set():
                    if not self.tasks:  # What notes the end is called in the loop's next round.
                        await self.ended.wait()
                    else:
                        await asyncio.wait(list(self.tasks), timeout=_ASK_AGAIN_SECONDS)
                    # A killed process asks nobody; a task may lose one cancellation to the very end of what it waits
                    # for (asyncio.wait_for before Python 3.12).
                    for task in list(self.tasks):
                        task.cancel()
        except TimeoutError:
            left = [repr(task.get_coro()) + "".join(map(str, task.get_stack())) for task in self.tasks]
            raise AssertionError(f"{self.name} is dead and these still run: {left}") from None

    def _gone(self) -> bool:
        return self.dying or self.ended.is_set()

    def _databases(self) -> list[Database]:
        found = (getattr(component, "_database", None) for component in self.service.components)
        return [database for database in found if isinstance(database, Database)]

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """The service's answer. Raises httpx.TransportError when it dies over it."""
        if self._gone():
            raise httpx.ConnectError("the service is dead", request=request)
        transport = httpx.ASGITransport(self.service.app, raise_app_exceptions=False)
        task = self.spawn(transport.handle_async_request(request))
        try:
            await asyncio.wait([task])
        finally:
            if not task.done():
                task.cancel()
        if task.cancelled() or isinstance(task.exception(), Crash) or self.dying:
            raise httpx.RemoteProtocolError("the service died over this request", request=request)
        response: httpx.Response = task.result()
        return response

    async def receive(self, path: str, headers: list[tuple[bytes, bytes]], take: Callable[[bytes], None]) -> None:
        """GET `path` and hand over what comes, as it comes, until the answer ends or the service dies."""
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [(b"host", b"in-process"), *headers],
            "client": ("127.0.0.1", 1),
            "server": ("in-process", 80),
        }
        asked = False

        async def receive() -> dict[str, Any]:
            nonlocal asked
            if asked:
                await asyncio.Event().wait()
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start" and message["status"] not in (200, 503):
                raise AssertionError(f"GET {path}: {message['status']}")
            if message["type"] == "http.response.body" and not self.dying:
                take(message.get("body", b""))

        # Whoever asks may have waited for a token since he saw it alive; what began now would never be ended.
        if self._gone():
            return
        task = self.spawn(self.service.app(scope, receive, send))
        try:
            await asyncio.wait([task])
        finally:
            task.cancel()
        if not task.cancelled() and task.exception() is not None and not self.dying:
            raise task.exception() or AssertionError
