"""`/v1/notifications`: the same news to pull, and to acknowledge."""

from typing import Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from services.disnaker_gateway.application.acknowledge import acknowledge
from services.disnaker_gateway.application.ports import Notification
from services.disnaker_gateway.domain.province import REGION_CODE_PATTERN
from services.disnaker_gateway.entrypoints.http.bodies import (
    AcknowledgementAnswer,
    AcknowledgementRequest,
    NotificationAnswer,
    NotificationPage,
    ReceivedAcknowledgementAnswer,
)
from services.disnaker_gateway.entrypoints.http.context import Context, as_id, officer_of
from shared.web.door import Caller, secured
from shared.web.idempotency import Answer, IdempotencyKey
from shared.web.openapi import idempotent, refusals
from shared.web.paging import Cursor, Limit, decode_cursor, encode_cursor
from shared.web.strict_json import StrictRoute, parse_strict, read_limited, require_json

# The officer's own schema is among the components, where the determinations put it.
_ACKNOWLEDGEMENT_SCHEMA = AcknowledgementRequest.model_json_schema(ref_template="#/components/schemas/{model}")
_ACKNOWLEDGEMENT_SCHEMA.pop("$defs")
_ACKNOWLEDGEMENT_BODY = {
    "required": False,
    "content": {"application/json": {"schema": _ACKNOWLEDGEMENT_SCHEMA, "example": {}}},
}


def _told(notification: Notification) -> NotificationAnswer:
    return NotificationAnswer.model_validate({**notification.body, "acknowledged_at": notification.acknowledged_at})


async def _acknowledgement(request: Request, context: Context) -> AcknowledgementRequest:
    """The body may be left out altogether."""
    raw = await read_limited(request, context.settings.json_body_bytes_max)
    request._body = raw  # read once; the Idempotency-Key compares the same bytes
    if not raw:
        return AcknowledgementRequest()
    require_json(request)
    try:
        return AcknowledgementRequest.model_validate(parse_strict(raw, depth_max=context.settings.json_depth_max))
    except ValidationError as error:
        raise RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in error.errors()]) from None


def notifications_router(context: Context) -> APIRouter:
    router = APIRouter(route_class=StrictRoute, tags=["notifications"])
    _add_pull(router, context)
    _add_acknowledgement(router, context)
    return router


def _add_pull(router: APIRouter, context: Context) -> None:
    @router.get(
        "/v1/notifications",
        summary="Pull notifications, oldest first",
        response_model=NotificationPage,
        responses=refusals(422, 503),
        **secured("notifications.read"),
    )
    async def pull(
        caller: Caller,
        cursor: Cursor = None,
        region: str | None = Query(None, pattern=REGION_CODE_PATTERN, description="This region and those inside it."),
        limit: Limit = 50,
    ) -> NotificationPage:
        """A cursor neither skips nor repeats, however many notifications come in meanwhile."""
        place = decode_cursor(cursor, int)
        after = place[0] if place else 0
        async with context.begin(caller) as work:
            found = await work.notifications.page(after, region, limit + 1)
            await work.audit(officer_of(caller), "notification.list", "notification", "*", count=len(found[:limit]))
        items = found[:limit]
        resume = encode_cursor(items[-1].position) if items else cursor
        return NotificationPage(
            items=[_told(each) for each in items],
            next_cursor=resume if len(found) > limit else None,
            resume_cursor=resume,
        )


def _add_acknowledgement(router: APIRouter, context: Context) -> None:
    @router.post(
        "/v1/notifications/{notification_id}/acknowledgement",
        summary="Say that the office has seen it",
        response_model=ReceivedAcknowledgementAnswer,
        responses=refusals(400, 404, 409, 413, 415, 422, 503),
        **secured("notifications.read", extra=idempotent(requestBody=_ACKNOWLEDGEMENT_BODY)),
    )
    async def acknowledgement(request: Request, caller: Caller, key: IdempotencyKey, notification_id: str) -> Response:
        """The first acknowledgement counts; later ones answer the same time."""
        body = await _acknowledgement(request, context)
        wanted = as_id(notification_id, "notification.unknown")
        named = body.officer.as_event_part() if body.officer else None

        async def act(work: Any) -> Answer:
            officer = officer_of(caller, body.officer.id if body.officer else None)
            at = await acknowledge(work, context.clock, officer, wanted, named, body.note)
            answer = AcknowledgementAnswer(id=wanted, notification_id=wanted, acknowledged_at=at)
            return Answer(200, answer.model_dump(mode="json"))

        return await context.once(request, caller, key, act, "acknowledgement")
