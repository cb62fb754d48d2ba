"""Joining and splitting claims, and the basket of doubtful pairs."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import Field, model_validator
from starlette.types import Message

from services.verification.application.relate import join_claims, settle_pair, split_claim
from services.verification.application.workplace import Workplace
from services.verification.entrypoints.http.answers import ClaimAnswer
from services.verification.entrypoints.http.desk import CaseNumber, Counter, audit, json_response
from services.verification.entrypoints.http.work.acting import (
    DECIDE,
    Body,
    Line,
    OfficerBody,
    Text,
    acted_once,
    claim_answer,
    example,
    person_of,
    uuid_text,
)
from services.verification.entrypoints.http.work.basket_answers import BasketAnswer
from shared.web.door import Caller, secured
from shared.web.idempotency import Answer, IdempotencyKey
from shared.web.openapi import idempotent, refusals
from shared.web.paging import Cursor, Limit
from shared.web.strict_json import StrictRoute


class LinkBody(Body):
    """Either `join` with another case number, or `split` with some of the claim's evidence ids."""

    model_config = example(join="JKK-2026-7K3M9Q2XTA5")

    join: Annotated[str, Field(max_length=40)] | None = None
    split: Annotated[list[Line], Field(min_length=1, max_length=200)] | None = None
    officer: OfficerBody | None = None

    @model_validator(mode="after")
    def one_of_both(self) -> "LinkBody":
        if (self.join is None) == (self.split is None):
            raise ValueError("Give either join or split.")
        return self


class PairBody(Body):
    """`join` names the claim to which evidence belongs that stands alone in the basket."""

    model_config = example(reason="Orang dan kejadian yang sama.", officer={"id": "V-1", "name": "Dewi"})

    join: Annotated[str, Field(max_length=40)] | None = None
    reason: Text | None = None
    officer: OfficerBody | None = None


class OptionalBodyRoute(StrictRoute):
    """As StrictRoute, and an empty body is as good as an empty object."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        strict = super().get_route_handler()

        async def handler(request: Request) -> Response:
            if request.headers.get("content-length", "0") == "0" and "transfer-encoding" not in request.headers:
                headers = [pair for pair in request.scope["headers"] if pair[0] != b"content-type"]
                scope = {**request.scope, "headers": [*headers, (b"content-type", b"application/json")]}
                request = Request(scope, _empty_object)
            return await strict(request)

        return handler


async def _empty_object() -> Message:
    return {"type": "http.request", "body": b"{}", "more_body": False}


def add_links(router: APIRouter, counter: Counter) -> None:
    @router.post(
        "/v1/claims/{case_number}/links",
        summary="Join two claims, or split one",
        response_model=ClaimAnswer,
        responses=refusals(400, 404, 409, 413, 415, 422, 503),
        **secured(DECIDE, extra=idempotent()),
    )
    async def link(
        request: Request, caller: Caller, key: IdempotencyKey, case_number: CaseNumber, body: LinkBody
    ) -> Response:
        """What a person has joined or split stays so, whatever evidence comes later. The older number survives."""

        async def act(place: Workplace) -> Answer:
            person = person_of(caller, body.officer)
            if body.join is not None:
                return claim_answer(await join_claims(place, case_number, body.join, person))
            return claim_answer(await split_claim(place, case_number, body.split or [], person))

        return await acted_once(counter, request, caller, key, "claim.link", case_number, act)


def add_basket(router: APIRouter, counter: Counter) -> None:
    @router.get(
        "/v1/unmatched",
        summary="Pairs of claims that may be one",
        response_model=BasketAnswer,
        responses=refusals(422, 503),
        **secured("claims.read"),
    )
    async def unmatched(caller: Caller, cursor: Cursor = None, limit: Limit = 50) -> Response:
        async with counter.database.transaction(caller.org) as transaction:
            page = await counter.open_reader(transaction).unmatched(cursor, limit)
            await audit(transaction, caller, "pairs.list", "", count=len(page.items))
        return json_response({"items": page.items, "next_cursor": page.next_cursor})

    pairs = APIRouter(route_class=OptionalBodyRoute, tags=["verifiers' work"])
    for verb, link in (("link", True), ("dismissal", False)):
        _add_pair_route(pairs, counter, verb, link=link)
    router.routes.extend(pairs.routes)


def _add_pair_route(router: APIRouter, counter: Counter, verb: str, *, link: bool) -> None:
    @router.post(
        f"/v1/unmatched/{{pair_id}}/{verb}",
        summary="The pair is one accident" if link else "The pair is two accidents",
        operation_id=f"pair_{verb}",
        response_model=ClaimAnswer,
        responses=refusals(400, 404, 409, 413, 415, 422, 503),
        **secured(DECIDE, extra=idempotent(requestBody={"required": False})),
    )
    async def settle(request: Request, caller: Caller, key: IdempotencyKey, pair_id: str, body: PairBody) -> Response:
        async def act(place: Workplace) -> Answer:
            person = person_of(caller, body.officer)
            pair = uuid_text(pair_id, "pair")
            return claim_answer(await settle_pair(place, pair, person, link=link, join=body.join))

        return await acted_once(counter, request, caller, key, f"pair.{verb}", pair_id, act)
