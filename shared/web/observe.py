"""Trace context, access log and request metrics, around everything else."""

import time
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.observability import REQUESTS, log, set_traceparent
from shared.web.door import caller_of


class Observe:
    """ASGI middleware. The access line has no query string and no path parameter: the route's template stands for
    both, since identifiers in a path may lead to a person. `count` is told whose request with a good token was answered
    with which status."""

    def __init__(self, app: ASGIApp, service: str, count: Callable[[str, int], None] | None = None) -> None:
        self._app = app
        self._service = service
        self._count = count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        traceparent = set_traceparent(headers.get(b"traceparent", b"").decode("latin-1"))
        began = time.perf_counter()
        status, is_answered = 500, False

        async def observed(message: Message) -> None:
            nonlocal status, is_answered
            if message["type"] == "http.response.start":
                status, is_answered = message["status"], True
                # Not at the end: a stream may stay open for hours.
                self._count_request(scope, status)
                message.setdefault("headers", []).append((b"traceparent", traceparent.encode()))
            await send(message)

        try:
            await self._app(scope, receive, observed)
        except Exception:
            # A bug: what stands around all middleware answers it, with the status that is assumed here.
            if not is_answered:
                self._count_request(scope, status)
            raise
        finally:
            elapsed = time.perf_counter() - began
            route = getattr(scope.get("route"), "path_format", None) or "unmatched"
            REQUESTS.labels(self._service, scope["method"], route, str(status)).observe(elapsed)
            if route not in ("/healthz", "/readyz", "/metrics"):
                log.info("request", method=scope["method"], route=route, status=status, ms=round(elapsed * 1000, 1))

    def _count_request(self, scope: Scope, status: int) -> None:
        caller = caller_of(scope)
        if self._count is not None and caller is not None:
            self._count(caller.org, status)
