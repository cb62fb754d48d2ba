"""`/v1/operations/dead-letters`: what could not be handled, and what to do with it."""

from dataclasses import asdict
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.disnaker_gateway.application.ports import Officer
from services.disnaker_gateway.entrypoints.http.context import Context, officer_of
from shared.outbox import Consumer, list_dead_letters, show_dead_letter
from shared.web.door import Caller, secured
from shared.web.openapi import refusals
from shared.web.paging import Limit
from shared.web.strict_json import StrictRoute

_SCOPE = "operations.manage"
_PATH = "/v1/operations/dead-letters"


class Discard(BaseModel):
    """Why it may be lost."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "The case was merged by hand."}]}
    )

    reason: Annotated[str, Field(min_length=1, max_length=1_000)]


class RedrivenAnswer(BaseModel):
    """Whether the dead letter is resolved, how many events behind it followed, how many still wait."""

    resolved: bool
    followed: int
    still_parked: int


def dead_letters_router(context: Context, consumer: Consumer) -> APIRouter:
    router = APIRouter(route_class=StrictRoute, tags=["operations"])
    _add_reading(router, context)
    _add_acting(router, context, consumer)
    return router


async def _audit(context: Context, officer: Officer, action: str, letter: object, **detail: int) -> None:
    async with context.begin_as_operator() as work:
        await work.audit(officer, f"dead-letter.{action}", "dead-letter", letter, **detail)


def _add_reading(router: APIRouter, context: Context) -> None:
    @router.get(_PATH, summary="Dead letters, oldest first", responses=refusals(422, 503), **secured(_SCOPE))
    async def list_letters(
        caller: Caller,
        state: Literal["open", "redriven", "discarded"] = "open",
        after: Annotated[UUID | None, Query(description="Last id of the page before.")] = None,
        limit: Limit = 50,
    ) -> Response:
        async with context.database.system_transaction() as transaction:
            letters = await list_dead_letters(transaction, state=state, after=after, limit=limit)
        await _audit(context, officer_of(caller), "list", "*", count=len(letters))
        return _json({"items": [asdict(letter) for letter in letters], "next_cursor": None})

    @router.get(
        f"{_PATH}/{{letter_id}}", summary="One dead letter", responses=refusals(404, 422, 503), **secured(_SCOPE)
    )
    async def show(caller: Caller, letter_id: UUID) -> Response:
        async with context.database.system_transaction() as transaction:
            letter = await show_dead_letter(transaction, letter_id)
        await _audit(context, officer_of(caller), "read", letter_id)
        return _json(asdict(letter))


def _add_acting(router: APIRouter, context: Context, consumer: Consumer) -> None:
    @router.post(
        f"{_PATH}/{{letter_id}}/redrive",
        summary="Handle it again, then what waits behind it",
        response_model=RedrivenAnswer,
        responses=refusals(404, 409, 422, 503),
        **secured(_SCOPE),
    )
    async def redrive(caller: Caller, letter_id: UUID) -> Response:
        redriven = asdict(await consumer.redrive(letter_id, by=caller.client_id))
        await _audit(context, officer_of(caller), "redrive", letter_id, **redriven)
        return _json(redriven)

    @router.post(
        f"{_PATH}/{{letter_id}}/discard",
        summary="Put it away unhandled, then let what waits behind it follow",
        response_model=RedrivenAnswer,
        responses=refusals(400, 404, 409, 413, 415, 422, 503),
        **secured(_SCOPE),
    )
    async def discard(caller: Caller, letter_id: UUID, body: Discard) -> Response:
        redriven = asdict(await consumer.discard(letter_id, body.reason, by=caller.client_id))
        await _audit(context, officer_of(caller), "discard", letter_id, **redriven)
        return _json(redriven)


def _json(body: Any) -> Response:
    # The driver's UUIDs are a subclass, which orjson does not take by itself.
    return Response(orjson.dumps(body, default=str), media_type="application/json")
