"""`/v1/operations/dead-letters` of every service that consumes: what could not be handled, and what to do with it."""

from dataclasses import asdict
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from shared.audit import record
from shared.operations.payloads import add_payload_routes, audit_entry, json_answer
from shared.outbox import Consumer, Redriven, list_dead_letters, show_dead_letter
from shared.postgres.database import Database
from shared.web.door import Caller, Principal, secured
from shared.web.openapi import refusals
from shared.web.paging import Cursor, Limit, cut, decode_cursor
from shared.web.strict_json import StrictRoute

_SCOPE = "operations.manage"
_PATH = "/v1/operations/dead-letters"


class Discard(BaseModel):
    """Why it may be lost."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "A test event, never meant to be handled."}]}
    )

    reason: Annotated[str, Field(min_length=1, max_length=1_000)]


class DeadLetterPage(BaseModel):
    """Dead letters with their place, reason and attempts; never what they say."""

    items: list[dict[str, Any]]
    next_cursor: str | None


class RedrivenAnswer(BaseModel):
    """Whether the dead letter is resolved, how many events behind it followed, how many still wait. `edit` is which
    version of it was handled, 0 the original."""

    resolved: bool
    followed: int
    still_parked: int
    edit: int


def dead_letter_routes(database: Database, consumer: Consumer) -> APIRouter:
    """List, show, read, mend, redrive, discard. Every look and every act leaves an audit row."""
    router = APIRouter(route_class=StrictRoute, tags=["operations"])
    _add_reading(router, database)
    add_payload_routes(router, _PATH, database, consumer)
    _add_acting(router, database, consumer)
    return router


def _add_reading(router: APIRouter, database: Database) -> None:
    @router.get(
        _PATH,
        summary="Dead letters, oldest first",
        response_model=DeadLetterPage,
        responses=refusals(422, 503),
        **secured(_SCOPE),
    )
    async def list_letters(
        caller: Caller,
        state: Literal["open", "redriven", "discarded"] = "open",
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> Response:
        (after,) = decode_cursor(cursor, UUID) or (None,)
        async with database.system_transaction() as transaction:
            found = await list_dead_letters(transaction, state=state, after=after, limit=limit + 1)
            shown, next_cursor = cut(found, limit, lambda last: [last.id])
            await record(transaction, audit_entry(caller, "list", "", {"count": len(shown)}))
        return json_answer({"items": [asdict(letter) for letter in shown], "next_cursor": next_cursor})

    @router.get(
        f"{_PATH}/{{letter_id}}", summary="One dead letter", responses=refusals(404, 422, 503), **secured(_SCOPE)
    )
    async def show(caller: Caller, letter_id: UUID) -> Response:
        async with database.system_transaction() as transaction:
            letter = await show_dead_letter(transaction, letter_id)
            await record(transaction, audit_entry(caller, "read", letter_id, {}))
        return json_answer(asdict(letter))


def _add_acting(router: APIRouter, database: Database, consumer: Consumer) -> None:
    async def answer(caller: Principal, action: str, letter_id: UUID, redriven: Redriven) -> Response:
        async with database.system_transaction() as transaction:
            await record(transaction, audit_entry(caller, action, letter_id, asdict(redriven)))
        return json_answer(asdict(redriven))

    @router.post(
        f"{_PATH}/{{letter_id}}/redrive",
        summary="Handle it again, as it was edited last, then what waits behind it",
        response_model=RedrivenAnswer,
        responses=refusals(404, 409, 422, 503),
        **secured(_SCOPE),
    )
    async def redrive(caller: Caller, letter_id: UUID) -> Response:
        redriven = await consumer.redrive(letter_id, by=caller.client_id)
        return await answer(caller, "redrive", letter_id, redriven)

    @router.post(
        f"{_PATH}/{{letter_id}}/discard",
        summary="Put it away unhandled, then let what waits behind it follow",
        response_model=RedrivenAnswer,
        responses=refusals(400, 404, 409, 413, 415, 422, 503),
        **secured(_SCOPE),
    )
    async def discard(caller: Caller, letter_id: UUID, body: Discard) -> Response:
        redriven = await consumer.discard(letter_id, body.reason, by=caller.client_id)
        return await answer(caller, "discard", letter_id, redriven)
