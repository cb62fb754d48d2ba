"""The door: who asks and whether they may, before path parameters, headers or body are looked at.

An ASGI middleware in front of the router. Every route declares what it needs:

    @router.post("/v1/accident-reports", **secured("accident-reports.write"))
    @router.get("/v1/codes", **public())

The declaration stands in the OpenAPI (`security`, `x-required-scopes`); the door reads the same one. Only a route that
matches completely and is declared is ever reached: whatever matches nothing is 401 without a good token and 404 with
one, and a route that declares nothing is refused to everybody.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from re import Pattern
from typing import Annotated, Any, Protocol

from fastapi import Depends, Request, Response
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
    "RouteAccess",
    "principal_of",
    "public",
    "route_accesses",
    "secured",
]

# FastAPI's own documents, which cannot carry a declaration.
DOCUMENTATION_PATHS = frozenset({"/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc"})

# Where a declaration stands in an operation of the OpenAPI.
REQUIRED_SCOPES = "x-required-scopes"
SECURITY_SCHEME = "oauth2"

ErrorRenderer = Callable[[Request, SimpulError], Response]


class Verifier(Protocol):
    """What the door asks of a token verifier: `shared.web.tokens.TokenVerifier`, or a fake."""

    async def verify(self, token: str) -> Principal:
        """Raises Unauthenticated for a bad token, Unavailable when that cannot be known now."""
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


@dataclass(frozen=True)
class RouteAccess:
    """What one route demands. `scopes` is empty for a public route and None for one that declares nothing."""

    path: str
    methods: frozenset[str]
    scopes: tuple[str, ...] | None
    pattern: Pattern[str]


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
        declared = (getattr(context, "openapi_extra", None) or {}).get(REQUIRED_SCOPES)
        if declared is None and path in public_paths:
            declared = []
        # A mount has no methods: an empty set stands for all of them.
        methods = frozenset(context.methods or ())
        accesses.append(RouteAccess(path, methods, None if declared is None else tuple(declared), context.path_regex))
    return accesses


class Door:
    """The middleware. `routes` is the app's own list, read at the first request; `public_paths` as in
    `route_accesses`; `render_error` makes the response of a refusal, for services whose clients expect another form
    than problem+json on some paths."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        routes: Sequence[BaseRoute],
        tokens: Verifier,
        public_paths: Collection[str] = DOCUMENTATION_PATHS,
        render_error: ErrorRenderer | None = None,
    ) -> None:
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
        try:
            other_methods = await self._admit(scope)
        except SimpulError as error:
            request = Request(scope)
            response = self._render_error(request, error)
            _add_challenge(response, error)
            await response(scope, receive, send)
            return
        await self._app(scope, receive, _allowing(other_methods, send) if other_methods else send)

    async def _admit(self, scope: Scope) -> Collection[str]:
        """Let the request pass or raise what refuses it. Answers the methods of the path when the request's is none
        of them: the router then answers 405 and reaches no route."""
        access, other_methods = self._access(scope)
        if access is not None and access.scopes == ():
            return other_methods
        principal = await self._tokens.verify(_bearer_token(scope))
        if access is None:
            raise NotFound("not-found", "There is nothing at this address.")
        if other_methods:
            return other_methods
        if not any(principal.has_scope(required) for required in access.scopes or ()):
            raise InsufficientScope(access.scopes or ())
        scope.setdefault("state", {})["principal"] = principal
        return ()

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


def principal_of(request: Request) -> Principal:
    """The caller behind a request to a secured route."""
    principal = getattr(request.state, "principal", None)
    if not isinstance(principal, Principal):
        raise Unauthenticated("token.missing", "Send an access token: Authorization: Bearer <token>.")
    return principal


async def _caller(request: Request) -> Principal:
    # Async, so that FastAPI calls it at once: a plain function would take a turn in the thread pool.
    return principal_of(request)


Caller = Annotated[Principal, Depends(_caller)]
