"""Notices in PostgreSQL. They are the hub's own, so every transaction runs in the system role."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from services.partners.domain.notices import (
    Audience,
    Bilingual,
    HubService,
    Notice,
    NoticeKind,
    NoticeState,
    NoticeUpdate,
    Phase,
)
from shared.audit import AuditEntry, record
from shared.postgres.database import Transaction

_NOTICE = """SELECT n.*, ARRAY(SELECT u FROM notice_update u WHERE u.notice_id = n.id ORDER BY u.number) AS updates
    FROM notice n"""
# As `Notice.phase` has it.
_PHASE = """CASE WHEN n.closed_at IS NOT NULL OR (n.kind = 'maintenance' AND n.ends_at <= $1) THEN 'ended'
    WHEN n.begins_at > $1 THEN 'upcoming' ELSE 'current' END"""
_LISTED = f"""{_NOTICE} WHERE (cardinality($2::text[]) = 0 OR {_PHASE} = ANY($2::text[]))
    AND ($3::text IS NULL OR n.audience = $3) AND ($4::uuid IS NULL OR n.id < $4) ORDER BY n.id DESC LIMIT $5"""
_ADD = """INSERT INTO notice (id, org, kind, audience, services, title_id, title_en, begins_at, ends_at, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"""
_ADD_UPDATE = """INSERT INTO notice_update (notice_id, number, org, state, text_id, text_en, told_by, told_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"""


class PostgresNoticeRows:
    """`NoticeRows` within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._driver = transaction.driver

    async def add(self, notice: Notice, org: str) -> None:
        await self._driver.execute(
            _ADD,
            notice.id,
            org,
            notice.kind.value,
            notice.audience.value,
            [service.value for service in notice.services],
            notice.title.id,
            notice.title.en,
            notice.begins_at,
            notice.ends_at,
            notice.created_at,
        )
        await self._add_update(notice, org)

    async def add_update(self, notice: Notice, org: str) -> None:
        await self._add_update(notice, org)
        closed_at = notice.latest.at if notice.closed else None
        await self._driver.execute(
            "UPDATE notice SET ends_at = $2, closed_at = $3 WHERE id = $1", notice.id, notice.ends_at, closed_at
        )

    async def _add_update(self, notice: Notice, org: str) -> None:
        told = notice.latest
        await self._driver.execute(
            _ADD_UPDATE,
            notice.id,
            len(notice.updates),
            org,
            told.state.value,
            told.text.id,
            told.text.en,
            told.by,
            told.at,
        )

    async def one(self, notice_id: UUID, *, to_change: bool = False) -> Notice | None:
        if to_change:
            await self._driver.execute("SELECT 1 FROM notice WHERE id = $1 FOR UPDATE", notice_id)
        row = await self._driver.fetchrow(f"{_NOTICE} WHERE n.id = $1", notice_id)
        return None if row is None else _notice(row)

    async def listed(
        self, now: datetime, *, phases: Sequence[Phase], audience: Audience | None, after: UUID | None, limit: int
    ) -> Sequence[Notice]:
        named = [phase.value for phase in phases]
        rows = await self._driver.fetch(_LISTED, now, named, audience.value if audience else None, after, limit)
        return [_notice(row) for row in rows]

    async def note(self, entry: AuditEntry) -> None:
        await record(self._transaction, entry)


def _notice(row: "asyncpg.Record") -> Notice:
    return Notice(
        id=row["id"],
        kind=NoticeKind(row["kind"]),
        audience=Audience(row["audience"]),
        services=tuple(HubService(name) for name in row["services"]),
        title=Bilingual(row["title_id"], row["title_en"]),
        begins_at=row["begins_at"],
        ends_at=row["ends_at"],
        created_at=row["created_at"],
        updates=tuple(
            NoticeUpdate(
                NoticeState(each["state"]),
                Bilingual(each["text_id"], each["text_en"]),
                each["told_at"],
                each["told_by"],
            )
            for each in row["updates"]
        ),
    )
