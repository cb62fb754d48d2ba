"""Cookies of pages, and the tokens against forged requests that hang on them.

A form carries a token derived from the visitor's cookie (that of the session, else one for the visit). Another site can
make a browser send the cookie but cannot read it, so it cannot know the token. Asked of every POST by
`shared.web.pages.forms`, and the reception refuses what the browser itself says comes from another site.
"""

import hashlib
import hmac
import re
import secrets

from fastapi import Request, Response

VISIT_COOKIE = "visit"
LANGUAGE_COOKIE = "language"
CSRF_FIELD = "csrf"
CSRF_HEADER = "x-csrf-token"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_VISIT_SECONDS = 12 * 3_600
_LANGUAGE_SECONDS = 365 * 86_400


def new_token() -> str:
    """256 random bits for a cookie."""
    return secrets.token_urlsafe(32)


def cookie(request: Request, name: str) -> str | None:
    """The token in a cookie, None where there is none or something else."""
    value = request.cookies.get(name)
    return value if value is not None and _TOKEN.fullmatch(value) else None


def csrf_token(cookie_value: str) -> str:
    """What forms of the holder of this cookie carry."""
    return hmac.new(cookie_value.encode(), b"simpul csrf", hashlib.sha256).hexdigest()


def set_token(
    response: Response, name: str, value: str, *, secure: bool, seconds: int, path: str = "/", strict: bool = False
) -> None:
    """A cookie that no script can read. `strict` keeps it from coming along with links from other sites too."""
    response.set_cookie(
        name, value, max_age=seconds, path=path, secure=secure, httponly=True, samesite="strict" if strict else "lax"
    )


def begin_visit(response: Response, value: str, *, secure: bool) -> None:
    """The cookie on which the tokens of forms before any sign-in hang."""
    set_token(response, VISIT_COOKIE, value, secure=secure, seconds=_VISIT_SECONDS)


def set_language(response: Response, language: str, *, secure: bool) -> None:
    response.set_cookie(
        LANGUAGE_COOKIE, language, max_age=_LANGUAGE_SECONDS, path="/", secure=secure, httponly=True, samesite="lax"
    )
