"""Reports follow the claims they became, in whatever order verification's events arrive."""

import itertools
import random
import uuid
from datetime import timedelta
from typing import Any

import pytest

from shared.events import Tombstone, encode, new_event
from shared.events.catalogue import CLAIM_STATE_RECORDED
from shared.events.claim import FollowedReport
from shared.events.envelope import ChecklistEntry
from shared.events.vocabulary import ChecklistState, ClaimState, Payer
from shared.identifiers import new_case_number
from shared.kafka.bus import Record
from tests.integration.intake.claims_told import all_handled, entry, told, until_claim
from tests.support.eventually import eventually
from tests.support.intake_service import NOON, Intake, self_report
from tests.support.papers import PDF


async def test_a_report_shows_its_claim_as_it_stands(intake: Intake) -> None:
    report, case = await intake.submit(), new_case_number(2026)
    checklist = (entry("ID", ChecklistState.MISSING), entry("DOC", ChecklistState.SATISFIED_ELSEWHERE))
    await intake.bus.publish(
        [told(intake, case, 3, [report["id"]], checklist=checklist, payer_of_first_resort=Payer.EMPLOYER)]
    )
    shown = await until_claim(
        intake,
        report["id"],
        case_number=case,
        claim_state="AWAITING_DOCUMENTS",
        waiting_on="employer",
        payer_of_first_resort="EMPLOYER",
    )
    assert [(item["document_code"], item["state"]) for item in shown["checklist"]] == [
        ("ID", "missing"),
        ("DOC", "satisfied_elsewhere"),
    ]
    assert shown["checklist"][0]["title"]["en"] == "Identity card or passport"
    await intake.http.put(f"/v1/accident-reports/{report['id']}/documents/ID", content=PDF, headers=intake.bearer())
    assert (await intake.read(report["id"]))["checklist"][0]["state"] == "provided"


async def test_an_older_version_of_a_claim_never_replaces_a_newer(intake: Intake) -> None:
    report, case = await intake.submit(), new_case_number(2026)
    newer = told(intake, case, 5, [report["id"]], state=ClaimState.READY_FOR_REVIEW)
    older = told(intake, case, 4, [], state=ClaimState.REPORTED)
    await intake.bus.publish([newer, older, newer])
    await all_handled(intake)
    await until_claim(intake, report["id"], claim_state="READY_FOR_REVIEW")


_MOVE = list(itertools.permutations(range(4)))


@pytest.mark.parametrize("order", random.Random(7).sample(_MOVE, 8), ids=str)
async def test_a_report_that_moves_between_claims_ends_in_the_same_one(intake: Intake, order: tuple[int, ...]) -> None:
    report, first, second = await intake.submit(), new_case_number(2026), new_case_number(2026)
    steps = [
        told(intake, first, 1, [report["id"]], at=NOON),
        told(intake, first, 2, [], state=ClaimState.MERGED, merged_into=second, at=NOON + timedelta(seconds=2)),
        told(intake, second, 1, [], at=NOON),
        told(intake, second, 2, [report["id"]], at=NOON + timedelta(seconds=2)),
    ]
    await intake.bus.publish([steps[index] for index in order])
    await all_handled(intake)
    await until_claim(intake, report["id"], case_number=second, claim_state="AWAITING_DOCUMENTS")


async def test_a_forgotten_claim_leaves_the_report(intake: Intake) -> None:
    report, case = await intake.submit(), new_case_number(2026)
    await intake.bus.publish([told(intake, case, 1, [report["id"]])])
    await until_claim(intake, report["id"], case_number=case)
    tombstone = new_event(CLAIM_STATE_RECORDED, subject=case, version=2, key=case, facts=Tombstone(), time=NOON)
    wire = encode(tombstone, intake.secrets.sealer)
    await intake.bus.publish([Record(wire.topic, wire.key, wire.value, wire.headers)])
    await until_claim(intake, report["id"], case_number=None, claim_state=None)


async def test_a_self_report_shows_its_claim_too(intake: Intake) -> None:
    headers = intake.once("channel:jmo", "self-reports.write self-reports.read")
    answer = await intake.http.post("/v1/self-reports", json=self_report(), headers=headers)
    case = new_case_number(2026)
    await intake.bus.publish([told(intake, case, 1, [answer.json()["id"], "not-an-id", str(uuid.uuid4())])])

    async def look() -> bool:
        shown = await intake.http.get(f"/v1/self-reports/{answer.json()['id']}", headers=headers)
        return bool(shown.json()["case_number"] == case)

    await eventually(look)


