"""What a verifier says of evidence: every pair is written down, in as many statements as for one pair."""

from tests.support.agency_events import accident_report, medical_report, random_nik
from tests.support.verification_work import Work

_CURRENT = "SELECT one, other, relation FROM person_link WHERE ended_at IS NULL AND one = ANY($1) AND other = ANY($1)"


async def _pairs(work: Work, ids: list[str]) -> dict[frozenset[str], str]:
    async with work.database.system_transaction() as transaction:
        rows = await transaction.driver.fetch(_CURRENT, ids)
    pairs = {frozenset((row["one"], row["other"])): row["relation"] for row in rows}
    assert len(pairs) == len(rows)
    return pairs


async def test_a_large_claim_is_split_and_joined_without_a_statement_for_each_pair(work: Work) -> None:
    nik = random_nik()
    events = [accident_report(nik), *(medical_report(nik) for _ in range(5))]
    await work.receive(*events)
    ids = [event.subject for event in events]
    (claim,) = await work.claims(*events)
    number = claim["case_number"]
    staying, leaving = ids[:3], ids[3:]
    first, *rest = sorted(leaving)
    apart = {frozenset((one, other)): "apart" for one in leaving for other in staying}
    together = {frozenset((first, other)): "together" for other in rest}
    said: list[str] = []

    async with work.database.system_transaction() as transaction:
        desk = work.desk(transaction)
        await desk.open([], [], [number])
        with transaction.driver.query_logger(lambda each: said.append(each.query)):
            desk.split(number, leaving, "V-1")
            await desk.close()
    assert len([each for each in said if "person_link" in each]) == 1
    assert await _pairs(work, ids) == apart | together
    assert len(await work.claims(*events)) == 2

    said.clear()
    async with work.database.system_transaction() as transaction:
        desk = work.desk(transaction)
        await desk.open([], ids, [])
        with transaction.driver.query_logger(lambda each: said.append(each.query)):
            desk.link(staying[0], first, "V-1")
            await desk.close()
    # What is over ends in one, and what is said instead is written with the rest.
    assert len([each for each in said if "person_link" in each]) == 2
    assert await _pairs(work, ids) == together | {frozenset((staying[0], first)): "together"}
    assert len(await work.claims(*events)) == 1
