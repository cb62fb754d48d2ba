"""Signing in and out: by the one-time link of a local hub, or through an OpenID provider."""

import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from services.verification.application.console_people import ROLES, IdentityProvider, SignedIn, SignIns
from services.verification.entrypoints.http.desk import Counter, json_response
from shared.audit import AuditEntry, record
from shared.errors import Forbidden
from shared.web.door import Caller, page, secured
from shared.web.openapi import refusals
from shared.web.pages.cookies import cookie, set_token
from shared.web.pages.forms import Form
from shared.web.pages.reception import SESSION_COOKIE
from shared.web.pages.rendering import Pages, visitor_of
from shared.web.pages.routes import own_path
from shared.web.strict_json import StrictRoute

HOME = "/console"
SIGN_IN = "/console/sign-in"
ATTEMPT_COOKIE = "sign-in"


class LoginLink(BaseModel):
    """Who signs in by the link. Local profile only."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"role": "verifier", "name": "Dewi"}]})

    role: Annotated[str, Field(pattern=f"^({'|'.join(ROLES)})$", json_schema_extra={"enum": list(ROLES)})]
    name: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*\S[^\x00-\x1f]*$")]


@dataclass(frozen=True)
class FrontDesk:
    """What signing in needs."""

    counter: Counter
    pages: Pages
    sign_ins: SignIns
    provider: IdentityProvider | None

    async def begin(self, request: Request, person: SignedIn, goes_to: str) -> Response:
        """A session under a fresh token, whatever the browser came with."""
        token = await self.sign_ins.begin(person, instead_of=cookie(request, SESSION_COOKIE))
        await self.audited("console.sign-in", person.id, person.role)
        response = RedirectResponse(goes_to, status_code=303)
        settings = self.counter.settings
        seconds = round(settings.console_session_hours * 3_600)
        set_token(response, SESSION_COOKIE, token, secure=self.pages.secure, seconds=seconds, path=HOME)
        return response

    async def audited(self, action: str, officer: str, role: str) -> None:
        org = self.counter.settings.console_org
        entry = AuditEntry(org, "console", action, "console", "", officer=officer, detail={"role": role})
        async with self.counter.database.transaction(org) as transaction:
            await record(transaction, entry)


def people_routes(desk: FrontDesk) -> APIRouter:
    links, pages = APIRouter(route_class=StrictRoute, tags=["operations"]), APIRouter()
    _add_links(links, desk)
    _add_pages(pages, desk)
    if desk.provider is not None:
        _add_provider(pages, desk, desk.provider)
    pages.routes.extend(links.routes)
    return pages


def _add_links(router: APIRouter, desk: FrontDesk) -> None:
    @router.post(
        "/v1/operations/console-logins",
        summary="A link that signs a person in to the console once",
        status_code=201,
        responses=refusals(400, 413, 415, 422, 503),
        **secured("operations.manage"),
    )
    async def make_link(caller: Caller, body: LoginLink) -> Response:
        """Local profile only: elsewhere people sign in through the OpenID provider, and this answers 403."""
        settings = desk.counter.settings
        if settings.profile != "local":
            raise Forbidden("console.local-only", "Only a hub of the local profile makes sign-in links.")
        person = SignedIn(local_id(body.name), body.name.strip(), body.role)
        token, expires_at = await desk.sign_ins.make_link(person)
        entry = AuditEntry(caller.org, caller.client_id, "console.link", "console", "", detail={"role": body.role})
        async with desk.counter.database.transaction(caller.org) as transaction:
            await record(transaction, entry)
        url = f"{settings.public_url}/console/enter/{token}"
        return json_response({"url": url, "expires_at": expires_at.isoformat()}, 201)


def _add_pages(router: APIRouter, desk: FrontDesk) -> None:
    @router.get("/console/enter/{token}", **page())
    async def enter(request: Request, token: Annotated[str, Path(max_length=100)]) -> Response:
        return await desk.begin(request, await desk.sign_ins.use_link(token), HOME)

    @router.get(SIGN_IN, **page())
    async def sign_in(request: Request, next: str | None = None) -> Response:  # noqa: A002 - the usual name in a URL
        return desk.pages.page(
            request,
            "console/sign_in.html",
            goes_to=own_path(next, otherwise=HOME),
            local=_is_local(desk),
            provider=desk.provider is not None,
        )

    @router.post("/console/sign-out", **page(*ROLES))
    async def sign_out(request: Request, form: Form) -> Response:
        visitor = visitor_of(request)
        if visitor is not None:
            await desk.sign_ins.end(visitor.session)
            await desk.audited("console.sign-out", visitor.id, visitor.role)
        response = RedirectResponse(SIGN_IN, status_code=303)
        response.delete_cookie(SESSION_COOKIE, path=HOME)
        # The browser forgets the pages it has seen.
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


def _add_provider(router: APIRouter, desk: FrontDesk, provider: IdentityProvider) -> None:
    @router.get("/console/sign-in/start", **page())
    async def start(next: str | None = None) -> Response:  # noqa: A002 - the usual name in a URL
        target, attempt = await provider.begin(own_path(next, otherwise=HOME))
        response = RedirectResponse(target, status_code=303)
        seconds = round(desk.counter.settings.console_attempt_seconds)
        set_token(response, ATTEMPT_COOKIE, attempt, secure=desk.pages.secure, seconds=seconds, path=HOME)
        return response

    @router.get("/console/callback", **page())
    async def finish(request: Request) -> Response:
        """Where the provider sends the browser back to."""
        attempt = request.cookies.get(ATTEMPT_COOKIE)
        person, goes_to = await provider.finish(attempt, dict(request.query_params))
        response = await desk.begin(request, person, own_path(goes_to, otherwise=HOME))
        response.delete_cookie(ATTEMPT_COOKIE, path=HOME)
        return response


def _is_local(desk: FrontDesk) -> bool:
    return desk.counter.settings.profile == "local"


def local_id(name: str) -> str:
    """Under what decisions of a person of the local profile are recorded: the same name is the same person."""
    return "local:" + (re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or name.strip().encode().hex())[:60]
