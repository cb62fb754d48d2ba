"""The work queue, the claim and its timeline."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from services.verification.application.insurance_document import hand_over_letter
from services.verification.application.reading import ClaimFilter
from services.verification.entrypoints.http.answers import ClaimAnswer, HandOverLetter, QueueAnswer, TimelineListAnswer
from services.verification.entrypoints.http.desk import CaseNumber, Counter, audit, json_response, moved_to
from shared.events.vocabulary import ClaimState, WaitingOn
from shared.web.door import Caller, secured
from shared.web.openapi import refusals
from shared.web.paging import Cursor, Limit

_MERGED: dict[int | str, dict[str, Any]] = {308: {"description": "Merged; `Location` is the survivor."}}


def claim_filter(
    state: ClaimState | None = None,
    waiting_on: WaitingOn | None = None,
    region: Annotated[str | None, Query(pattern="^[0-9]{2,10}$", description="A region code or its beginning.")] = None,
    flag: Annotated[
        str | None, Query(max_length=60, pattern=r"^[^\x00]*$", description="Code of an open flag.")
    ] = None,
    q: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=100,
            pattern=r"^[^\x00]*$",
            description="A case number, NIK, KPJ, employer's number or hospital.",
        ),
    ] = None,
    test: Annotated[
        bool | None, Query(description="`true`: test claims alone, `false`: none; without it both.")
    ] = None,
) -> ClaimFilter:
    return ClaimFilter(state, waiting_on, region, flag, q, test)


Filtered = Annotated[ClaimFilter, Depends(claim_filter)]


def claim_routes(counter: Counter) -> APIRouter:
    """Fixed paths (`/v1/claims/stream`) are registered before these."""
    router = APIRouter(tags=["claims"])
    _add_queue(router, counter)
    _add_claim(router, counter)
    _add_hand_over(router, counter)
    return router


def _add_queue(router: APIRouter, counter: Counter) -> None:
    @router.get(
        "/v1/claims",
        summary="The work queue, most urgent first",
        response_model=QueueAnswer,
        responses=refusals(422, 503),
        **secured("claims.read"),
    )
    async def queue(caller: Caller, wanted: Filtered, cursor: Cursor = None, limit: Limit = 50) -> Response:
        """Claims without their lists. Merged claims are left out unless asked for by their state."""
        async with counter.database.transaction(caller.org) as transaction:
            page = await counter.open_reader(transaction).queue(wanted, cursor, limit)
            await audit(transaction, caller, "claims.list", "", count=len(page.items))
        return json_response({"items": page.items, "next_cursor": page.next_cursor})


def _add_claim(router: APIRouter, counter: Counter) -> None:
    @router.get(
        "/v1/claims/{case_number}",
        summary="One claim",
        response_model=ClaimAnswer,
        responses={**_MERGED, **refusals(404, 503)},
        **secured("claims.read"),
    )
    async def claim(caller: Caller, case_number: CaseNumber) -> Response:
        """The whole claim. `ETag` is its decision version, for `If-Match` of a decision."""
        async with counter.database.transaction(caller.org) as transaction:
            document, survivor = await counter.open_reader(transaction).claim(case_number, counter.clock.now())
            await audit(transaction, caller, "claim.read", case_number)
        if survivor is not None:
            return moved_to(survivor)
        return json_response(document, headers={"ETag": f'"{document["decision_version"]}"'})

    @router.get(
        "/v1/claims/{case_number}/timeline",
        summary="Who did what when, across all agencies",
        response_model=TimelineListAnswer,
        responses={**_MERGED, **refusals(404, 503)},
        **secured("claims.read"),
    )
    async def timeline(caller: Caller, case_number: CaseNumber) -> Response:
        """Every accepted version of every report, determinations and decisions, with the lag of each step."""
        async with counter.database.transaction(caller.org) as transaction:
            document, survivor = await counter.open_reader(transaction).claim(case_number, counter.clock.now())
            await audit(transaction, caller, "claim.timeline", case_number)
        if survivor is not None:
            return moved_to(survivor, "/timeline")
        return json_response({"items": document["timeline"], "next_cursor": None})


def _add_hand_over(router: APIRouter, counter: Counter) -> None:
    @router.get(
        "/v1/claims/{case_number}/hand-over-note",
        summary="The note that hands a case to whoever pays instead",
        response_model=HandOverLetter,
        responses={**_MERGED, **refusals(404, 503)},
        **secured("claims.read"),
    )
    async def hand_over_note(caller: Caller, case_number: CaseNumber) -> Response:
        """To BPJS Kesehatan once a case is concluded to be no work accident, to Taspen or Asabri for their workers; 404
        while the case is the work insurance's own."""
        async with counter.database.transaction(caller.org) as transaction:
            document, survivor = await counter.open_reader(transaction).claim(case_number, counter.clock.now())
            await audit(transaction, caller, "claim.hand-over-note", case_number)
        if survivor is not None:
            return moved_to(survivor, "/hand-over-note")
        return json_response(hand_over_letter(document))
