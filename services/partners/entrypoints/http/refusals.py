"""The OpenAPI's words for what a route may refuse."""

from typing import Any

_SAYS = {
    400: "Unreadable: not JSON, a NUL, a key twice, too deep.",
    404: "There is no such thing.",
    409: "Not in the present state.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "Against the rules; `errors` names every problem.",
    503: "A dependency is away; try again after `Retry-After`.",
}
_POINTED = {
    "type": "object",
    "required": ["pointer", "code", "detail"],
    "properties": {name: {"type": "string"} for name in ("pointer", "code", "detail")},
}
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        **{name: {"type": "string"} for name in ("type", "title", "code", "detail")},
        "status": {"type": "integer"},
        "errors": {"type": "array", "items": _POINTED},
    },
}


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route, as problem+json (RFC 9457)."""
    content = {"application/problem+json": {"schema": _PROBLEM}}
    return {status: {"description": _SAYS[status], "content": content} for status in statuses}
