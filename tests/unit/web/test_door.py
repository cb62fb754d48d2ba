"""The door: token and scope before path, headers and body, for every route and for what is none."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Header, Request, Response
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from shared.errors import SimpulError
from shared.web.door import Caller, Door, public, route_accesses, secured
from shared.web.openapi import describe
from shared.web.problem import add_exception_handlers, status_of
from tests.support.issuer import Issuer
from tests.support.routes import assert_every_route_declares_its_scope

ORG = "employer:JJ012345"


class Body(BaseModel):
    number: int


def application(issuer: Issuer, **options: Any) -> FastAPI:
    app = FastAPI(redirect_slashes=False, docs_url=None, redoc_url=None)
    add_exception_handlers(app)
    things, inner, fhir = APIRouter(prefix="/v1"), APIRouter(), APIRouter(prefix="/fhir")

    @things.get("/things/stream", **secured("things.stream"))
    async def stream() -> str:
        return "stream"

    @things.get("/things/{number}", **secured("things.read", "things.audit"))
    async def read(number: int) -> int:
        return number

    @things.post("/things/{number}", **secured("things.write"))
    async def write(number: int, body: Body, key: Annotated[str, Header()], caller: Caller) -> str:
        return f"{caller.client_id} {number} {body.number} {key}"

    @inner.get("/deep", **secured("things.read"))
    async def deep(caller: Caller) -> str:
        return caller.org

    @things.get("/open", **public())
    async def opened() -> str:
        return "open"

    @things.get("/forgotten")
    async def forgotten() -> str:
        return "reached"

    @fhir.post("", **secured("system/*.c"))
    @fhir.post("/", **secured("system/*.c"))
    async def bundle() -> str:
        return "bundle"

    things.include_router(inner, prefix="/inner")
    app.include_router(things)
    app.include_router(fhir)
    app.include_router(fhir, prefix="/mirror")
    app.router.routes.append(Mount("/assets", Starlette(routes=[Route("/a", _asset)])))
    describe(app, issuer=issuer.url)
    app.add_middleware(Door, routes=app.router.routes, tokens=issuer.verifier(), **options)
    return app


async def _asset(_: Request) -> Response:
    return PlainTextResponse("asset")


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
async def client(issuer: Issuer) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application(issuer))
    async with httpx.AsyncClient(transport=transport, base_url="http://hub.test") as client:
        yield client


SECURED = [
    ("GET", "/v1/things/stream", "things.stream"),
    ("GET", "/v1/things/1", "things.read"),
    ("GET", "/v1/things/1", "things.audit"),
    ("GET", "/v1/inner/deep", "things.read"),
    ("POST", "/fhir", "system/*.crus"),
    ("POST", "/fhir/", "system/*.crus"),
    ("POST", "/mirror/fhir", "system/Encounter.c"),
]


@pytest.mark.parametrize(("method", "path", "scope"), SECURED)
async def test_each_route_needs_a_token_with_its_scope(
    client: httpx.AsyncClient, issuer: Issuer, method: str, path: str, scope: str
) -> None:
    assert (await client.request(method, path)).status_code == 401
    assert (await client.request(method, path, headers=issuer.bearer(ORG, "other"))).status_code == 403
    assert (await client.request(method, path, headers=issuer.bearer(ORG, ""))).status_code == 403
    assert (await client.request(method, path, headers=issuer.bearer(ORG, f"other {scope}"))).status_code == 200


@pytest.mark.parametrize("path", ["/v1/open", "/openapi.json"])
async def test_public_routes_need_no_token_and_do_not_look_at_one(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 200
    assert (await client.get(path, headers={"Authorization": "Bearer nonsense"})).status_code == 200
    assert (await client.get(path, headers={"Authorization": "Basic eDp5"})).status_code == 200


@pytest.mark.parametrize("path", ["/", "/nothing", "/v1", "/v1/open/", "/v1/things/1/more", "//v1/open", "/V1/open"])
async def test_unknown_paths_need_a_token_too(client: httpx.AsyncClient, issuer: Issuer, path: str) -> None:
    url = f"http://hub.test{path}"
    assert (await client.get(url)).status_code == 401
    answer = await client.get(url, headers=issuer.bearer(ORG, "things.read"))
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize("path", ["/v1/things/not-a-number", "/v1/things/1"])
async def test_the_door_comes_before_path_headers_and_body(
    client: httpx.AsyncClient, issuer: Issuer, path: str
) -> None:
    assert (await client.post(path, content=b"{not json")).status_code == 401
    without_scope = issuer.bearer(ORG, "things.read")
    assert (await client.post(path, content=b"{not json", headers=without_scope)).status_code == 403
    with_scope = issuer.bearer(ORG, "things.write")
    assert (await client.post(path, content=b"{not json", headers=with_scope)).status_code == 422


async def test_the_body_of_a_refused_request_is_not_read(issuer: Issuer) -> None:
    async def receive() -> dict[str, Any]:
        raise AssertionError("the body was read")

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/things/1",
        "raw_path": b"/v1/things/1",
        "query_string": b"",
        "headers": [(b"content-length", b"1000000000")],
        "server": ("hub.test", 80),
        "scheme": "http",
    }
    await application(issuer)(scope, receive, send)
    assert sent[0]["status"] == 401


async def test_the_caller_is_the_token_s_client(client: httpx.AsyncClient, issuer: Issuer) -> None:
    headers = {**issuer.bearer(ORG, "things.write", client_id="c-9"), "key": "k"}
    answer = await client.post("/v1/things/1", json={"number": 2}, headers=headers)
    assert answer.json() == "c-9 1 2 k"


async def test_a_route_that_declares_nothing_is_refused_to_everybody(client: httpx.AsyncClient, issuer: Issuer) -> None:
    assert (await client.get("/v1/forgotten")).status_code == 401
    assert (await client.get("/v1/forgotten", headers=issuer.bearer(ORG, "things.read"))).status_code == 403
    assert (await client.get("/assets/a", headers=issuer.bearer(ORG, "things.read"))).status_code == 403


async def test_a_mount_can_be_declared_public_by_its_path(issuer: Issuer) -> None:
    transport = httpx.ASGITransport(application(issuer, public_paths={"/assets"}))
    async with httpx.AsyncClient(transport=transport, base_url="http://hub.test") as client:
        assert (await client.get("/assets/a")).text == "asset"
        assert (await client.get("/assetsa")).status_code == 401


async def test_another_method_on_a_known_path_is_405_with_a_token(client: httpx.AsyncClient, issuer: Issuer) -> None:
    assert (await client.delete("/v1/things/1")).status_code == 401
    refused = await client.delete("/v1/things/1", headers=issuer.bearer(ORG, ""))
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, POST")
    assert (await client.delete("/v1/open")).status_code == 405


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Basic eDp5", "Bearer a b", "Bearer \u00e4".encode().decode("latin-1"), "token"],
)
async def test_a_malformed_authorization_is_401(client: httpx.AsyncClient, authorization: str) -> None:
    headers = [(b"Authorization", authorization.encode("latin-1"))]
    answer = await client.get("/v1/inner/deep", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


async def test_two_authorization_headers_are_401(client: httpx.AsyncClient, issuer: Issuer) -> None:
    value = issuer.bearer(ORG, "things.read")["Authorization"]
    answer = await client.get("/v1/inner/deep", headers=[("Authorization", value), ("Authorization", value)])
    assert answer.status_code == 401


async def test_the_scheme_s_name_has_no_case(client: httpx.AsyncClient, issuer: Issuer) -> None:
    value = issuer.bearer(ORG, "things.read")["Authorization"].replace("Bearer", "bearer")
    assert (await client.get("/v1/inner/deep", headers={"Authorization": value})).status_code == 200


async def test_refusals_challenge_as_rfc_6750_has_it(client: httpx.AsyncClient, issuer: Issuer) -> None:
    missing = await client.get("/v1/inner/deep")
    assert missing.headers["www-authenticate"] == 'Bearer realm="simpul"'
    assert missing.json()["code"] == "token.missing"
    bad = await client.get("/v1/inner/deep", headers={"Authorization": "Bearer x.y.z"})
    assert 'error="invalid_token"' in bad.headers["www-authenticate"]
    assert bad.json()["code"] == "token.invalid"
    scope = await client.get("/v1/inner/deep", headers=issuer.bearer(ORG, "x"))
    assert scope.headers["www-authenticate"] == 'Bearer error="insufficient_scope", scope="things.read"'
    assert scope.json()["code"] == "scope.missing"


async def test_a_service_may_render_refusals_in_its_own_form(issuer: Issuer) -> None:
    def render(request: Request, error: SimpulError) -> Response:
        return PlainTextResponse(f"{request.url.path} {error.code}", status_of(error))

    transport = httpx.ASGITransport(application(issuer, render_error=render))
    async with httpx.AsyncClient(transport=transport, base_url="http://hub.test") as client:
        answer = await client.get("/fhir/Patient/1")
        assert (answer.status_code, answer.text) == (401, "/fhir/Patient/1 token.missing")
        assert "www-authenticate" in answer.headers


async def test_web_sockets_are_closed(issuer: Issuer) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    await application(issuer)({"type": "websocket", "path": "/v1/open", "headers": []}, receive, send)
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_the_openapi_names_scheme_and_scopes(issuer: Issuer) -> None:
    schema = application(issuer).openapi()
    flow = schema["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]
    assert flow["tokenUrl"] == "http://issuer.test/oauth2/token"
    assert set(flow["scopes"]) >= {"things.read", "things.write", "system/*.c"}
    read = schema["paths"]["/v1/things/{number}"]["get"]
    assert read["x-required-scopes"] == ["things.read", "things.audit"]
    assert read["security"] == [{"oauth2": ["things.read"]}, {"oauth2": ["things.audit"]}]
    assert {"401", "403"} <= set(read["responses"])
    assert schema["paths"]["/v1/open"]["get"]["security"] == []


def test_a_route_that_declares_nothing_is_found(issuer: Issuer) -> None:
    with pytest.raises(AssertionError, match=r"/v1/forgotten.*/assets"):
        assert_every_route_declares_its_scope(application(issuer))


def test_every_route_of_a_whole_application_is_seen(issuer: Issuer) -> None:
    accesses = route_accesses(application(issuer).routes)
    seen = {(method, access.path) for access in accesses for method in access.methods}
    assert seen >= {
        ("GET", "/v1/things/stream"),
        ("GET", "/v1/things/{number}"),
        ("POST", "/v1/things/{number}"),
        ("GET", "/v1/inner/deep"),
        ("POST", "/mirror/fhir/"),
        ("GET", "/openapi.json"),
    }


def test_secured_needs_a_scope() -> None:
    with pytest.raises(ValueError, match="at least one"):
        secured()
