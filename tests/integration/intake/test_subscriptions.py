"""Employers hear by webhook when one of their reports stands differently: `report.changed`."""

import json
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from standardwebhooks import Webhook

from services.intake.adapters.news_rows import forget_news
from shared.events.vocabulary import ChecklistState, ClaimState, Payer, WaitingOn
from shared.identifiers import new_case_number
from shared.postgres.database import Database
from tests.integration.intake.claims_told import all_handled, entry, told, until_claim
from tests.support.databases import ServiceDatabase
from tests.support.eventually import eventually
from tests.support.intake_service import NOON, OTHER_EMPLOYER, Intake, accident, running_intake
from tests.support.webhook_receiver import WebhookReceiver, webhook_receiver

MANAGE = "subscriptions.manage"
OPERATOR = ("operator:hub", "operations.manage")


@pytest_asyncio.fixture
async def intake(intake_database: ServiceDatabase, tmp_path: Path) -> AsyncIterator[Intake]:
    async with running_intake(intake_database, tmp_path, webhook_poll_seconds=0.2) as running:
        yield running
        # Endpoints of one test hear nothing of the next.
        await running.rows("DELETE FROM webhook_endpoint")


@pytest.fixture
def receiver() -> Any:
    with webhook_receiver() as made:
        yield made


