"""`/v1/cases` and `/v1/determinations`."""

from typing import Any

from fastapi import APIRouter, Request, Response

from services.disnaker_gateway.application.issue_determination import issue_determination, read_determination
from services.disnaker_gateway.application.ports import StoredDetermination
from services.disnaker_gateway.application.view_case import CaseMoved, view_case
from services.disnaker_gateway.entrypoints.http.bodies import CaseAnswer, DeterminationAnswer, DeterminationRequest
from services.disnaker_gateway.entrypoints.http.context import Context, as_id, officer_of
from shared.events.determination import DeterminationContent
from shared.receipts.derived import DETERMINATION
from shared.web.door import Caller, secured
from shared.web.idempotency import Answer, IdempotencyKey
from shared.web.openapi import idempotent, refusals
from shared.web.strict_json import StrictRoute


def _told(context: Context, determination: StoredDetermination) -> dict[str, Any]:
    content = determination.content
    answer = DeterminationAnswer.model_validate(
        {
            **content,
            "id": determination.determination_id,
            "determination_id": determination.determination_id,
            "case_number": determination.case_number,
            "supersedes": determination.supersedes,
            "superseded_by": determination.superseded_by,
            "received_at": determination.received_at,
            "receipt": context.receipts.receipt(DETERMINATION, determination.determination_id).told(),
        }
    )
    return answer.model_dump(mode="json")


def cases_router(context: Context) -> APIRouter:
    router = APIRouter(route_class=StrictRoute, tags=["cases"])
    _add_cases(router, context)
    _add_determinations(router, context)
    return router


def _add_cases(router: APIRouter, context: Context) -> None:
    @router.get(
        "/v1/cases/{case_number}",
        summary="What the office may see of a case",
        responses={
            200: {"model": CaseAnswer},
            308: {"description": "Merged: look under `Location`."},
            **refusals(404, 503),
        },
        response_model=None,
        **secured("cases.read"),
    )
    async def case(caller: Caller, case_number: str) -> Any:
        """Event, cause, outcome and deadlines; no clinical notes. 404 for a case of another province."""
        async with context.begin(caller) as work:
            seen = await view_case(work, officer_of(caller), case_number)
        if isinstance(seen, CaseMoved):
            return Response(status_code=308, headers={"Location": f"/v1/cases/{seen.case_number}"})
        return seen


def _add_determinations(router: APIRouter, context: Context) -> None:
    @router.post(
        "/v1/determinations",
        status_code=201,
        summary="Send the inspector's determination (penetapan)",
        response_model=DeterminationAnswer,
        responses=refusals(400, 404, 409, 413, 415, 422, 503),
        **secured("determinations.write", extra=idempotent()),
    )
    async def determine(request: Request, caller: Caller, key: IdempotencyKey, body: DeterminationRequest) -> Response:
        """Taken in any state of an open claim, asked for or not. A later one supersedes the latest of the case
        unless `supersedes` names another. A case that was merged answers under the number that remains."""
        content = DeterminationContent.model_validate(body.model_dump())

        async def act(work: Any) -> Answer:
            officer = officer_of(caller, body.officer.id if body.officer else None)
            determination = await issue_determination(work, context.clock, officer, content)
            location = f"/v1/determinations/{determination.determination_id}"
            return Answer(201, _told(context, determination), {"Location": location})

        return await context.once(request, caller, key, act, DETERMINATION)

    @router.get(
        "/v1/determinations/{determination_id}",
        summary="One determination",
        response_model=DeterminationAnswer,
        responses=refusals(404, 503),
        **secured("determinations.write", "cases.read"),
    )
    async def determination(caller: Caller, determination_id: str) -> dict[str, Any]:
        async with context.begin(caller) as work:
            wanted = as_id(determination_id, "determination.unknown")
            return _told(context, await read_determination(work, officer_of(caller), wanted))
