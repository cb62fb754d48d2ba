"""Bundles that answer: pages of searches and histories. Resources stand in them exactly as they are kept."""

import json
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from services.hospital_gateway.adapters.fhir.outcome import instant
from services.hospital_gateway.adapters.fhir.search_parameters import BESIDE_NIK, cursor_of
from services.hospital_gateway.application.documents import Address, Found, Held


def searchset(found: Found, address: Address) -> bytes:
    """Matches first, then what they bring along; a next link where there are more matches."""
    entries = [_entry(one, address, search={"mode": "match"}) for one in found.matches]
    entries += [_entry(one, address, search={"mode": "include"}) for one in found.included]
    cursor = cursor_of(found.matches[-1]) if found.more else None
    return _bundle("searchset", address, entries, cursor, found.total)


def history(versions: Sequence[Held], address: Address, *, more: bool) -> bytes:
    """Each version with the request that made it and its answer."""
    entries = [
        _entry(
            one,
            address,
            request={
                "method": "POST" if one.version == 1 else "PUT",
                "url": one.type if one.version == 1 else one.path,
            },
            response={
                "status": "201 Created" if one.version == 1 else "200 OK",
                "etag": f'W/"{one.version}"',
                "lastModified": instant(one.updated_at),
            },
        )
        for one in versions
    ]
    return _bundle("history", address, entries, str(versions[-1].version) if more else None, None)


def _entry(held: Held, address: Address, **beside: Any) -> str:
    """An entry as text, so that the resource keeps its digits."""
    more = "".join(f',"{name}":{_dumped(value)}' for name, value in beside.items())
    return f'{{"fullUrl":{_dumped(f"{address.base}/{held.path}")},"resource":{held.text}{more}}}'


def _bundle(kind: str, address: Address, entries: Iterable[str], cursor: str | None, total: int | None) -> bytes:
    looked_at = [one for one in address.parameters if one[0].partition(":")[0] not in BESIDE_NIK]
    links = [{"relation": "self", "url": _url(address, looked_at)}]
    if cursor is not None:
        going_on = [(name, value) for name, value in looked_at if name != "_cursor"]
        links.append({"relation": "next", "url": _url(address, [*going_on, ("_cursor", cursor)])})
    head: dict[str, Any] = {"resourceType": "Bundle", "type": kind, "link": links}
    if total is not None:
        head["total"] = total
    body = ",".join(entries)
    return (_dumped(head)[:-1] + (f',"entry":[{body}]' if body else "") + "}").encode()


def _url(address: Address, parameters: Iterable[tuple[str, str]]) -> str:
    query = urlencode(list(parameters))
    return f"{address.base}/{address.path}" + (f"?{query}" if query else "")


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
