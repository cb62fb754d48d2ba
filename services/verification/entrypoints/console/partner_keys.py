"""On the Partners page: the second person's approval, and keys that are exchanged without a gap."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from services.verification.application.console_people import OPERATOR
from services.verification.entrypoints.console.partner_desk import PARTNERS, ClientId, PartnerDesk
from services.verification.entrypoints.console.partner_forms import key_file, wanted_end, wanted_keys
from shared.errors import SimpulError
from shared.web.door import page
from shared.web.pages.forms import Form


def partner_key_routes(desk: PartnerDesk) -> APIRouter:
    router = APIRouter()

    @router.post(PARTNERS + "/{client_id}/approval", **page(OPERATOR))
    async def approve(request: Request, client_id: ClientId, form: Form) -> Response:
        """Of what is shown: a key that was added since waits for somebody who has seen it."""
        return await desk.changed(request, client_id, ("approval",), credentials=form.texts("credential"))

    @router.post(PARTNERS + "/{client_id}/credentials", **page(OPERATOR))
    async def add_key(request: Request, client_id: ClientId, form: Form) -> Response:
        """Answers the page itself: what it shows once cannot be shown again."""
        try:
            keys, private = wanted_keys(form)
            body = {**keys, "awaits_approval": True, "officer": desk.console.officer(request)}

            async def act() -> dict[str, Any]:
                return {**await desk.hub.change_client(client_id, ("credentials",), body), "client_id": client_id}

            added = await desk.once(request, form, "partners.add-key", act)
        except SimpulError as error:
            return await desk.shown(request, error=error)
        if added is None:
            return desk.console.after(request, PARTNERS)
        told = key_file(client_id, private) if private else None
        return await desk.shown(request, added=added, credentials=told)

    @router.post(PARTNERS + "/{client_id}/credentials/{credential_id}/{action}", **page(OPERATOR))
    async def change_key(
        request: Request,
        client_id: ClientId,
        credential_id: ClientId,
        action: Annotated[str, Path(pattern="^(approval|retirement|reading)$")],
        form: Form,
    ) -> Response:
        return await desk.changed(request, client_id, ("credentials", credential_id, action))

    @router.post(PARTNERS + "/{client_id}/credentials/{credential_id}/expiry", **page(OPERATOR))
    async def end_key(request: Request, client_id: ClientId, credential_id: ClientId, form: Form) -> Response:
        try:
            end = wanted_end(form)
        except SimpulError as error:
            return await desk.shown(request, error=error)
        return await desk.changed(request, client_id, ("credentials", credential_id, "expiry"), expires_at=end)

    return router
