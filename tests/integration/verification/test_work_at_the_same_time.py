"""Whoever opens a claim by its number sees what the one before has written, and nobody waits in a circle."""

import asyncio

from services.verification.application.keep_clocks import let_time_pass
from services.verification.application.receive_events import receive_events
from shared.identifiers import new_id
from tests.support.agency_events import accident_report, random_nik
from tests.support.eventually import eventually
from tests.support.verification_work import Work

_WAITING = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


async def test_a_claim_opened_by_number_is_derived_from_evidence_that_has_just_come(work: Work) -> None:
    nik, report_id = random_nik(), new_id()
    first = accident_report(nik, report_id=report_id)
    await work.receive(first)
    (claim,) = await work.claims(first)
    corrected = accident_report(nik, report_id=report_id, version=2, change="corrected", documents=("ID",))

    async def pass_time() -> None:
        async with work.database.system_transaction() as transaction:
            await let_time_pass(work.desk(transaction), claim["case_number"])

    async def waits() -> bool:
        async with work.database.system_transaction() as transaction:
            return bool(await transaction.driver.fetch(_WAITING))

    async with work.database.system_transaction() as transaction:
        await receive_events(work.desk(transaction), [corrected])
        passing = asyncio.create_task(pass_time())
        await eventually(waits)
    await passing
    (after,) = await work.claims(first)
    assert {item["document_code"]: item["state"] for item in after["checklist"]}["ID"] == "provided"
    assert after["version"] == claim["version"] + 1
