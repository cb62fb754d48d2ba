"""Complaints and the return to work by API: recorded, answered, shown, told on the stream without their words."""

from datetime import timedelta
from typing import Any

import pytest

from services.verification.entrypoints.http.work.complaints import ComplaintBody
from services.verification.entrypoints.http.work.return_to_work import ReturnToWorkBody
from shared.regulation.codes import codes_of
from tests.support.agency_events import accident_report, medical_report, random_nik
from tests.support.eventually import eventually
from tests.support.verification_service import AUDITOR, Verification
from tests.support.verification_work import NOW

STATEMENT = {
    "outcome": "partial_functional",
    "disability_body_part": "thumb_right",
    "function_loss_percent": "40",
    "examined_on": "2026-11-20",
    "prosthesis": "tidak perlu",
    "orthosis": "Bidai jari",
    "work_capacity": "light",
}
WORDS = "Sudah tiga minggu tidak ada kabar."


async def opened(hub: Verification, *, statement: dict[str, Any] | None = None) -> dict[str, Any]:
    nik = random_nik()
    await hub.publish(accident_report(nik), medical_report(nik, statement=statement))
    return await hub.claim_with(nik, state="REPORTED" if statement is None else "AWAITING_DOCUMENTS")


async def post(hub: Verification, path: str, **body: Any) -> Any:
    return await hub.http.post(f"/v1/claims/{path}", json=body, headers=hub.once())


async def told_on_kafka(hub: Verification, claim: dict[str, Any], version: int) -> dict[str, Any]:
    number = claim["case_number"]
    [event] = await eventually(
        lambda: [e for e in hub.published("jkk.claims", number) if e["claim_version"] == version]
    )
    assert isinstance(event, dict)
    return event


async def test_a_complaint_runs_its_own_clock_until_it_is_answered(verification: Verification) -> None:
    before = await opened(verification)
    number = before["case_number"]
    made = await post(verification, f"{number}/complaints", by="worker", channel="175", text=WORDS)
    assert made.status_code == 201, made.text
    complaint = made.json()
    assert (complaint["state"], complaint["deadline"]["clock"], complaint["answer"]) == ("open", "COMPLAINT", None)
    claim = await verification.claim(number)
    assert [item["id"] for item in claim["complaints"]] == [complaint["id"]]
    assert claim["decision_version"] == before["decision_version"], "no decision rests on it"
    assert complaint["deadline"] in claim["clocks"]
    assert claim["timeline"][-1]["what"] == "complaint.received"
    event = await told_on_kafka(verification, claim, complaint["version"])
    assert "complaint-received" in event["changes"]
    assert WORDS not in str(event)

    verification.clock.advance(timedelta(hours=1))
    answered = await post(verification, f"{number}/complaints/{complaint['id']}/answer", text="Dibayar.", upheld=True)
    assert answered.status_code == 200, answered.text
    assert answered.json()["answer"]["upheld"] is True
    assert answered.json()["deadline"]["met"] is True
    again = await post(verification, f"{number}/complaints/{complaint['id']}/answer", text="Sekali lagi.")
    assert (again.status_code, again.json()["code"]) == (409, "complaint.answered")
    claim = await verification.claim(number)
    assert claim["timeline"][-1]["what"] == "complaint.answered"
    queue = await verification.http.get("/v1/claims", params={"q": number}, headers=verification.bearer())
    [item] = [each for each in queue.json()["items"] if each["case_number"] == number]
    assert not {"complaints", "return_to_work"} & item.keys(), "a queue item is the claim without its lists"


