"""`/v1/subscriptions` but for making and changing one, whose bodies are the service's; and the operator's routes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel

from shared.errors import NotFound
from shared.web.door import Caller, secured
from shared.web.openapi import refusals
from shared.web.paging import Cursor, Limit, cut, decode_cursor
from shared.web.strict_json import StrictRoute
from shared.webhooks.answers import OverseenEndpointPage, RecoverAnswer, TestAnswer, overseen_told, tested_told
from shared.webhooks.rows import DeliveryRows
from shared.webhooks.subscription import Delivery, IssuedKeys, Subscription
from shared.webhooks.subscriptions import Subscriptions, audited

MANAGE = "subscriptions.manage"
OPERATE = "operations.manage"
UNKNOWN = "subscription.unknown"
Org = Annotated[str | None, Query(max_length=80, description="Only of this organisation.")]
DeliveryState = Literal["pending", "paused", "delivered", "exhausted"]


@dataclass(frozen=True)
class Answers:
    """How a service words its answers: a subscription (with its keys when they are told) and a delivery, the models of
    both, and of pages of both (`items`, `next_cursor`)."""

    subscription: Callable[[Subscription, IssuedKeys | None], BaseModel]
    delivery: Callable[[Delivery], BaseModel]
    subscription_model: type[BaseModel]
    delivery_model: type[BaseModel]
    subscription_page: type[BaseModel]
    delivery_page: type[BaseModel]


def as_id(text: str, code: str) -> UUID:
    """Ids that cannot exist are unknown, not malformed. Raises NotFound."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(code, "There is no such thing.") from None


def subscription_companions(subscriptions: Subscriptions, answers: Answers) -> APIRouter:
    """The partner's routes beside POST and PATCH."""
    router = APIRouter(route_class=StrictRoute, tags=["subscriptions"])
    _add_reading(router, subscriptions, answers)
    _add_deliveries(router, subscriptions, answers)
    _add_acting(router, subscriptions)
    return router


def delivery_operations(subscriptions: Subscriptions, answers: Answers) -> APIRouter:
    """`/v1/operations`: the operator's view of deliveries, and the brakes."""
    router = APIRouter(route_class=StrictRoute, tags=["operations"])
    _add_overview(router, subscriptions, answers)
    _add_endpoints(router, subscriptions)
    _add_brakes(router, subscriptions, answers)
    return router


def _add_reading(router: APIRouter, subscriptions: Subscriptions, answers: Answers) -> None:
    @router.get(
        "/v1/subscriptions",
        summary="Own subscriptions",
        response_model=answers.subscription_page,
        responses=refusals(404, 422, 503),
        **secured(MANAGE),
    )
    async def list_all(caller: Caller, cursor: Cursor = None, limit: Limit = 50) -> BaseModel:
        (after,) = decode_cursor(cursor, UUID) or (None,)
        async with subscriptions.database.transaction(caller.org) as transaction:
            found = await subscriptions.rows(transaction).page(after, limit + 1)
            await audited(transaction, caller, "subscription.list", "*")
        shown, next_cursor = cut(found, limit, lambda last: [last.id])
        items = [answers.subscription(each, None) for each in shown]
        return answers.subscription_page(items=items, next_cursor=next_cursor)

    @router.get(
        "/v1/subscriptions/{subscription_id}",
        summary="One subscription",
        response_model=answers.subscription_model,
        responses=refusals(404, 503),
        **secured(MANAGE),
    )
    async def get(caller: Caller, subscription_id: str) -> BaseModel:
        async with subscriptions.database.transaction(caller.org) as transaction:
            found = await subscriptions.owned(transaction, as_id(subscription_id, UNKNOWN))
            await audited(transaction, caller, "subscription.read", found.id)
        return answers.subscription(found, None)


