"""Lists answer `{"items": […], "next_cursor": null}`; a cursor is opaque to the client."""

import base64
from collections.abc import Callable, Sequence
from datetime import datetime
from types import UnionType
from typing import Annotated, Any, TypeVar, get_args
from uuid import UUID

import orjson
from fastapi import Query

from shared.errors import Problem, Refusal

Limit = Annotated[int, Query(ge=1, le=200, description="How many items at most.")]
Cursor = Annotated[str | None, Query(max_length=500, description="`next_cursor` of the page before.")]

Item = TypeVar("Item")

_BIGINT_BEYOND = 2**63


def cut(found: Sequence[Item], limit: int, place: Callable[[Item], Sequence[Any]]) -> tuple[Sequence[Item], str | None]:
    """Those to show of what was read, which is one more than `limit` where there are so many; and the cursor behind the
    last of them, whose sort key is its `place`, None when there are no more."""
    return (found, None) if len(found) <= limit else (found[:limit], encode_cursor(*place(found[limit - 1])))


def encode_cursor(*values: Any) -> str:
    """Values of the last row's sort key: JSON types, times and ids."""
    # The driver's ids are a class of its own, which orjson does not know.
    return base64.urlsafe_b64encode(orjson.dumps(values, default=str)).rstrip(b"=").decode()


def decode_cursor(cursor: str | None, *types: type | UnionType) -> tuple[Any, ...] | None:
    """The values put into `encode_cursor`, each of its type (JSON's, `datetime` with an offset, or `UUID`, each perhaps
    `| None`), or None without a cursor. Raises Refusal `cursor.invalid`."""
    if cursor is None:
        return None
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if isinstance(values, list):
            return tuple(_read(value, kind) for value, kind in zip(values, types, strict=True))
    except ValueError:
        pass
    raise Refusal("cursor.invalid", "Use next_cursor of the page before.", [Problem("/cursor", "invalid", "Unknown")])


def _read(value: object, kind: type | UnionType) -> object:
    """Raises ValueError for another type than was put in: a cursor of another list, or a forged one."""
    read, kinds = value, get_args(kind) or (kind,)
    if isinstance(value, str) and UUID in kinds:
        read = UUID(value)
    elif isinstance(value, str) and datetime in kinds:
        read = datetime.fromisoformat(value)
    if not isinstance(read, kinds) or not _fits_query(read):
        raise ValueError
    return read


def _fits_query(value: object) -> bool:
    """PostgreSQL takes no NUL in a text and no number beyond its bigint; a time without an offset is none."""
    if isinstance(value, str):
        return "\x00" not in value
    if isinstance(value, int):
        return -_BIGINT_BEYOND <= value < _BIGINT_BEYOND
    return not isinstance(value, datetime) or value.tzinfo is not None
