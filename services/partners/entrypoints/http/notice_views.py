"""Notices as they are sent and shown."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.partners.domain.notices import (
    Audience,
    Bilingual,
    HubService,
    Notice,
    NoticeKind,
    NoticeState,
    Phase,
)
from services.partners.entrypoints.http.client_views import ONE_LINE, Instant, Officer

_TITLE = Field(min_length=1, max_length=120, pattern=ONE_LINE)
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


def notice_view(notice: Notice, now: datetime, *, names: bool) -> NoticeView:
    """With `names` it says who told what."""
    updates = [
        UpdateView(state=each.state, text=_text(each.text), at=each.at, by=each.by if names else None)
        for each in notice.updates
    ]
    return NoticeView(**_members(notice, now), created_at=notice.created_at, updates=updates)


def public_view(notice: Notice, now: datetime) -> PublicNoticeView:
    return PublicNoticeView(**_members(notice, now))


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