async def subscribe(intake: Intake, url: str, org: str | None = None, **values: Any) -> dict[str, Any]:
    headers = intake.once(org, MANAGE) if org else intake.once(scope=MANAGE)
    answer = await intake.http.post("/v1/subscriptions", json={"url": url, **values}, headers=headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def news(receiver: WebhookReceiver, report_id: str) -> list[dict[str, Any]]:
    bodies = [json.loads(delivery.body) for delivery in list(receiver.journal)]
    return [body for body in bodies if body["report_id"] == report_id]


async def test_an_employer_hears_where_its_report_stands_and_what_it_has_to_bring(
    intake: Intake, receiver: WebhookReceiver
) -> None:
    made = await subscribe(intake, receiver.url)
    report, case = await intake.submit(), new_case_number(2026)
    checklist = (
        entry("T2", ChecklistState.MISSING),
        entry("ID", ChecklistState.REJECTED),
        entry("KPJ", ChecklistState.PROVIDED),
        entry("DOC", ChecklistState.MISSING).model_copy(update={"responsible": "hospital"}),
    )
    await intake.bus.publish(
        [told(intake, case, 3, [report["id"]], checklist=checklist, payer_of_first_resort=Payer.EMPLOYER)]
    )
    [body] = await eventually(lambda: news(receiver, report["id"]))
    [delivery] = receiver.journal
    assert body == {
        "notification_id": delivery.message_id,
        "type": "report.changed",
        "changed_at": body["changed_at"],
        "report_id": report["id"],
        "status": "received",
        "case_number": case,
        "claim_state": "AWAITING_DOCUMENTS",
        "waiting_on": "employer",
        "payer_of_first_resort": "EMPLOYER",
        "documents_missing": ["T2"],
        "documents_rejected": ["ID"],
        "documents_missing_elsewhere": 1,
    }
    at = datetime.fromtimestamp(int(delivery.headers["webhook-timestamp"]), UTC)
    signature = Webhook(made["secret"]).sign(delivery.message_id, at, delivery.body.decode())
    assert signature in delivery.headers["webhook-signature"].split(" ")


async def test_only_what_reads_differently_is_news(intake: Intake, receiver: WebhookReceiver) -> None:
    await subscribe(intake, receiver.url)
    report, case = await intake.submit(), new_case_number(2026)
    for version in (1, 2, 3):
        await intake.bus.publish([told(intake, case, version, [report["id"]])])
        await eventually(lambda: news(receiver, report["id"]))
    await all_handled(intake)
    await intake.bus.publish([told(intake, case, 4, [report["id"]], state=ClaimState.READY_FOR_REVIEW)])
    await eventually(lambda: len(news(receiver, report["id"])) == 2)
    await intake.bus.publish([told(intake, case, 5, [report["id"]], state=ClaimState.READY_FOR_REVIEW)])
    await all_handled(intake)
    rows = await intake.rows("SELECT count(*) AS count FROM report_notice WHERE report_id = $1", report["id"])
    assert rows[0]["count"] == 2
    assert [body["claim_state"] for body in news(receiver, report["id"])] == ["AWAITING_DOCUMENTS", "READY_FOR_REVIEW"]


async def test_news_of_a_report_arrives_in_order(intake: Intake, receiver: WebhookReceiver) -> None:
    await subscribe(intake, receiver.url)
    report, case = await intake.submit(), new_case_number(2026)
    turns = [WaitingOn.EMPLOYER, WaitingOn.BPJS] * 10
    for version, turn in enumerate(turns, start=1):
        await intake.bus.publish([told(intake, case, version, [report["id"]], waiting_on=turn)])
        await until_claim(intake, report["id"], waiting_on=turn.value)
    await eventually(lambda: len(news(receiver, report["id"])) == len(turns))
    assert [body["waiting_on"] for body in news(receiver, report["id"])] == [turn.value for turn in turns]


async def test_a_report_that_leaves_its_claim_is_news(intake: Intake, receiver: WebhookReceiver) -> None:
    await subscribe(intake, receiver.url)
    report, first, second = await intake.submit(), new_case_number(2026), new_case_number(2026)
    await intake.bus.publish([told(intake, first, 1, [report["id"]])])
    await until_claim(intake, report["id"], case_number=first)
    await intake.bus.publish([told(intake, first, 2, [])])
    await until_claim(intake, report["id"], case_number=None)
    await intake.bus.publish([told(intake, second, 1, [report["id"]])])
    await eventually(lambda: len(news(receiver, report["id"])) == 3)
    assert [body["case_number"] for body in news(receiver, report["id"])] == [first, None, second]


async def test_an_employer_hears_nothing_of_anothers_reports(intake: Intake, receiver: WebhookReceiver) -> None:
    await subscribe(intake, receiver.url)
    report = accident()
    report["employer"]["registration_number"] = OTHER_EMPLOYER.removeprefix("employer:")
    other, case = await intake.submit(report, org=OTHER_EMPLOYER), new_case_number(2026)
    await intake.bus.publish([told(intake, case, 1, [other["id"]])])
    own, own_case = await intake.submit(), new_case_number(2026)
    await intake.bus.publish([told(intake, own_case, 1, [own["id"]])])
    await eventually(lambda: news(receiver, own["id"]))
    await all_handled(intake)
    assert news(receiver, other["id"]) == []


async def test_a_subscription_is_its_employers_alone(intake: Intake) -> None:
    made = await subscribe(intake, "http://127.0.0.1:9/hook")
    path = f"/v1/subscriptions/{made['id']}"
    theirs = intake.bearer(OTHER_EMPLOYER, MANAGE)
    answers = [
        await intake.http.get(path, headers=theirs),
        await intake.http.patch(path, json={"status": "paused"}, headers=theirs),
        await intake.http.delete(path, headers=theirs),
        await intake.http.post(f"{path}/test", headers=theirs),
        await intake.http.get(f"{path}/deliveries", headers=theirs),
        await intake.http.post(f"{path}/recover", params={"since": NOON.isoformat()}, headers=theirs),
    ]
    assert [answer.status_code for answer in answers] == [404] * 6
    assert (await intake.http.get("/v1/subscriptions", headers=theirs)).json()["items"] == []
    own = await intake.http.get("/v1/subscriptions", headers=intake.bearer(scope=MANAGE))
    assert [(each["id"], each["secret"], each["event_types"]) for each in own.json()["items"]] == [
        (made["id"], None, ["report.changed"])
    ]


async def test_the_companions_do_what_they_say(intake: Intake, receiver: WebhookReceiver) -> None:
    made = await subscribe(intake, receiver.url)
    path, own = f"/v1/subscriptions/{made['id']}", intake.bearer(scope=MANAGE)
    tested = await intake.http.post(f"{path}/test", headers=own)
    assert (tested.json()["delivered"], tested.json()["status"]) == (True, 204)
    paused = await intake.http.patch(path, json={"status": "paused"}, headers=own)
    assert (paused.json()["status"], paused.json()["pause_reason"]) == ("paused", "partner")
    report, case = await intake.submit(), new_case_number(2026)
    await intake.bus.publish([told(intake, case, 1, [report["id"]])])

    async def waiting() -> list[dict[str, Any]]:
        answer = await intake.http.get(f"{path}/deliveries", headers=own)
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    [delivery] = await eventually(waiting)
    assert (delivery["report_id"], delivery["state"]) == (report["id"], "pending")
    assert len(receiver.journal) == 1, "only the test message has gone out"
    await intake.http.patch(path, json={"status": "active"}, headers=own)
    await eventually(lambda: len(receiver.journal) == 2)
    assert (await intake.http.delete(path, headers=own)).status_code == 204
    assert (await intake.http.get(path, headers=own)).status_code == 404


async def test_a_second_endpoint_catches_up_on_what_was_told_before_it(
    intake: Intake, receiver: WebhookReceiver
) -> None:
    await subscribe(intake, "http://127.0.0.1:9/hook")
    report, case = await intake.submit(), new_case_number(2026)
    await intake.bus.publish([told(intake, case, 1, [report["id"]])])
    await until_claim(intake, report["id"], case_number=case)
    made = await subscribe(intake, receiver.url)
    params = {"since": (NOON - timedelta(days=1)).isoformat()}
    path = f"/v1/subscriptions/{made['id']}/recover"
    recovered = await intake.http.post(path, params=params, headers=intake.bearer(scope=MANAGE))
    assert recovered.json()["requeued"] >= 1
    await eventually(lambda: news(receiver, report["id"]))


async def test_an_operator_holds_an_employers_endpoint(intake: Intake) -> None:
    made = await subscribe(intake, "http://127.0.0.1:9/hook")
    path = f"/v1/operations/subscriptions/{made['id']}"
    held = await intake.http.post(f"{path}/pause", headers=intake.bearer(*OPERATOR))
    assert (held.json()["status"], held.json()["pause_reason"]) == ("paused", "operator")
    assert (await intake.http.get("/v1/operations/deliveries", headers=intake.bearer(*OPERATOR))).status_code == 200
    assert (await intake.http.post(f"{path}/resume", headers=intake.bearer(scope=MANAGE))).status_code == 403


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"url": "ftp://127.0.0.1/"}, {"/url"}),
        (
            {"url": 5, "event_types": ["case.opened"], "region_codes": ["36"]},
            {"/url", "/event_types/0", "/region_codes"},
        ),
        ({}, {"/url"}),
    ],
)
async def test_every_problem_of_a_subscription_is_named(
    intake: Intake, body: dict[str, Any], pointers: set[str]
) -> None:
    answer = await intake.http.post("/v1/subscriptions", json=body, headers=intake.once(scope=MANAGE))
    assert answer.status_code == 422
    assert {each["pointer"] for each in answer.json()["errors"]} == pointers


