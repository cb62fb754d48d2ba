"""Verifiers' work: decisions, links, notes, assignment, and the basket of doubtful pairs."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, JsonValue, StrictInt, model_validator
from starlette.types import Message

from services.verification.application.records import ClaimRecord
from services.verification.application.work_on_claims import (
    DecisionRequest,
    Person,
    Workplace,
    add_note,
    assign_claim,
    join_claims,
    settle_pair,
    split_claim,
    take_decision,
)
from services.verification.domain.claim import AWAITING_SECOND_APPROVAL
from services.verification.entrypoints.http.answers import ClaimAnswer, DecisionAnswer, ListAnswer
from services.verification.entrypoints.http.desk import (
    IF_MATCH_PARAMETER,
    CaseNumber,
    Counter,
    DecisionVersion,
    audit,
    json_response,
)
from shared.errors import NotFound
from shared.web.door import Caller, Principal, secured
from shared.web.idempotency import Answer, IdempotencyKey, IdempotentRequest, idempotently
from shared.web.openapi import idempotent, refusals
from shared.web.paging import Cursor, Limit
from shared.web.strict_json import StrictRoute

_DECIDE = "claims.decide"
_Line = Annotated[str, Field(min_length=1, max_length=200)]
_Text = Annotated[str, Field(min_length=1, max_length=4_000)]
_RUPIAH_MAX = 1_000_000_000_000
Act = Callable[[Workplace], Awaitable[Answer]]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OfficerBody(_Body):
    """The person behind the action."""

    id: _Line
    name: _Line | None = None


class DecisionBody(_Body):
    """`outcome` goes with `conclude`, `amount_rupiah` with `approve_benefit`."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "decision": "approve_benefit",
                    "reason_code": "complete",
                    "reason": "Semua persyaratan lengkap.",
                    "legal_basis": "PP 44/2015 art. 37(2)",
                    "outcome": None,
                    "amount_rupiah": 24_000_000,
                    "officer": {"id": "V-1", "name": "Dewi"},
                }
            ]
        },
    )

    decision: Literal["conclude", "request_completion", "refer_to_disnaker", "approve_benefit", "reject", "reopen"]
    reason_code: _Line | None = None
    reason: _Text | None = None
    legal_basis: _Line | None = None
    outcome: Literal["work_accident", "occupational_disease", "not_covered"] | None = None
    amount_rupiah: Annotated[StrictInt, Field(ge=0, le=_RUPIAH_MAX)] | None = None
    officer: OfficerBody | None = None


def _example(**body: JsonValue) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [dict(body)]})


class NoteBody(_Body):
    model_config = _example(text="Keluarga dihubungi, surat istirahat menyusul.", officer={"id": "V-1", "name": "Dewi"})

    text: _Text
    officer: OfficerBody | None = None


class AssignmentBody(_Body):
    """Null takes the claim away from whoever had it."""

    model_config = _example(officer={"id": "V-1", "name": "Dewi"})

    officer: OfficerBody | None


class LinkBody(_Body):
    """Either `join` with another case number, or `split` with some of the claim's evidence ids."""

    model_config = _example(join="JKK-2026-7K3M9Q2XTA5")

    join: Annotated[str, Field(max_length=40)] | None = None
    split: Annotated[list[_Line], Field(min_length=1, max_length=200)] | None = None
    officer: OfficerBody | None = None

    @model_validator(mode="after")
    def one_of_both(self) -> "LinkBody":
        if (self.join is None) == (self.split is None):
            raise ValueError("Give either join or split.")
        return self


class PairBody(_Body):
    model_config = _example(reason="Orang dan kejadian yang sama.", officer={"id": "V-1", "name": "Dewi"})

    reason: _Text | None = None
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


def work_routes(counter: Counter) -> APIRouter:
    router = APIRouter(route_class=StrictRoute, tags=["verifiers' work"])
    _add_decisions(router, counter)
    _add_notes(router, counter)
    _add_links(router, counter)
    _add_basket(router, counter)
    return router


def _person(caller: Principal, officer: OfficerBody | None) -> Person:
    if officer is not None:
        return Person(caller.org, officer.id, officer.name)
    return Person(caller.org, caller.subject or caller.client_id)


def _claim_answer(claim: ClaimRecord) -> Answer:
    return Answer(200, claim.document, {"ETag": f'"{claim.decision_version}"'})


