"""One strict way to read JSON from outside. Python's and most other parsers keep the last of two equal keys, take NaN
and recurse without bound; two systems that read the same bytes differently are a hole."""

import json
import re
from collections.abc import Callable, Coroutine
from email.message import Message
from typing import Any

from fastapi import Request, Response
from fastapi.params import Form
from fastapi.routing import APIRoute

from shared.errors import Problem, TooLarge, Unreadable, UnsupportedType

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_OPENING_OR_CLOSING = re.compile(rb"[\[{\]}]")
_INTEGER_DIGITS_MAX = 18
_FLOAT_DIGITS_MAX = 40


class _DuplicateKey(ValueError):
    pass


class _NumberOutOfRange(ValueError):
    pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise _DuplicateKey
    return result


def _integer(digits: str) -> int:
    if len(digits) > _INTEGER_DIGITS_MAX:
        raise _NumberOutOfRange
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits)
    if len(digits) > _FLOAT_DIGITS_MAX or value in (float("inf"), float("-inf")):
        raise _NumberOutOfRange
    return value


def _no_constant(_: str) -> None:
    raise _NumberOutOfRange


def _depth(raw: bytes, limit: int) -> int:
    """How deep the brackets nest; stops counting beyond `limit`."""
    if raw.count(b"[") + raw.count(b"{") <= limit:
        return 0
    depth = deepest = 0
    for bracket in _OPENING_OR_CLOSING.findall(_STRING.sub(b"", raw)):
        if bracket in b"[{":
            depth += 1
            deepest = max(deepest, depth)
            if deepest > limit:
                break
        else:
            depth -= 1
    return deepest


def _refused(code: str, detail: str) -> Unreadable:
    return Unreadable(code, detail, [Problem("", code, detail)])


def parse_strict(raw: bytes, *, depth_max: int = 64, parse_float: Callable[[str], Any] = _float) -> Any:
    """Parse one JSON document. `parse_float` gets the digits as sent, for callers who must keep them.

    Raises Unreadable with code `not-json`, `nul`, `duplicate-key`, `too-deep` or `number-range`.
    """
    if b"\x00" in raw:
        raise _refused("nul", "The body holds a NUL byte.")
    if _depth(raw, depth_max) > depth_max:
        raise _refused("too-deep", f"The document nests deeper than {depth_max} levels.")
    try:
        text = raw.decode("utf-8")
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=parse_float,
            parse_constant=_no_constant,
        )
    except _DuplicateKey:
        raise _refused("duplicate-key", "An object has the same key twice.") from None
    except _NumberOutOfRange:
        raise _refused("number-range", "A number is out of range.") from None
    except UnicodeDecodeError:
        raise _refused("not-json", "The body is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise _refused("not-json", f"Not JSON at line {error.lineno}, column {error.colno}.") from None
    except RecursionError:
        raise _refused("too-deep", f"The document nests deeper than {depth_max} levels.") from None
    if "\\u0000" in text and _holds_nul(value):
        raise _refused("nul", "A string holds a NUL character.")
    if "\\ud" in text.lower() and _holds_lone_surrogate(value):
        raise _refused("not-json", "A string holds half of a surrogate pair.")
    return value


def _strings(value: Any) -> list[str]:
    found: list[str] = []
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            found.append(item)
        elif isinstance(item, dict):
            found.extend(item)
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return found


def _holds_nul(value: Any) -> bool:
    return any("\x00" in text for text in _strings(value))


def _holds_lone_surrogate(value: Any) -> bool:
    return any("\ud800" <= character <= "\udfff" for text in _strings(value) for character in text)


async def read_limited(request: Request, bytes_max: int) -> bytes:
    """The body, or TooLarge as soon as it is known to be beyond `bytes_max`."""
    too_large = TooLarge("body.too-large", f"The body is larger than {bytes_max} bytes.")
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > bytes_max:
        raise too_large
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > bytes_max:
            raise too_large
        chunks.append(chunk)
    return b"".join(chunks)


def require_json(request: Request) -> None:
    """Raises UnsupportedType unless the body says it is JSON, plainly encoded."""
    message = Message()
    message["content-type"] = request.headers.get("content-type", "")
    subtype = message.get_content_subtype()
    json_type = message.get_content_maintype() == "application" and (subtype == "json" or subtype.endswith("+json"))
    charset = (message.get_content_charset() or "utf-8").lower()
    if not json_type or charset not in ("utf-8", "us-ascii"):
        raise UnsupportedType("body.unsupported-type", "Send the body as application/json in UTF-8.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise UnsupportedType("body.unsupported-encoding", "Send the body without content-encoding.")


class _ReadRequest(Request):
    """A request whose body has been read and parsed."""

    def take(self, raw: bytes, value: Any) -> None:
        self._body = raw
        self._json = value


class StrictRoute(APIRoute):
    """Reads a JSON body through `parse_strict` before FastAPI validates it. Limits come from `app.state.settings`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        original = super().get_route_handler()
        field = self.body_field
        if field is None or isinstance(field.field_info, Form):
            return original

        async def handler(request: Request) -> Response:
            settings = request.app.state.settings
            raw = await read_limited(request, settings.json_body_bytes_max)
            require_json(request)
            read = _ReadRequest(request.scope, request.receive)
            read.take(raw, parse_strict(raw, depth_max=settings.json_depth_max))
            return await original(read)

        return handler
