"""What an office pulls, sees and determines."""

import asyncio
import random
import uuid
from typing import Any

import pytest

from shared.events.determination import (
    AcknowledgementContent,
    AcknowledgementFacts,
    DeterminationContent,
    DeterminationFacts,
)
from shared.identifiers import new_case_number
from tests.support.disnaker_service import AT, BANTEN, WEST_JAVA, Gateway, determination
from tests.support.eventually import eventually


async def pulled(gateway: Gateway, org: str = BANTEN, limit: int = 50, **params: Any) -> list[dict[str, Any]]:
    """Everything, page by page."""
    items, cursor = [], None
    while True:
        asked = {"limit": limit, **params, **({"cursor": cursor} if cursor else {})}
        page = (await gateway.http.get("/v1/notifications", params=asked, headers=gateway.bearer(org))).json()
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return items


async def send(gateway: Gateway, body: dict[str, Any], org: str = BANTEN) -> Any:
    return await gateway.http.post("/v1/determinations", json=body, headers=gateway.once(org))


async def test_a_cursor_neither_skips_nor_repeats_while_notifications_come_in(gateway: Gateway) -> None:
    office, region = "disnaker:73", "7371"
    cases = [new_case_number(2026) for _ in range(10)]
    events = [gateway.notification(random.choice(cases), region=region) for _ in range(150)]
    seen: list[str] = []

    async def read() -> None:
        cursor = None
        while len(seen) < len(events):
            params = {"limit": 7, **({"cursor": cursor} if cursor else {})}
            answer = await gateway.http.get("/v1/notifications", params=params, headers=gateway.bearer(office))
            seen.extend(each["notification_id"] for each in answer.json()["items"])
            cursor = answer.json()["resume_cursor"]

    async def write() -> None:
        for start in range(0, len(events), 5):
            await gateway.publish(*events[start : start + 5])

    async with asyncio.timeout(30):
        await asyncio.gather(read(), write())
    assert len(seen) == len(set(seen)) == len(events)
    by_case = {case: [e for e in events if e.key == case] for case in cases}
    for own in by_case.values():
        ids = [str(event.facts.notification_id) for event in own]  # type: ignore[attr-defined]
        assert [each for each in seen if each in ids] == ids


async def test_a_repeated_event_is_one_notification(gateway: Gateway) -> None:
    case_number = new_case_number(2026)
    event = gateway.notification(case_number, region="7471")
    await gateway.publish(event, event, event)
    await gateway.publish(gateway.notification(case_number, region="7471"))

    async def both() -> bool:
        return len(await pulled(gateway, "disnaker:74")) >= 2

    await eventually(both)
    assert len(await pulled(gateway, "disnaker:74")) == 2


async def test_an_office_pulls_its_own_province_and_a_region_inside_it(gateway: Gateway) -> None:
    here, there = new_case_number(2026), new_case_number(2026)
    await gateway.publish(gateway.notification(here, region="3603"), gateway.notification(there, region="3273"))

    async def arrived() -> bool:
        return bool(await pulled(gateway, WEST_JAVA)) and bool(await pulled(gateway, region="3603"))

    await eventually(arrived)
    assert there not in [each["case_number"] for each in await pulled(gateway)]
    assert [each["case_number"] for each in await pulled(gateway, region="3603")] == [here]
    assert here not in [each["case_number"] for each in await pulled(gateway, WEST_JAVA)]


async def test_an_acknowledgement_is_published_once(gateway: Gateway) -> None:
    case_number = new_case_number(2026)
    event = gateway.notification(case_number)
    await gateway.publish(event)
    notification_id = event.facts.notification_id  # type: ignore[attr-defined]
    path = f"/v1/notifications/{notification_id}/acknowledgement"
    await eventually(lambda: gateway.rows("SELECT 1 FROM notification WHERE case_number = $1", case_number))
    assert (await gateway.http.post(path, headers=gateway.once(WEST_JAVA))).status_code == 404
    assert (await gateway.http.post(path, headers=gateway.bearer())).status_code == 400
    first = await gateway.http.post(path, headers=gateway.once())
    body = {"officer": {"id": "PPK-1", "name": "Andi"}, "note": "diterima"}
    second = await gateway.http.post(path, json=body, headers=gateway.once())
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert first.json()["notification_id"] == str(notification_id)
    [published] = await gateway.published(notification_id)
    assert isinstance(published.facts, AcknowledgementFacts)
    assert isinstance(published.content, AcknowledgementContent)
    assert (published.facts.case_number, published.facts.org, published.key) == (case_number, BANTEN, case_number)
    bad = await gateway.http.post(path, json={"offcer": {}}, headers=gateway.once())
    assert (bad.status_code, bad.json()["errors"][0]["pointer"]) == (422, "/offcer")


