"""`Idempotency-Key` on every POST of intake."""

import asyncio
from typing import Any

import pytest

from tests.support.intake_service import EMPLOYER, OTHER_EMPLOYER, Intake, accident, self_report

CHANNEL = "channel:jmo"
CHANNEL_SCOPES = "self-reports.write self-reports.read"


async def count(intake: Intake, table: str = "accident_report") -> int:
    (row,) = await intake.rows(f"SELECT count(*) AS rows FROM {table}")
    return int(row["rows"])


async def test_the_same_request_again_answers_the_stored_response(intake: Intake) -> None:
    report, headers = accident(), intake.once()
    first = await intake.http.post("/v1/accident-reports", json=report, headers=headers)
    before = await count(intake), await count(intake, "outbox")
    again = await intake.http.post("/v1/accident-reports", json=report, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert (await count(intake), await count(intake, "outbox")) == before


async def test_the_same_key_with_other_bytes_is_refused(intake: Intake) -> None:
    headers = intake.once()
    await intake.http.post("/v1/accident-reports", json=accident(), headers=headers)
    answer = await intake.http.post("/v1/accident-reports", json=accident(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency.key-reused")


async def test_of_many_at_once_one_has_its_effect(intake: Intake) -> None:
    report, headers, before = accident(), intake.once(), await count(intake)

    async def send() -> Any:
        return await intake.http.post("/v1/accident-reports", json=report, headers=headers)

    answers = await asyncio.gather(*(send() for _ in range(12)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert await count(intake) == before + 1
    assert (await send()).status_code == 201


async def test_a_refusal_is_not_stored(intake: Intake) -> None:
    headers = intake.once()
    wrong = await intake.http.post("/v1/accident-reports", json=accident(nik="1"), headers=headers)
    right = await intake.http.post("/v1/accident-reports", json=accident(), headers=headers)
    assert (wrong.status_code, right.status_code) == (422, 201)


async def test_a_key_belongs_to_a_client_and_a_route(intake: Intake) -> None:
    headers = intake.once(key="one-key")
    report = await intake.http.post("/v1/accident-reports", json=accident(), headers=headers)
    other = accident()
    other["employer"]["registration_number"] = "KK999999"
    others = {**intake.bearer(OTHER_EMPLOYER, client_id="other-client"), "Idempotency-Key": "one-key"}
    answers = [
        await intake.http.post("/v1/accident-reports", json=other, headers=others),
        await intake.http.post(
            f"/v1/accident-reports/{report.json()['id']}/withdrawal", json={"reason": "x"}, headers=headers
        ),
    ]
    assert [answer.status_code for answer in answers] == [201, 200]


@pytest.mark.parametrize("key", [None, "", "k" * 256])
async def test_without_a_usable_key_nothing_is_done(intake: Intake, key: str | None) -> None:
    headers = intake.bearer() if key is None else {**intake.bearer(), "Idempotency-Key": key}
    answer = await intake.http.post("/v1/accident-reports", json=accident(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-required")


async def test_every_post_takes_a_key(intake: Intake) -> None:
    posts = [
        (path, operations["post"])
        for path, operations in intake.app.openapi()["paths"].items()
        # Trying an endpoint out and catching up make nothing new (interface section 3).
        if "post" in operations and not path.startswith("/v1/operations") and not path.endswith(("/test", "/recover"))
    ]
    assert len(posts) == 6
    for path, operation in posts:
        assert "Idempotency-Key" in {parameter["name"] for parameter in operation["parameters"]}, path


async def test_corrections_withdrawals_and_self_reports_repeat_too(intake: Intake) -> None:
    report = await intake.submit()
    path = f"/v1/accident-reports/{report['id']}"
    for target, body, org, scope in (
        (f"{path}/corrections", {"changes": {"note": "Lihat foto."}, "reason": "Tambahan."}, EMPLOYER, None),
        (f"{path}/withdrawal", {"reason": "Dua kali."}, EMPLOYER, None),
        ("/v1/self-reports", self_report(), CHANNEL, CHANNEL_SCOPES),
    ):
        headers = intake.once(org, scope) if scope else intake.once(org)
        first = await intake.http.post(target, json=body, headers=headers)
        again = await intake.http.post(target, json=body, headers=headers)
        assert first.is_success, first.text
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert again.headers["idempotency-replayed"] == "true"


async def test_stored_answers_are_sealed(intake: Intake) -> None:
    report = await intake.submit()
    rows = await intake.rows("SELECT sealed_body FROM idempotency_key")
    assert not [row for row in rows if report["tracking_code"].encode() in row["sealed_body"]]
