"""`/v1/notices`: incidents and maintenance. Operators write them, every partner reads them, and what is for everybody
is public."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.partners.application.notices import NewNotice, NoticeChange, NoticeRows, Notices
from services.partners.domain.notices import (
    Audience,
    Bilingual,
    HubService,
    Notice,
    NoticeKind,
    NoticeState,
    Phase,
)
from services.partners.domain.partners import RULES
from services.partners.entrypoints.http.client_views import Instant, Officer, actor_of
from shared.errors import Problem, Refusal
from shared.postgres.database import Database, Transaction
from shared.sealing import Sealer
from shared.web.door import Caller, Principal, public, secured
from shared.web.idempotency import Answer, IdempotencyKey, IdempotentRequest, idempotently
from shared.web.openapi import idempotent, refusals
from shared.web.paging import Cursor, Limit, decode_cursor, encode_cursor
from shared.web.strict_json import StrictRoute

_MANAGE = "partners.manage"
# Whoever has a token may know how the hub is.
_EVERY_SCOPE = tuple(sorted({scope for rule in RULES.values() for scope in rule.scopes}))
_PUBLIC_MAX = 100
_REMEMBERED_SECONDS = 1.0
_TITLE = Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$")
_TEXT = Field(
    min_length=1, max_length=1_000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x08\x0b-\x1f\x7f]*$"
)


class Title(BaseModel):
    """One line, in both languages."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, _TITLE]
    en: Annotated[str, _TITLE]


class Text(BaseModel):
    """What happened or will happen and what to do about it, in both languages."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, _TEXT]
    en: Annotated[str, _TEXT]


class NoticeToPublish(BaseModel):
    """A notice with its first update."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "kind": "maintenance",
                    "audience": "everybody",
                    "services": ["intake", "verification"],
                    "state": "scheduled",
                    "title": {"id": "Pemeliharaan basis data", "en": "Database maintenance"},
                    "text": {
                        "id": "Laporan tidak dapat dikirim selama pemeliharaan. Kirimkan sesudahnya.",
                        "en": "No reports can be sent during the maintenance. Send them afterwards.",
                    },
                    "begins_at": "2099-01-31T22:00:00+07:00",
                    "ends_at": "2099-02-01T01:00:00+07:00",
                    "officer": {"id": "oidc:rudi"},
                }
            ]
        },
    )

    kind: NoticeKind
    audience: Audience = Field(
        Audience.PARTNERS, description="`everybody`: shown on the public pages of the services it concerns too."
    )
    services: list[HubService] = Field(min_length=1, max_length=len(HubService))
    state: NoticeState | None = Field(
        None,
        description="Of an incident `investigating`, `identified` or `monitoring`; of maintenance `scheduled` or "
        "`in_progress`. Null: the first that fits the time.",
    )
    title: Title
    text: Text
    begins_at: Instant | None = Field(None, description="Null: now.")
    ends_at: Instant | None = Field(None, description="Needed for maintenance; of an incident the expected end.")
    officer: Officer | None = None