async def test_an_office_sees_event_cause_and_deadlines_of_its_cases_only(gateway: Gateway) -> None:
    case_number = new_case_number(2026)
    clocks = [{"clock": "T1_KK", "due_at": AT, "met": True}, {"clock": "PAYOUT", "due_at": AT}]
    state = gateway.claim_state(case_number, 2, state="AWAITING_DOCUMENTS", waiting_on="hospital", clocks=clocks)
    await gateway.publish(gateway.notification(case_number), state)

    async def look() -> dict[str, Any]:
        answer = await gateway.http.get(f"/v1/cases/{case_number}", headers=gateway.bearer())
        assert answer.status_code == 200
        seen: dict[str, Any] = answer.json()
        assert seen["chronology"]
        assert seen["state"] == "AWAITING_DOCUMENTS"
        return seen

    seen = await eventually(look)
    assert (seen["waiting_on"], seen["accident_type"], seen["region_code"]) == ("hospital", "caught", "3671")
    assert [(clock["clock"], clock["met"]) for clock in seen["clocks"]] == [("T1_KK", True)]
    assert not {"diagnoses", "evidence"} & set(seen)
    other = await gateway.http.get(f"/v1/cases/{case_number}", headers=gateway.bearer(WEST_JAVA))
    assert (other.status_code, other.json()["code"]) == (404, "case.unknown")


async def test_older_news_of_a_case_never_replaces_newer(gateway: Gateway) -> None:
    case_number = await gateway.known_case(claim_version=5, state="AWAITING_DETERMINATION")
    await gateway.publish(gateway.claim_state(case_number, 3, state="REPORTED", claim_version=3))
    marker = await gateway.known_case()
    assert marker
    await gateway.publish(gateway.claim_state(case_number, 6, state="CONCLUDED_WORK_ACCIDENT", claim_version=6))

    async def look() -> bool:
        answer = await gateway.http.get(f"/v1/cases/{case_number}", headers=gateway.bearer())
        assert answer.json()["state"] != "REPORTED"
        return bool(answer.json()["state"] == "CONCLUDED_WORK_ACCIDENT")

    await eventually(look)


async def test_a_determination_is_kept_and_published_whole(gateway: Gateway) -> None:
    case_number = await gateway.known_case()
    disability = {"kind": "partial_functional", "code": "P15", "percent": 12.5}
    body = determination(case_number, disability=disability, benefit_amount_rupiah=24_000_000)
    answer = await send(gateway, body)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["id"] == made["determination_id"]
    assert (made["decision"], made["supersedes"]) == ("WORK_ACCIDENT", None)
    [event] = await gateway.published(made["id"])
    assert isinstance(event.facts, DeterminationFacts)
    assert isinstance(event.content, DeterminationContent)
    assert (event.key, event.facts.org, event.facts.region_code) == (case_number, BANTEN, "3671")
    assert event.content.disability is not None
    assert (str(event.content.disability.percent), event.content.inspector.name) == ("12.5", "Andi")
    read = await gateway.http.get(f"/v1/determinations/{made['id']}", headers=gateway.bearer())
    assert read.json() == made
    hidden = await gateway.http.get(f"/v1/determinations/{made['id']}", headers=gateway.bearer(WEST_JAVA))
    assert hidden.status_code == 404
    [row] = await gateway.rows("SELECT sealed_content FROM determination WHERE case_number = $1", case_number)
    assert b"Andi" not in row["sealed_content"]


async def test_a_later_determination_supersedes_the_latest_unless_it_names_another(gateway: Gateway) -> None:
    case_number = await gateway.known_case()
    first = (await send(gateway, determination(case_number))).json()
    second = (await send(gateway, determination(case_number, decision="NOT_WORK_ACCIDENT"))).json()
    third = (await send(gateway, determination(case_number, supersedes=first["id"]))).json()
    assert (second["supersedes"], third["supersedes"]) == (first["id"], first["id"])
    seen = (await gateway.http.get(f"/v1/cases/{case_number}", headers=gateway.bearer())).json()
    assert {each["determination_id"]: each["superseded"] for each in seen["determinations"]} == {
        first["id"]: True,
        second["id"]: False,
        third["id"]: False,
    }
    unknown = await send(gateway, determination(case_number, supersedes=str(uuid.uuid4())))
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/supersedes")


