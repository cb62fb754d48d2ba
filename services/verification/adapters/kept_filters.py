"""The filters of the queue that officers keep, sealed: one may search for a person."""

from dataclasses import dataclass
from uuid import UUID

import orjson

from services.verification.application.console_queue import KeptFilter, QueueFilter
from shared.errors import Refusal
from shared.identifiers import new_id
from shared.postgres.database import Database
from shared.sealing import Sealer

_MAX = 20
_TYPE = "console-filter"


@dataclass(frozen=True)
class PostgresKeptFilters:
    """Of all officers."""

    database: Database
    sealer: Sealer

    async def of(self, officer: str) -> list[KeptFilter]:
        async with self.database.system_transaction() as transaction:
            rows = await transaction.driver.fetch(
                "SELECT id, wanted FROM console_filter WHERE officer = $1 ORDER BY made_at, id", officer
            )
        return [self._opened(row["id"], row["wanted"]) for row in rows]

    async def keep(self, officer: str, name: str, wanted: QueueFilter) -> None:
        if any((one.name, one.wanted) == (name, wanted) for one in await self.of(officer)):
            return
        id_ = new_id()
        sealed = self.sealer.seal_bytes(
            orjson.dumps({"name": name, "wanted": wanted.given()}), type=_TYPE, id=id_, version=1
        )
        async with self.database.system_transaction() as transaction:
            held = await transaction.driver.fetchval("SELECT count(*) FROM console_filter WHERE officer = $1", officer)
            if held >= _MAX:
                raise Refusal("console-filter.too-many", "You keep twenty filters already; remove one first.")
            await transaction.driver.execute(
                "INSERT INTO console_filter (id, officer, wanted) VALUES ($1, $2, $3)", id_, officer, sealed
            )

    async def forget(self, officer: str, filter_id: str) -> None:
        async with self.database.system_transaction() as transaction:
            await transaction.driver.execute(
                "DELETE FROM console_filter WHERE id::text = $1 AND officer = $2", filter_id, officer
            )

    def _opened(self, id_: UUID, sealed: bytes) -> KeptFilter:
        told = orjson.loads(self.sealer.open_bytes(sealed, type=_TYPE, id=id_, version=1))
        return KeptFilter(str(id_), told["name"], QueueFilter(**told["wanted"]))
