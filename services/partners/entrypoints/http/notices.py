"""`/v1/notices`: incidents and maintenance. Operators write them, every partner reads them, and what is for everybody
is public."""

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.partners.application.notices import (
    NewNotice,
    NoticeChange,
    NoticeRows,
    known_notice,
    publish_notice,
    update_notice,
)
from services.partners.domain.notices import Audience, Bilingual, Notice, Phase
from services.partners.domain.partners import RULES
from services.partners.entrypoints.http.client_views import actor_of
from services.partners.entrypoints.http.notice_views import (
    NoticePage,
    NoticeToPublish,
    NoticeToUpdate,
    NoticeView,
    PublicNoticePage,
    notice_view,
    public_view,
)
from shared.clock import Clock
from shared.postgres.database import Database, Transaction
from shared.sealing import Sealer
from shared.web.door import Caller, Principal, public, secured
from shared.web.idempotency import Answer, IdempotencyKey, IdempotentRequest, idempotently
from shared.web.openapi import idempotent, refusals
from shared.web.paging import Cursor, Limit, cut, decode_cursor
from shared.web.strict_json import StrictRoute

_MANAGE = "partners.manage"
# Whoever has a token may know how the hub is.
_EVERY_SCOPE = tuple(sorted({scope for rule in RULES.values() for scope in rule.scopes}))
_PUBLIC_MAX = 100
_REMEMBERED_SECONDS = 1.0


class NoticeDesk:
    """What the routes and the public page work with. Notices are the hub's own: `open_rows` gets transactions of its
    own role."""

    def __init__(
        self, database: Database, sealer: Sealer, clock: Clock, open_rows: Callable[[Transaction], NoticeRows]
    ) -> None:
        self.database = database
        self.clock = clock
        self.open_rows = open_rows
        self._sealer = sealer
        self._lately: tuple[float, Sequence[Notice]] | None = None

    async def for_everybody(self) -> Sequence[Notice]:
        """The newest first, those that are over too; as they were a moment ago, since anybody may ask as often as they
        like and the token endpoint needs the same database."""
        if self._lately is None or time.monotonic() - self._lately[0] > _REMEMBERED_SECONDS:
            async with self.database.system_transaction() as transaction:
                told = await self.open_rows(transaction).listed(
                    self.clock.now(), phases=(), audience=Audience.EVERYBODY, after=None, limit=_PUBLIC_MAX
                )
            self._lately = (time.monotonic(), told)
            return told
        return self._lately[1]

    async def tell(
        self, request: Request, caller: Principal, key: str, act: Callable[[NoticeRows], Awaitable[Answer]]
    ) -> Response:
        """Act in one transaction with the stored answer of the Idempotency-Key; the next who asks sees it."""
        wanted = await IdempotentRequest.of(request, caller, key)
        async with self.database.system_transaction() as transaction:
            rows = self.open_rows(transaction)
            answer = await idempotently(wanted, transaction, self._sealer, lambda: act(rows))
        self._lately = None
        return answer


def notice_router(desk: NoticeDesk) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["notices"], route_class=StrictRoute)
    # Its fixed path comes before `/v1/notices/{notice_id}`.
    _add_public(router, desk)
    _add_reading(router, desk)
    _add_telling(router, desk)
    return router


def _add_public(router: APIRouter, desk: NoticeDesk) -> None:
    @router.get(
        "/notices/public", summary="What everybody may know of how the hub is", responses=refusals(503), **public()
    )
    async def get_public_notices(response: Response) -> PublicNoticePage:
        """Incidents and maintenance that are not over and are written for everybody."""
        told, now = await desk.for_everybody(), desk.clock.now()
        response.headers["Cache-Control"] = "public, max-age=15"
        return PublicNoticePage(items=[public_view(each, now) for each in told if each.over_since(now) is None])


def _add_reading(router: APIRouter, desk: NoticeDesk) -> None:
    @router.get("/notices", summary="Incidents and maintenance", responses=refusals(422, 503), **secured(*_EVERY_SCOPE))
    async def get_notices(
        caller: Caller,
        phase: Annotated[list[Phase] | None, Query(max_length=len(Phase), description="Only of these.")] = None,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> NoticePage:
        """For every partner, the newest first."""
        (after,) = decode_cursor(cursor, UUID) or (None,)
        now, names = desk.clock.now(), caller.has_scope(_MANAGE)
        async with desk.database.system_transaction() as transaction:
            found = await desk.open_rows(transaction).listed(
                now, phases=phase or (), audience=None, after=after, limit=limit + 1
            )
        shown, next_cursor = cut(found, limit, lambda last: [last.id])
        return NoticePage(items=[notice_view(each, now, names=names) for each in shown], next_cursor=next_cursor)

    @router.get(
        "/notices/{notice_id}", summary="One notice", responses=refusals(404, 422, 503), **secured(*_EVERY_SCOPE)
    )
    async def get_notice(notice_id: UUID, caller: Caller) -> NoticeView:
        async with desk.database.system_transaction() as transaction:
            notice = await known_notice(desk.open_rows(transaction), notice_id)
        return notice_view(notice, desk.clock.now(), names=caller.has_scope(_MANAGE))


def _add_telling(router: APIRouter, desk: NoticeDesk) -> None:
    @router.post(
        "/notices",
        status_code=201,
        summary="Publish a notice",
        response_model=NoticeView,
        responses=refusals(400, 409, 413, 415, 422, 503),
        **secured(_MANAGE, extra=idempotent()),
    )
    async def post_notice(request: Request, caller: Caller, key: IdempotencyKey, body: NoticeToPublish) -> Response:
        new = NewNotice(
            body.kind,
            body.audience,
            tuple(body.services),
            body.state,
            Bilingual(body.title.id, body.title.en),
            Bilingual(body.text.id, body.text.en),
            body.begins_at,
            body.ends_at,
        )

        async def act(rows: NoticeRows) -> Answer:
            now = desk.clock.now()
            notice = await publish_notice(rows, new, actor_of(caller, body.officer), now)
            told = notice_view(notice, now, names=True).model_dump(mode="json")
            return Answer(201, told, {"Location": f"/v1/notices/{notice.id}"})

        return await desk.tell(request, caller, key, act)

    @router.post(
        "/notices/{notice_id}/updates",
        summary="Tell how it goes on, or that it is over",
        response_model=NoticeView,
        responses=refusals(400, 404, 409, 413, 415, 422, 503),
        **secured(_MANAGE, extra=idempotent()),
    )
    async def post_update(
        request: Request, notice_id: UUID, caller: Caller, key: IdempotencyKey, body: NoticeToUpdate
    ) -> Response:
        change = NoticeChange(body.state, Bilingual(body.text.id, body.text.en), body.ends_at)

        async def act(rows: NoticeRows) -> Answer:
            now = desk.clock.now()
            notice = await update_notice(rows, notice_id, change, actor_of(caller, body.officer), now)
            return Answer(200, notice_view(notice, now, names=True).model_dump(mode="json"))

        return await desk.tell(request, caller, key, act)
