"""Lists of own reports, self-reports, codes, and the OpenAPI document."""

import copy
from datetime import timedelta
from typing import Any

import pytest
from openapi_spec_validator import validate

from services.intake.application.forms.examples import DISEASE_REPORT
from shared.regulation.codes import codes_of
from tests.support.intake_service import Intake, accident, self_report

CHANNEL = "channel:jmo"
SCOPES = "self-reports.write self-reports.read"


async def listed(intake: Intake, org: str, **query: Any) -> dict[str, Any]:
    answer = await intake.http.get("/v1/accident-reports", params=query, headers=intake.bearer(org))
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def three_reports(intake: Intake, number: str) -> list[str]:
    ids = []
    for _ in range(3):
        report = accident()
        report["employer"]["registration_number"] = number
        ids.append((await intake.submit(report, org=f"employer:{number}"))["id"])
        intake.clock.advance(timedelta(minutes=1))
    return ids


async def test_a_list_is_paged_in_order_of_change(intake: Intake) -> None:
    ids, org = await three_reports(intake, "LL000001"), "employer:LL000001"
    first = await listed(intake, org, limit=2)
    assert [item["id"] for item in first["items"]] == ids[:2]
    second = await listed(intake, org, limit=2, cursor=first["next_cursor"])
    assert [item["id"] for item in second["items"]] == ids[2:]
    assert second["next_cursor"] is None


async def test_a_list_begins_where_the_reader_left_off(intake: Intake) -> None:
    ids, org = await three_reports(intake, "LL000002"), "employer:LL000002"
    last = (await listed(intake, org))["items"][1]["updated_at"]
    found = await listed(intake, org, updated_since=last)
    assert [item["id"] for item in found["items"]] == ids[1:]
    answer = await intake.http.get(f"/v1/accident-reports?updated_since={last}", headers=intake.bearer(org))
    assert len(answer.json()["items"]) == 2, "a plus sign that was not encoded"


async def test_a_self_report_needs_little(intake: Intake) -> None:
    report = self_report()
    report["worker"] = {"name": "Siti", "birth_date": "1990-03-12"}
    answer = await intake.http.post("/v1/self-reports", json=report, headers=intake.once(CHANNEL, SCOPES))
    assert answer.status_code == 201
    body = answer.json()
    (event,) = await intake.events(body["id"])
    assert event.type == "jkk.self-report.submitted.v1"
    assert event.key.startswith("d:")
    shown = await intake.http.get(f"/v1/self-reports/{body['id']}", headers=intake.bearer(CHANNEL, SCOPES))
    assert shown.json() == {name: body[name] for name in body.keys() - {"tracking_code", "receipt"}}
    other = await intake.http.get(f"/v1/self-reports/{body['id']}", headers=intake.bearer("channel:union", SCOPES))
    assert other.status_code == 404


async def test_a_disease_can_be_told_by_the_worker(intake: Intake) -> None:
    report = {**self_report(), "disease": copy.deepcopy(DISEASE_REPORT["disease"])}
    report["event"] = {"region_code": "3671"}
    answer = await intake.http.post("/v1/self-reports", json=report, headers=intake.once(CHANNEL, SCOPES))
    assert answer.status_code == 201
    del report["event"]
    answer = await intake.http.post("/v1/self-reports", json=report, headers=intake.once(CHANNEL, SCOPES))
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"event": None}, {("/event", "model-type")}),
        ({"worker": {"name": "Siti"}}, {("/worker/birth_date", "required")}),
        ({"worker": {"name": "Siti", "nik": "1"}}, {("/worker/nik", "nik-format")}),
        (
            {"reporter": {"name": "Budi", "phone": "0812345678", "relation": "boss"}},
            {("/reporter/relation", "unknown-code")},
        ),
    ],
)
async def test_a_wrong_self_report_is_refused(intake: Intake, change: Any, expected: set[tuple[str, str]]) -> None:
    answer = await intake.http.post(
        "/v1/self-reports", json=self_report() | change, headers=intake.once(CHANNEL, SCOPES)
    )
    assert answer.status_code == 422
    assert {(error["pointer"], error["code"]) for error in answer.json()["errors"]} == expected


async def test_coded_lists_need_no_token(intake: Intake) -> None:
    lists = (await intake.http.get("/v1/codes")).json()["lists"]
    assert [code["code"] for code in lists["segments"]] == list(codes_of("segments"))
    one = (await intake.http.get("/v1/codes/documents")).json()
    assert one["list"] == "documents"
    assert {"code": "ID", "title": {"id": "KTP/paspor", "en": "Identity card or passport"}} in one["codes"]
    assert (await intake.http.get("/v1/codes/nonsense")).status_code == 404


async def test_the_openapi_document_is_valid_and_holds_lists_and_examples(intake: Intake) -> None:
    document = (await intake.http.get("/openapi.json")).json()
    validate(document)
    schemas = document["components"]["schemas"]
    assert schemas["AccidentReport"]["examples"]
    assert schemas["AccidentEvent"]["properties"]["accident_type"]["enum"] == list(codes_of("accident_types"))
    assert "hand_right" in schemas["AccidentEvent"]["properties"]["body_parts"]["items"]["enum"]
    upload = document["paths"]["/v1/accident-reports/{report_id}/documents/{document_code}"]["put"]
    assert set(upload["requestBody"]["content"]) == {"application/pdf", "image/jpeg", "image/png"}


async def test_it_is_ready_when_everything_is_reachable(intake: Intake) -> None:
    answer = await intake.http.get("/readyz")
    assert (answer.status_code, answer.json()["problems"]) == (200, {})
