"""Coded lists and the description of the Kafka topics; they need no token. And the audit log, which does."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from services.verification.entrypoints.http.answers import ListAnswer
from services.verification.entrypoints.http.desk import Counter, audit, json_response
from shared.errors import NotFound
from shared.events.asyncapi import asyncapi_document
from shared.regulation.codes import CODE_LISTS
from shared.web.door import Caller, public, secured
from shared.web.openapi import refusals
from shared.web.paging import Cursor, Limit

_LISTS: dict[str, list[dict[str, Any]]] = {
    name: [{"code": code.code, "title": code.title} for code in codes] for name, codes in CODE_LISTS.items()
}
_CACHE = {"Cache-Control": "public, max-age=3600"}
_Word = Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$")]


def reference_routes(counter: Counter) -> APIRouter:
    router = APIRouter(tags=["reference"])

    @router.get("/v1/codes", summary="All coded lists", **public())
    async def all_lists() -> Response:
        return json_response({"lists": _LISTS}, headers=_CACHE)

    @router.get("/v1/codes/{list_name}", summary="One coded list", responses=refusals(404), **public())
    async def one_list(list_name: Annotated[str, Path(max_length=100)]) -> Response:
        if list_name not in _LISTS:
            raise NotFound("codes.unknown-list", "There is no such list; see /v1/codes.")
        return json_response({"list": list_name, "codes": _LISTS[list_name]}, headers=_CACHE)

    @router.get("/asyncapi.json", summary="The Kafka topics (AsyncAPI 3)", **public())
    async def asyncapi() -> Response:
        return json_response(asyncapi_document(counter.settings.kafka_bootstrap), headers=_CACHE)

    @router.get(
        "/v1/audit",
        summary="Who accessed and changed what, the latest first",
        response_model=ListAnswer,
        responses=refusals(422, 503),
        **secured("audit.read"),
    )
    async def audit_log(
        caller: Caller,
        object_id: _Word = None,
        object_type: _Word = None,
        action: _Word = None,
        org: _Word = None,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> Response:
        # An auditor sees everybody's rows, which row-level security shows to the hub's own role only.
        async with counter.database.system_transaction() as transaction:
            filters = (object_id, object_type, action, org)
            page = await counter.open_reader(transaction).audit(filters, cursor, limit)
            await audit(transaction, caller, "audit.read", "", count=len(page.items))
        return json_response({"items": page.items, "next_cursor": page.next_cursor})

    return router
