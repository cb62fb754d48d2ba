"""Claims are measured from the stream, and counted by place, sector, employer and hospital."""

from datetime import timedelta
from uuid import UUID

from services.verification.adapters.measure_keeper import MeasureKeeper
from services.verification.adapters.measures import MeasureQueries
from services.verification.adapters.sequencer import Sequencer
from services.verification.application.coordination import DIMENSIONS, Group, Period
from shared.postgres.turn import held_turn
from tests.support.agency_events import accident_report, medical_report, random_nik
from tests.support.verification_work import NOW, Work

PERIOD = Period(NOW - timedelta(days=30), NOW + timedelta(days=30))


async def measured(work: Work, *, rows_max: int = 500) -> None:
    """Everything that was told so far has its position and is measured."""
    sequencer = Sequencer(work.database, rows_max=1_000, poll_seconds=1)
    async with held_turn(work.database, [], "nobody") as turn:
        while await sequencer._sequence(turn):
            pass
    keeper = MeasureKeeper(work.database, work.secrets, poll_seconds=1, rows_max=rows_max)
    while await keeper.measure_next():
        pass


async def counted(work: Work, dimension: str, key: str, **wanted: str) -> Group:
    async with work.database.transaction("bpjs:cikokol") as transaction:
        groups = await MeasureQueries(transaction).by(dimension, PERIOD, wanted.get("province"), work.clock.now(), 500)
    return next(group for group in groups if group.key == key)


async def test_claims_are_counted_by_whom_they_concern(work: Work) -> None:
    nik = random_nik()
    visit, report = medical_report(nik), accident_report(nik)
    await work.receive_singly([visit, report])
    (claim,) = await work.claims(report)
    await measured(work)
    employer = claim["employer"]["registration_number"]
    group = await counted(work, "employer", employer)
    assert group.claims >= 1
    assert group.steps["reported"].count >= 1
    # What has not happened yet counts for nothing, and not for no time.
    assert (group.steps["paid"].count, group.steps["paid"].median) == (0, None)
    assert group.timed >= 1
    province = claim["region_code"][:2]
    assert (await counted(work, "employer", employer, province=province)).claims == group.claims
    hospital = next(piece for piece in claim["evidence"] if piece["source"] == "hospital_gateway")["org"]
    assert (await counted(work, "hospital", hospital.partition(":")[2])).steps["treated"].count >= 1


async def test_waiting_that_goes_on_counts_up_to_now(work: Work) -> None:
    report = accident_report(random_nik())
    await work.receive(report)
    (claim,) = await work.claims(report)
    await measured(work)
    work.clock.advance(timedelta(days=4))
    async with work.database.transaction("bpjs:cikokol") as transaction:
        everything = await MeasureQueries(transaction).all(PERIOD, None, work.clock.now())
    longest = everything.waits[claim["waiting_on"]].p90
    assert longest is not None
    assert longest > 3


async def test_measuring_again_from_the_beginning_gives_the_same_rows(work: Work) -> None:
    report = accident_report(random_nik())
    await work.receive(report)
    await measured(work)
    (claim,) = await work.claims(report)
    before = await row_of(work, claim["case_number"])
    async with work.database.system_transaction() as transaction:
        await transaction.driver.execute("DELETE FROM claim_measure")
        await transaction.driver.execute("DELETE FROM claim_measure_cursor")
    # In batches of one: what a restart in the middle sees.
    await measured(work, rows_max=1)
    assert await row_of(work, claim["case_number"]) == before


async def test_a_number_that_was_merged_away_is_not_counted_twice(work: Work) -> None:
    nik = random_nik()
    visit = medical_report(None, seen_at=NOW - timedelta(hours=2))
    report = accident_report(nik)
    await work.receive_singly([visit, report])
    (first,), (second,) = await work.claims(visit), await work.claims(report)
    await measured(work)
    assert await row_of(work, first["case_number"])
    assert await row_of(work, second["case_number"])
    await work.receive(
        accident_report(nik, report_id=UUID(report.subject), version=2, case_number=first["case_number"])
    )
    await measured(work)
    left = [number for number in (first["case_number"], second["case_number"]) if await row_of(work, number)]
    (survivor,) = await work.claims(visit, report)
    assert left == [survivor["case_number"]]


async def test_every_dimension_can_be_asked(work: Work) -> None:
    async with work.database.transaction("bpjs:cikokol") as transaction:
        for dimension in DIMENSIONS:
            await MeasureQueries(transaction).by(dimension, PERIOD, None, work.clock.now(), 3)


async def row_of(work: Work, case_number: str) -> dict[str, object] | None:
    async with work.database.system_transaction() as transaction:
        row = await transaction.driver.fetchrow("SELECT * FROM claim_measure WHERE case_number = $1", case_number)
    return dict(row) if row else None
