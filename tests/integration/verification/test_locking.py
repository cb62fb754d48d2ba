"""Who comes by a case number and who comes by its worker wait for each other, never in a circle."""

import asyncio

from services.verification.adapters.case_store import PostgresCaseStore
from services.verification.application.records import Wanted
from services.verification.domain.evidence import Identity
from tests.support.agency_events import accident_report, random_nik
from tests.support.eventually import eventually
from tests.support.verification_work import Work

_WAITING = """SELECT 1 FROM pg_locks
    WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""


async def test_case_number_waits_for_its_worker_before_it_holds_the_claim(work: Work) -> None:
    nik = random_nik()
    report = accident_report(nik)
    await work.receive(report)
    (claim,) = await work.claims(report)

    async def verifier() -> str:
        async with work.database.system_transaction() as transaction:
            desk = work.desk(transaction)
            await desk.open([], [], [claim["case_number"]])
            changed = desk.assign_to(claim["case_number"], "V-1")
            await desk.close()
            return changed.assigned_to or ""

    async def somebody_waits() -> bool:
        async with work.database.system_transaction() as transaction:
            return bool(await transaction.driver.fetch(_WAITING))

    async with work.database.system_transaction() as transaction:
        store = PostgresCaseStore(transaction, work.secrets)
        await store.lock_workers([Identity(nik=nik)])
        waiting = asyncio.create_task(verifier())
        await eventually(somebody_waits)
        found = await store.find(Wanted(niks={nik}))
        assert [held.case_number for held in found.claims] == [claim["case_number"]]
    assert await waiting == "V-1"
