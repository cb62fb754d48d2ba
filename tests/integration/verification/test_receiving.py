"""Evidence of several agencies becomes one claim, in any order and under any concurrency."""

import asyncio
import itertools
from datetime import timedelta

import pytest

from services.verification.application.receive_events import receive_events
from shared.errors import NotFound
from tests.support.agency_events import (
    ACCIDENT_AT,
    accident_report,
    determination,
    medical_report,
    random_nik,
    self_report,
)
from tests.support.eventually import eventually
from tests.support.verification_work import Work


async def test_report_opens_a_claim_that_waits_for_papers(work: Work) -> None:
    report = accident_report(random_nik())
    await work.receive(report)
    (claim,) = await work.claims(report)
    assert claim["state"] == "REPORTED"
    assert (claim["waiting_on"], claim["waiting_reason"]) == ("employer", "document-missing:KPJ")
    assert claim["version"] == 1
    assert [item["id"] for item in claim["evidence"]] == [report.subject]
    assert claim["worker"] == {"name": "Siti Aminah", "nik_masked": claim["worker"]["nik_masked"]}
    assert "********" in claim["worker"]["nik_masked"]


async def test_every_input_makes_one_claim_event_and_disnaker_hears_once(work: Work) -> None:
    nik = random_nik()
    report, visit = accident_report(nik), medical_report(nik)
    await work.receive(report)
    await work.receive(visit)
    (claim,) = await work.claims(report)
    told = await work.outbox(claim["case_number"])
    changed = [event for event in told if event["type"] == "jkk.claim.changed.v1"]
    assert [event["version"] for event in changed] == [1, 2]
    assert changed[1]["body"]["changes"][0] == "evidence-added"
    notified = [event["body"]["facts"] for event in told if event["type"] == "jkk.case-notification.issued.v1"]
    assert [(facts["notification_type"], facts["sequence"]) for facts in notified] == [("case.opened", 1)]
    assert nik not in str(told)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
async def test_any_order_of_arrival_ends_in_the_same_claim(work: Work, order: tuple[int, ...]) -> None:
    nik = random_nik()
    first = accident_report(nik)
    events = [
        first,
        accident_report(nik, report_id=first.facts.report_id, version=2, documents=("KPJ", "ID")),  # type: ignore[attr-defined]
        medical_report(nik),
        self_report(nik, occurred_at=ACCIDENT_AT + timedelta(hours=2)),
    ]
    await work.receive_singly([events[index] for index in order])
    (claim,) = await work.claims(*events)
    assert {item["id"]: item["version"] for item in claim["evidence"]} == {
        first.subject: 2,
        events[2].subject: 1,
        events[3].subject: 1,
    }
    assert claim["state"] == "REPORTED"
    assert claim["waiting_reason"] == "document-missing:DOC"
    assert len(claim["timeline"]) == 4


async def test_who_comes_by_case_number_sees_what_was_being_written_of_the_worker(work: Work) -> None:
    nik = random_nik()
    first = accident_report(nik)
    await work.receive(first)
    (claim,) = await work.claims(first)
    papers = accident_report(nik, report_id=first.facts.report_id, version=2, documents=("KPJ", "ID"))  # type: ignore[attr-defined]

    async def somebody_waits() -> bool:
        async with work.database.system_transaction() as transaction:
            waiting = "SELECT EXISTS (SELECT 1 FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
            waiting += " WHERE NOT l.granted AND a.datname = current_database())"
            return bool(await transaction.driver.fetchval(waiting))

    async with work.database.system_transaction() as writing:
        await receive_events(work.desk(writing), [papers])
        # Written and not committed; an inspector's letter comes by the case number alone.
        letter = asyncio.create_task(work.receive(determination(claim["case_number"])))
        await eventually(somebody_waits)
    await letter
    (claim,) = await work.claims(first)
    assert claim["evidence"][0]["version"] == 2
    assert claim["state"] == "CONCLUDED_WORK_ACCIDENT"


