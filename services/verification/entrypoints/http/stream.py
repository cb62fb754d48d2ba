"""`GET /v1/claims/stream`: every claim event, live, as Server-Sent Events."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from services.verification.application.reading import Following, Stream
from services.verification.entrypoints.http.claims import Filtered
from services.verification.entrypoints.http.desk import Counter, audit
from shared.errors import Problem, Refusal
from shared.web.door import Caller, secured
from shared.web.openapi import refusals

_POSITION_MAX = 2**63 - 1
_LAST_EVENT_ID = {
    "name": "Last-Event-ID",
    "in": "header",
    "required": False,
    "description": "Resume after this position; wins over `after`.",
    "schema": {"type": "string", "pattern": "^[0-9]{1,19}$"},
}
_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
_DESCRIBED = {
    "description": "Events `claim`; `id` is the position, `data` a CloudEvent in structured JSON on one line.",
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
}


def stream_routes(counter: Counter, stream: Stream) -> APIRouter:
    router = APIRouter(tags=["claims"])

    @router.get(
        "/v1/claims/stream",
        summary="The live stream of all claims",
        response_class=StreamingResponse,
        responses={200: _DESCRIBED, **refusals(422, 429, 503)},
        **secured("claims.read", "claims.stream", extra={"parameters": [_LAST_EVENT_ID]}),
    )
    async def follow(
        request: Request,
        caller: Caller,
        wanted: Filtered,
        after: Annotated[int | None, Query(ge=0, le=_POSITION_MAX, description="0 replays everything.")] = None,
    ) -> Response:
        """Without a position it starts now; the headers come once the position is fixed. Comments are heartbeats. A
        claim that leaves the filter sends one last event with the change `left_filter`. The stream ends when the
        token expires; come back with a new token and `Last-Event-ID`."""
        position = _last_event_id(request)
        if position is None:
            position = after if after is not None else await stream.head()
        async with counter.database.transaction(caller.org) as transaction:
            await audit(transaction, caller, "claims.stream", "", after=position)
        terms = [*counter.search_terms(wanted.q), wanted.q.strip().upper()] if wanted.q else None
        following = Following(caller.org, wanted, terms, position, caller.expires_at)
        events = stream.follow(following)
        # The first item is taken here, so that a refusal still has its own status.
        first = await anext(events)
        return StreamingResponse(_from(first, events), media_type="text/event-stream", headers=_HEADERS)

    return router


async def _from(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for item in rest:
        yield item


def _last_event_id(request: Request) -> int | None:
    header = request.headers.get("last-event-id")
    if header is None:
        return None
    if not header.isascii() or not header.isdigit() or int(header[:20]) > _POSITION_MAX:
        detail = "Last-Event-ID is the id of an event of this stream."
        raise Refusal("stream.bad-position", detail, [Problem("/header/last-event-id", "invalid", detail)])
    return int(header)
