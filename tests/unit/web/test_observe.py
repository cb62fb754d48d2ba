"""Who asked and how it was answered, as it is counted around everything else."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from fastapi import APIRouter, FastAPI, HTTPException
from fastapi.responses import StreamingResponse

from shared.errors import Conflict
from shared.web.door import Door, public, secured
from shared.web.observe import Observe
from shared.web.problem import add_exception_handlers
from tests.support.issuer import Issuer

ORG = "employer:JJ012345"


@pytest.fixture
def counted() -> list[tuple[str, int]]:
    return []


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest_asyncio.fixture
async def http(issuer: Issuer, counted: list[tuple[str, int]]) -> AsyncIterator[httpx.AsyncClient]:
    app, router = FastAPI(), APIRouter()
    add_exception_handlers(app)

    @router.get("/{what}", **secured("things.read"))
    async def get(what: str) -> StreamingResponse:
        if what == "bug":
            raise ZeroDivisionError
        if what == "conflict":
            raise Conflict("thing.taken", "It is taken.")
        if what == "gone":
            raise HTTPException(410)
        return StreamingResponse(_breaks_off() if what == "broken" else iter(["whole"]))

    @router.get("/open/door", **public())
    async def opened() -> str:
        return "open"

    app.include_router(router)
    app.add_middleware(Door, routes=app.router.routes, tokens=issuer.verifier())
    app.add_middleware(Observe, service="probe", count=lambda org, status: counted.append((org, status)))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://probe.test") as http:
        yield http


async def _breaks_off() -> AsyncIterator[str]:
    yield "half"
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("path", "status"), [("/whole", 200), ("/conflict", 409), ("/gone", 410), ("/bug", 500), ("/broken", 200)]
)
async def test_a_request_is_counted_once_with_the_status_that_was_sent(
    http: httpx.AsyncClient, issuer: Issuer, counted: list[tuple[str, int]], path: str, status: int
) -> None:
    answer = await http.get(path, headers=issuer.bearer(ORG, "things.read"))
    assert (answer.status_code, counted) == (status, [(ORG, status)])


async def test_what_the_door_refuses_a_good_token_is_counted(
    http: httpx.AsyncClient, issuer: Issuer, counted: list[tuple[str, int]]
) -> None:
    await http.get("/whole", headers=issuer.bearer(ORG, "other.scope"))
    await http.get("/nowhere/at/all", headers=issuer.bearer(ORG, "things.read"))
    await http.post("/whole", headers=issuer.bearer(ORG, "things.read"))
    assert counted == [(ORG, 403), (ORG, 404), (ORG, 405)]


async def test_nothing_is_counted_for_a_bad_token_or_where_none_is_needed(
    http: httpx.AsyncClient, issuer: Issuer, counted: list[tuple[str, int]]
) -> None:
    await http.get("/whole")
    await http.get("/whole", headers=issuer.bearer(ORG, "things.read", lifetime_seconds=-600))
    await http.get("/open/door", headers=issuer.bearer(ORG, "things.read"))
    assert counted == []
