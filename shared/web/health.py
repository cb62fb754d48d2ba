"""`/healthz`, `/readyz` and `/metrics`, the same in every service."""

from collections.abc import Awaitable, Callable, Sequence

import orjson
from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared.errors import SimpulError
from shared.web.door import public

# A check answers what is wrong, in words for an operator; an empty list is well.
Check = Callable[[], Awaitable[list[str]]]


def health_router(checks: Sequence[tuple[str, Check]]) -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get("/healthz", summary="The process is alive", **public())
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/readyz", summary="Dependencies are reachable and consumers progress", responses={503: {}}, **public())
    async def readyz() -> Response:
        problems: dict[str, list[str]] = {}
        for name, check in checks:
            try:
                found = await check()
            except SimpulError as error:
                found = [error.detail]
            if found:
                problems[name] = found
        body = {"status": "unavailable" if problems else "ready", "problems": problems}
        return Response(orjson.dumps(body), 503 if problems else 200, media_type="application/json")

    @router.get(
        "/metrics",
        summary="Metrics for Prometheus",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
        **public(),
    )
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router
