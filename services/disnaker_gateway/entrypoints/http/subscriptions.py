"""`POST` and `PATCH /v1/subscriptions`: webhook endpoints of an office and the regions they are for."""

from typing import Any

from fastapi import APIRouter, Request, Response

from services.disnaker_gateway.domain.province import REGIONS, province_of_office, regions_outside
from services.disnaker_gateway.entrypoints.http.bodies import (
    DeliveryAnswer,
    DeliveryPage,
    SubscriptionAnswer,
    SubscriptionPage,
    SubscriptionPatch,
    SubscriptionRequest,
)
from services.disnaker_gateway.entrypoints.http.context import Context, as_id
from shared.errors import Forbidden, Problem
from shared.web.door import Caller, Principal, secured
from shared.web.idempotency import Answer, IdempotencyKey, IdempotentRequest, idempotently
from shared.web.openapi import idempotent, refusals
from shared.web.strict_json import StrictRoute
from shared.webhooks.answers import endpoint_fields, message_fields
from shared.webhooks.routes import MANAGE, UNKNOWN, Answers
from shared.webhooks.subscription import Delivery, IssuedKeys, Subscription, SubscriptionChange


def _told(subscription: Subscription, keys: IssuedKeys | None) -> SubscriptionAnswer:
    return SubscriptionAnswer(
        **endpoint_fields(subscription, keys),
        region_codes=subscription.filters[REGIONS],
        event_types=subscription.event_types,
    )


def _delivery_told(delivery: Delivery) -> DeliveryAnswer:
    return DeliveryAnswer(**message_fields(delivery), case_number=delivery.line)


ANSWERS = Answers(_told, _delivery_told, SubscriptionAnswer, DeliveryAnswer, SubscriptionPage, DeliveryPage)


def _in_province(caller: Principal, region_codes: list[str]) -> None:
    outside = regions_outside(province_of_office(caller.org), tuple(region_codes))
    if outside:
        raise Forbidden(
            "region.outside-province",
            "An office subscribes to regions of its own province only.",
            [
                Problem(f"/region_codes/{place}", "region.outside-province", "Not in your province.")
                for place in outside
            ],
        )


def subscriptions_router(context: Context) -> APIRouter:
    router = APIRouter(route_class=StrictRoute, tags=["subscriptions"])
    _add_creation(router, context)
    _add_changing(router, context)
    return router


def _add_creation(router: APIRouter, context: Context) -> None:
    @router.post(
        "/v1/subscriptions",
        status_code=201,
        summary="Register a webhook endpoint",
        response_model=SubscriptionAnswer,
        responses=refusals(400, 409, 413, 415, 422, 429, 503),
        **secured(MANAGE, extra=idempotent()),
    )
    async def create(request: Request, caller: Caller, key: IdempotencyKey, body: SubscriptionRequest) -> Response:
        """The secret is told this once. Messages are signed by Standard Webhooks (`v1` HMAC-SHA-256 and `v1a`
        ed25519), go out in order per case, and are retried for 14 days."""
        wanted = await IdempotentRequest.of(request, caller, key)
        async with context.database.transaction(caller.org) as transaction:

            async def act() -> Answer:
                _in_province(caller, body.region_codes)
                subscription, keys = await context.subscriptions.subscribe(
                    transaction,
                    caller,
                    url=body.url,
                    event_types=tuple(each.value for each in body.event_types),
                    filters={REGIONS: tuple(body.region_codes)},
                )
                told = _told(subscription, keys).model_dump(mode="json")
                return Answer(201, told, {"Location": f"/v1/subscriptions/{subscription.id}"})

            return await idempotently(wanted, transaction, context.sealer, act)


def _add_changing(router: APIRouter, context: Context) -> None:
    @router.patch(
        "/v1/subscriptions/{subscription_id}",
        summary="Change, pause, resume, or rotate the secret",
        response_model=SubscriptionAnswer,
        responses=refusals(400, 404, 413, 415, 422, 429, 503),
        **secured(MANAGE),
    )
    async def patch(caller: Caller, subscription_id: str, body: SubscriptionPatch) -> SubscriptionAnswer:
        """Notifications are kept for a paused endpoint and go out when it is active again. A rotation answers the
        new secret once; for a day each message carries the signatures of both."""
        wanted, filters = as_id(subscription_id, UNKNOWN), dict[str, Any]()
        if body.region_codes:
            filters[REGIONS] = tuple(body.region_codes)
        change = SubscriptionChange(
            url=body.url,
            event_types=tuple(each.value for each in body.event_types) if body.event_types else None,
            filters=filters,
            status=body.status,
            rotate_secret=body.rotate_secret,
        )
        async with context.database.transaction(caller.org) as transaction:
            await context.subscriptions.owned(transaction, wanted)  # somebody else's is 404 before 403
            if body.region_codes:
                _in_province(caller, body.region_codes)
            return _told(*await context.subscriptions.change(transaction, caller, wanted, change))