async def test_news_of_the_claim_is_news_of_the_report(intake: Intake) -> None:
    report, case = await intake.submit(), new_case_number(2026)
    before = (await intake.rows("SELECT updated_at FROM accident_report WHERE report_id = $1", report["id"]))[0][0]
    await intake.bus.publish([told(intake, case, 1, [report["id"]])])
    await until_claim(intake, report["id"], case_number=case)
    after = (await intake.rows("SELECT updated_at FROM accident_report WHERE report_id = $1", report["id"]))[0][0]
    assert after > before


async def test_what_intake_publishes_reaches_the_bus(intake: Intake) -> None:
    subscription = await intake.bus.subscribe("test", ["jkk.accident-reports"])
    report = await intake.submit()

    async def look() -> bool:
        records = await subscription.poll(100, 0.1)
        return any(record.headers["ce_subject"] == report["id"] for record in records)

    await eventually(look)
    await subscription.close()


async def test_what_a_request_changes_is_in_its_answer_before_the_claim_follows(intake: Intake) -> None:
    """And what others brought or a verifier rejected stays; once the claim has followed, its word counts alone."""
    report, case = await intake.submit(), new_case_number(2026)

    def item(code: str, state: ChecklistState, by: str | None = None, *, required: bool = True) -> ChecklistEntry:
        return entry(code, state).model_copy(update={"satisfied_by": by, "required": required})

    checklist = (
        item("T1", ChecklistState.PROVIDED, report["id"]),
        item("ID", ChecklistState.REJECTED, report["id"]),
        item("KPJ", ChecklistState.MISSING),
        item("DOC", ChecklistState.SATISFIED_ELSEWHERE, "visit"),
        item("VISUM", ChecklistState.MISSING),
        item("LOST", ChecklistState.NOT_REQUIRED, required=False),
    )

    async def follow(claim_version: int, report_version: int) -> None:
        followed = (FollowedReport(report_id=report["id"], version=report_version),)
        told_now = told(
            intake, case, claim_version, [report["id"]], checklist=checklist, report_versions=followed, at=NOON
        )
        await intake.bus.publish([told_now])

        async def look() -> bool:
            query = "SELECT report_version FROM report_claim WHERE report_id = $1 AND claim_version = $2"
            rows = await intake.rows(query, report["id"], claim_version)
            return bool(rows and rows[0]["report_version"] == report_version)

        await eventually(look)

    await follow(1, 1)
    shown = states(await intake.read(report["id"]))
    assert shown == {
        "T1": "provided", "ID": "rejected", "KPJ": "missing", "DOC": "satisfied_elsewhere", "VISUM": "missing",
        "LOST": "not_required",
    }  # fmt: skip
    changed = {"event": {"place_type": "traffic", "consequence": "death"}}
    answer = await intake.http.post(
        f"/v1/accident-reports/{report['id']}/corrections",
        json={"changes": changed, "reason": "Salah isi."},
        headers=intake.once(),
    )
    shown = states(answer.json())
    assert (shown["JR"], shown["DEATH"], shown["CHRON"]) == ("missing", "missing", "missing")
    assert (shown["ID"], shown["DOC"], shown["VISUM"]) == ("rejected", "satisfied_elsewhere", "missing")
    intake.clock.advance(timedelta(seconds=1))
    for code in ("ID", "JR"):
        path = f"/v1/accident-reports/{report['id']}/documents/{code}"
        await intake.http.put(path, content=PDF + code.encode(), headers=intake.bearer())
    shown = states(await intake.read(report["id"]))
    assert (shown["ID"], shown["JR"]) == ("provided", "provided")
    await follow(2, 4)
    assert states(await intake.read(report["id"]))["ID"] == "rejected"


async def test_a_channel_sees_what_the_worker_has_to_bring(intake: Intake) -> None:
    headers = intake.once("channel:jmo", "self-reports.write self-reports.read")
    answer = await intake.http.post("/v1/self-reports", json=self_report(), headers=headers)
    assert set(states(answer.json())) == {"LOST"}
    case = new_case_number(2026)
    checklist = (
        entry("ID", ChecklistState.MISSING).model_copy(update={"responsible": "worker"}),
        entry("DOC", ChecklistState.MISSING).model_copy(update={"responsible": "hospital"}),
    )
    await intake.bus.publish([told(intake, case, 1, [answer.json()["id"]], checklist=checklist)])

    async def look() -> bool:
        shown = await intake.http.get(f"/v1/self-reports/{answer.json()['id']}", headers=headers)
        return states(shown.json()) == {"ID": "missing"}

    await eventually(look)


def states(answer: dict[str, Any]) -> dict[str, str]:
    return {item["document_code"]: item["state"] for item in answer["checklist"]}
