"""The hub's work on the claims of one worker, in memory: evidence comes in, verifiers work, and all of it can be played
again in another order."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from services.verification.application.case_desk import CaseDesk
from services.verification.application.claim_document import document_of
from services.verification.application.workplace import Workplace
from services.verification.domain.claim import ClaimView
from services.verification.domain.derivation import Policy
from services.verification.domain.entries import Entry
from services.verification.domain.evidence import Evidence
from shared.clock import FixedClock
from tests.support.case_store_in_memory import InMemoryCases
from tests.support.letter_cases import InMemoryLetters, clerk_of

BEGIN = datetime(2026, 11, 20, tzinfo=UTC)
LIMIT_RUPIAH = 100_000_000


class ClaimWorld:
    """One hub. `runner` is the event loop in which use cases run."""

    def __init__(self, runner: asyncio.Runner, now: datetime = BEGIN) -> None:
        self.clock = FixedClock(now)
        self._cases = InMemoryCases()
        self.letters = InMemoryLetters()
        self._runner = runner

    def place(self) -> Workplace:
        policy = Policy(LIMIT_RUPIAH)
        desk = CaseDesk(self._cases, self.clock, policy, timedelta(days=6), clerk_of(self.letters))
        return Workplace(desk, self._cases, self.clock, policy)

    @property
    def case_number(self) -> str:
        """The one claim there is."""
        (number,) = [claim.case_number for claim in self._cases.claims.values() if not claim.is_merged]
        return number

    @property
    def is_empty(self) -> bool:
        return not self._cases.claims

    @property
    def entries(self) -> list[Entry]:
        return [entry for entries in self._cases.entries_by_case.values() for entry in entries]

    def send(self, piece: Evidence) -> None:
        """One accepted version of a report."""

        async def received() -> None:
            desk = self.place().desk
            await desk.open([piece.identity], {piece.id, piece.report_id or piece.id}, [])
            desk.receive_evidence(piece, None)
            await desk.close()

        self._runner.run(received())

    def add(self, entry: Entry) -> None:
        """An entry that was made elsewhere or before."""

        async def added() -> None:
            desk = self.place().desk
            await desk.open([], [], [self.case_number])
            desk.add_entry(self.case_number, entry, "details-changed")
            await desk.close()

        self._runner.run(added())

    def work(self, act: Callable[[Workplace], Awaitable[Any]]) -> Any:
        """A use case in a unit of work of its own."""

        async def worked() -> Any:
            return await act(self.place())

        return self._runner.run(worked())

    def view(self) -> ClaimView:
        """The claim as it is now."""

        async def seen() -> ClaimView:
            desk = self.place().desk
            await desk.open([], [], [self.case_number])
            return desk.view(self.case_number)

        return self._runner.run(seen())

    @property
    def decision_version(self) -> int:
        return self._cases.claims[self.case_number].decision_version

    def shown(self) -> dict[str, Any]:
        """The public document as it would be derived now, without what counts or is drawn by lot."""
        told: dict[str, Any] = orjson.loads(orjson.dumps(document_of(self.view())))
        return told

    def played_again(self, inputs: Sequence[Evidence | Entry]) -> "ClaimWorld":
        """Another hub at the same time, to which the same came in this order; the first is evidence."""
        other = ClaimWorld(self._runner, self.clock.now())
        for told in inputs:
            if isinstance(told, Evidence):
                other.send(told)
            else:
                other.add(told)
        return other
