"""`/v1/subscriptions`: webhook endpoints and their companions."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime

from services.disnaker_gateway.application.ports import DeliveryView, IssuedKeys, Subscription
from services.disnaker_gateway.application.subscriptions import (
    RecoverBounds,
    SubscriptionChange,
    change_subscription,
    owned_subscription,
    recover,
    remove_subscription,
    send_test,
    subscribe,
)
from services.disnaker_gateway.entrypoints.http.bodies import (
    DeliveryAnswer,
    DeliveryPage,
    RecoverAnswer,
    SubscriptionAnswer,
    SubscriptionPage,
    SubscriptionPatch,
    SubscriptionRequest,
    TestAnswer,
)
from services.disnaker_gateway.entrypoints.http.context import Context, as_id, officer_of
from shared.web.door import Caller, secured
from shared.web.idempotency import Answer, IdempotencyKey
from shared.web.openapi import idempotent, refusals
from shared.web.paging import Cursor, Limit, decode_cursor, encode_cursor
from shared.web.strict_json import StrictRoute

_SCOPE = "subscriptions.manage"
_UNKNOWN = "subscription.unknown"


def told(subscription: Subscription, keys: IssuedKeys | None = None) -> SubscriptionAnswer:
    """`keys` when they were made by this very request."""
    return SubscriptionAnswer(
        id=subscription.id,
        secret=keys.secret if keys else None,
        public_key=subscription.public_key,
        url=subscription.url,
        region_codes=subscription.region_codes,
        event_types=subscription.event_types,
        status=subscription.state,
        pause_reason=subscription.pause_reason,
        failing_since=subscription.failing_since,
        last_attempt_at=subscription.last_attempt_at,
        created_at=subscription.created_at,
        updated_at=subscription.updated_at,
    )


def delivery_told(delivery: DeliveryView) -> DeliveryAnswer:
    return DeliveryAnswer(
        id=delivery.id,
        subscription_id=delivery.subscription_id,
        notification_id=delivery.notification_id,
        event_type=delivery.event_type,
        case_number=delivery.case_number,
        state=delivery.state,
        attempts=delivery.attempts,
        next_attempt_at=delivery.next_attempt_at if delivery.state == "pending" else None,
        last_attempt_at=delivery.last_attempt_at,
        last_status=delivery.last_status,
        last_error=delivery.last_error,
        delivered_at=delivery.delivered_at,
        created_at=delivery.created_at,
    )


DeliveryState = Literal["pending", "paused", "delivered", "exhausted"]


def delivery_place(cursor: str | None) -> tuple[int, UUID] | None:
    place = decode_cursor(cursor, int, str)
    return (place[0], as_id(place[1], "cursor.invalid")) if place else None


def delivery_page(deliveries: list[DeliveryView], limit: int) -> DeliveryPage:
    """One more than `limit` was read, to know whether there is a next page."""
    last = deliveries[limit - 1] if len(deliveries) > limit else None
    cursor = encode_cursor(last.position, str(last.id)) if last else None
    return DeliveryPage(items=[delivery_told(each) for each in deliveries[:limit]], next_cursor=cursor)


def subscriptions_router(context: Context) -> APIRouter:
    router = APIRouter(route_class=StrictRoute, tags=["subscriptions"])
    _add_creation(router, context)
    _add_reading(router, context)
    _add_deliveries(router, context)
    _add_changing(router, context)
    _add_companions(router, context)
    return router


def _add_creation(router: APIRouter, context: Context) -> None:
    @router.post(
        "/v1/subscriptions",
        status_code=201,
        summary="Register a webhook endpoint",
        response_model=SubscriptionAnswer,
        responses=refusals(400, 409, 413, 415, 422, 503),
        **secured(_SCOPE, extra=idempotent()),
    )
    async def create(request: Request, caller: Caller, key: IdempotencyKey, body: SubscriptionRequest) -> Response:
        """The secret is told this once. Messages are signed by Standard Webhooks (`v1` HMAC-SHA-256 and `v1a`
        ed25519), go out in order per case, and are retried for 14 days."""

        async def act(work: Any) -> Answer:
            subscription, keys = await subscribe(
                work,
                context.webhooks,
                context.clock,
                officer_of(caller),
                url=body.url,
                region_codes=tuple(body.region_codes),
                event_types=tuple(each.value for each in body.event_types),
                subscriptions_max=context.settings.subscriptions_max,
            )
            return Answer(
                201,
                told(subscription, keys).model_dump(mode="json"),
                {"Location": f"/v1/subscriptions/{subscription.id}"},
            )

        return await context.once(request, caller, key, act)


def _add_reading(router: APIRouter, context: Context) -> None:
    @router.get(
        "/v1/subscriptions",
        summary="Own subscriptions",
        response_model=SubscriptionPage,
        responses=refusals(404, 422, 503),
        **secured(_SCOPE),
    )
    async def list_all(caller: Caller, cursor: Cursor = None, limit: Limit = 50) -> SubscriptionPage:
        place = decode_cursor(cursor, str)
        after = as_id(place[0], "cursor.invalid") if place else None
        async with context.begin(caller) as work:
            found = await work.subscriptions.page(after, limit + 1)
            await work.audit(officer_of(caller), "subscription.list", "subscription", "*")
        next_cursor = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
        return SubscriptionPage(items=[told(each) for each in found[:limit]], next_cursor=next_cursor)

    @router.get(
        "/v1/subscriptions/{subscription_id}",
        summary="One subscription",
        response_model=SubscriptionAnswer,
        responses=refusals(404, 503),
        **secured(_SCOPE),
    )
    async def get(caller: Caller, subscription_id: str) -> SubscriptionAnswer:
        async with context.begin(caller) as work:
            found = await owned_subscription(work, as_id(subscription_id, _UNKNOWN))
            await work.audit(officer_of(caller), "subscription.read", "subscription", found.id)
        return told(found)


def _add_deliveries(router: APIRouter, context: Context) -> None:
    @router.get(
        "/v1/subscriptions/{subscription_id}/deliveries",
        summary="What became of each notification",
        response_model=DeliveryPage,
        responses=refusals(404, 422, 503),
        **secured(_SCOPE),
    )
    async def deliveries(
        caller: Caller,
        subscription_id: str,
        state: DeliveryState | None = None,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> DeliveryPage:
        """Newest first."""
        place = delivery_place(cursor)
        async with context.begin(caller) as work:
            found = await owned_subscription(work, as_id(subscription_id, _UNKNOWN))
            page = await work.deliveries.page(found.id, state, place, limit + 1)
            await work.audit(officer_of(caller), "delivery.list", "subscription", found.id)
        return delivery_page(page, limit)


def _add_changing(router: APIRouter, context: Context) -> None:
    @router.patch(
        "/v1/subscriptions/{subscription_id}",
        summary="Change, pause, resume, or rotate the secret",
        response_model=SubscriptionAnswer,
        responses=refusals(400, 404, 413, 415, 422, 503),
        **secured(_SCOPE),
    )
    async def patch(caller: Caller, subscription_id: str, body: SubscriptionPatch) -> SubscriptionAnswer:
        """Notifications are kept for a paused endpoint and go out when it is active again. A rotation answers the
        new secret once; for a day each message carries the signatures of both."""
        change = SubscriptionChange(
            url=body.url,
            region_codes=tuple(body.region_codes) if body.region_codes else None,
            event_types=tuple(each.value for each in body.event_types) if body.event_types else None,
            status=body.status,
            rotate_secret=body.rotate_secret,
        )
        overlap = timedelta(hours=context.settings.webhook_secret_overlap_hours)
        async with context.begin(caller) as work:
            subscription, keys = await change_subscription(
                work,
                context.webhooks,
                context.clock,
                officer_of(caller),
                as_id(subscription_id, _UNKNOWN),
                change,
                overlap,
            )
        return told(subscription, keys)

    @router.delete(
        "/v1/subscriptions/{subscription_id}",
        status_code=204,
        summary="Remove a subscription and what waits for it",
        responses=refusals(404, 503),
        **secured(_SCOPE),
    )
    async def delete(caller: Caller, subscription_id: str) -> Response:
        async with context.begin(caller) as work:
            await remove_subscription(work, officer_of(caller), as_id(subscription_id, _UNKNOWN))
        return Response(status_code=204)


def _add_companions(router: APIRouter, context: Context) -> None:
    @router.post(
        "/v1/subscriptions/{subscription_id}/test",
        summary="Send a signed sample now",
        response_model=TestAnswer,
        responses=refusals(404, 503),
        **secured(_SCOPE),
    )
    async def test(caller: Caller, subscription_id: str) -> Mapping[str, Any]:
        """`type` is `subscription.test`; nothing is stored. Needs no Idempotency-Key."""
        result = await send_test(
            lambda: context.begin(caller),
            context.webhooks,
            context.clock,
            officer_of(caller),
            as_id(subscription_id, _UNKNOWN),
        )
        return {
            "webhook_id": result.message_id,
            "delivered": result.delivered,
            "status": result.status,
            "error": result.error,
        }

    @router.post(
        "/v1/subscriptions/{subscription_id}/recover",
        summary="Put in line again what never arrived",
        response_model=RecoverAnswer,
        responses=refusals(404, 422, 503),
        **secured(_SCOPE),
    )
    async def recover_since(caller: Caller, subscription_id: str, since: AwareDatetime) -> RecoverAnswer:
        """Notifications issued since then that were given up, or that are older than the subscription. Needs no
        Idempotency-Key: what waits or was delivered is left alone."""
        return RecoverAnswer(requeued=await _recover(caller, as_id(subscription_id, _UNKNOWN), since))

    async def _recover(caller: Caller, subscription_id: UUID, since: datetime) -> int:
        settings = context.settings
        bounds = RecoverBounds(settings.recover_notifications_max, timedelta(days=settings.delivery_retention_days))
        async with context.begin(caller) as work:
            return await recover(work, context.clock, officer_of(caller), subscription_id, since, bounds)
