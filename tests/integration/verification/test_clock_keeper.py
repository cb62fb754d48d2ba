"""Clocks that run out become events by themselves: once, after restarts too, and one claim does not hold up another."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.verification.adapters.clock_keeper import ClockKeeper
from services.verification.application.case_desk import CaseDesk
from shared.postgres.database import Transaction
from tests.support.agency_events import accident_report, medical_report, random_nik
from tests.support.databases import ServiceDatabase
from tests.support.eventually import eventually
from tests.support.verification_service import Verification, running_verification
from tests.support.verification_work import NOW, Work

SEEN_AT = NOW - timedelta(hours=1)
STAGE_1_DUE = SEEN_AT + timedelta(hours=48)


@contextlib.asynccontextmanager
async def keeping(work: Work, *, desk_on: Any = None, keepers: int = 1) -> AsyncIterator[list[ClockKeeper]]:
    """Keepers at work on the same database."""
    made = [
        ClockKeeper(work.database, work.clock, desk_on or work.desk, poll_seconds=0.02, rows_max=3, rounds_apart=5)
        for _ in range(keepers)
    ]
    tasks = [asyncio.create_task(keeper.run()) for keeper in made]
    try:
        yield made
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def suspected(work: Work) -> dict[str, Any]:
    """A claim that waits for the employer's report, due in 47 hours."""
    visit = medical_report(random_nik(), seen_at=SEEN_AT)
    await work.receive(visit)
    (claim,) = await work.claims(visit)
    return claim


async def overdue_events(work: Work, case_number: str) -> list[dict[str, Any]]:
    told = [event["body"] for event in await work.outbox(case_number) if event["type"] == "jkk.claim.changed.v1"]
    return [body for body in told if "clock-overdue" in body["changes"]]


async def noted(work: Work, case_number: str) -> datetime | None:
    at: datetime | None = (await work.stored(case_number))["overdue_at"]
    return at


async def test_a_claim_says_when_its_next_clock_runs_out(work: Work) -> None:
    claim = await suspected(work)
    assert await noted(work, claim["case_number"]) == STAGE_1_DUE
    report = accident_report(random_nik())
    await work.receive(report)
    (reported,) = await work.claims(report)
    assert await noted(work, reported["case_number"]) is None


async def test_clock_that_runs_out_becomes_one_event_of_the_claim(work: Work) -> None:
    claim = await suspected(work)
    number = claim["case_number"]
    async with keeping(work):
        work.clock.advance(STAGE_1_DUE - NOW)
        assert not await overdue_events(work, number)
        work.clock.advance(timedelta(seconds=1))
        await eventually(lambda: overdue_events(work, number))
        (event,) = await overdue_events(work, number)
        assert event["changes"][-1] in ("clock-changed", "clock-overdue")
        assert event["claim_version"] == claim["version"] + 1
        row = await work.stored(number)
        # The next to run out is the right itself, in five years.
        assert row["overdue_at"].year == SEEN_AT.year + 5
        assert row["decision_version"] == claim["decision_version"]
    state = [e["body"] for e in await work.outbox(number) if e["type"] == "jkk.claim-state.recorded.v1"][-1]
    assert next((clock["clock"], clock["met"]) for clock in state["clocks"]) == ("T1_KK", False)


async def test_clock_that_ran_out_while_nobody_was_running_is_told_at_the_next_start(work: Work) -> None:
    claim = await suspected(work)
    work.clock.advance(timedelta(days=30))
    assert not await overdue_events(work, claim["case_number"])
    for _ in range(2):
        async with keeping(work):
            await eventually(lambda: overdue_events(work, claim["case_number"]))
    assert len(await overdue_events(work, claim["case_number"])) == 1


async def test_of_several_keepers_one_tells(work: Work) -> None:
    claims = [await suspected(work) for _ in range(7)]
    async with keeping(work, keepers=3) as keepers:
        work.clock.advance(timedelta(days=3))
        for claim in claims:
            await eventually(lambda number=claim["case_number"]: overdue_events(work, number))
        assert [keeper.problems() for keeper in keepers] == [[], [], []]
    for claim in claims:
        assert len(await overdue_events(work, claim["case_number"])) == 1


