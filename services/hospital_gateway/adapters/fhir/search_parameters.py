"""Search parameters as they stand in an address: read strictly, since a parameter passed over would answer too much."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.hospital_gateway.adapters.fhir import systems
from services.hospital_gateway.adapters.fhir.conditions import search_of
from services.hospital_gateway.adapters.fhir.links import absent_number
from services.hospital_gateway.adapters.fhir.requests import READ_ONLY_TYPES as WITH_STATUS
from services.hospital_gateway.adapters.fhir.types import STORED_TYPES
from services.hospital_gateway.application.documents import Criteria, Held, Include, Search, SearchRequest
from services.hospital_gateway.application.findings import Finding, finding, refused

COUNT_MAX = 200
# How an answer looks, or (`_total`, and `_totalMethod` of some clients) whether it counts, which it does anyhow.
_PRESENTATION = frozenset({"_format", "_pretty", "_total", "_totalMethod"})
SEARCH_PARAMETERS = ("_id", "_lastUpdated", "encounter", "identifier", "patient", "subject")
# Bridges ask for a person by NIK and add what they know of them besides. A NIK names one person of this hospital, so
# that passing over the rest answers nothing too much; the answer's own link tells what was looked at.
BESIDE_NIK = frozenset({"name", "gender", "birthdate"})
_REVERSE = frozenset({"encounter", "patient", "subject"})

Pairs = Sequence[tuple[str, str]]


class _Malformed(ValueError):
    """A value that does not fit its parameter."""


def read_search(type_name: str, pairs: Pairs) -> SearchRequest:
    """The search that these parameters mean. Raises Unreadable naming every parameter that is wrong."""
    request = SearchRequest(Criteria(type_name))
    findings: list[Finding] = []
    passed_over = _PRESENTATION | (BESIDE_NIK if _asks_by_nik(type_name, pairs) else frozenset())
    for name, value in pairs:
        bare = name.partition(":")[0]
        if bare in passed_over:
            continue
        try:
            request = _with(request, name, value)
        except _Malformed:
            findings.append(finding("search-value", bare, parameter=bare))
        except KeyError:
            allowed = SEARCH_PARAMETERS if type_name not in WITH_STATUS else (*SEARCH_PARAMETERS, "status")
            findings.append(finding("search-parameter", "", allowed=", ".join(allowed)))
    if findings:
        raise refused(findings)
    return request


def _asks_by_nik(type_name: str, pairs: Pairs) -> bool:
    asked = [value for name, value in pairs if name == "identifier"]
    return type_name in ("Patient", "Practitioner") and any(one.startswith(f"{systems.NIK}|") for one in asked)


def read_history_page(pairs: Pairs) -> tuple[int | None, int]:
    """`_cursor` (versions before this one) and `_count` of a history. Raises Unreadable."""
    before, count = None, Criteria("").count
    for name, value in pairs:
        try:
            if name == "_count":
                count = max(_count(value), 1)
            elif name == "_cursor":
                before = _version(value)
            elif name not in _PRESENTATION:
                raise refused([finding("search-parameter", "", allowed="_count")])
        except _Malformed:
            raise refused([finding("search-value", name, parameter=name)]) from None
    return before, count


def _version(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise _Malformed
    return int(text)


def cursor_of(last: Held) -> str:
    """Where the next page begins, as text for a link."""
    at = int(last.updated_at.timestamp() * 1_000_000)
    return base64.urlsafe_b64encode(f"{at}.{last.id}".encode()).decode().rstrip("=")


def _with(request: SearchRequest, name: str, value: str) -> SearchRequest:
    """The request with one parameter more. Raises KeyError for one that is not known, _Malformed."""
    criteria, bare = request.criteria, name.partition(":")[0]
    if name == "identifier":
        found = [search_of(criteria.type, f"identifier={one}") for one in _any_of(value)]
        if criteria.identifiers or None in found:
            raise _Malformed
        return replace(request, criteria=replace(criteria, identifiers=tuple(one for one in found if one)))
    if name == "_id":
        return replace(request, criteria=replace(criteria, ids=_both(criteria.ids, _local_ids(value, criteria.type))))
    if bare in ("patient", "subject") and name in (bare, f"{bare}:Patient"):
        return replace(request, criteria=_about(criteria, value))
    if bare == "encounter" and name in (bare, f"{bare}:Encounter"):
        return replace(
            request, criteria=replace(criteria, encounters=_both(criteria.encounters, _local_ids(value, "Encounter")))
        )
    if name == "status" and criteria.type in WITH_STATUS:
        asked = tuple(one.rpartition("|")[2] for one in _any_of(value))
        known = criteria.statuses
        both = asked if known is None else tuple(one for one in known if one in asked)
        return replace(request, criteria=replace(criteria, statuses=both))
    if name == "_lastUpdated":
        return replace(request, criteria=_changed(criteria, value))
    return _of_the_page(request, name, value)


def _of_the_page(request: SearchRequest, name: str, value: str) -> SearchRequest:
    criteria = request.criteria
    if name == "_count":
        count = _count(value)
        return replace(request, criteria=replace(criteria, count=count or criteria.count), only_count=count == 0)
    if name == "_summary" and value in ("count", "false"):
        return replace(request, only_count=value == "count")
    if name == "_sort" and value in ("_lastUpdated", "-_lastUpdated"):
        return replace(request, criteria=replace(criteria, newest_first=value.startswith("-")))
    if name == "_cursor":
        return replace(request, criteria=replace(criteria, after=_after(value)))
    if name in ("_include", "_revinclude"):
        return replace(request, includes=(*request.includes, _include(value, criteria.type, name == "_revinclude")))
    raise KeyError(name)


def _any_of(value: str) -> list[str]:
    return [one for one in value.split(",") if one]


def _local_ids(value: str, type_name: str) -> tuple[UUID, ...]:
    """The hub's own ids among those asked for; what is none of them is nothing that could be found."""
    found = []
    for one in _any_of(value):
        text = one.rpartition("/")[2] if one.startswith(f"{type_name}/") or f"/{type_name}/" in one else one
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return tuple(found)


