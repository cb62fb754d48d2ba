"""Searches and histories over HTTP."""

from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response

from services.hospital_gateway.application.documents import Address
from services.hospital_gateway.application.findings import refusal
from services.hospital_gateway.application.search_resources import SearchResources
from services.hospital_gateway.entrypoints.http.documentation import READS, SEARCH_FORM, SEARCH_QUERY, SEARCHES
from services.hospital_gateway.entrypoints.http.fhir_answers import FHIR_JSON, Answers, base_of, caller_of, known_type
from shared.web.door import secured
from shared.web.strict_json import read_limited

_FORM = "application/x-www-form-urlencoded"
_FORM_BYTES_MAX = 16_384
_PARAMETERS_MAX = 50


def add_searches(router: APIRouter, base: str, answers: Answers, resources: SearchResources, types: Any) -> None:
    """`GET /{Type}?…`, the same by POST for those who keep NIKs out of addresses, and `GET /{Type}/{id}/_history`."""

    async def search(request: Request, type_name: str) -> Response:
        """Your own resources, by their last change. Links are good for going on; a parameter that is not known is
        refused, since passing over it would answer too much."""

        async def handle(request: Request) -> Response:
            name = known_type(request, types)
            caller = caller_of(request, name, "s")
            return _bundle(await resources.search(caller, name, _address(request, answers, name, _query(request))))

        return await answers.guarded(request, handle)

    async def search_by_post(request: Request, type_name: str) -> Response:
        async def handle(request: Request) -> Response:
            name = known_type(request, types)
            caller = caller_of(request, name, "s")
            pairs = (*_query(request), *await _form(request))
            return _bundle(await resources.search(caller, name, _address(request, answers, name, pairs)))

        return await answers.guarded(request, handle)

    async def history(request: Request, type_name: str, resource_id: str) -> Response:
        """Every version, the newest first."""

        async def handle(request: Request) -> Response:
            name, identity = known_type(request, types), request.path_params["resource_id"]
            caller = caller_of(request, name, "r")
            address = _address(request, answers, f"{name}/{identity}/_history", _query(request))
            return _bundle(await resources.history(caller, name, identity, address))

        return await answers.guarded(request, handle)

    add: Any = partial(router.add_api_route, response_class=Response)
    add(f"{base}/{{type_name}}", search, methods=["GET"], summary="Search", responses=SEARCHES,
        **secured("system/*.s", extra=SEARCH_QUERY))  # fmt: skip
    add(f"{base}/{{type_name}}/_search", search_by_post, methods=["POST"], summary="Search by POST",
        responses=SEARCHES, **secured("system/*.s", extra=SEARCH_FORM))  # fmt: skip
    add(f"{base}/{{type_name}}/{{resource_id}}/_history", history, methods=["GET"], summary="Versions",
        responses=READS, **secured("system/*.r"))  # fmt: skip


def _bundle(content: bytes) -> Response:
    return Response(content, media_type=FHIR_JSON)


def _address(request: Request, answers: Answers, path: str, pairs: tuple[tuple[str, str], ...]) -> Address:
    return Address(f"{answers.public_url}{base_of(request)}", path, pairs)


def _query(request: Request) -> tuple[tuple[str, str], ...]:
    return tuple(request.query_params.multi_items())


async def _form(request: Request) -> tuple[tuple[str, str], ...]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise refusal("body.unsupported-type")
    body = await read_limited(request, _FORM_BYTES_MAX)
    try:
        return tuple(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_PARAMETERS_MAX))
    except ValueError:
        raise refusal("search-value", "", parameter="body") from None
