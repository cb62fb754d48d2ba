"""The door: who asks and whether they may, before path parameters, headers or body are looked at.

An ASGI middleware in front of the router. Every route declares what it needs:

    @router.post("/v1/accident-reports", **secured("accident-reports.write"))
    @router.get("/v1/codes", **public())
    @router.get("/console", **page("verifier", "supervisor"))

The declaration stands in the OpenAPI (`security`, `x-required-scopes`); the door reads the same one. Only a route that
matches completely and is declared is ever reached: whatever matches nothing is 401 without a good token and 404 with
one, and a route that declares nothing is refused to everybody. A page is for people with a browser: its `Reception`
asks for a session in place of a token.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from re import Pattern
from typing import Annotated, Any, Protocol

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.routing import iter_route_contexts
from starlette._utils import get_route_path
from starlette.datastructures import MutableHeaders
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import Forbidden, NotFound, SimpulError, Unauthenticated
from shared.web.problem import response_of
from shared.web.tokens import Principal

__all__ = [
    "Caller",
    "Door",
    "Principal",
    "Reception",
    "RouteAccess",
    "caller_of",
    "page",
    "principal_of",
    "public",
    "route_accesses",
    "secured",
]

# FastAPI's own document, which cannot carry a declaration.
DOCUMENTATION_PATHS = frozenset({"/openapi.json"})

# Where a declaration stands in an operation of the OpenAPI.
REQUIRED_SCOPES = "x-required-scopes"
SECURITY_SCHEME = "oauth2"
PAGE_ROLES = "x-page-roles"

ErrorRenderer = Callable[[Request, SimpulError], Response]


class Verifier(Protocol):
    """What the door asks of a token verifier: `shared.web.tokens.TokenVerifier`, or a fake."""

    async def verify(self, token: str) -> Principal:
        """Raises Unauthenticated for a bad token, Unavailable when that cannot be known now."""
        ...


class Reception(Protocol):
    """What the door asks of those who receive people with a browser: `shared.web.pages.reception`."""

    async def admit(self, request: Request, roles: Collection[str]) -> None:
        """Let somebody see a page that these roles may see (everybody when there are none), or raise what refuses."""
        ...

    def render_error(self, request: Request, error: SimpulError) -> Response:
        """A refusal as a page, or the way to the sign-in."""
        ...

    def dressed(self, send: Send) -> Send:
        """`send` that gives every answer the headers of a page."""
        ...


def secured(*scopes: str, extra: dict[str, Any] | None = None) -> dict[str, Any]:
    """Route arguments: a token with any one of `scopes` is needed. `extra` joins the operation's OpenAPI."""
    if not scopes:
        raise ValueError("name at least one scope, or declare the route public()")
    security = [{SECURITY_SCHEME: [scope]} for scope in scopes]
    return {"openapi_extra": {**(extra or {}), "security": security, REQUIRED_SCOPES: list(scopes)}}


def public(*, extra: dict[str, Any] | None = None) -> dict[str, Any]:
    """Route arguments: no token is needed, and one that is sent is not looked at."""
    return {"openapi_extra": {**(extra or {}), "security": [], REQUIRED_SCOPES: []}}


def page(*roles: str) -> dict[str, Any]:
    """Route arguments of a page: a signed-in person with any one of `roles` is needed; without any, nobody in
    particular. Pages are no part of the API, so they are not in the OpenAPI."""
    return {
        "openapi_extra": {PAGE_ROLES: list(roles)},
        "include_in_schema": False,
        "response_class": HTMLResponse,
        "response_model": None,
    }


@dataclass(frozen=True)
class RouteAccess:
    """What one route demands. `scopes` is empty for a public route and None for one that declares nothing; `roles` is
    None for whatever is not a page."""

    path: str
    methods: frozenset[str]
    scopes: tuple[str, ...] | None
    pattern: Pattern[str]
    roles: tuple[str, ...] | None = None


def route_accesses(
    routes: Sequence[BaseRoute], public_paths: Collection[str] = DOCUMENTATION_PATHS
) -> list[RouteAccess]:
    """Every one of an app's `routes`, included routers opened, in the order in which the router tries them.

    `public_paths` names routes that are not FastAPI's and cannot declare anything; a mount is named by its path.
    """
    accesses = []
    for context in iter_route_contexts(routes):
        if isinstance(context.original_route, WebSocketRoute):
            continue
        path = context.path or ""
        extra = getattr(context, "openapi_extra", None) or {}
        declared, roles = extra.get(REQUIRED_SCOPES), extra.get(PAGE_ROLES)
        if declared is None and path in public_paths:
            declared = []
        # A mount has no methods: an empty set stands for all of them.
        methods = frozenset(context.methods or ())
        scopes = None if declared is None else tuple(declared)
        shown_to = None if roles is None else tuple(roles)
        accesses.append(RouteAccess(path, methods, scopes, context.path_regex, shown_to))
    return accesses


