"""The work queue."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.verification.application.console_people import READERS, ROLES
from services.verification.application.reading import ClaimFilter
from services.verification.entrypoints.console.frame import Console, home_of, signed_in
from services.verification.entrypoints.http.desk import audit
from shared.web.door import page


def queue_routes(console: Console) -> APIRouter:
    router = APIRouter()

    @router.get("/console", **page(*ROLES))
    async def queue(request: Request) -> Response:
        role = signed_in(request).role
        if role not in READERS:
            return RedirectResponse(home_of(role), status_code=303)
        caller, counter = console.caller(request), console.counter
        async with counter.database.transaction(caller.org) as transaction:
            found = await counter.open_reader(transaction).queue(ClaimFilter(), None, 50)
            await audit(transaction, caller, "claims.list", "", officer=caller.subject, count=len(found.items))
        return console.page(request, "console/queue.html", here="/console", items=found.items)

    return router
