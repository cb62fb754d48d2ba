"""The operator's view: what could not be handled, and what to do with it."""

from dataclasses import asdict
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.verification.entrypoints.http.answers import ListAnswer
from services.verification.entrypoints.http.desk import Counter, audit, json_response
from shared.outbox import Consumer, list_dead_letters, show_dead_letter
from shared.web.door import Caller, Principal, secured
from shared.web.openapi import refusals
from shared.web.paging import Limit
from shared.web.strict_json import StrictRoute

_SCOPE = "operations.manage"
_PATH = "/v1/operations/dead-letters"


class Discard(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "A test event, never meant to be handled."}]}
    )

    reason: Annotated[str, Field(min_length=1, max_length=1_000)]


class RedrivenAnswer(BaseModel):
    """Whether the dead letter is resolved, how many events behind it followed, how many still wait."""

    resolved: bool
    followed: int
    still_parked: int


def operation_routes(counter: Counter, consumer: Consumer) -> APIRouter:
    router = APIRouter(route_class=StrictRoute, tags=["operations"])
    _add_reading(router, counter)
    _add_resolving(router, counter, consumer)
    return router


async def _log(counter: Counter, caller: Principal, action: str, letter_id: UUID | str, detail: dict[str, Any]) -> None:
    async with counter.database.system_transaction() as transaction:
        await audit(transaction, caller, f"dead-letter.{action}", str(letter_id), **detail)


def _add_reading(router: APIRouter, counter: Counter) -> None:
    @router.get(
        _PATH,
        summary="Dead letters, oldest first",
        response_model=ListAnswer,
        responses=refusals(422, 503),
        **secured(_SCOPE),
    )
    async def list_letters(
        caller: Caller,
        state: Literal["open", "redriven", "discarded"] = "open",
        after: Annotated[UUID | None, Query(description="Last id of the page before.")] = None,
        limit: Limit = 50,
    ) -> Response:
        async with counter.database.system_transaction() as transaction:
            letters = await list_dead_letters(transaction, state=state, after=after, limit=limit)
        await _log(counter, caller, "list", "", {"count": len(letters)})
        items = [asdict(letter) for letter in letters]
        return json_response({"items": items, "next_cursor": None})

    @router.get(
        f"{_PATH}/{{letter_id}}", summary="One dead letter", responses=refusals(404, 422, 503), **secured(_SCOPE)
    )
    async def show(caller: Caller, letter_id: UUID) -> Response:
        async with counter.database.system_transaction() as transaction:
            letter = await show_dead_letter(transaction, letter_id)
        await _log(counter, caller, "read", letter_id, {})
        return json_response(asdict(letter))


def _add_resolving(router: APIRouter, counter: Counter, consumer: Consumer) -> None:
    @router.post(
        f"{_PATH}/{{letter_id}}/redrive",
        summary="Handle it again, then what waits behind it",
        response_model=RedrivenAnswer,
        responses=refusals(404, 409, 422, 503),
        **secured(_SCOPE),
    )
    async def redrive(caller: Caller, letter_id: UUID) -> Response:
        redriven = asdict(await consumer.redrive(letter_id, by=caller.client_id))
        await _log(counter, caller, "redrive", letter_id, redriven)
        return json_response(redriven)

    @router.post(
        f"{_PATH}/{{letter_id}}/discard",
        summary="Put it away unhandled, then let what waits behind it follow",
        response_model=RedrivenAnswer,
        responses=refusals(400, 404, 409, 413, 415, 422, 503),
        **secured(_SCOPE),
    )
    async def discard(caller: Caller, letter_id: UUID, body: Discard) -> Response:
        redriven = asdict(await consumer.discard(letter_id, body.reason, by=caller.client_id))
        await _log(counter, caller, "discard", letter_id, redriven)
        return json_response(redriven)
