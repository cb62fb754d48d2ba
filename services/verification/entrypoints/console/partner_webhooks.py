"""On a partner's page: its webhook endpoints, held, let go on, and tried out with a test message."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from services.verification.application.console_people import OPERATOR
from services.verification.entrypoints.console.partner_page import PARTNER, Org, PartnerPage
from shared.errors import SimpulError
from shared.web.door import page
from shared.web.pages.forms import Form

_Service = Annotated[str, Path(max_length=40, pattern=r"^[a-z_]+$")]
_Id = Annotated[str, Path(max_length=64, pattern=r"^[0-9A-Fa-f-]+$")]
_Action = Annotated[str, Path(pattern=r"^(test|pause|resume)$")]


def partner_webhook_routes(partner: PartnerPage) -> APIRouter:
    router = APIRouter()

    @router.post(PARTNER + "/webhooks/{service}/{endpoint_id}/{action}", **page(OPERATOR))
    async def act(
        request: Request, org: Org, service: _Service, endpoint_id: _Id, action: _Action, form: Form
    ) -> Response:
        """A test answers the page itself: what the receiver did is kept nowhere but in the audit log."""
        try:
            answer = await partner.desk.hub.act(service, ("subscriptions", endpoint_id, action))
        except SimpulError as error:
            return await partner.shown(request, org, error=error)
        await partner.desk.console.audited(request, f"partners.webhook-{action}", endpoint_id)
        if action == "test":
            return await partner.shown(request, org, tested={**answer, "endpoint_id": endpoint_id})
        return partner.desk.console.after(request, PARTNER.format(org=org))

    return router
