"""`POST` and `PATCH /v1/subscriptions`: where an employer wants to hear of its reports."""

from enum import StrEnum
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from services.intake.application.tell_reporters import REPORT_CHANGED
from services.intake.entrypoints.http.desk import Desk
from shared.errors import Forbidden
from shared.web.door import Caller, secured
from shared.web.idempotency import Answer, IdempotencyKey, IdempotentRequest, idempotently
from shared.web.openapi import idempotent, refusals
from shared.web.strict_json import StrictRoute
from shared.webhooks.answers import EndpointAnswer, MessageAnswer, Url, endpoint_fields, message_fields
from shared.webhooks.routes import MANAGE, UNKNOWN, Answers, as_id
from shared.webhooks.subscription import Delivery, IssuedKeys, Subscription, SubscriptionChange
from shared.webhooks.subscriptions import Subscriptions


class EventType(StrEnum):
    """What an employer may hear of."""

    REPORT_CHANGED = REPORT_CHANGED


EventTypes = Annotated[list[EventType], Field(min_length=1, max_length=10)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class SubscriptionRequest(_Request):
    """A new webhook endpoint."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"url": "https://hr.contohbaja.co.id/simpul", "event_types": ["report.changed"]}]
        }
    )

    url: Url
    event_types: EventTypes = list(EventType)


class SubscriptionPatch(_Request):
    """What to change; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "paused"}, {"rotate_secret": True}]})

    url: Url | None = None
    event_types: EventTypes | None = None
    status: Literal["active", "paused"] | None = None
    rotate_secret: StrictBool = Field(
        False, description="Make new keys; the old ones sign along for a day, so that the receiver can change over."
    )


class SubscriptionAnswer(EndpointAnswer):
    """A subscription. The secret stands only in the answers that made it."""

    event_types: tuple[str, ...]


class DeliveryAnswer(MessageAnswer):
    """One piece of news on its way to one subscription."""

    report_id: str


class SubscriptionPage(BaseModel):
    items: list[SubscriptionAnswer]
    next_cursor: str | None = None


class DeliveryPage(BaseModel):
    items: list[DeliveryAnswer]
    next_cursor: str | None = None


def _told(subscription: Subscription, keys: IssuedKeys | None) -> SubscriptionAnswer:
    return SubscriptionAnswer(**endpoint_fields(subscription, keys), event_types=subscription.event_types)


def _delivery_told(delivery: Delivery) -> DeliveryAnswer:
    return DeliveryAnswer(**message_fields(delivery), report_id=delivery.line)


ANSWERS = Answers(_told, _delivery_told, SubscriptionAnswer, DeliveryAnswer, SubscriptionPage, DeliveryPage)


def subscription_routes(desk: Desk, subscriptions: Subscriptions) -> APIRouter:
    router = APIRouter(route_class=StrictRoute, tags=["subscriptions"])
    _add_creation(router, desk, subscriptions)
    _add_changing(router, desk, subscriptions)
    return router


def _add_creation(router: APIRouter, desk: Desk, subscriptions: Subscriptions) -> None:
    @router.post(
        "/v1/subscriptions",
        status_code=201,
        summary="Register a webhook endpoint",
        response_model=SubscriptionAnswer,
        responses=refusals(400, 409, 413, 415, 422, 429, 503),
        **secured(MANAGE, extra=idempotent()),
    )
    async def create(request: Request, caller: Caller, key: IdempotencyKey, body: SubscriptionRequest) -> Response:
        """`report.changed` goes out whenever the claim of one of your reports stands differently for you than you were
        last told: `notification_id`, `type`, `changed_at`, `report_id`, `status`, `case_number`, `claim_state`,
        `waiting_on`, `payer_of_first_resort`, `documents_missing`, `documents_rejected` (codes that you have to bring),
        `documents_missing_elsewhere` (a number). The secret is told this once. Messages are signed by Standard Webhooks
        (`v1` HMAC-SHA-256 and `v1a` ed25519), go out in order per report, and are retried for 14 days. News is kept
        from your first endpoint on; for what was before, read the reports."""
        if caller.org_kind != "employer":
            raise Forbidden("subscription.for-employers", "Only employers have reports to hear of here.")
        wanted = await IdempotentRequest.of(request, caller, key)
        async with desk.database.transaction(caller.org) as transaction:

            async def act() -> Answer:
                event_types = tuple(each.value for each in body.event_types)
                subscription, keys = await subscriptions.subscribe(
                    transaction, caller, url=body.url, event_types=event_types
                )
                told = _told(subscription, keys).model_dump(mode="json")
                return Answer(201, told, {"Location": f"/v1/subscriptions/{subscription.id}"})

            return await idempotently(wanted, transaction, desk.sealer, act)


def _add_changing(router: APIRouter, desk: Desk, subscriptions: Subscriptions) -> None:
    @router.patch(
        "/v1/subscriptions/{subscription_id}",
        summary="Change, pause, resume, or rotate the secret",
        response_model=SubscriptionAnswer,
        responses=refusals(400, 404, 413, 415, 422, 429, 503),
        **secured(MANAGE),
    )
    async def patch(caller: Caller, subscription_id: str, body: SubscriptionPatch) -> SubscriptionAnswer:
        """News is kept for a paused endpoint and goes out when it is active again. A rotation answers the new secret
        once; for a day each message carries the signatures of both."""
        change = SubscriptionChange(
            url=body.url,
            event_types=tuple(each.value for each in body.event_types) if body.event_types else None,
            status=body.status,
            rotate_secret=body.rotate_secret,
        )
        async with desk.database.transaction(caller.org) as transaction:
            return _told(*await subscriptions.change(transaction, caller, as_id(subscription_id, UNKNOWN), change))