async def test_feedback_is_kept_without_a_clock(verification: Verification) -> None:
    claim = await opened(verification)
    made = await post(verification, f"{claim['case_number']}/complaints", kind="feedback", by="family", text="Cepat.")
    assert (made.status_code, made.json()["deadline"]) == (201, None)


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, {"/by", "/text"}),
        ({"by": "neighbour", "text": "", "kind": "praise", "x": 1}, {"/by", "/text", "/kind", "/x"}),
        ({"by": "worker", "text": "a", "received_at": (NOW + timedelta(days=1)).isoformat()}, {"/received_at"}),
        ({"by": "worker", "text": "a", "received_at": "0001-01-01T00:00:00+07:00"}, {"/received_at"}),
        ({"by": "worker", "text": "a", "received_at": 1_700_000_000}, {"/received_at"}),
    ],
)
async def test_every_problem_of_a_complaint_is_named(
    verification: Verification, body: dict[str, Any], pointers: set[str]
) -> None:
    claim = await opened(verification)
    answer = await post(verification, f"{claim['case_number']}/complaints", **body)
    assert answer.status_code == 422, answer.text
    assert {each["pointer"] for each in answer.json()["errors"]} == pointers


async def test_an_unknown_complaint_is_not_there(verification: Verification) -> None:
    claim = await opened(verification)
    for unknown in ("nonsense", "019e0000-0000-7000-8000-000000000000"):
        answer = await post(verification, f"{claim['case_number']}/complaints/{unknown}/answer", text="Ya.")
        assert (answer.status_code, answer.json()["code"]) == (404, "complaint.not-found")


async def test_the_doctors_statement_offers_a_return_to_work_that_goes_as_both_agree(
    verification: Verification,
) -> None:
    claim = await opened(verification, statement=STATEMENT)
    number, offered = claim["case_number"], claim["return_to_work"]
    assert offered["state"] == "offered"
    assert [each["code"] for each in offered["triggers"]] == ["disability", "orthosis", "work-capacity"]
    assert offered["evidence_id"] in {each["id"] for each in claim["evidence"]}
    assert all(right["text"]["id"] and right["text"]["en"] for right in offered["rights"])

    early = await post(verification, f"{number}/return-to-work", step="started")
    assert (early.status_code, early.json()["code"]) == (409, "return-to-work.not-agreed")
    states = []
    for step in ("employer_agreed", "worker_agreed", "started", "completed"):
        verification.clock.advance(timedelta(hours=1))
        made = await post(verification, f"{number}/return-to-work", step=step, note="Dicatat.")
        assert made.status_code == 201, made.text
        states.append(made.json()["state"])
    assert states == ["offered", "agreed", "under_way", "completed"]
    after = await verification.claim(number)
    assert after["return_to_work"]["state"] == "completed"
    assert after["decision_version"] == claim["decision_version"]
    assert after["timeline"][-1]["what"] == "return-to-work.completed"
    event = await told_on_kafka(verification, after, after["version"])
    assert event["changes"] == ["return-to-work-changed"]


async def test_without_a_statement_there_is_no_return_to_work(verification: Verification) -> None:
    claim = await opened(verification)
    assert claim["return_to_work"] is None
    answer = await post(verification, f"{claim['case_number']}/return-to-work", step="worker_agreed")
    assert (answer.status_code, answer.json()["code"]) == (409, "return-to-work.not-triggered")


async def test_an_auditor_reads_and_records_nothing(verification: Verification) -> None:
    claim = await opened(verification)
    headers = verification.once(org=AUDITOR, scope="claims.read")
    for path in ("complaints", "return-to-work"):
        answer = await verification.http.post(f"/v1/claims/{claim['case_number']}/{path}", json={}, headers=headers)
        assert answer.status_code == 403


def test_the_words_of_the_bodies_are_those_of_the_published_lists() -> None:
    complaint = ComplaintBody.model_json_schema()["properties"]
    assert set(complaint["kind"]["enum"]) == set(codes_of("complaint_kinds"))
    assert set(complaint["by"]["enum"]) == set(codes_of("complainants"))
    assert set(ReturnToWorkBody.model_json_schema()["properties"]["step"]["enum"]) == set(
        codes_of("return_to_work_steps")
    )
