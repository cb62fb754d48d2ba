"""Reading the queue for the console."""

from collections.abc import Collection, Sequence
from datetime import datetime

import asyncpg

from services.verification.adapters.sealed_facts import FactsSealer
from services.verification.application.console_queue import MINE, TEST, UNASSIGNED, QueueClaim, QueueFilter, QueuePage
from services.verification.application.reading import TEST_TERM
from shared.postgres.database import Transaction
from shared.sealing import Sealer
from shared.web.paging import cut, decode_cursor

_COLUMNS = "case_number, version, document, flags, terms, next_due_at"
_DUE = "COALESCE(next_due_at, 'infinity'::timestamptz)"
_PAGE = f"""SELECT {_COLUMNS} FROM claim
    WHERE state <> 'MERGED' AND ($1 OR $2::text IS NOT NULL OR waiting_on <> 'none')
      AND ($2::text IS NULL OR state = $2) AND ($3::text IS NULL OR waiting_on = $3)
      AND ($4::text IS NULL OR region_code LIKE $4 || '%') AND ($5::text IS NULL OR $5 = ANY(flags))
      AND ($6::text IS NULL OR assigned_to = $6) AND (NOT $7 OR assigned_to IS NULL)
      AND ($8::timestamptz IS NULL OR next_due_at < $8)
      AND ($9::text[] IS NULL OR terms && $9 OR case_number = ANY($9))
      AND ($11::text IS NULL OR ({_DUE}, case_number) > (COALESCE($10::timestamptz, 'infinity'), $11))
      AND ($13::boolean IS NULL OR ('{TEST_TERM}' = ANY(terms)) = $13)
    ORDER BY {_DUE}, case_number LIMIT $12"""  # noqa: S608 - no value is put into the text
_CLAIMS = f"SELECT {_COLUMNS} FROM claim WHERE case_number = ANY($1::text[])"  # noqa: S608
_CHANGED = """SELECT case_number, max(position) AS position FROM stream_event WHERE position > $1
    GROUP BY case_number ORDER BY 2 LIMIT $2"""


class ConsoleQueue:
    """Reads on one open transaction."""

    def __init__(self, transaction: Transaction, sealer: Sealer) -> None:
        self._driver = transaction.driver
        self._facts = FactsSealer(sealer)

    async def page(
        self,
        wanted: QueueFilter,
        officer: str,
        terms: Sequence[str] | None,
        now: datetime,
        cursor: str | None,
        limit: int,
    ) -> QueuePage:
        after = decode_cursor(cursor, datetime | None, str) or (None, None)
        rows = await self._driver.fetch(
            _PAGE,
            wanted.everything,
            wanted.state,
            wanted.waiting_on,
            wanted.region,
            wanted.flag,
            officer if wanted.assigned == MINE else None,
            wanted.assigned == UNASSIGNED,
            now if wanted.overdue else None,
            terms,
            *after,
            limit + 1,
            None if wanted.test is None else wanted.test == TEST,
        )
        shown, next_cursor = cut(rows, limit, lambda last: [last["next_due_at"], last["case_number"]])
        return QueuePage([self._claim(row) for row in shown], next_cursor)

    async def claims(self, case_numbers: Collection[str]) -> list[QueueClaim]:
        rows = await self._driver.fetch(_CLAIMS, list(case_numbers))
        return [self._claim(row) for row in rows]

    async def changed_since(self, position: int, limit: int) -> tuple[list[str], int]:
        rows = await self._driver.fetch(_CHANGED, position, limit)
        return [row["case_number"] for row in rows], rows[-1]["position"] if rows else position

    async def head(self) -> int:
        return int(await self._driver.fetchval("SELECT COALESCE(max(position), 0) FROM stream_event"))

    def _claim(self, row: "asyncpg.Record") -> QueueClaim:
        document = self._facts.open_claim(row["document"], row["case_number"], row["version"])
        return QueueClaim(
            row["case_number"], document, tuple(row["flags"]), frozenset(row["terms"]), row["next_due_at"]
        )
