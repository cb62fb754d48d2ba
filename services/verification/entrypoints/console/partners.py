"""For operators: who may speak to the hub. Registering a client, its credentials shown once, revoking it."""

from fastapi import APIRouter, Request, Response

from services.verification.application.console_people import OPERATOR
from services.verification.application.hub_operations import HubOperations
from services.verification.entrypoints.console.frame import Console
from services.verification.entrypoints.console.partner_desk import PARTNERS, ClientId, PartnerDesk
from services.verification.entrypoints.console.partner_forms import credentials_file, wanted_client
from services.verification.entrypoints.console.partner_keys import partner_key_routes
from services.verification.entrypoints.console.partner_page import PartnerPage, partner_page_routes
from services.verification.entrypoints.console.partner_webhooks import partner_webhook_routes
from shared.errors import SimpulError
from shared.web.door import page
from shared.web.pages.forms import Form


def partner_routes(console: Console, hub: HubOperations) -> APIRouter:
    """Every part of the page has a module of its own and works through the desk."""
    desk = PartnerDesk(console, hub)
    router = APIRouter()
    of_one = PartnerPage(desk)
    for part in (
        _client_routes(desk),
        partner_key_routes(desk),
        partner_page_routes(of_one),
        partner_webhook_routes(of_one),
    ):
        router.routes.extend(part.routes)
    return router


def _client_routes(desk: PartnerDesk) -> APIRouter:
    router = APIRouter()

    @router.get(PARTNERS, **page(OPERATOR))
    async def partners(request: Request) -> Response:
        return await desk.shown(request)

    @router.post(PARTNERS, **page(OPERATOR))
    async def register(request: Request, form: Form) -> Response:
        """Answers the page itself: what it shows once cannot be shown again."""
        try:
            wanted, private = wanted_client(form)
            wanted |= {"awaits_approval": True, "officer": desk.console.officer(request)}
            made = await desk.once(request, form, "partners.register", lambda: desk.hub.register_client(wanted))
        except SimpulError as error:
            return await desk.shown(request, error=error, filled=form)
        if made is None:
            return desk.console.after(request, PARTNERS)
        return await desk.shown(request, made=made, credentials=credentials_file(made, private))

    @router.post(PARTNERS + "/{client_id}/revocation", **page(OPERATOR))
    async def revoke(request: Request, client_id: ClientId, form: Form) -> Response:
        try:
            await desk.hub.revoke_client(client_id)
        except SimpulError as error:
            return await desk.shown(request, error=error)
        return await desk.done(request, "partners.revoke", client_id)

    return router
