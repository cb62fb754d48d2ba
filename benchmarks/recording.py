"""What a service says to PostgreSQL in one transaction, recorded so that a bare loop can say the same again."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from shared.postgres.database import Database, Transaction
from shared.postgres.late_rows import LateRows


@dataclass
class RecordedTransaction:
    """Role and org, then (method, SQL, arguments) in order."""

    role: str
    org: str
    statements: list[tuple[str, str, tuple[Any, ...]]] = field(default_factory=list)


class _RecordingDriver:
    """Stands before the connection and keeps what passes."""

    _RECORDED = frozenset({"execute", "executemany", "fetch", "fetchrow", "fetchval"})

    def __init__(self, driver: Any, into: RecordedTransaction) -> None:
        self._driver = driver
        self._into = into

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._driver, name)
        if name not in self._RECORDED:
            return found

        async def recorded(sql: str, *arguments: Any, **options: Any) -> Any:
            self._into.statements.append((name, sql, arguments))
            return await found(sql, *arguments, **options)

        return recorded


@contextmanager
def recording() -> Iterator[list[RecordedTransaction]]:
    """Every transaction of every `Database` of this process while the block runs."""
    recorded: list[RecordedTransaction] = []
    original = Database._transaction

    @asynccontextmanager
    async def _transaction(
        self: Database, role: str, org: str, sharing: tuple[int, str] | None = None
    ) -> AsyncIterator[Transaction]:
        kept = RecordedTransaction(role, org)
        async with original(self, role, org, sharing) as transaction:
            driver: Any = _RecordingDriver(transaction.driver, kept)
            recorded_late = LateRows(driver)
            yield Transaction(driver, recorded_late)
            await recorded_late.write()
        recorded.append(kept)

    Database._transaction = _transaction  # type: ignore[method-assign]
    try:
        yield recorded
    finally:
        Database._transaction = original  # type: ignore[method-assign]
