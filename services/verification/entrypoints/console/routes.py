"""All pages of the console."""

from collections.abc import Callable

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from services.verification.application.console_people import IdentityProvider, SignIns
from services.verification.application.console_queue import KeptFilters, LiveQueue
from services.verification.application.coordination import Measures
from services.verification.application.hub_operations import HubOperations
from services.verification.entrypoints.console.basket import basket_routes
from services.verification.entrypoints.console.claim import claim_page_routes
from services.verification.entrypoints.console.coordination import coordination_routes
from services.verification.entrypoints.console.dead_letter import dead_letter_routes
from services.verification.entrypoints.console.frame import Console
from services.verification.entrypoints.console.notices import notice_routes
from services.verification.entrypoints.console.operations import operations_routes
from services.verification.entrypoints.console.partners import partner_routes
from services.verification.entrypoints.console.people import HOME, FrontDesk, people_routes
from services.verification.entrypoints.console.queue import QueueDesk, queue_routes
from shared.errors import NotFound
from shared.postgres.database import Transaction
from shared.web.door import page


def console_routes(
    console: Console,
    sign_ins: SignIns,
    provider: IdentityProvider | None,
    live: LiveQueue,
    kept: KeptFilters,
    open_measures: Callable[[Transaction], Measures],
    hub: HubOperations,
) -> APIRouter:
    """The last of them answers whatever else begins with `/console`."""
    router = APIRouter()
    queue = QueueDesk(console, live, kept)
    parts = (
        people_routes(FrontDesk(console.counter, console.pages, sign_ins, provider)),
        queue_routes(queue),
        claim_page_routes(queue),
        basket_routes(console),
        coordination_routes(console, open_measures),
        # Before the operations, whose paths have a place for any action.
        dead_letter_routes(console, hub),
        operations_routes(console, hub),
        partner_routes(console, hub),
        notice_routes(console, hub),
    )
    for part in parts:
        router.routes.extend(part.routes)

    @router.get("/", **page())
    async def start() -> Response:
        return RedirectResponse(HOME, status_code=303)

    @router.get("/console/{rest:path}", **page())
    async def nothing(rest: str) -> Response:
        raise NotFound("not-found", "There is nothing at this address.")

    return router