class _Unlucky(CaseDesk):
    """Cannot make sense of one claim."""

    case_number = ""

    def let_time_pass(self, case_number: str) -> datetime | None:
        if case_number == self.case_number:
            raise ValueError("no sense in it")
        return super().let_time_pass(case_number)


async def test_claim_that_cannot_be_derived_holds_up_no_other(work: Work) -> None:
    broken, sound = await suspected(work), await suspected(work)

    def desk_on(transaction: Transaction) -> CaseDesk:
        desk = work.desk(transaction)
        desk.__class__ = type("Unlucky", (_Unlucky,), {"case_number": broken["case_number"]})
        return desk

    async with keeping(work, desk_on=desk_on):
        work.clock.advance(timedelta(days=3))
        await eventually(lambda: overdue_events(work, sound["case_number"]))
    assert not await overdue_events(work, broken["case_number"])
    async with keeping(work):
        await eventually(lambda: overdue_events(work, broken["case_number"]))


async def test_claims_from_before_the_keeper_are_looked_at_once_and_quietly(work: Work) -> None:
    claim = await suspected(work)
    async with work.database.system_transaction() as transaction:
        await transaction.driver.execute(
            "UPDATE claim SET overdue_at = 'epoch' WHERE case_number = $1", claim["case_number"]
        )

    async def looked_at() -> bool:
        return await noted(work, claim["case_number"]) == STAGE_1_DUE

    async with keeping(work):
        await eventually(looked_at)
    assert (await work.stored(claim["case_number"]))["version"] == claim["version"]


@pytest.fixture
def decrees(tmp_path: Path) -> Path:
    path = tmp_path / "decrees.yaml"
    path.write_text(
        "decrees:\n"
        "  - {year: 2026, source: SKB perubahan (invented), clocks_from: 2026-11-23T00:00:00+07:00,\n"
        "     holidays: [2026-11-25, 2026-11-26]}\n"
    )
    return path


STAGE_2 = {"outcome": "recovered", "examined_on": "2026-11-20", "absence_periods": [], "costs": []}
STATEMENT = {"outcome": "recovered", "examined_on": "2026-11-20"}


async def complete_claim(hub: Verification) -> dict[str, Any]:
    nik = random_nik()
    await hub.publish(
        accident_report(nik, documents=("KPJ", "ID"), stage_2=STAGE_2), medical_report(nik, statement=STATEMENT)
    )
    return await hub.claim_with(nik, state="READY_FOR_REVIEW")


def payout(claim: dict[str, Any]) -> dict[str, Any]:
    (found,) = (clock for clock in claim["clocks"] if clock["clock"] == "PAYOUT")
    return dict(found)


async def test_due_time_told_survives_a_restart_with_a_new_decree(
    verification_database: ServiceDatabase, tmp_path: Path, decrees: Path
) -> None:
    async with running_verification(verification_database, tmp_path) as hub:
        told = await complete_claim(hub)
    async with running_verification(verification_database, tmp_path, holiday_overrides=decrees) as hub:
        note = {"text": "Dilihat lagi."}
        path = f"/v1/claims/{told['case_number']}/notes"
        assert (await hub.http.post(path, json=note, headers=hub.once())).status_code == 201
        again = await hub.claim(told["case_number"])
        assert again["version"] > told["version"]
        assert payout(again) == payout(told)


async def test_overdue_clock_is_seen_in_the_claim_and_its_timeline(verification: Verification) -> None:
    nik = random_nik()
    await verification.publish(medical_report(nik, seen_at=verification.clock.now() - timedelta(hours=1)))
    claim = await verification.claim_with(nik)
    verification.clock.advance(timedelta(hours=48))

    async def overdue() -> dict[str, Any] | None:
        seen = await verification.claim(claim["case_number"])
        return seen if seen["version"] > claim["version"] else None

    seen = await eventually(overdue)
    assert [seen["clocks"][0][name] for name in ("clock", "met", "running")] == ["T1_KK", False, True]
    assert seen["timeline"][-1] == {
        "at": seen["clocks"][0]["due_at"],
        "received_at": seen["clocks"][0]["due_at"],
        "who": "hub",
        "what": "clock.overdue:T1_KK",
        "lag_seconds": 0,
        "evidence_id": None,
    }
    assert datetime.fromisoformat(seen["clocks"][0]["due_at"]) == NOW + timedelta(hours=47)
