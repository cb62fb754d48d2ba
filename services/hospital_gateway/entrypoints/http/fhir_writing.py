"""Creating, updating, patching and validating one resource over HTTP."""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response

from services.hospital_gateway.application.check_eligibility import REQUEST, CheckEligibility
from services.hospital_gateway.application.documents import Search
from services.hospital_gateway.application.findings import refusal
from services.hospital_gateway.application.single_resource import SingleResource
from services.hospital_gateway.entrypoints.http.documentation import (
    CREATES,
    ELIGIBILITY_BODY,
    PATCH_BODY,
    RESOURCE_BODY,
    UPDATES,
    VALIDATES,
)
from services.hospital_gateway.entrypoints.http.fhir_answers import (
    FHIR_JSON,
    JSON_PATCH,
    Answers,
    body_of,
    caller_of,
    known_type,
)
from shared.web.door import secured


@dataclass(frozen=True)
class Writing:
    """What writing needs. `types` are those stored one by one; `read_search` reads a condition, or None."""

    resources: SingleResource
    answers: Answers
    types: Collection[str]
    read_search: Callable[[str, str], Search | None]
    body_bytes_max: int


def add_writing(router: APIRouter, base: str, writing: Writing) -> None:
    """POST and PUT, with and without a condition, and PATCH."""
    add: Any = partial(router.add_api_route, response_class=Response)
    one = f"{base}/{{type_name}}/{{resource_id}}"
    add(f"{base}/{{type_name}}", _create(writing), methods=["POST"], summary="Create", status_code=201,
        responses=CREATES, **secured("system/*.c", extra=RESOURCE_BODY))  # fmt: skip
    add(one, _update(writing), methods=["PUT"], summary="Update",
        responses=UPDATES, **secured("system/*.u", extra=RESOURCE_BODY))  # fmt: skip
    add(f"{base}/{{type_name}}", _update_where(writing), methods=["PUT"], summary="Update by condition",
        responses=CREATES, **secured("system/*.u", extra=RESOURCE_BODY))  # fmt: skip
    add(one, _patch(writing), methods=["PATCH"], summary="Patch",
        responses=UPDATES, **secured("system/*.u", extra=PATCH_BODY))  # fmt: skip


def _create(writing: Writing) -> Any:
    async def create(request: Request, type_name: str) -> Response:
        """201 with the stored resource; 200 with a new version where its NIK or business identifier is known."""

        async def handle(request: Request) -> Response:
            name = known_type(request, writing.types)
            caller = caller_of(request, name, "c")
            given = request.headers.get("if-none-exist")
            condition = _condition(writing, name, given.partition("?")[2] or given) if given is not None else None
            raw = await body_of(request, writing.body_bytes_max)
            return writing.answers.done(request, await writing.resources.create(caller, name, raw, condition))

        return await writing.answers.guarded(request, handle)

    return create


def _update(writing: Writing) -> Any:
    async def update(request: Request, type_name: str, resource_id: str) -> Response:
        """A new version. Ids are the hub's, so an unknown one answers 404; an old `If-Match` 412."""

        async def handle(request: Request) -> Response:
            name, identity = known_type(request, writing.types), _id(request)
            caller = caller_of(request, name, "u")
            raw = await body_of(request, writing.body_bytes_max)
            if_match = request.headers.get("if-match")
            return writing.answers.done(request, await writing.resources.update(caller, name, identity, raw, if_match))

        return await writing.answers.guarded(request, handle)

    return update


def _update_where(writing: Writing) -> Any:
    async def update_where(request: Request, type_name: str) -> Response:
        """`PUT /{Type}?identifier=system|value`: a new version of the one that fits (200), else a new resource (201)
        that bears the identifier; 412 when several fit."""

        async def handle(request: Request) -> Response:
            name = known_type(request, writing.types)
            caller = caller_of(request, name, "u")
            raw = await body_of(request, writing.body_bytes_max)
            if "identifier" not in request.query_params:
                raise refusal("condition-required")
            where = _condition(writing, name, request.url.query)
            if_match = request.headers.get("if-match")
            done = await writing.resources.update_where(caller, name, where, raw, if_match)
            return writing.answers.done(request, done)

        return await writing.answers.guarded(request, handle)

    return update_where


def _patch(writing: Writing) -> Any:
    async def patch(request: Request, type_name: str, resource_id: str) -> Response:
        """A JSON Patch (RFC 6902) on the current version, judged as a whole resource afterwards."""

        async def handle(request: Request) -> Response:
            name, identity = known_type(request, writing.types), _id(request)
            caller = caller_of(request, name, "u")
            operations = await body_of(request, writing.body_bytes_max, types=JSON_PATCH)
            if_match = request.headers.get("if-match")
            done = await writing.resources.patch(caller, name, identity, operations, if_match)
            return writing.answers.done(request, done)

        return await writing.answers.guarded(request, handle)

    return patch


def add_validation(router: APIRouter, base: str, writing: Writing) -> None:
    """`POST /{Type}/$validate`, and `POST /$validate` for a resource that says its type itself."""

    async def validate(request: Request, type_name: str = "") -> Response:
        """200 with an OperationOutcome, whatever the rules have against it; nothing is stored."""

        async def handle(request: Request) -> Response:
            name = known_type(request, writing.types) if "type_name" in request.path_params else ""
            caller_of(request, name or None, "c")
            raw = await body_of(request, writing.body_bytes_max)
            outcome = writing.answers.outcome(await writing.resources.problems(raw, name))
            return Response(json.dumps(outcome, ensure_ascii=False).encode(), media_type=FHIR_JSON)

        return await writing.answers.guarded(request, handle)

    for path in (f"{base}/$validate", f"{base}/{{type_name}}/$validate"):
        router.add_api_route(
            path,
            validate,
            methods=["POST"],
            summary="Validate",
            responses=VALIDATES,
            response_class=Response,
            **secured("system/*.c", extra=RESOURCE_BODY),
        )


def _id(request: Request) -> str:
    """The id in the address. Raises NotFound for the name of an operation, which is nothing to be written."""
    identity: str = request.path_params["resource_id"]
    if identity.startswith(("$", "_")):
        raise refusal("not-supported")
    return identity


def add_eligibility(router: APIRouter, base: str, writing: Writing, check: CheckEligibility) -> None:
    """`POST /CoverageEligibilityRequest`: answered at once, with a CoverageEligibilityResponse."""

    async def check_eligibility(request: Request) -> Response:
        """Whether the worker is covered by JKK on the day, and whether an accident report is held; the answer says as
        of when. Without a day it is today in WIB. Request and response are kept. A request inside a Bundle is answered
        too: the response is the `resource` of its entry in the answer."""

        async def handle(request: Request) -> Response:
            caller = caller_of(request, REQUEST, "c")
            raw = await body_of(request, writing.body_bytes_max)
            return writing.answers.done(request, await check(caller, raw))

        return await writing.answers.guarded(request, handle)

    router.add_api_route(
        f"{base}/{REQUEST}",
        check_eligibility,
        methods=["POST"],
        summary="Is this worker covered?",
        status_code=201,
        responses=CREATES,
        response_class=Response,
        **secured("system/*.c", extra=ELIGIBILITY_BODY),
    )


def _condition(writing: Writing, type_name: str, query: str) -> Search:
    """A condition in an address or header. Raises Refusal for one that is not supported."""
    search = writing.read_search(type_name, query)
    if search is None:
        raise refusal("condition-not-supported")
    return search
