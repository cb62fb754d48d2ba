"""Claims of other workers bear on a claim, whichever came first, and nobody is told twice."""

from typing import Any

import pytest

from services.verification.adapters.surroundings import Surroundings
from services.verification.adapters.surroundings_watch import SurroundingsWatch
from services.verification.domain.surroundings import SurroundingsPolicy
from shared.events import Event
from shared.identifiers import new_id
from tests.support.agency_events import accident_report, medical_report, random_nik
from tests.support.eventually import eventually
from tests.support.verification_service import Verification
from tests.support.verification_work import Work

POLICY = SurroundingsPolicy(employer_levels=(3, 15), doctor_levels=(3, 9))
FLAG = "many-cases-of-employer"


def watch(work: Work) -> SurroundingsWatch:
    return SurroundingsWatch(
        work.database,
        lambda transaction: Surroundings(transaction, work.secrets),
        work.desk,
        POLICY,
        poll_seconds=0.02,
        rows_max=50,
    )


async def look(work: Work) -> None:
    """Until nobody waits."""
    looking = watch(work)
    while await looking.look():
        pass


def of_one_employer(count: int) -> list[Event]:
    org = f"employer:{new_id()}"
    return [accident_report(random_nik(), org=org) for _ in range(count)]


async def flagged(work: Work, *reports: Event) -> list[dict[str, Any]]:
    """The claims' flags of this kind, in the order of the reports."""
    found = []
    for report in reports:
        (claim,) = await work.claims(report)
        found += [{**flag, "case_number": claim["case_number"]} for flag in claim["flags"] if flag["code"] == FLAG]
    return found


async def test_the_third_case_of_an_employer_flags_all_three(work: Work) -> None:
    one, two, three = of_one_employer(3)
    await work.receive(one, two)
    await look(work)
    assert await flagged(work, one, two) == []
    await work.receive(three)
    await look(work)
    flags = await flagged(work, one, two, three)
    numbers = {flag["case_number"] for flag in flags}
    assert len(numbers) == 3
    assert all(set(flag["related_cases"]) == numbers - {flag["case_number"]} for flag in flags)


async def test_claims_are_told_once_and_only_when_it_means_something(work: Work) -> None:
    reports = of_one_employer(3)
    await work.receive(*reports)
    await look(work)
    versions = [claim["version"] for claim in await work.claims(*reports)]
    assert versions == [2, 2, 2]
    (claim, *_) = await work.claims(*reports)
    told = [event["body"]["changes"] for event in await work.outbox(claim["case_number"]) if "changes" in event["body"]]
    assert told == [["opened", "evidence-added"], ["flag-raised"]]
    await look(work)
    assert [claim["version"] for claim in await work.claims(*reports)] == versions


async def test_a_withdrawn_case_is_nobodys_neighbour(work: Work) -> None:
    org, nik, report_id = f"employer:{new_id()}", random_nik(), new_id()
    one, two = (accident_report(random_nik(), org=org) for _ in range(2))
    await work.receive(one, two, accident_report(nik, org=org, report_id=report_id))
    await look(work)
    assert len(await flagged(work, one, two)) == 2
    taken_back: dict[str, Any] = {"version": 2, "status": "withdrawn", "change": "withdrawn"}
    await work.receive(accident_report(nik, org=org, report_id=report_id, **taken_back))
    await look(work)
    assert await flagged(work, one, two) == []


async def test_the_rows_name_nobody(work: Work) -> None:
    org, nik = f"employer:{new_id()}", random_nik()
    statement = {"outcome": "recovered", "doctor_name": "dr. Budi", "function_loss_percent": "40"}
    await work.receive(accident_report(nik, org=org), medical_report(nik, statement=statement))
    async with work.database.system_transaction() as transaction:
        rows = await transaction.driver.fetch("SELECT to_jsonb(s)::text AS told FROM claim_surrounding s")
    told = " ".join(row["told"] for row in rows)
    assert '"doctor_key": "i' in told
    assert not [word for word in (nik, "budi", org, "S67") if word.casefold() in told.casefold()]


@pytest.mark.parametrize("reverse", [False, True])
async def test_one_doctor_with_one_percentage(work: Work, reverse: bool) -> None:
    statement = {
        "outcome": "partial_functional", "doctor_name": f"dr. {new_id()}", "disability_body_part": "thumb_right",
        "function_loss_percent": "40",
    }  # fmt: skip
    niks = [random_nik() for _ in range(3)]
    visits = [medical_report(nik, statement=statement) for nik in niks]
    await work.receive_singly(visits[::-1] if reverse else visits)
    await look(work)
    claims = await work.claims(*visits)
    assert [[flag["code"] for flag in claim["flags"]] for claim in claims] == [["same-doctor-same-percent"]] * 3


async def test_the_running_service_looks_by_itself_and_a_person_dismisses(verification: Verification) -> None:
    reports = of_one_employer(5)
    await verification.publish(*reports)
    nik = reports[0].content.report.worker.nik  # type: ignore[union-attr]

    async def raised() -> dict[str, Any] | None:
        claim = await verification.claim_with(nik)
        return claim if [flag["code"] for flag in claim["flags"]] == [FLAG] else None

    claim = await eventually(raised)
    number, flag = claim["case_number"], claim["flags"][0]
    path = f"/v1/claims/{number}/flags/{flag['id']}/dismissal"
    answer = await verification.http.post(path, json={"reason": "Ledakan."}, headers=verification.once())
    assert answer.status_code == 200, answer.text
    shown = answer.json()["flags"]
    assert [(f["state"], f["reason"]) for f in shown] == [("dismissed", "Ledakan.")]
    again = await verification.http.post(path, json={"reason": "Lagi."}, headers=verification.once())
    assert (again.status_code, again.json()["code"]) == (409, "flag.dismissed")
    queue = await verification.http.get("/v1/claims", params={"flag": FLAG, "q": nik}, headers=verification.bearer())
    assert queue.json()["items"] == []
