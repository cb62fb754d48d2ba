"""The FHIR surface. Requests are read raw and never declared as models; both bases have the same routes."""

import json
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response

from services.hospital_gateway.application.check_eligibility import CheckEligibility
from services.hospital_gateway.application.documents import Submitted
from services.hospital_gateway.application.findings import refusal
from services.hospital_gateway.application.search_resources import SearchResources
from services.hospital_gateway.application.submit_bundle import Sender
from services.hospital_gateway.entrypoints.http.capability import capability_statement, smart_configuration
from services.hospital_gateway.entrypoints.http.documentation import (
    BUNDLE_BODY,
    CREATES,
    DESCRIBES,
    READS,
)
from services.hospital_gateway.entrypoints.http.fhir_answers import (
    BASES,
    DOCUMENT,
    FHIR_JSON,
    Answers,
    Granted,
    body_of,
    caller_of,
    known_type,
)
from services.hospital_gateway.entrypoints.http.fhir_search import add_searches
from services.hospital_gateway.entrypoints.http.fhir_writing import (
    Writing,
    add_eligibility,
    add_validation,
    add_writing,
)
from services.hospital_gateway.entrypoints.http.satusehat_answers import as_asked
from shared.web.door import principal_of, public, secured

_ALL_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@dataclass(frozen=True)
class FhirSurface:
    """What the routes need."""

    submit_bundle: Callable[[Sender, bytes], Awaitable[Submitted]]
    searches: SearchResources
    writing: Writing
    check_eligibility: CheckEligibility
    public_url: str
    issuer: str
    token_endpoint: str

    @property
    def answers(self) -> Answers:
        return self.writing.answers

    @property
    def read_types(self) -> Collection[str]:
        """Documents are read like the rest, and written only whole."""
        return {*self.writing.types, DOCUMENT}


def fhir_router(surface: FhirSurface) -> APIRouter:
    """Both bases; what is fixed stands before what has parameters, and the catch-all last."""
    router = APIRouter(tags=["fhir"])
    for base in BASES:
        _add_descriptions(router, base, surface)
        _add_bundle(router, base, surface)
        add_validation(router, base, surface.writing)
        add_eligibility(router, base, surface.writing, surface.check_eligibility)
        add_writing(router, base, surface.writing)
        add_searches(router, base, surface.answers, surface.searches, surface.read_types)
        _add_reading(router, base, surface)
    for base in BASES:
        _add_rest(router, base, surface)
    return router


def _add_descriptions(router: APIRouter, base: str, surface: FhirSurface) -> None:
    statement = json.dumps(capability_statement(surface.public_url, base, surface.read_types)).encode()
    configuration = json.dumps(smart_configuration(surface.issuer, surface.token_endpoint)).encode()

    @router.get(
        f"{base}/metadata", summary="CapabilityStatement", responses=DESCRIBES, response_class=Response, **public()
    )
    async def metadata(request: Request) -> Response:
        async def handle(_: Request) -> Response:
            return Response(statement, media_type=FHIR_JSON)

        return await surface.answers.guarded(request, handle)

    @router.get(f"{base}/.well-known/smart-configuration", summary="Where to get a token", **public())
    async def smart() -> Response:
        return Response(configuration, media_type="application/json")


def _add_bundle(router: APIRouter, base: str, surface: FhirSurface) -> None:
    async def bundle(request: Request) -> Response:
        """A `transaction` is done wholly or not at all; of a `batch` each entry is done or refused by itself. The
        same bytes from the same client within 30 days get the stored answer, with `Idempotency-Replayed: true`. A
        `document` is kept whole (201 with its `Location`) and its entries one by one."""

        async def handle(request: Request) -> Response:
            only_documents = request.url.path.endswith(f"/{DOCUMENT}")
            caller, principal = caller_of(request, *((DOCUMENT, "c") if only_documents else ())), principal_of(request)
            raw = await body_of(request, surface.writing.body_bytes_max)
            sender = Sender(caller, Granted(principal), f"{surface.public_url}{base}", only_documents)
            submitted = await surface.submit_bundle(sender, raw)
            if submitted.document is None:
                answer = Response(as_asked(request, submitted.answer), 200, media_type=FHIR_JSON)
            else:
                answer = surface.answers.resource(request, submitted.document, 201, created=True)
            if submitted.replayed:
                answer.headers["Idempotency-Replayed"] = "true"
            return surface.answers.receipted(answer, submitted.acknowledged)

        return await surface.answers.guarded(request, handle)

    needed = secured("system/*.c", "system/*.u", "system/*.r", "system/*.s", extra=BUNDLE_BODY)
    router.add_api_route(
        base, bundle, methods=["POST"], summary="Bundle", responses=CREATES, response_class=Response, **needed
    )
    router.add_api_route(f"{base}/", bundle, methods=["POST"], include_in_schema=False, **needed)
    router.add_api_route(
        f"{base}/{DOCUMENT}", bundle, methods=["POST"], summary="Document", status_code=201, responses=CREATES,
        response_class=Response, **secured("system/*.c", extra=BUNDLE_BODY),
    )  # fmt: skip


def _add_reading(router: APIRouter, base: str, surface: FhirSurface) -> None:
    answers, resources = surface.answers, surface.writing.resources

    async def read(request: Request, type_name: str, resource_id: str) -> Response:
        async def handle(request: Request) -> Response:
            name = known_type(request, surface.read_types)
            caller = caller_of(request, name, "r")
            return answers.resource(request, await resources.read(caller, name, request.path_params["resource_id"]))

        return await answers.guarded(request, handle)

    async def read_version(request: Request, type_name: str, resource_id: str, version_id: str) -> Response:
        async def handle(request: Request) -> Response:
            name, path = known_type(request, surface.read_types), request.path_params
            caller = caller_of(request, name, "r")
            held = await resources.read_version(caller, name, path["resource_id"], path["version_id"])
            return answers.resource(request, held)

        return await answers.guarded(request, handle)

    one = f"{base}/{{type_name}}/{{resource_id}}"
    add: Any = partial(router.add_api_route, response_class=Response)
    add(one, read, methods=["GET"], summary="Read", responses=READS, **secured("system/*.r"))
    add(f"{one}/_history/{{version_id}}", read_version, methods=["GET"], summary="Read one version",
        responses=READS, **secured("system/*.r"))  # fmt: skip


def _add_rest(router: APIRouter, base: str, surface: FhirSurface) -> None:
    """Whatever else is asked under the base answers with an OperationOutcome: 405 for a method that an existing
    address does not take, 404 for functions that are not there."""

    async def rest(request: Request) -> Response:
        async def handle(request: Request) -> Response:
            parts = request.url.path.removeprefix(base).strip("/").split("/")
            if parts == [""] or parts == ["metadata"] or (parts[0] in surface.read_types and len(parts) <= 2):
                raise refusal("method-not-allowed")
            raise refusal("not-supported")

        return await surface.answers.guarded(request, handle)

    scopes = secured("system/*.c", "system/*.r", "system/*.u", "system/*.s", "system/*.d")
    for path in (base, f"{base}/{{rest:path}}"):
        router.add_api_route(path, rest, methods=_ALL_METHODS, include_in_schema=False, **scopes)
