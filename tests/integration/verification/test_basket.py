"""The basket of doubtful pairs, as a verifier reads and settles it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from shared.events import Event
from shared.web.paging import encode_cursor
from tests.support.agency_events import accident_report, medical_report, random_nik, self_report
from tests.support.databases import service_database
from tests.support.eventually import eventually
from tests.support.servers import PostgresServer
from tests.support.verification_service import Verification, running_verification

BORN = "1991-07-23"


@pytest_asyncio.fixture
async def verification(postgres: PostgresServer, tmp_path: Path) -> AsyncIterator[Verification]:
    """With a database of its own: the basket is read as a whole, and each test has its own keys."""
    async with service_database(postgres.url, "verification") as made, running_verification(made, tmp_path) as running:
        yield running


async def items_of(verification: Verification, event: Event) -> list[dict[str, Any]]:
    answer = await verification.http.get("/v1/unmatched", params={"limit": 200}, headers=verification.bearer())
    assert answer.status_code == 200, answer.text
    return [item for item in answer.json()["items"] if event.subject in item["evidence_ids"]]


async def first_item(verification: Verification, event: Event) -> dict[str, Any]:
    async def found() -> dict[str, Any] | None:
        return next(iter(await items_of(verification, event)), None)

    return await eventually(found)


async def settled(verification: Verification, item: dict[str, Any], verb: str, **body: Any) -> Any:
    return await verification.http.post(f"/v1/unmatched/{item['id']}/{verb}", json=body, headers=verification.once())


async def test_a_doubtful_pair_shows_both_sides_beside_each_other(verification: Verification) -> None:
    nik = random_nik()
    report = accident_report(nik, name="Rina Hutagalung", birth_date=BORN)
    visit = medical_report(None, name="Rini Hutagalung", birth_date=BORN)
    await verification.publish(report, visit)
    item = await first_item(verification, visit)
    assert len(set(item["claims"])) == 2
    assert 0.5 <= item["score"] < 0.999
    assert "name-sibling" in item["reasons"]
    names = {side["evidence_id"]: side["worker_name"] for side in item["sides"]}
    assert names == {report.subject: "Rina Hutagalung", visit.subject: "Rini Hutagalung"}
    assert {side["nik_masked"] for side in item["sides"]} == {None, f"{nik[:4]}********{nik[-4:]}"}
    name = next(row for row in item["comparison"] if row["field"] == "name")
    assert sorted(name["values"]) == ["Rina Hutagalung", "Rini Hutagalung"]
    assert name["title"] == {"id": "Nama mirip saudara atau kembar", "en": "Name as of a sibling or twin"}
    assert nik not in str(item)


async def test_a_linked_pair_is_one_claim_and_leaves_the_basket(verification: Verification) -> None:
    report = accident_report(random_nik(), name="Salma Ritonga", birth_date=BORN)
    visit = medical_report(None, name="Salwa Ritonga", birth_date=BORN)
    await verification.publish(report, visit)
    linked = await settled(verification, await first_item(verification, visit), "link")
    assert linked.status_code == 200, linked.text
    assert {item["id"] for item in linked.json()["evidence"]} == {report.subject, visit.subject}
    assert await items_of(verification, visit) == []


async def test_a_worker_without_a_number_is_linked_with_the_claim_that_a_person_names(
    verification: Verification,
) -> None:
    nik = random_nik()
    told = self_report(None, name="Tanpa Nama")
    await verification.publish(accident_report(nik), told)
    item = await first_item(verification, told)
    claim = await verification.claim_with(nik)
    assert (item["reasons"], item["score"], len(item["sides"]), item["comparison"]) == (
        ["worker-without-number"], 0.0, 1, [],
    )  # fmt: skip
    nowhere = await settled(verification, item, "link")
    assert (nowhere.status_code, nowhere.json()["errors"][0]["pointer"]) == (422, "/join")
    linked = await settled(verification, item, "link", join=claim["case_number"])
    assert linked.status_code == 200, linked.text
    assert told.subject in [piece["id"] for piece in linked.json()["evidence"]]
    assert await items_of(verification, told) == []


async def test_a_worker_without_a_number_may_stay_a_claim_of_its_own(verification: Verification) -> None:
    told = self_report(None, name="Tanpa Nama")
    await verification.publish(told)
    item = await first_item(verification, told)
    dismissed = await settled(verification, item, "dismissal", reason="Belum dikenal.")
    assert dismissed.status_code == 200, dismissed.text
    assert [piece["id"] for piece in dismissed.json()["evidence"]] == [told.subject]
    assert await items_of(verification, told) == []


async def test_a_cursor_of_another_list_is_refused(verification: Verification) -> None:
    for path, cursor in (
        ("/v1/unmatched", encode_cursor("JKK-2026-0000000000")),
        ("/v1/claims", encode_cursor("soon", "JKK-2026-0000000000")),
    ):
        answer = await verification.http.get(path, params={"cursor": cursor}, headers=verification.bearer())
        assert (answer.status_code, answer.json()["code"]) == (422, "cursor.invalid")