async def test_many_determinations_at_once_form_one_chain(gateway: Gateway) -> None:
    case_number = await gateway.known_case()
    answers = await asyncio.gather(*(send(gateway, determination(case_number)) for _ in range(6)))
    assert {answer.status_code for answer in answers} == {201}
    superseded = [answer.json()["supersedes"] for answer in answers]
    assert len(set(superseded)) == 6


@pytest.mark.parametrize("region", ["3273", None])
async def test_a_case_of_another_province_or_of_none_is_unknown(gateway: Gateway, region: str | None) -> None:
    case_number = await gateway.known_case(region=region)  # type: ignore[arg-type]
    answer = await send(gateway, determination(case_number))
    assert (answer.status_code, answer.json()["code"]) == (404, "case.unknown")
    assert (await send(gateway, determination(new_case_number(2026)))).status_code == 404


async def test_a_closed_claim_takes_no_determination(gateway: Gateway) -> None:
    case_number = await gateway.known_case(open=False, state="CLOSED")
    answer = await send(gateway, determination(case_number))
    assert (answer.status_code, answer.json()["code"]) == (409, "claim.closed")


async def test_a_merged_case_answers_under_the_number_that_remains(gateway: Gateway) -> None:
    survivor = await gateway.known_case()
    merged = await gateway.known_case(open=False, state="MERGED", merged_into=survivor)
    moved = await gateway.http.get(f"/v1/cases/{merged}", headers=gateway.bearer())
    assert (moved.status_code, moved.headers["location"]) == (308, f"/v1/cases/{survivor}")
    made = await send(gateway, determination(merged))
    assert (made.status_code, made.json()["case_number"]) == (201, survivor)


async def test_an_erased_claim_is_forgotten(gateway: Gateway) -> None:
    case_number = await gateway.known_case()
    await gateway.publish(gateway.tombstone(case_number))

    async def gone() -> bool:
        answer = await gateway.http.get(f"/v1/cases/{case_number}", headers=gateway.bearer())
        return answer.status_code == 404

    await eventually(gone)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"decided_on": "2999-01-01"}, "/decided_on"),
        ({"decided_on": "2026-02-30"}, "/decided_on"),
        ({"decided_on": 20260220}, "/decided_on"),
        ({"decision": "MAYBE"}, "/decision"),
        ({"inspector": {"name": "Andi"}}, "/inspector/id"),
        ({"letter_number": ""}, "/letter_number"),
        ({"disability": {"kind": "x", "percent": 101}}, "/disability/percent"),
        ({"benefit_amount_rupiah": 1.5}, "/benefit_amount_rupiah"),
        ({"surprise": True}, "/surprise"),
    ],
)
async def test_what_is_wrong_with_a_determination_is_named(
    gateway: Gateway, change: dict[str, Any], pointer: str
) -> None:
    case_number = await gateway.known_case()
    answer = await send(gateway, determination(case_number, **change))
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]
    assert await gateway.rows("SELECT 1 FROM determination WHERE case_number = $1", case_number) == []


async def test_the_region_of_a_case_follows_its_claim(gateway: Gateway) -> None:
    case_number = await gateway.known_case(region="3671")
    await gateway.publish(gateway.claim_state(case_number, 2, region="3273", claim_version=2))

    async def moved() -> bool:
        answer = await gateway.http.get(f"/v1/cases/{case_number}", headers=gateway.bearer(WEST_JAVA))
        return answer.status_code == 200

    await eventually(moved)
    assert (await gateway.http.get(f"/v1/cases/{case_number}", headers=gateway.bearer())).status_code == 404


async def test_reading_and_changing_leave_a_trace(gateway: Gateway) -> None:
    case_number = await gateway.known_case()
    await gateway.http.get(f"/v1/cases/{case_number}", headers=gateway.bearer())
    made = (await send(gateway, determination(case_number))).json()
    rows = await gateway.rows(
        "SELECT action FROM audit_log WHERE object_id = ANY($1) ORDER BY id", [case_number, made["id"]]
    )
    assert [row["action"] for row in rows] == ["case.read", "determination.issue"]
