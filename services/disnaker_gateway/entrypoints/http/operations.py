"""`/v1/operations`: the operator's view of deliveries, and the brakes."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter

from services.disnaker_gateway.application.deliveries import (
    pause_delivery,
    pause_subscription,
    resend_delivery,
)
from services.disnaker_gateway.entrypoints.http.bodies import DeliveryAnswer, DeliveryPage, SubscriptionAnswer
from services.disnaker_gateway.entrypoints.http.context import Context, as_id, officer_of
from services.disnaker_gateway.entrypoints.http.subscriptions import (
    DeliveryState,
    delivery_page,
    delivery_place,
    delivery_told,
    told,
)
from shared.web.door import Caller, secured
from shared.web.openapi import refusals
from shared.web.paging import Cursor, Limit
from shared.web.strict_json import StrictRoute

_SCOPE = "operations.manage"


def operations_router(context: Context) -> APIRouter:
    router = APIRouter(route_class=StrictRoute, tags=["operations"])
    _add_reading(router, context)
    _add_brakes(router, context)
    return router


def _add_reading(router: APIRouter, context: Context) -> None:
    @router.get(
        "/v1/operations/deliveries",
        summary="Deliveries of all offices",
        response_model=DeliveryPage,
        responses=refusals(422, 503),
        **secured(_SCOPE),
    )
    async def deliveries(
        caller: Caller,
        subscription_id: UUID | None = None,
        state: DeliveryState | None = None,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> DeliveryPage:
        """Newest first."""
        place = delivery_place(cursor)
        async with context.begin_as_operator() as work:
            found = await work.deliveries.page(subscription_id, state, place, limit + 1)
            await work.audit(officer_of(caller), "delivery.list", "delivery", "*")
        return delivery_page(found, limit)


def _add_brakes(router: APIRouter, context: Context) -> None:
    @router.post(
        "/v1/operations/deliveries/{delivery_id}/{action}",
        summary="Hold one delivery (its case waits behind it), let it go on, or send it again",
        response_model=DeliveryAnswer,
        responses=refusals(404, 409, 422, 503),
        **secured(_SCOPE),
    )
    async def act(caller: Caller, delivery_id: str, action: Literal["pause", "resume", "resend"]) -> DeliveryAnswer:
        """`resend` works in every state and keeps the webhook-id. Repeating a call changes nothing more."""
        wanted, officer = as_id(delivery_id, "delivery.unknown"), officer_of(caller)
        async with context.begin_as_operator() as work:
            if action == "resend":
                return delivery_told(await resend_delivery(work, context.clock, officer, wanted))
            return delivery_told(await pause_delivery(work, officer, wanted, paused=action == "pause"))

    @router.post(
        "/v1/operations/subscriptions/{subscription_id}/{action}",
        summary="Hold everything for one endpoint, or let it go on",
        response_model=SubscriptionAnswer,
        responses=refusals(404, 422, 503),
        **secured(_SCOPE),
    )
    async def brake(caller: Caller, subscription_id: str, action: Literal["pause", "resume"]) -> SubscriptionAnswer:
        wanted, officer = as_id(subscription_id, "subscription.unknown"), officer_of(caller)
        async with context.begin_as_operator() as work:
            changed = await pause_subscription(work, context.clock, officer, wanted, paused=action == "pause")
        return told(changed)