async def test_the_secret_is_told_again_only_to_the_same_request(intake: Intake) -> None:
    key, body = uuid.uuid4().hex, {"url": "http://127.0.0.1:9/hook"}
    first = await intake.http.post("/v1/subscriptions", json=body, headers=intake.once(scope=MANAGE, key=key))
    again = await intake.http.post("/v1/subscriptions", json=body, headers=intake.once(scope=MANAGE, key=key))
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json()["secret"] == first.json()["secret"]


async def test_old_news_is_forgotten_unless_an_endpoint_still_waits_for_it(
    intake: Intake, receiver: WebhookReceiver
) -> None:
    await subscribe(intake, receiver.url)
    report, case = await intake.submit(), new_case_number(2026)
    await intake.bus.publish([told(intake, case, 1, [report["id"]])])
    await eventually(lambda: news(receiver, report["id"]))
    held = await subscribe(intake, "http://127.0.0.1:9/hook")
    path = f"/v1/subscriptions/{held['id']}"
    await intake.http.patch(path, json={"status": "paused"}, headers=intake.bearer(scope=MANAGE))
    await intake.bus.publish([told(intake, case, 2, [report["id"]], waiting_on=WaitingOn.BPJS)])
    await eventually(lambda: len(news(receiver, report["id"])) == 2)
    database = Database(intake.database.url, service="intake", pool_size=1)
    try:
        async with database.system_transaction() as transaction:
            await forget_news(transaction, NOON + timedelta(days=100), 1_000)
    finally:
        await database.close()
    rows = await intake.rows("SELECT body FROM report_notice WHERE report_id = $1", report["id"])
    assert [json.loads(row["body"])["waiting_on"] for row in rows] == ["bpjs"]
