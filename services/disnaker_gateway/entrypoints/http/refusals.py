"""How refusals and the idempotency key stand in the OpenAPI."""

from typing import Any

from pydantic import BaseModel

from shared.web.idempotency import IDEMPOTENCY_PARAMETER

_WHY = {
    400: "Not readable: not JSON, duplicate keys, NUL, too deep, or Idempotency-Key missing.",
    404: "No such thing, or another office's.",
    409: "Not in the present state, or the first request with this Idempotency-Key is still under way.",
    413: "Over the limit.",
    415: "A media type that is not taken.",
    422: "Against the rules; `errors` names every problem at once.",
    503: "Try again after `Retry-After` seconds.",
}


class ErrorAnswer(BaseModel):
    """One thing that is wrong with the input; `pointer` is a JSON pointer (RFC 6901)."""

    pointer: str
    code: str
    detail: str


class ProblemAnswer(BaseModel):
    """RFC 9457. `code` never changes its meaning."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[ErrorAnswer] = []


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route."""
    return {
        status: {
            "description": _WHY[status],
            "model": ProblemAnswer,
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemAnswer"}}},
        }
        for status in statuses
    }


def idempotent(**more: Any) -> dict[str, Any]:
    """`extra` of a route that takes an Idempotency-Key."""
    return {"parameters": [IDEMPOTENCY_PARAMETER], **more}
