"""Reads elements of FHIR resources leniently: what is missing or oddly shaped reads as None, never as an error.

Resources were validated when they came in; these readers still take nothing for granted, since types without a model
got a generic check only.
"""

import html
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from services.hospital_gateway.domain.visit import Moment

_TAG = re.compile(r"<[^>]+>")
_SPACE = re.compile(r"\s+")


def each(value: Any) -> Iterator[Mapping[str, Any]]:
    """The objects of a list, or the one object that stands alone."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            yield one


def text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def part(value: Any, *names: str) -> Any:
    """A nested element: `part(encounter, "hospitalization", "dischargeDisposition")`."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def codings(concept: Any) -> Iterator[Mapping[str, Any]]:
    """All codings of one CodeableConcept or of a list of them."""
    for one in each(concept):
        yield from each(one.get("coding"))


def first_code(concept: Any) -> str | None:
    return next((code for coding in codings(concept) if (code := text(coding.get("code")))), None)


def words_of(*concepts: Any) -> str:
    """Every text, display and code of the concepts, to look for words in."""
    found: list[str] = []
    for concept in concepts:
        for one in each(concept):
            found.extend(str(one[name]) for name in ("text", "display", "title") if isinstance(one.get(name), str))
            for coding in each(one.get("coding")):
                found.extend(str(coding[name]) for name in ("display", "code") if isinstance(coding.get(name), str))
    return " ".join(found)


def moment(value: Any, zone: ZoneInfo) -> Moment | None:
    """A dateTime or date. A month or year alone is too coarse to be a moment."""
    if not isinstance(value, str) or len(value) < 10:
        return None
    try:
        if len(value) == 10:
            return Moment(datetime.combine(date.fromisoformat(value), time(), zone), "day")
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return Moment(at if at.tzinfo else at.replace(tzinfo=zone))


def day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def decimal(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value)) if value is not None else None
    except InvalidOperation:
        return None


def narrative(value: Any) -> str | None:
    """A Narrative's words without its markup."""
    markup = part(value, "div")
    if not isinstance(markup, str):
        return None
    return text(_SPACE.sub(" ", html.unescape(_TAG.sub(" ", markup))))


def person_name(value: Any) -> str | None:
    """The first HumanName as one text."""
    for name in each(value):
        whole = text(name.get("text"))
        if whole:
            return whole
        given = name.get("given")
        parts = [*(given if isinstance(given, list) else []), name.get("family")]
        joined = " ".join(one for one in parts if isinstance(one, str))
        if joined:
            return joined
    return None


def identifier_value(resource: Mapping[str, Any], *systems: str) -> str | None:
    """The value of the first identifier with one of these systems."""
    for identifier in each(resource.get("identifier")):
        if identifier.get("system") in systems:
            return text(identifier.get("value"))
    return None