async def test_hospital_first_is_a_suspected_case_that_waits_for_the_employer(work: Work) -> None:
    nik = random_nik()
    visit = medical_report(nik)
    await work.receive(visit)
    (suspected,) = await work.claims(visit)
    assert (suspected["state"], suspected["waiting_on"]) == ("SUSPECTED", "employer")
    assert not [e for e in await work.outbox(suspected["case_number"]) if "notification" in e["type"]]
    late = accident_report(nik, received_at=ACCIDENT_AT + timedelta(hours=49))
    await work.receive(late)
    (claim,) = await work.claims(visit, late)
    assert claim["case_number"] == suspected["case_number"]
    assert claim["payer_of_first_resort"] == "EMPLOYER"
    assert "late-stage-1" in [flag["code"] for flag in claim["flags"]]


async def test_concurrent_first_arrivals_open_one_claim(work: Work) -> None:
    for _ in range(10):
        nik = random_nik()
        events = [accident_report(nik), medical_report(nik), self_report(nik), medical_report(nik)]
        await asyncio.gather(*(work.receive(event) for event in events))
        assert len(await work.claims(*events)) == 1


async def test_a_report_that_bridges_two_claims_merges_them_into_the_older_number(work: Work) -> None:
    nik = random_nik()
    early = medical_report(nik, seen_at=ACCIDENT_AT - timedelta(days=4))
    late = medical_report(nik, seen_at=ACCIDENT_AT + timedelta(days=4))
    await work.receive(early)
    work.clock.advance(timedelta(minutes=1))
    await work.receive(late)
    older, younger = await work.claims(early, late)
    report = accident_report(nik)
    await work.receive(report)
    (claim,) = await work.claims(early, late, report)
    assert claim["case_number"] == older["case_number"]
    merged = await work.stored(younger["case_number"])
    assert (merged["state"], merged["merged_into"]) == ("MERGED", older["case_number"])
    assert (await work.outbox(younger["case_number"]))[-1]["body"]["merged_into"] == older["case_number"]


async def test_determination_of_disnaker_concludes_the_claim(work: Work) -> None:
    report = accident_report(random_nik())
    await work.receive(report)
    (claim,) = await work.claims(report)
    await work.receive(determination(claim["case_number"]))
    (claim,) = await work.claims(report)
    assert claim["state"] == "CONCLUDED_WORK_ACCIDENT"
    assert [item["source"] for item in claim["evidence"]] == ["intake", "disnaker_gateway"]


async def test_determination_of_an_unknown_case_is_refused(work: Work) -> None:
    with pytest.raises(NotFound):
        await work.receive(determination("JKK-2026-0000000000A"))


async def test_complete_claim_is_ready_for_review_with_its_benefit(work: Work) -> None:
    nik = random_nik()
    stage_2 = {
        "outcome": "partial_functional",
        "examined_on": "2026-11-20",
        "absence_periods": [{"from": "2026-11-16", "to": "2026-11-25"}],
        "costs": [{"payee": "participant", "item": "stmb", "amount_rupiah": 1_600_000}],
    }
    statement = {
        "outcome": "partial_functional",
        "disability_body_part": "thumb_right",
        "function_loss_percent": "40",
        "examined_on": "2026-11-20",
        "rest": {"from": "2026-11-16", "to": "2026-11-25"},
    }
    report = accident_report(nik, documents=("KPJ", "ID", "WAGE", "PHOTO"), stage_2=stage_2)
    await work.receive(report, medical_report(nik, statement=statement))
    (claim,) = await work.claims(report)
    assert (claim["state"], claim["waiting_on"], claim["waiting_reason"]) == ("READY_FOR_REVIEW", "bpjs", "review")
    assert {line["benefit"]: line["amount_rupiah"] for line in claim["benefit"]["lines"]} == {
        "STMB": 1_666_667,
        "PARTIAL_FUNCTIONAL": 24_000_000,
    }
    assert next(clock for clock in claim["clocks"] if clock["clock"] == "PAYOUT")["due_at"] is not None
