"""Errors as `application/problem+json` (RFC 9457) with a stable `code`, naming every problem at once.

What a client sent is never repeated: a value may be personal data.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from shared.errors import (
    Conflict,
    Forbidden,
    Gone,
    NotFound,
    PreconditionRequired,
    Problem,
    Refusal,
    SimpulError,
    Stale,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    Unreadable,
    UnsupportedType,
)
from shared.observability import log

# Most particular first: the first that matches decides.
_STATUS: tuple[tuple[type[SimpulError], int], ...] = (
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 409),
    (Gone, 410),
    (Stale, 412),
    (TooLarge, 413),
    (UnsupportedType, 415),
    (PreconditionRequired, 428),
    (TooManyRequests, 429),
    (Refusal, 422),
    (Unreadable, 400),
    (Unauthenticated, 401),
    (Unavailable, 503),
)
_TITLES = {
    400: "Bad request", 401: "Unauthorized", 403: "Forbidden", 404: "Not found", 405: "Method not allowed",
    409: "Conflict", 410: "Gone", 412: "Precondition failed", 413: "Content too large",
    415: "Unsupported media type", 422: "Unprocessable content", 428: "Precondition required",
    429: "Too many requests", 500: "Internal server error", 503: "Service unavailable",
}  # fmt: skip
# pydantic's error types that have a better name here.
_CODES = {"missing": "required", "extra_forbidden": "unknown-field"}


def status_of(error: SimpulError) -> int:
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def headers_of(error: SimpulError) -> dict[str, str]:
    if isinstance(error, Unavailable | TooManyRequests):
        return {"Retry-After": str(max(1, round(error.retry_after_seconds)))}
    if isinstance(error, Unauthenticated):
        return {"WWW-Authenticate": f'Bearer error="{error.code}"' if error.code != "token.missing" else "Bearer"}
    return {}


def problem_response(
    status: int,
    code: str,
    detail: str,
    problems: Sequence[Problem] = (),
    headers: dict[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
) -> Response:
    """One problem document; `more` are members of its own (RFC 9457, section 3.2)."""
    body: dict[str, Any] = {
        "type": f"urn:simpul:problem:{code}",
        "title": _TITLES.get(status, "Error"),
        "status": status,
        "code": code,
        "detail": detail,
    }
    if problems:
        body["errors"] = [{"pointer": p.pointer, "code": p.code, "detail": p.detail} for p in problems]
    return Response(orjson.dumps({**body, **(more or {})}), status, headers or {}, "application/problem+json")


def response_of(error: SimpulError, more: Mapping[str, Any] | None = None) -> Response:
    return problem_response(status_of(error), error.code, error.detail, error.problems, headers_of(error), more)


def validation_problems(errors: Sequence[Any]) -> list[Problem]:
    """pydantic's findings as problems with JSON pointers; the value itself is left out."""
    problems = []
    for error in errors:
        context = error.get("ctx") or {}
        raised = context.get("error")
        code = getattr(raised, "code", None) or _CODES.get(error["type"], str(error["type"]).replace("_", "-"))
        detail = getattr(raised, "detail", None) or _safe_message(error)
        problems.append(Problem(_pointer(error["loc"]), code, detail))
    return problems


def _safe_message(error: Any) -> str:
    # Messages of our own validators (`value_error`) are written by us; pydantic's name the rule, not the value,
    # but for the few that quote their input, which we replace.
    if error["type"] in {
        "date_from_datetime_parsing",
        "datetime_from_date_parsing",
        "date_parsing",
        "datetime_parsing",
    }:
        return "Not a valid date or time."
    return str(error["msg"]).removeprefix("Value error, ")


def _pointer(location: Sequence[int | str]) -> str:
    # The first part says where FastAPI looked (body, query, path, header); in a body the pointer starts after it.
    parts = location[1:] if location and location[0] == "body" else location
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def _answer(request: Request, error: SimpulError) -> Response:
    """In the form of the route: the door says how a page tells of errors."""
    render = getattr(request.state, "render_error", None)
    return response_of(error) if render is None else render(request, error)


async def _on_simpul_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, SimpulError)
    return _answer(request, error)


async def _on_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    problems = validation_problems(error.errors())
    return _answer(request, Refusal("validation", "The request does not fit; see errors.", problems))


async def _on_http_exception(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    codes = {404: "not-found", 405: "method-not-allowed", 400: "bad-request"}
    title = _TITLES.get(error.status_code, "Error")
    code = codes.get(error.status_code, "error")
    return problem_response(error.status_code, code, title, headers=dict(error.headers or {}))


async def _on_bug(request: Request, error: Exception) -> Response:
    log.error("request.failed", method=request.method, error=type(error).__name__, exc_info=error)
    return _answer(request, SimpulError("internal-error", "Something went wrong on our side; it has been logged."))


def add_exception_handlers(app: FastAPI) -> None:
    app.add_exception_handler(SimpulError, _on_simpul_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(Exception, _on_bug)
