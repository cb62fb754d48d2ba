"""Goes through all claims held and asks what another rule set would make of each; changes nothing."""

from collections.abc import AsyncIterator, Callable

from services.verification.application.case_desk import CaseDesk
from services.verification.application.reading import TEST_TERM
from services.verification.application.replay_rules import Replayed, replay
from shared.errors import Unreadable
from shared.postgres.database import Database, Transaction

_NUMBERS = f"""SELECT case_number FROM claim WHERE merged_into IS NULL AND case_number > $1
    AND '{TEST_TERM}' <> ALL(terms) ORDER BY case_number LIMIT $2"""  # noqa: S608 - a constant

OpenDesk = Callable[[Transaction], CaseDesk]


class RuleReplay:
    """`now` and `then` open desks with the claims' own rule sets and with the other one. `unreadable` counts the claims
    that could not be opened with the keys at hand."""

    def __init__(self, database: Database, now: OpenDesk, then: OpenDesk, *, rows_max: int = 500) -> None:
        self._database = database
        self._now = now
        self._then = then
        self._rows_max = rows_max
        self.unreadable = 0

    async def claims(self) -> AsyncIterator[Replayed]:
        """Every real claim that stands for itself, by case number. Each is locked only while it is looked at."""
        after = ""
        while True:
            async with self._database.system_transaction() as transaction:
                rows = await transaction.driver.fetch(_NUMBERS, after, self._rows_max)
            for row in rows:
                after = row["case_number"]
                try:
                    async with self._database.system_transaction() as transaction:
                        found = await replay(self._now(transaction), self._then(transaction), after)
                except Unreadable:
                    self.unreadable += 1
                    continue
                yield found
            if len(rows) < self._rows_max:
                return

    async def close(self) -> None:
        await self._database.close()
