"""For operators: how every part is, what could not be handled, and what did not reach partners."""

import asyncio
from collections.abc import Awaitable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from services.verification.application.console_people import OPERATOR
from services.verification.application.hub_operations import (
    HubOperations,
    by_cause,
    by_partner,
    longest_silent_first,
    worst_first,
)
from services.verification.entrypoints.console.frame import Console
from shared.errors import Conflict, SimpulError
from shared.web.door import page
from shared.web.pages.forms import Form, PageForm

_HERE = "/console/operations"
# What is worth a look; what was delivered is in the partner's own list.
_DELIVERY_STATES = ("exhausted", "paused", "pending")
# The first of them matters; the rest is on each partner's own page.
_PARTNERS_SHOWN = 50
_PARTNER_ORDERS = {"worst": worst_first, "silent": longest_silent_first}
_Name = Annotated[str, Path(max_length=40, pattern=r"^[a-z_]+$")]
_Id = Annotated[str, Path(max_length=64, pattern=r"^[0-9A-Fa-f-]+$")]
_Action = Annotated[str, Path(max_length=10, pattern=r"^(pause|resume|resend)$")]


def operations_routes(console: Console, hub: HubOperations) -> APIRouter:
    router = APIRouter()
    _add_looking(router, console, hub)
    _add_acting(router, console, hub)
    return router


def _add_looking(router: APIRouter, console: Console, hub: HubOperations) -> None:
    @router.get(_HERE, **page(OPERATOR))
    async def operations(request: Request) -> Response:
        return await _shown(console, hub, request)


def _add_acting(router: APIRouter, console: Console, hub: HubOperations) -> None:
    @router.post(_HERE + "/dead-letters/{service}/{letter_id}/{action}", **page(OPERATOR))
    async def letter(
        request: Request,
        service: _Name,
        letter_id: _Id,
        action: Annotated[str, Path(pattern="^(redrive|discard)$")],
        form: Form,
    ) -> Response:
        return await _done(console, hub, request, _one(hub, service, letter_id, action, form), f"dead-letter.{action}")

    @router.post(_HERE + "/dead-letters/{service}", **page(OPERATOR))
    async def cause(request: Request, service: _Name, form: Form) -> Response:
        """Handle again all that failed for one reason, oldest first, as far as it goes."""
        return await _done(console, hub, request, _all(hub, service, form.texts("letter")), "dead-letter.redrive")

    @router.post(_HERE + "/deliveries/{service}/{delivery_id}/{action}", **page(OPERATOR))
    async def delivery(request: Request, service: _Name, delivery_id: _Id, action: _Action, form: Form) -> Response:
        acting = hub.act(service, ("deliveries", delivery_id, action))
        return await _done(console, hub, request, acting, f"delivery.{action}")

    @router.post(_HERE + "/subscriptions/{service}/{subscription_id}/{action}", **page(OPERATOR))
    async def endpoint(request: Request, service: _Name, subscription_id: _Id, action: _Action, form: Form) -> Response:
        acting = hub.act(service, ("subscriptions", subscription_id, action))
        return await _done(console, hub, request, acting, f"subscription.{action}")


async def _one(hub: HubOperations, service: str, letter_id: str, action: str, form: PageForm) -> Any:
    body = {"reason": form.required("reason", length_max=1_000)} if action == "discard" else None
    answer = await hub.act(service, ("dead-letters", letter_id, action), body)
    if not answer["resolved"]:
        raise Conflict("dead-letter.failed-again", "It failed again and stays where it is.")
    return answer


async def _all(hub: HubOperations, service: str, letters: list[str]) -> None:
    for letter_id in letters:
        answer = await hub.act(service, ("dead-letters", letter_id, "redrive"))
        if not answer["resolved"]:
            raise Conflict("dead-letter.failed-again", "It failed again and stays where it is.")


async def _done(
    console: Console, hub: HubOperations, request: Request, acting: Awaitable[Any], action: str
) -> Response:
    """Who asked for it is in this service's audit log; the service that did it logs the console's client."""
    try:
        await acting
    except SimpulError as error:
        return await _shown(console, hub, request, error=error)
    await console.audited(request, f"operations.{action}", request.url.path[:200])
    return console.after(request, _HERE)


async def _shown(
    console: Console, hub: HubOperations, request: Request, *, error: SimpulError | None = None
) -> Response:
    wanted = request.query_params.get("deliveries")
    state = wanted if wanted in _DELIVERY_STATES else _DELIVERY_STATES[0]
    endpoint = _endpoint_wanted(request)
    order = "silent" if request.query_params.get("partners") == "silent" else "worst"
    parts, letters, sent, contacts = await asyncio.gather(
        hub.health(), hub.dead_letters(), hub.deliveries(state, endpoint), hub.contacts()
    )
    partners = _PARTNER_ORDERS[order](by_partner(contacts.items))
    return console.page(
        request,
        "console/operations.html",
        here=_HERE,
        error=error,
        parts=parts,
        causes=by_cause(letters.items),
        deliveries=sent.items,
        silent=dict((*letters.silent, *sent.silent, *contacts.silent)),
        partners=partners[:_PARTNERS_SHOWN],
        partners_more=max(len(partners) - _PARTNERS_SHOWN, 0),
        order=order,
        state=state,
        states=_DELIVERY_STATES,
        endpoint=endpoint,
    )


def _endpoint_wanted(request: Request) -> str | None:
    """Whose deliveries are asked for; what cannot be an endpoint's id asks for all of them."""
    try:
        return str(UUID(request.query_params.get("endpoint", "")))
    except ValueError:
        return None