def _both(known: tuple[UUID, ...] | None, more: tuple[UUID, ...]) -> tuple[UUID, ...]:
    """A parameter given twice asks for both."""
    return more if known is None else tuple(one for one in known if one in more)


def _about(criteria: Criteria, value: str) -> Criteria:
    """Of these patients, some of whom may be named by an IHS number alone."""
    ids, asked = _local_ids(value, "Patient"), [one if "/" in one else f"Patient/{one}" for one in _any_of(value)]
    absent = tuple(
        Search("Patient", systems.IHS_NUMBER, number) for one in asked if (number := absent_number(one)) is not None
    )
    if criteria.patients is not None:
        absent = tuple(one for one in criteria.absent_patients if one in absent)
    return replace(criteria, patients=_both(criteria.patients, ids), absent_patients=absent)


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise _Malformed
    return min(int(text), COUNT_MAX)


def _after(text: str) -> tuple[datetime, UUID]:
    try:
        at, _, identity = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii").partition(".")
        return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=int(at)), UUID(identity)
    except (ValueError, OverflowError, binascii.Error):
        raise _Malformed from None


def _include(value: str, searched: str, reverse: bool) -> Include:
    """`Encounter:subject`, or `Condition:encounter` for the other way round."""
    type_name, _, rest = value.partition(":")
    parameter = rest.partition(":")[0]
    fits = type_name in STORED_TYPES and parameter
    if not fits or (reverse and parameter not in _REVERSE) or (not reverse and type_name != searched):
        raise _Malformed
    return Include(type_name, parameter, reverse)


_PREFIXES = ("eq", "gt", "lt", "ge", "le", "sa", "eb")


def _changed(criteria: Criteria, value: str) -> Criteria:
    """`ge2026-11-20`: a date stands for the whole of its day (or minute, or second) in UTC unless it has an offset."""
    prefix, text = (value[:2], value[2:]) if value[:2] in _PREFIXES else ("eq", value)
    begin, end = _interval(text)
    at_least = {"eq": begin, "ge": begin, "gt": end, "sa": end}.get(prefix)
    before = {"eq": end, "le": end, "lt": begin, "eb": begin}.get(prefix)
    starts = [one for one in (criteria.changed_from, at_least) if one is not None]
    ends = [one for one in (criteria.changed_before, before) if one is not None]
    return replace(criteria, changed_from=max(starts, default=None), changed_before=min(ends, default=None))


def _interval(text: str) -> tuple[datetime, datetime]:
    try:
        if len(text) == 4:
            return datetime(int(text), 1, 1, tzinfo=UTC), datetime(int(text) + 1, 1, 1, tzinfo=UTC)
        if len(text) == 7:
            begin = datetime.fromisoformat(f"{text}-01").replace(tzinfo=UTC)
            return begin, (begin + timedelta(days=31)).replace(day=1)
        begin = datetime.fromisoformat(text.replace(" ", "+"))  # an unescaped plus arrives as a blank
        begin = begin if begin.tzinfo else begin.replace(tzinfo=UTC)
        if len(text) == 10:
            return begin, begin + timedelta(days=1)
        precise = timedelta(milliseconds=1) if "." in text else timedelta(seconds=1)
        return begin, begin + (precise if text.count(":") > 1 else timedelta(minutes=1))
    except (ValueError, OverflowError):
        raise _Malformed from None
