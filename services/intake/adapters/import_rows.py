"""Results of imports and the rows that became reports, in PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson

from services.intake.application.import_results import (
    ACCEPTED,
    EARLIER,
    REJECTED,
    Fault,
    ImportResult,
    ImportSummary,
    Line,
)
from shared.errors import NotFound
from shared.postgres.database import Transaction
from shared.sealing import BlindIndex, Sealer

_TYPE, _KIND = "import-result", "imported-row"
_TURN = "SELECT pg_advisory_xact_lock(hashtextextended('import|' || current_setting('app.org', true), 0))"
# A row whose report was withdrawn may become another.
_REPORT_OF = """SELECT i.report_id FROM imported_row i JOIN accident_report r USING (report_id)
    WHERE i.row_hash = ANY ($1::text[]) AND r.status <> 'withdrawn' LIMIT 1"""
_KEEP = """INSERT INTO imported_row (org, row_hash, report_id) VALUES (current_setting('app.org', true), $1, $2)
    ON CONFLICT (org, row_hash) DO UPDATE SET report_id = excluded.report_id"""
_ADD = """INSERT INTO import_result (id, org, sealed_result, accepted, earlier, rejected, made_at)
    VALUES ($1, current_setting('app.org', true), $2, $3, $4, $5, $6)"""
_FORGET = "DELETE FROM import_result WHERE made_at < $1"
_LATEST = """SELECT id, sealed_result, accepted, earlier, rejected, made_at FROM import_result
    ORDER BY made_at DESC, id LIMIT $1"""


class ImportRows:
    """`ImportBook` on one open transaction. Results are forgotten after `kept`."""

    def __init__(self, transaction: Transaction, sealer: Sealer, index: BlindIndex, *, kept: timedelta) -> None:
        self._driver = transaction.driver
        self._sealer = sealer
        self._index = index
        self._kept = kept

    async def wait_for_turn(self) -> None:
        await self._driver.execute(_TURN)

    async def report_of(self, document: Mapping[str, Any]) -> UUID | None:
        hashes = list(self._index.all(_KIND, _canonical(document)))
        found: UUID | None = await self._driver.fetchval(_REPORT_OF, hashes)
        return found

    async def keep(self, document: Mapping[str, Any], report_id: UUID) -> None:
        await self._driver.execute(_KEEP, self._index.of(_KIND, _canonical(document)), report_id)

    async def add_result(self, result: ImportResult) -> None:
        await self._driver.execute(_FORGET, result.made_at - self._kept)
        told = orjson.dumps({"file_name": result.file_name, "lines": [asdict(line) for line in result.lines]})
        sealed = self._sealer.seal_bytes(told, type=_TYPE, id=result.id, version=1)
        counts = (result.count(status) for status in (ACCEPTED, EARLIER, REJECTED))
        await self._driver.execute(_ADD, result.id, sealed, *counts, result.made_at)

    async def result(self, result_id: UUID) -> ImportResult:
        row = await self._driver.fetchrow("SELECT sealed_result, made_at FROM import_result WHERE id = $1", result_id)
        if row is None:
            raise NotFound("import.not-found", "There is no such result, or its time is over.")
        told = self._opened(result_id, row["sealed_result"])
        lines = tuple(_line(line) for line in told["lines"])
        return ImportResult(result_id, told["file_name"], row["made_at"], lines)

    async def latest(self, limit: int) -> Sequence[ImportSummary]:
        rows = await self._driver.fetch(_LATEST, limit)
        return [
            ImportSummary(
                row["id"], self._opened(row["id"], row["sealed_result"])["file_name"], row["made_at"],
                row["accepted"], row["earlier"], row["rejected"],
            )
            for row in rows
        ]  # fmt: skip

    def _opened(self, result_id: UUID, sealed: bytes) -> dict[str, Any]:
        opened: dict[str, Any] = orjson.loads(self._sealer.open_bytes(sealed, type=_TYPE, id=result_id, version=1))
        return opened


def _canonical(document: Mapping[str, Any]) -> str:
    """The same form is the same text, whatever the order of the columns."""
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS).decode()


def _line(told: dict[str, Any]) -> Line:
    found = {name: tuple(Fault(**fault) for fault in told[name]) for name in ("faults", "warnings")}
    return Line(**{**told, **found})