def _add_decisions(router: APIRouter, counter: Counter) -> None:
    @router.post(
        "/v1/claims/{case_number}/decisions",
        summary="Decide on a claim",
        status_code=201,
        response_model=DecisionAnswer,
        responses={
            202: {"description": "Above the four-eyes limit: a second person must confirm.", "model": DecisionAnswer},
            **refusals(400, 404, 409, 412, 413, 415, 422, 428, 503),
        },
        **secured(_DECIDE, extra=idempotent(IF_MATCH_PARAMETER)),
    )
    async def decide(
        request: Request,
        caller: Caller,
        key: IdempotencyKey,
        seen: DecisionVersion,
        case_number: CaseNumber,
        body: DecisionBody,
    ) -> Response:
        """Under the decision version you saw: what changed meanwhile without bearing on decisions refuses nobody."""
        person = _person(caller, body.officer)
        asked = DecisionRequest(
            body.decision, body.outcome, body.amount_rupiah, body.reason_code, body.reason, body.legal_basis
        )

        async with counter.database.transaction(caller.org) as transaction:
            place = counter.workplace(transaction)

            async def act() -> Answer:
                decision, claim = await take_decision(place, case_number, seen, person, asked)
                await audit(
                    transaction, caller, f"claim.{body.decision.replace('_', '-')}", case_number,
                    officer=person.id, decision_id=decision.id,
                )  # fmt: skip
                answer = {
                    "decision_id": decision.id,
                    "state": (claim.document or {})["state"],
                    "version": claim.version,
                    "decision_version": claim.decision_version,
                }
                waits = answer["state"] == AWAITING_SECOND_APPROVAL
                return Answer(202 if waits else 201, answer, {"ETag": f'"{claim.decision_version}"'})

            same = await IdempotentRequest.of(request, caller, key)
            # The version seen is part of what is asked: the same key with another If-Match is another request.
            same = replace(same, body=same.body + f"\nif-match:{seen}".encode())
            return await idempotently(same, transaction, counter.sealer, act)


def _add_notes(router: APIRouter, counter: Counter) -> None:
    @router.post(
        "/v1/claims/{case_number}/notes",
        summary="Write a note",
        status_code=201,
        responses=refusals(400, 404, 409, 413, 415, 422, 503),
        **secured(_DECIDE, extra=idempotent()),
    )
    async def note(
        request: Request, caller: Caller, key: IdempotencyKey, case_number: CaseNumber, body: NoteBody
    ) -> Response:
        async def act(place: Workplace) -> Answer:
            person = _person(caller, body.officer)
            written, claim = await add_note(place, case_number, person, body.text)
            return Answer(201, {"id": written.id, "case_number": case_number, "version": claim.version})

        return await _audited(counter, request, caller, key, "claim.note", case_number, act)

    @router.post(
        "/v1/claims/{case_number}/assignment",
        summary="Give a claim to an officer",
        response_model=ClaimAnswer,
        responses=refusals(400, 404, 409, 413, 415, 422, 503),
        **secured(_DECIDE, extra=idempotent()),
    )
    async def assign(
        request: Request, caller: Caller, key: IdempotencyKey, case_number: CaseNumber, body: AssignmentBody
    ) -> Response:
        async def act(place: Workplace) -> Answer:
            return _claim_answer(await assign_claim(place, case_number, body.officer.id if body.officer else None))

        return await _audited(counter, request, caller, key, "claim.assign", case_number, act)


def _add_links(router: APIRouter, counter: Counter) -> None:
    @router.post(
        "/v1/claims/{case_number}/links",
        summary="Join two claims, or split one",
        response_model=ClaimAnswer,
        responses=refusals(400, 404, 409, 413, 415, 422, 503),
        **secured(_DECIDE, extra=idempotent()),
    )
    async def link(
        request: Request, caller: Caller, key: IdempotencyKey, case_number: CaseNumber, body: LinkBody
    ) -> Response:
        """What a person has joined or split stays so, whatever evidence comes later. The older number survives."""

        async def act(place: Workplace) -> Answer:
            person = _person(caller, body.officer)
            if body.join is not None:
                return _claim_answer(await join_claims(place, case_number, body.join, person))
            return _claim_answer(await split_claim(place, case_number, body.split or [], person))

        return await _audited(counter, request, caller, key, "claim.link", case_number, act)


def _add_basket(router: APIRouter, counter: Counter) -> None:
    @router.get(
        "/v1/unmatched",
        summary="Pairs of claims that may be one",
        response_model=ListAnswer,
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
        **secured(_DECIDE, extra=idempotent(requestBody={"required": False})),
    )
    async def settle(request: Request, caller: Caller, key: IdempotencyKey, pair_id: str, body: PairBody) -> Response:
        async def act(place: Workplace) -> Answer:
            person = _person(caller, body.officer)
            return _claim_answer(await settle_pair(place, _uuid_text(pair_id), person, link=link))

        return await _audited(counter, request, caller, key, f"pair.{verb}", pair_id, act)


async def _audited(
    counter: Counter, request: Request, caller: Principal, key: str, action: str, object_id: str, act: Act
) -> Response:
    """`_once`, with a row in the audit log."""
    same = await IdempotentRequest.of(request, caller, key)
    async with counter.database.transaction(caller.org) as transaction:
        place = counter.workplace(transaction)

        async def acted() -> Answer:
            answer = await act(place)
            await audit(transaction, caller, action, object_id)
            return answer

        return await idempotently(same, transaction, counter.sealer, acted)


def _uuid_text(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise NotFound("pair.not-found", "There is no such pair.") from None
