"""The basket: pairs of reports that may be one accident, side by side, for a person to say."""

from fastapi import APIRouter, Request, Response

from services.verification.application.console_people import DECIDERS, READERS
from services.verification.application.relate import settle_pair
from services.verification.entrypoints.console.frame import Console, signed_in
from services.verification.entrypoints.http.desk import audit
from services.verification.entrypoints.http.work.acting import begun_again, uuid_text
from shared.errors import SimpulError
from shared.regulation.codes import CODE_LISTS
from shared.web.door import page
from shared.web.pages.forms import Form

_HERE = "/console/unmatched"
_PAGE_ROWS = 20
_CODED = {"sex": "sexes", "body_part": "body_parts"}


def basket_routes(console: Console) -> APIRouter:
    router = APIRouter()

    @router.get(_HERE, **page(*READERS))
    async def basket(request: Request) -> Response:
        return await _shown(console, request)

    @router.post(_HERE + "/{pair_id}", **page(*DECIDERS))
    async def settle(request: Request, pair_id: str, form: Form) -> Response:
        """`word` is `link` (one accident, perhaps with a claim named by `join`) or `dismissal` (two)."""
        link = form.required("word") == "link"
        join = form.text("join", length_max=40) if link else None
        caller, person, counter = console.caller(request), console.person(request), console.counter

        async def attempt() -> Response:
            async with counter.database.transaction(caller.org) as transaction:
                pair = uuid_text(pair_id, "pair")
                place = counter.workplace(transaction)
                claim = await settle_pair(place, pair, person, link=link, join=join and join.upper())
                action = "pair.link" if link else "pair.dismissal"
                await audit(transaction, caller, action, pair_id, officer=person.id)
            return console.after(request, _HERE, claim.case_number)

        try:
            return await begun_again(attempt)
        except SimpulError as error:
            return await _shown(console, request, error=error)

    return router


async def _shown(console: Console, request: Request, *, error: SimpulError | None = None) -> Response:
    caller, counter = console.caller(request), console.counter
    async with counter.database.transaction(caller.org) as transaction:
        found = await counter.open_reader(transaction).unmatched(request.query_params.get("cursor"), _PAGE_ROWS)
        await audit(transaction, caller, "pairs.list", "", officer=caller.subject, count=len(found.items))
    return console.page(
        request,
        "console/basket.html",
        here=_HERE,
        error=error,
        pairs=found.items,
        next_cursor=found.next_cursor,
        may_decide=signed_in(request).role in DECIDERS,
        coded=_CODED,
        reasons={code.code for code in CODE_LISTS["match_reasons"]},
    )