class NoticeToUpdate(BaseModel):
    """How it goes on."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "state": "in_progress",
                    "text": {"id": "Pemeliharaan dimulai.", "en": "The maintenance has begun."},
                    "ends_at": "2099-02-01T02:00:00+07:00",
                }
            ]
        },
    )

    state: NoticeState = Field(description="`resolved`, `completed` and `cancelled` close it.")
    text: Text
    ends_at: Instant | None = Field(None, description="Its new end; null: as before.")
    officer: Officer | None = None


class UpdateView(BaseModel):
    """One thing that was told, and who told it."""

    state: NoticeState
    text: Text
    at: datetime
    by: str | None = Field(description="Told to operators only.")


class PublicNoticeView(BaseModel):
    """A notice as everybody may see it. `state` and `text` are those of the latest update."""

    id: UUID
    kind: NoticeKind
    audience: Audience
    phase: Phase
    state: NoticeState
    services: list[HubService]
    title: Title
    text: Text
    begins_at: datetime
    ends_at: datetime | None
    updated_at: datetime


class NoticeView(PublicNoticeView):
    """A notice with all that was told."""

    created_at: datetime
    updates: list[UpdateView] = Field(description="What was told first comes first.")


class NoticePage(BaseModel):
    items: list[NoticeView]
    next_cursor: str | None


class PublicNoticePage(BaseModel):
    """Those that are not over, the newest first."""

    items: list[PublicNoticeView]
    next_cursor: None = None


@dataclass(frozen=True)
class NoticeDesk:
    """What the routes and the public page work with. Notices are the hub's own: `open_rows` gets transactions of its
    own role."""

    database: Database
    sealer: Sealer
    notices: Notices
    open_rows: Callable[[Transaction], NoticeRows]
    _lately: dict[str, tuple[float, Sequence[Notice]]] = field(default_factory=dict)

    async def for_everybody(self) -> Sequence[Notice]:
        """The newest first, those that are over too; as they were a moment ago, since anybody may ask as often as they
        like and the token endpoint needs the same database."""
        read_at, told = self._lately.get("told", (-_REMEMBERED_SECONDS, ()))
        if time.monotonic() - read_at > _REMEMBERED_SECONDS:
            async with self.database.system_transaction() as transaction:
                rows = self.open_rows(transaction)
                told = await rows.listed(
                    self.notices.now(), phases=(), audience=Audience.EVERYBODY, after=None, limit=_PUBLIC_MAX
                )
            self._lately["told"] = (time.monotonic(), told)
        return told

    def forget(self) -> None:
        """Something was told here: let the next who asks see it."""
        self._lately.clear()


def notice_router(desk: NoticeDesk) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["notices"], route_class=StrictRoute)
    # Its fixed path comes before `/v1/notices/{notice_id}`.
    _add_public(router, desk)
    _add_reading(router, desk)
    _add_publishing(router, desk)
    _add_updating(router, desk)
    return router


def _add_public(router: APIRouter, desk: NoticeDesk) -> None:
    @router.get(
        "/notices/public", summary="What everybody may know of how the hub is", responses=refusals(503), **public()
    )
    async def get_public_notices(response: Response) -> PublicNoticePage:
        """Incidents and maintenance that are not over and are written for everybody."""
        now = desk.notices.now()
        told = [each for each in await desk.for_everybody() if each.phase(now) is not Phase.ENDED]
        response.headers["Cache-Control"] = "public, max-age=15"
        return PublicNoticePage(items=[PublicNoticeView(**_members(each, now)) for each in told])


def _add_reading(router: APIRouter, desk: NoticeDesk) -> None:
    @router.get("/notices", summary="Incidents and maintenance", responses=refusals(422, 503), **secured(*_EVERY_SCOPE))
    async def get_notices(
        caller: Caller,
        phase: Annotated[list[Phase] | None, Query(max_length=len(Phase), description="Only of these.")] = None,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> NoticePage:
        """For every partner, the newest first."""
        values = decode_cursor(cursor, str)
        async with desk.database.system_transaction() as transaction:
            found = await desk.open_rows(transaction).listed(
                desk.notices.now(),
                phases=phase or (),
                audience=None,
                after=None if values is None else _after(values[0]),
                limit=limit + 1,
            )
        following = encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None
        return NoticePage(items=[_view(desk, each, caller) for each in found[:limit]], next_cursor=following)

    @router.get(
        "/notices/{notice_id}", summary="One notice", responses=refusals(404, 422, 503), **secured(*_EVERY_SCOPE)
    )
    async def get_notice(notice_id: UUID, caller: Caller) -> NoticeView:
        async with desk.database.system_transaction() as transaction:
            return _view(desk, await desk.notices.one(desk.open_rows(transaction), notice_id), caller)


def _add_publishing(router: APIRouter, desk: NoticeDesk) -> None:
    @router.post(
        "/notices",
        status_code=201,
        summary="Publish a notice",
        response_model=NoticeView,
        responses=refusals(400, 409, 413, 415, 422, 503),
        **secured(_MANAGE, extra=idempotent()),
    )
    async def post_notice(request: Request, caller: Caller, key: IdempotencyKey, body: NoticeToPublish) -> Response:
        wanted = await IdempotentRequest.of(request, caller, key)
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
        async with desk.database.system_transaction() as transaction:

            async def act() -> Answer:
                rows = desk.open_rows(transaction)
                notice = await desk.notices.publish(rows, new, actor_of(caller, body.officer))
                told = _view(desk, notice, caller).model_dump(mode="json")
                return Answer(201, told, {"Location": f"/v1/notices/{notice.id}"})

            answer = await idempotently(wanted, transaction, desk.sealer, act)
        desk.forget()
        return answer


def _add_updating(router: APIRouter, desk: NoticeDesk) -> None:
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
        wanted = await IdempotentRequest.of(request, caller, key)
        change = NoticeChange(body.state, Bilingual(body.text.id, body.text.en), body.ends_at)
        async with desk.database.system_transaction() as transaction:

            async def act() -> Answer:
                rows = desk.open_rows(transaction)
                notice = await desk.notices.update(rows, notice_id, change, actor_of(caller, body.officer))
                return Answer(200, _view(desk, notice, caller).model_dump(mode="json"))

            answer = await idempotently(wanted, transaction, desk.sealer, act)
        desk.forget()
        return answer


def _after(text: str) -> UUID:
    """Raises Refusal `cursor.invalid`."""
    try:
        return UUID(text)
    except ValueError:
        raise Refusal(
            "cursor.invalid", "Use next_cursor of the page before.", [Problem("/cursor", "invalid", "Unknown")]
        ) from None


def _view(desk: NoticeDesk, notice: Notice, caller: Principal) -> NoticeView:
    names = caller.has_scope(_MANAGE)
    updates = [
        UpdateView(state=each.state, text=_text(each.text), at=each.at, by=each.by if names else None)
        for each in notice.updates
    ]
    return NoticeView(**_members(notice, desk.notices.now()), created_at=notice.created_at, updates=updates)


def _members(notice: Notice, now: datetime) -> dict[str, Any]:
    """What every view of a notice holds."""
    return {
        "id": notice.id,
        "kind": notice.kind,
        "audience": notice.audience,
        "phase": notice.phase(now),
        "state": notice.latest.state,
        "services": list(notice.services),
        "title": Title(id=notice.title.id, en=notice.title.en),
        "text": _text(notice.latest.text),
        "begins_at": notice.begins_at,
        "ends_at": notice.ends_at,
        "updated_at": notice.latest.at,
    }


def _text(both: Bilingual) -> Text:
    return Text(id=both.id, en=both.en)
