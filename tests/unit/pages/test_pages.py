"""Pages: admission by session and role, forms that cannot be forged, headers, assets, languages."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request, Response

from shared.errors import Conflict
from shared.web.door import Door, page, public
from shared.web.pages.cookies import csrf_token
from shared.web.pages.forms import Form
from shared.web.pages.reception import PageReception
from shared.web.pages.rendering import Pages, Visitor
from shared.web.pages.routes import own_path, page_routes
from shared.web.problem import add_exception_handlers
from tests.support.issuer import Issuer

HERE = "http://pages.test"
TOKENS = {"verifier": "v" * 43, "auditor": "a" * 43}


class FixedSessions:
    async def visitor(self, token: str) -> Visitor | None:
        role = next((role for role, known in TOKENS.items() if known == token), None)
        return Visitor("V-1", "Dewi", role, token) if role else None


def application() -> FastAPI:
    app, pages, issuer = FastAPI(redirect_slashes=False), Pages([], public_url=HERE), Issuer()
    add_exception_handlers(app)
    router = APIRouter()

    @router.get("/desk", **page("verifier"))
    async def desk(request: Request) -> Response:
        return pages.page(request, "error.html", error=Conflict("x", "100 % <b>"), error_status=409)

    @router.get("/open", **page())
    async def opened(request: Request) -> Response:
        raise Conflict("x.taken", "There is nothing at this address.")

    @router.post("/desk", **page("verifier"))
    async def act(form: Form) -> Response:
        return Response(form.text("note") or "")

    @router.post("/open", **page())
    async def tell(form: Form) -> Response:
        return Response(form.text("note") or "")

    @router.get("/v1/codes", **public())
    async def codes() -> list[str]:
        return []

    for part in (router, page_routes(pages)):
        app.router.routes.extend(part.routes)
    reception = PageReception(pages, FixedSessions(), sign_in_path="/in")
    app.add_middleware(Door, routes=app.router.routes, tokens=issuer.verifier(), reception=reception)
    return app


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=HERE) as client:
        yield client


def session(role: str) -> dict[str, str]:
    return {"Cookie": f"session={TOKENS[role]}"}


async def test_a_page_without_a_session_leads_to_the_sign_in(http: httpx.AsyncClient) -> None:
    answer = await http.get("/desk")
    assert (answer.status_code, answer.headers["location"]) == (303, "/in?next=/desk")
    part = await http.get("/desk", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["hx-redirect"]) == (401, "/in")


async def test_another_role_is_refused_in_the_readers_language(http: httpx.AsyncClient) -> None:
    answer = await http.get("/desk", headers=session("auditor"))
    assert answer.status_code == 403
    assert "Peran Anda tidak mencakup halaman ini." in answer.text
    english = await http.get("/desk", headers={"Cookie": f"session={TOKENS['auditor']}; language=en"})
    assert "Your role does not include this page." in english.text


async def test_a_bearer_token_opens_no_page(http: httpx.AsyncClient) -> None:
    answer = await http.get("/desk", headers=Issuer().bearer("bpjs:x", "claims.read"))
    assert answer.status_code == 303


async def test_an_error_on_a_page_is_a_page_and_the_api_keeps_its_own_form(http: httpx.AsyncClient) -> None:
    answer = await http.get("/open")
    assert answer.status_code == 409
    assert "Tidak ada apa pun di alamat ini." in answer.text
    assert (await http.get("/nowhere")).headers["content-type"] == "application/problem+json"


async def test_what_is_shown_is_escaped(http: httpx.AsyncClient) -> None:
    answer = await http.get("/desk", headers=session("verifier"))
    assert "100 % &lt;b&gt;" in answer.text


@pytest.mark.parametrize("path", ["/open", "/desk", "/assets/nothing.css"])
async def test_every_page_has_the_headers_that_keep_others_out(http: httpx.AsyncClient, path: str) -> None:
    headers = (await http.get(path)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert "content-security-policy" not in (await http.get("/v1/codes")).headers


async def test_no_page_brings_script_or_style_of_its_own(http: httpx.AsyncClient) -> None:
    for text in ((await http.get("/open")).text, (await http.get("/desk", headers=session("verifier"))).text):
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", text)


@pytest.mark.parametrize("sent", [{}, {"csrf": ""}, {"csrf": "0" * 64}, {"csrf": csrf_token("x" * 43)}])
async def test_a_form_without_the_token_of_ones_own_pages_does_nothing(
    http: httpx.AsyncClient, sent: dict[str, str]
) -> None:
    for path, headers in (("/desk", session("verifier")), ("/open", {"Cookie": f"visit={'w' * 43}"}), ("/open", {})):
        answer = await http.post(path, data={"note": "x", **sent}, headers=headers)
        assert answer.status_code == 403, path
        assert "Formulir ini tidak berlaku lagi" in answer.text


async def test_a_form_with_the_token_is_read(http: httpx.AsyncClient) -> None:
    sent = {"note": " x ", "csrf": csrf_token(TOKENS["verifier"])}
    assert (await http.post("/desk", data=sent, headers=session("verifier"))).text == "x"


@pytest.mark.parametrize(
    "told",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.test"},
        {"Origin": "null"},
    ],
)
async def test_a_form_from_another_site_is_refused_even_with_the_token(
    http: httpx.AsyncClient, told: dict[str, str]
) -> None:
    sent = {"csrf": csrf_token(TOKENS["verifier"])}
    assert (await http.post("/desk", data=sent, headers={**session("verifier"), **told})).status_code == 403


async def test_a_visit_begins_with_the_first_page_and_its_cookie_is_kept_from_scripts(http: httpx.AsyncClient) -> None:
    cookie = (await http.get("/open")).headers["set-cookie"]
    assert cookie.startswith("visit=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "set-cookie" not in (await http.get("/open")).headers


async def test_assets_may_be_kept_for_ever_and_change_their_name_with_their_content(http: httpx.AsyncClient) -> None:
    text = (await http.get("/open")).text
    found = re.search(r'href="(/assets/simpul\.[0-9a-f]{12}\.css)"', text)
    assert found is not None
    answer = await http.get(found[1])
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["content-encoding"] == "gzip"
    assert ":root" in answer.text
    plain = await http.get(found[1], headers={"Accept-Encoding": "identity"})
    assert plain.text == answer.text


@pytest.mark.parametrize("elsewhere", ["//evil.test", "https://evil.test", "/\\evil.test", "javascript:1", "", "/a\\b"])
async def test_the_choice_of_a_language_leads_nowhere_else(http: httpx.AsyncClient, elsewhere: str) -> None:
    answer = await http.get("/language/en", params={"back": elsewhere})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert own_path(elsewhere) == "/"


async def test_a_language_nobody_translated_is_not_there(http: httpx.AsyncClient) -> None:
    assert (await http.get("/language/fr")).status_code == 404


async def test_a_cookie_over_tls_travels_over_tls_only() -> None:
    pages: Any = Pages([], public_url="https://simpul.test")
    assert pages.secure
