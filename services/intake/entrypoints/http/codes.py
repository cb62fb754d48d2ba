"""Every coded list, with titles in Indonesian and English; needs no token."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Response

from services.intake.entrypoints.http.answers import CodeListAnswer, CodeListsAnswer
from shared.errors import NotFound
from shared.regulation.codes import CODE_LISTS
from shared.web.door import public
from shared.web.openapi import refusals

_LISTS: dict[str, list[dict[str, Any]]] = {
    name: [{"code": code.code, "title": {"id": code.title_id, "en": code.title_en}} for code in codes]
    for name, codes in CODE_LISTS.items()
}
_CACHE = {"Cache-Control": "public, max-age=3600"}


def code_routes() -> APIRouter:
    router = APIRouter(tags=["codes"])

    @router.get("/v1/codes", summary="All coded lists", response_model=CodeListsAnswer, **public())
    async def all_lists() -> Response:
        return Response(orjson.dumps({"lists": _LISTS}), media_type="application/json", headers=_CACHE)

    @router.get(
        "/v1/codes/{list_name}",
        summary="One coded list",
        response_model=CodeListAnswer,
        responses=refusals(404, 422),
        **public(),
    )
    async def one_list(list_name: Annotated[str, Path(max_length=100)]) -> Response:
        if list_name not in _LISTS:
            raise NotFound("codes.unknown-list", "There is no such list; see /v1/codes.")
        body = {"list": list_name, "codes": _LISTS[list_name]}
        return Response(orjson.dumps(body), media_type="application/json", headers=_CACHE)

    return router
