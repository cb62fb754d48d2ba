"""For operators: one partner. Its clients, and what each part of the hub knows of it, a section each."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from services.verification.application.console_people import OPERATOR
from services.verification.application.hub_operations import by_partner
from services.verification.entrypoints.console.partner_desk import PARTNERS, PartnerDesk
from services.verification.entrypoints.console.partner_forms import KINDS
from services.verification.entrypoints.console.partner_runs import runs_of
from services.verification.entrypoints.console.webhook_words import MET, OFFERS, PAUSED
from shared.errors import NotFound, SimpulError
from shared.identifiers import ORGANISATION_PATTERN
from shared.web.door import page

PARTNER = PARTNERS + "/{org}"
Org = Annotated[str, Path(max_length=80, pattern=ORGANISATION_PATTERN)]


@dataclass(frozen=True)
class PartnerPage:
    """How the page is shown, by itself and as the answer to what is done on it."""

    desk: PartnerDesk

    async def shown(
        self, request: Request, org: str, *, error: SimpulError | None = None, tested: dict[str, Any] | None = None
    ) -> Response:
        """`tested` is what an endpoint (`endpoint_id`) did with a test message just now. Raises NotFound for an
        organisation without a client, where the registry could be asked."""
        hub = self.desk.hub
        clients, endpoints, runs, contacts = await asyncio.gather(
            hub.clients(org), hub.endpoints(org), runs_of(hub, org), hub.contacts(org)
        )
        if not clients.items and not clients.silent:
            raise NotFound("partners.unknown-org", "There is no such partner.")
        return self.desk.console.page(
            request,
            "console/partner.html",
            here=PARTNERS,
            error=error,
            org=org,
            name=next((client["name"] for client in reversed(clients.items)), org),
            clients=clients.items,
            endpoints=endpoints.items,
            silent=dict((*clients.silent, *endpoints.silent, *contacts.silent)),
            contacts=[one for each in contacts.items for one in by_partner([each])],
            runs=runs,
            kinds=KINDS,
            met=MET,
            paused=PAUSED,
            offers=OFFERS,
            tested=tested,
        )


def partner_page_routes(partner: PartnerPage) -> APIRouter:
    router = APIRouter()

    @router.get(PARTNER, **page(OPERATOR))
    async def one(request: Request, org: Org) -> Response:
        return await partner.shown(request, org)

    return router
