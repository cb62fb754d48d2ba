"""The door's reception for people with a browser: who is signed in, what they may see, how they are told."""

from collections.abc import Collection
from typing import Protocol
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send

from shared.errors import Forbidden, SimpulError, Unauthenticated
from shared.web.pages.cookies import cookie
from shared.web.pages.rendering import Pages, Visitor
from shared.web.problem import headers_of, status_of

SESSION_COOKIE = "session"
_SAFE_METHODS = frozenset({"GET", "HEAD"})
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src "
    "'self'; connect-src 'self'; frame-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    # Whoever comes back to this computer sees nothing of who was here before.
    "Cache-Control": "no-store",
}


class Sessions(Protocol):
    """Where sessions are kept."""

    async def visitor(self, token: str) -> Visitor | None:
        """Whose session this is, None when it has ended. Raises Unavailable."""
        ...


class PageReception:
    """`sign_in_path` is where people without a session are sent; a service without sessions has public pages only."""

    def __init__(self, pages: Pages, sessions: Sessions | None = None, *, sign_in_path: str = "/") -> None:
        self._pages = pages
        self._sessions = sessions
        self._sign_in_path = sign_in_path

    async def admit(self, request: Request, roles: Collection[str]) -> None:
        """Raises Unauthenticated without a session, Forbidden for another role or a request from another site."""
        if request.method not in _SAFE_METHODS:
            self._refuse_other_sites(request)
        token = cookie(request, SESSION_COOKIE)
        if token is not None and self._sessions is not None:
            request.state.visitor = await self._sessions.visitor(token)
        if not roles:
            return
        visitor = getattr(request.state, "visitor", None)
        if visitor is None:
            raise Unauthenticated("session.missing", "Sign in first.")
        if visitor.role not in roles:
            raise Forbidden("session.role", "Your role does not include this page.")

    def render_error(self, request: Request, error: SimpulError) -> Response:
        status = status_of(error)
        if isinstance(error, Unauthenticated) and self._sessions is not None:
            return self._to_sign_in(request)
        # Translated where the catalogue knows it; the detail is written for people and holds no personal data.
        response = self._pages.page(request, "error.html", status=status, error=error, error_status=status)
        response.headers.update(headers_of(error))
        return response

    def dressed(self, send: Send) -> Send:
        async def send_dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        return send_dressed

    def _refuse_other_sites(self, request: Request) -> None:
        """What the browser itself says of where a request comes from; clients that say nothing have the token still."""
        site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
        if site not in (None, "same-origin") or (site is None and origin not in (None, self._pages.origin)):
            raise Forbidden("request.other-site", "This request comes from another site.")

    def _to_sign_in(self, request: Request) -> Response:
        """A link for a page; for a part that htmx asked for, the whole page goes there."""
        back = request.url.path if request.method == "GET" else ""
        if request.headers.get("hx-request") == "true":
            return Response(status_code=401, headers={"HX-Redirect": self._sign_in_path})
        target = f"{self._sign_in_path}?next={quote(back)}" if back else self._sign_in_path
        return RedirectResponse(target, status_code=303)
