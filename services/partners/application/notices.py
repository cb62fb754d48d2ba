"""Tell partners of incidents and maintenance, and how they go on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from services.partners.application.ports import Actor
from services.partners.domain.notices import (
    Audience,
    Bilingual,
    HubService,
    Notice,
    NoticeKind,
    NoticeState,
    NoticeUpdate,
    Phase,
    first_state,
    notice_problems,
    update_problems,
)
from shared.audit import AuditEntry
from shared.errors import Conflict, NotFound, Problem, Refusal
from shared.identifiers import new_id


@dataclass(frozen=True)
class NewNotice:
    """What is to be told. Without `begins_at` it begins now; without `state` it is in the first that fits the time."""

    kind: NoticeKind
    audience: Audience
    services: tuple[HubService, ...]
    state: NoticeState | None
    title: Bilingual
    text: Bilingual
    begins_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True)
class NoticeChange:
    """What is told next. `ends_at` None leaves the end as it is."""

    state: NoticeState
    text: Bilingual
    ends_at: datetime | None


class NoticeRows(Protocol):
    """Notices within one transaction of the hub's own role."""

    async def add(self, notice: Notice, org: str) -> None: ...

    async def add_update(self, notice: Notice, org: str) -> None:
        """Keep the latest update of `notice`, and its end."""
        ...

    async def one(self, notice_id: UUID, *, to_change: bool = False) -> Notice | None:
        """With `to_change` nobody else changes it until the end."""
        ...

    async def listed(
        self, now: datetime, *, phases: Sequence[Phase], audience: Audience | None, after: UUID | None, limit: int
    ) -> Sequence[Notice]:
        """The newest first, beginning behind `after`; of all phases when none is named."""
        ...

    async def note(self, entry: AuditEntry) -> None:
        """Add to the append-only log."""
        ...


async def publish_notice(rows: NoticeRows, wanted: NewNotice, actor: Actor, now: datetime) -> Notice:
    """Raises Refusal `notice.invalid` naming all that does not fit."""
    begins_at = (wanted.begins_at or now).astimezone(UTC)
    ends_at = wanted.ends_at.astimezone(UTC) if wanted.ends_at else None
    state = wanted.state or first_state(wanted.kind, begins_at, now)
    _refuse(notice_problems(wanted.kind, state, begins_at, ends_at, now))
    notice = Notice(
        id=new_id(),
        kind=wanted.kind,
        audience=wanted.audience,
        services=tuple(dict.fromkeys(wanted.services)),
        title=wanted.title,
        begins_at=begins_at,
        ends_at=ends_at,
        created_at=now,
        updates=(NoticeUpdate(state, wanted.text, now, actor.person),),
    )
    await rows.add(notice, actor.org)
    await rows.note(actor.did("notice.publish", "notice", str(notice.id), kind=notice.kind.value))
    return notice


async def update_notice(rows: NoticeRows, notice_id: UUID, change: NoticeChange, actor: Actor, now: datetime) -> Notice:
    """Raises NotFound, Conflict `notice.closed`, Refusal `notice.invalid`."""
    notice = await known_notice(rows, notice_id, to_change=True)
    if notice.closed:
        raise Conflict("notice.closed", "This notice is closed; publish another one.")
    _refuse(update_problems(notice, change.state, change.ends_at, now))
    ends_at = change.ends_at.astimezone(UTC) if change.ends_at else notice.ends_at
    told = NoticeUpdate(change.state, change.text, now, actor.person)
    changed = replace(notice, ends_at=ends_at, updates=(*notice.updates, told))
    await rows.add_update(changed, actor.org)
    await rows.note(actor.did("notice.update", "notice", str(notice_id), state=change.state.value))
    return changed


async def known_notice(rows: NoticeRows, notice_id: UUID, *, to_change: bool = False) -> Notice:
    """Raises NotFound."""
    notice = await rows.one(notice_id, to_change=to_change)
    if notice is None:
        raise NotFound("notice.unknown", "There is no such notice.")
    return notice


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise Refusal("notice.invalid", "The notice cannot be told like this; see errors.", problems)
