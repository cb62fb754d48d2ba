"""When somebody looks at a claim makes no difference to what it is; each clock that runs out is told once."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.verification.application.case_desk import CaseDesk
from services.verification.application.keep_clocks import let_time_pass
from services.verification.domain.derivation import Policy
from services.verification.domain.entries import ComplaintReceived
from services.verification.domain.evidence import DoctorStatement, Evidence
from shared.clock import FixedClock
from shared.identifiers import WIB
from tests.support.case_store_in_memory import InMemoryCases
from tests.support.evidence_makers import DAY_0, report, told, visit
from tests.support.letter_cases import InMemoryLetters, clerk_of

END = datetime(2033, 1, 1, tzinfo=UTC)
_STATEMENT = {"statement": DoctorStatement("recovered", (DAY_0 + timedelta(days=9)).date())}
_COUNTED = {"case_number", "version", "decision_version"}


def story() -> list[Evidence]:
    """A hospital first, the worker's own word, a late report, a doctor's statement without Tahap II."""
    return [
        visit("v", 0.1),
        told("t", received_at=DAY_0 + timedelta(days=1)),
        report("r", received_at=DAY_0 + timedelta(days=4)),
        visit("w", 2, medical=_STATEMENT),
    ]


class Office:
    """A desk, a clock and a store."""

    def __init__(self) -> None:
        self.cases = InMemoryCases()
        self.clock = FixedClock(DAY_0)

    def desk(self) -> CaseDesk:
        return CaseDesk(self.cases, self.clock, Policy(10**8), timedelta(days=6), clerk_of(InMemoryLetters()))

    async def receive(self, piece: Evidence) -> None:
        desk = self.desk()
        await desk.open([piece.identity], {piece.id}, [])
        desk.receive_evidence(piece, None)
        await desk.close()

    async def look(self) -> list[datetime | None]:
        return [await let_time_pass(self.desk(), number) for number in list(self.cases.claims)]

    def claims(self) -> list[dict[str, Any]]:
        live = [claim.document or {} for claim in self.cases.claims.values() if not claim.is_merged]
        return [{name: value for name, value in claim.items() if name not in _COUNTED} for claim in live]


async def looked_at(pieces: list[Evidence], looks: list[int]) -> Office:
    """What comes of pieces when time passes for so many hours after each, with a look at the end of it."""
    office = Office()
    for piece, hours in zip(pieces, looks, strict=True):
        await office.receive(piece)
        office.clock.advance(timedelta(hours=hours))
        await office.look()
    office.clock.advance(END - office.clock.now())
    await office.look()
    return office


@settings(deadline=None, max_examples=40)
@given(st.permutations(range(4)), st.lists(st.integers(0, 24 * 400), min_size=4, max_size=4))
def test_looking_often_and_looking_once_come_to_the_same(order: list[int], looks: list[int]) -> None:
    pieces = [story()[index] for index in order]
    often, once = asyncio.run(looked_at(pieces, looks)), asyncio.run(looked_at(story(), [0, 0, 0, 0]))
    assert often.claims() == once.claims()


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 24 * 400), min_size=1, max_size=6))
def test_each_clock_that_runs_out_is_told_once_however_often_somebody_looks(hours: list[int]) -> None:
    async def told_of() -> list[tuple[str, ...]]:
        office = Office()
        await office.receive(visit("v"))
        for passed in [*hours, 24 * 365 * 6]:
            office.clock.advance(timedelta(hours=passed))
            await office.look()
            await office.look()
        assert await office.look() == [None], "nothing is left to wait for"
        return [row.changes for row in office.cases.stream if "clock-overdue" in row.changes]

    overdue = asyncio.run(told_of())
    # Tahap I and, in the end, the right itself: together when nobody looked in between.
    assert 1 <= len(overdue) <= 2
    assert "state-changed" in overdue[-1]


def test_looking_at_a_claim_whose_clocks_still_run_changes_nothing() -> None:
    async def versions() -> tuple[int, int]:
        office = Office()
        await office.receive(visit("v"))
        (claim,) = office.cases.claims.values()
        before = claim.version
        office.clock.advance(timedelta(hours=47))
        assert await office.look() == [DAY_0 + timedelta(hours=48)]
        (claim,) = office.cases.claims.values()
        return before, claim.version

    before, after = asyncio.run(versions())
    assert before == after


def test_each_complaint_that_is_not_answered_in_time_is_told() -> None:
    async def told_of() -> list[tuple[str, ...]]:
        office = Office()
        await office.receive(report("r"))
        (number,) = office.cases.claims
        for days in (1, 3):
            desk = office.desk()
            await desk.open([], [], [number])
            received_at = DAY_0 + timedelta(days=days)
            entry = ComplaintReceived(f"c{days}", received_at, "bpjs:x", "V-1", received_at)
            desk.add_entry(number, entry, "complaint-received")
            await desk.close()
        # Five working days after Tuesday and after Thursday.
        due = [datetime(2026, 11, day, 23, 59, 59, tzinfo=WIB) for day in (24, 26)]
        for at in due:
            assert await office.look() == [at]
            office.clock.advance(at - office.clock.now() + timedelta(seconds=1))
        assert await office.look() == [None]
        return [row.changes for row in office.cases.stream if "clock-overdue" in row.changes]

    assert len(asyncio.run(told_of())) == 2