def _add_deliveries(router: APIRouter, subscriptions: Subscriptions, answers: Answers) -> None:
    @router.get(
        "/v1/subscriptions/{subscription_id}/deliveries",
        summary="What became of each notification",
        response_model=answers.delivery_page,
        responses=refusals(404, 422, 503),
        **secured(MANAGE),
    )
    async def deliveries(
        caller: Caller,
        subscription_id: str,
        state: DeliveryState | None = None,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> BaseModel:
        """Newest first."""
        place = decode_cursor(cursor, int, UUID)
        async with subscriptions.database.transaction(caller.org) as transaction:
            found = await subscriptions.owned(transaction, as_id(subscription_id, UNKNOWN))
            page = await DeliveryRows(transaction).page(found.id, state, place, limit + 1)
            await audited(transaction, caller, "delivery.list", found.id, object_type="subscription")
        return _page(answers, page, limit)


def _add_acting(router: APIRouter, subscriptions: Subscriptions) -> None:
    @router.delete(
        "/v1/subscriptions/{subscription_id}",
        status_code=204,
        summary="Remove a subscription and what waits for it",
        responses=refusals(404, 503),
        **secured(MANAGE),
    )
    async def delete(caller: Caller, subscription_id: str) -> Response:
        async with subscriptions.database.transaction(caller.org) as transaction:
            await subscriptions.remove(transaction, caller, as_id(subscription_id, UNKNOWN))
        return Response(status_code=204)

    @router.post(
        "/v1/subscriptions/{subscription_id}/test",
        summary="Send a signed sample now",
        response_model=TestAnswer,
        responses=refusals(404, 429, 503),
        **secured(MANAGE),
    )
    async def test(caller: Caller, subscription_id: str) -> TestAnswer:
        """A message like any other, signed with the endpoint's keys, whose `type` is `subscription.test`, with
        `subscription_id` and `sent_at`; it is sent once, now, beside the queue, to a paused endpoint too, and is in no
        list. The answer is what the receiver did, after some seconds at most. A few a minute; then 429. Needs no
        Idempotency-Key."""
        return tested_told(await subscriptions.send_test(caller, as_id(subscription_id, UNKNOWN)))

    @router.post(
        "/v1/subscriptions/{subscription_id}/recover",
        summary="Put in line again what never arrived",
        response_model=RecoverAnswer,
        responses=refusals(404, 422, 503),
        **secured(MANAGE),
    )
    async def recover_since(caller: Caller, subscription_id: str, since: AwareDatetime) -> RecoverAnswer:
        """Notifications issued since then that were given up, or that are older than the subscription. Needs no
        Idempotency-Key: what waits or was delivered is left alone."""
        wanted = as_id(subscription_id, UNKNOWN)
        async with subscriptions.database.transaction(caller.org) as transaction:
            return RecoverAnswer(requeued=await subscriptions.recover(transaction, caller, wanted, since))


def _add_overview(router: APIRouter, subscriptions: Subscriptions, answers: Answers) -> None:
    @router.get(
        "/v1/operations/deliveries",
        summary="Deliveries of all partners",
        response_model=answers.delivery_page,
        responses=refusals(422, 503),
        **secured(OPERATE),
    )
    async def deliveries(
        caller: Caller,
        subscription_id: UUID | None = None,
        state: DeliveryState | None = None,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> BaseModel:
        """Newest first."""
        place = decode_cursor(cursor, int, UUID)
        async with subscriptions.database.system_transaction() as transaction:
            found = await DeliveryRows(transaction).page(subscription_id, state, place, limit + 1)
            await audited(transaction, caller, "delivery.list", "*")
        return _page(answers, found, limit)


def _add_endpoints(router: APIRouter, subscriptions: Subscriptions) -> None:
    @router.get(
        "/v1/operations/subscriptions",
        summary="Webhook endpoints of all partners, and how they have done",
        response_model=OverseenEndpointPage,
        responses=refusals(422, 503),
        **secured(OPERATE),
    )
    async def endpoints(
        caller: Caller, org: Org = None, cursor: Cursor = None, limit: Limit = 50
    ) -> OverseenEndpointPage:
        (after,) = decode_cursor(cursor, UUID) or (None,)
        async with subscriptions.database.system_transaction() as transaction:
            found = await subscriptions.overseen(transaction, caller, org=org, after=after, limit=limit + 1)
        shown, next_cursor = cut(found, limit, lambda last: [last.subscription.id])
        return OverseenEndpointPage(items=[overseen_told(each) for each in shown], next_cursor=next_cursor)

    # Before the brakes, whose last part is a parameter.
    @router.post(
        "/v1/operations/subscriptions/{subscription_id}/test",
        summary="Send a signed sample to a partner's endpoint now",
        response_model=TestAnswer,
        responses=refusals(404, 429, 503),
        **secured(OPERATE),
    )
    async def test(caller: Caller, subscription_id: str) -> TestAnswer:
        """As the partner's own `POST /v1/subscriptions/{subscription_id}/test`; both count together."""
        wanted = as_id(subscription_id, UNKNOWN)
        return tested_told(await subscriptions.send_test(caller, wanted, as_operator=True))


def _add_brakes(router: APIRouter, subscriptions: Subscriptions, answers: Answers) -> None:
    @router.post(
        "/v1/operations/deliveries/{delivery_id}/{action}",
        summary="Hold one delivery (its line waits behind it), let it go on, or send it again",
        response_model=answers.delivery_model,
        responses=refusals(404, 409, 422, 503),
        **secured(OPERATE),
    )
    async def act(caller: Caller, delivery_id: str, action: Literal["pause", "resume", "resend"]) -> BaseModel:
        """`resend` works in every state and keeps the webhook-id. Repeating a call changes nothing more."""
        wanted = as_id(delivery_id, "delivery.unknown")
        async with subscriptions.database.system_transaction() as transaction:
            if action == "resend":
                return answers.delivery(await subscriptions.resend_delivery(transaction, caller, wanted))
            paused = action == "pause"
            return answers.delivery(await subscriptions.pause_delivery(transaction, caller, wanted, paused=paused))

    @router.post(
        "/v1/operations/subscriptions/{subscription_id}/{action}",
        summary="Hold everything for one endpoint, or let it go on",
        response_model=answers.subscription_model,
        responses=refusals(404, 422, 503),
        **secured(OPERATE),
    )
    async def brake(caller: Caller, subscription_id: str, action: Literal["pause", "resume"]) -> BaseModel:
        wanted = as_id(subscription_id, UNKNOWN)
        async with subscriptions.database.system_transaction() as transaction:
            changed = await subscriptions.pause(transaction, caller, wanted, paused=action == "pause")
        return answers.subscription(changed, None)


def _page(answers: Answers, found: list[Delivery], limit: int) -> BaseModel:
    shown, next_cursor = cut(found, limit, lambda last: [last.position, last.id])
    return answers.delivery_page(items=[answers.delivery(each) for each in shown], next_cursor=next_cursor)
