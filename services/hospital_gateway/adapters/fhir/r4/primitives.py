"""The primitive types of FHIR R4 in JSON: for each a check that names what is wrong with a value, or nothing."""

import re
from binascii import Error, a2b_base64
from collections.abc import Callable
from datetime import date
from typing import Any

from services.hospital_gateway.adapters.fhir.r4.narrative import narrative_problem

Check = Callable[[Any], str | None]

_STRING_CHARACTERS_MAX = 1_048_576
_INTEGER_MAX = 2_147_483_647
_YEAR = r"(?!0000)[0-9]{4}"
_DAY = r"(0[1-9]|1[0-2])(?:-(0[1-9]|[12][0-9]|3[01])"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?"
_ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_DATE = re.compile(rf"{_YEAR}(?:-{_DAY})?)?")
_DATE_TIME = re.compile(rf"{_YEAR}(?:-{_DAY}(?:T{_CLOCK}{_ZONE})?)?)?")
_INSTANT = re.compile(rf"{_YEAR}-{_DAY}T{_CLOCK}{_ZONE})")
_TIME = re.compile(_CLOCK)
_CODE = re.compile(r"[^\s]+( [^\s]+)*")
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_BLANK = re.compile(r"\s")
_OID = re.compile(r"urn:oid:[0-2](\.(0|[1-9][0-9]*))+")
_UUID = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _text(value: Any) -> str | None:
    if value.__class__ is not str:
        return "type-mismatch"
    if not value or value.isspace():
        return "empty-value"
    return None if len(value) <= _STRING_CHARACTERS_MAX else "value-format"


def _matching(pattern: re.Pattern[str]) -> Check:
    def check(value: Any) -> str | None:
        if value.__class__ is not str:
            return "type-mismatch"
        if not value:
            return "empty-value"
        return None if pattern.fullmatch(value) else "value-format"

    return check


def _uri(value: Any) -> str | None:
    if value.__class__ is not str:
        return "type-mismatch"
    if not value:
        return "empty-value"
    if value.startswith("urn:"):
        pattern = _OID if value.startswith("urn:oid:") else _UUID if value.startswith("urn:uuid:") else None
        if pattern is not None and not pattern.fullmatch(value):
            return "value-format"
    return "value-format" if _BLANK.search(value) else None


def _canonical(value: Any) -> str | None:
    problem = _uri(value)
    if problem is None and value[0] != "#" and not _ABSOLUTE.match(value):
        return "value-format"
    return problem


def _moment(pattern: re.Pattern[str]) -> Check:
    def check(value: Any) -> str | None:
        if value.__class__ is not str:
            return "type-mismatch"
        if not value:
            return "empty-value"
        if not pattern.fullmatch(value):
            return "date-invalid"
        if len(value) >= 10 and value[8:10] > "28":
            try:
                date.fromisoformat(value[:10])
            except ValueError:
                return "date-invalid"
        return None

    return check


def _boolean(value: Any) -> str | None:
    return None if value.__class__ is bool else "type-mismatch"


def _decimal(value: Any) -> str | None:
    return "type-mismatch" if isinstance(value, str | bool | list | dict) or value is None else None


def _whole(least: int) -> Check:
    def check(value: Any) -> str | None:
        if value.__class__ is not int:
            return "type-mismatch"
        return None if least <= value <= _INTEGER_MAX else "value-format"

    return check


def _base64(value: Any) -> str | None:
    if value.__class__ is not str:
        return "type-mismatch"
    if not value:
        return "empty-value"
    try:
        a2b_base64("".join(value.split()), strict_mode=True)
    except (Error, ValueError):
        return "value-format"
    return None


PRIMITIVES: dict[str, Check] = {
    "base64Binary": _base64,
    "boolean": _boolean,
    "canonical": _canonical,
    "code": _matching(_CODE),
    "date": _moment(_DATE),
    "dateTime": _moment(_DATE_TIME),
    "decimal": _decimal,
    "id": _matching(_ID),
    "instant": _moment(_INSTANT),
    "integer": _whole(-_INTEGER_MAX - 1),
    "markdown": _text,
    "oid": _matching(_OID),
    "positiveInt": _whole(1),
    "string": _text,
    "time": _matching(_TIME),
    "unsignedInt": _whole(0),
    "uri": _uri,
    "url": _uri,
    "uuid": _matching(_UUID),
    "xhtml": narrative_problem,
}
# ISO 4217 keeps its own list, so a currency is judged by its form.
CURRENCY = _matching(re.compile(r"[A-Z]{3}"))