class Door:
    """The middleware. `routes` is the app's own list, read at the first request; `public_paths` as in
    `route_accesses`; `render_error` makes the response of a refusal, for services whose clients expect another form
    than problem+json on some paths; `reception` is asked about pages."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        routes: Sequence[BaseRoute],
        tokens: Verifier,
        public_paths: Collection[str] = DOCUMENTATION_PATHS,
        render_error: ErrorRenderer | None = None,
        reception: Reception | None = None,
    ) -> None:
        self._reception = reception
        self._app = app
        self._routes = routes
        self._tokens = tokens
        self._public_paths = frozenset(public_paths) | DOCUMENTATION_PATHS
        self._render_error = render_error or _as_problem
        self._accesses: list[RouteAccess] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            # Nothing here speaks WebSocket; closing before the handshake is accepted answers 403.
            await send({"type": "websocket.close", "code": 1008})
            return
        access, other_methods = self._access(scope)
        if access is not None and access.roles is not None and not other_methods and self._reception is not None:
            await self._receive_at_page(self._reception, access.roles, scope, receive, send)
            return
        try:
            await self._admit(scope, access, other_methods)
        except SimpulError as error:
            request = Request(scope)
            response = self._render_error(request, error)
            _add_challenge(response, error)
            await response(scope, receive, send)
            return
        await self._app(scope, receive, _allowing(other_methods, send) if other_methods else send)

    async def _receive_at_page(
        self, reception: Reception, roles: Collection[str], scope: Scope, receive: Receive, send: Send
    ) -> None:
        request = Request(scope, receive)
        # Whatever goes wrong behind the door is told as a page too.
        request.state.render_error = reception.render_error
        dressed = reception.dressed(send)
        try:
            await reception.admit(request, roles)
        except SimpulError as error:
            await reception.render_error(request, error)(scope, receive, dressed)
            return
        await self._app(scope, receive, dressed)

    async def _admit(self, scope: Scope, access: RouteAccess | None, other_methods: Collection[str]) -> None:
        """Let the request pass or raise what refuses it. With another method of the path than the request's, the
        router then answers 405 and reaches no route."""
        if access is not None and access.scopes == ():
            return
        principal = await self._tokens.verify(_bearer_token(scope))
        # Known from here on, also to what refuses the request.
        scope.setdefault("state", {})["principal"] = principal
        if access is None:
            raise NotFound("not-found", "There is nothing at this address.")
        if other_methods:
            return
        if not any(principal.has_scope(required) for required in access.scopes or ()):
            raise InsufficientScope(access.scopes or ())

    def _access(self, scope: Scope) -> tuple[RouteAccess | None, Collection[str]]:
        """The route that Starlette's router will take: the first that matches path and method, else the first that
        matches the path, and then the methods that the path does take."""
        if self._accesses is None:
            self._accesses = route_accesses(self._routes, self._public_paths)
        path, method = get_route_path(scope), scope["method"]
        other_method, methods = None, set[str]()
        for access in self._accesses:
            if access.pattern.match(path):
                if not access.methods or method in access.methods:
                    return access, ()
                other_method = other_method or access
                methods |= access.methods
        return other_method, sorted(methods)


class InsufficientScope(Forbidden):
    """The token is good and does not grant what the route needs."""

    def __init__(self, required: Sequence[str]) -> None:
        wanted = " or ".join(required) or "a scope that this route fails to declare"
        super().__init__("scope.missing", f"The access token does not grant {wanted}.")
        self.required = tuple(required)


def _bearer_token(scope: Scope) -> str:
    found = [value for name, value in scope["headers"] if name == b"authorization"]
    if not found:
        raise Unauthenticated("token.missing", "Send an access token: Authorization: Bearer <token>.")
    if len(found) > 1:
        raise Unauthenticated("token.invalid", "The Authorization header was sent more than once.")
    header: bytes = found[0]
    scheme, _, token = header.decode("latin-1").strip().partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token.isascii() or not token:
        raise Unauthenticated("token.missing", "Send an access token: Authorization: Bearer <token>.")
    return token


def _allowing(methods: Collection[str], send: Send) -> Send:
    """The router names only the first route's methods in `Allow`; a path may be several routes."""

    async def send_with_all(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["Allow"] = ", ".join(methods)
        await send(message)

    return send_with_all


def _as_problem(_: Request, error: SimpulError) -> Response:
    return response_of(error)


def _add_challenge(response: Response, error: SimpulError) -> None:
    """`WWW-Authenticate` as RFC 6750 section 3 has it, whoever made the response."""
    if isinstance(error, InsufficientScope):
        response.headers["WWW-Authenticate"] = f'Bearer error="insufficient_scope", scope="{" ".join(error.required)}"'
    elif isinstance(error, Unauthenticated):
        missing = error.code == "token.missing"
        response.headers["WWW-Authenticate"] = (
            'Bearer realm="simpul"' if missing else 'Bearer realm="simpul", error="invalid_token"'
        )


def caller_of(scope: Scope) -> Principal | None:
    """Who sent a request with a good token, whatever came of it."""
    principal = scope.get("state", {}).get("principal")
    return principal if isinstance(principal, Principal) else None


def principal_of(request: Request) -> Principal:
    """The caller behind a request to a secured route."""
    principal = caller_of(request.scope)
    if principal is None:
        raise Unauthenticated("token.missing", "Send an access token: Authorization: Bearer <token>.")
    return principal


async def _caller(request: Request) -> Principal:
    # Async, so that FastAPI calls it at once: a plain function would take a turn in the thread pool.
    return principal_of(request)


Caller = Annotated[Principal, Depends(_caller)]
