"""Lists answer `{"items": […], "next_cursor": null}`; a cursor is opaque to the client."""

import base64
import binascii
from typing import Annotated, Any

import orjson
from fastapi import Query

from shared.errors import Problem, Refusal

Limit = Annotated[int, Query(ge=1, le=200, description="How many items at most.")]
Cursor = Annotated[str | None, Query(max_length=500, description="`next_cursor` of the page before.")]


def encode_cursor(*values: Any) -> str:
    """Values of the last row's sort key, JSON types only."""
    return base64.urlsafe_b64encode(orjson.dumps(values)).rstrip(b"=").decode()


def decode_cursor(cursor: str | None, *types: type) -> tuple[Any, ...] | None:
    """The values put into `encode_cursor`, or None without a cursor. Raises Refusal `cursor.invalid`."""
    if cursor is None:
        return None
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        values = None
    fits = isinstance(values, list) and len(values) == len(types)
    # A text goes into a query, and PostgreSQL takes no NUL.
    if not fits or not all(
        isinstance(value, kind) and "\x00" not in str(value) for value, kind in zip(values, types, strict=True)
    ):
        raise Refusal(
            "cursor.invalid", "Use next_cursor of the page before.", [Problem("/cursor", "invalid", "Unknown")]
        )
    return tuple(values)
