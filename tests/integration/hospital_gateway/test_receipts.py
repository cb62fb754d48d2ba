"""Whatever a hospital's system is taken at its word for has a receipt, told in a header, that anybody can check."""

import json
from hashlib import sha256
from typing import Any

import httpx
import pytest

from shared.events.medical_report import MedicalReportContent
from tests.integration.hospital_gateway.calls import FINISH, code_in, patched, visit
from tests.integration.hospital_gateway.conftest import Gateway, Hospital, new_nik, sample, single
from tests.integration.hospital_gateway.resources import document

LOGGED = "SELECT action, object_id FROM audit_log WHERE object_type = 'Bundle' AND org = $1 ORDER BY id"
GIVEN = "SELECT count(*) FROM audit_log WHERE object_type = 'receipt' AND org = $1"


async def checked(gateway: Gateway, answer: httpx.Response) -> dict[str, Any]:
    """What anybody is told of the receipt in an answer, without a token."""
    told = await gateway.http.get(f"/receipt/{code_in(answer)}", headers={"Accept": "application/json"})
    assert told.status_code == 200, told.text
    found: dict[str, Any] = told.json()
    assert (found["genuine"], found["kind"], found["service"]) == (True, "hospital_records", "hospital_gateway")
    return found


def digest(body: bytes | str) -> list[str]:
    return [sha256(body.encode() if isinstance(body, str) else body).hexdigest()]


async def nothing_given(gateway: Gateway, hospital: Hospital) -> bool:
    return [row["count"] for row in await gateway.rows(GIVEN, hospital.org)] == [0]


async def test_a_transaction_has_one_receipt_of_its_bytes_also_when_it_comes_again(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("hand-caught-in-press")
    body = json.dumps(bundle)
    sent = await hospital.post("/fhir", body)
    told = await checked(gateway, sent)
    assert told["sha256"] == digest(body)
    assert "link" not in sent.text.lower(), "the body is FHIR's own"
    nik = bundle["entry"][0]["resource"]["identifier"][0]["value"]
    assert nik not in json.dumps(told)
    again = await hospital.post("/fhir-r4/v1", body)
    assert again.headers["idempotency-replayed"] == "true"
    assert code_in(again) == code_in(sent)
    assert [row["count"] for row in await gateway.rows(GIVEN, hospital.org)] == [1]
    [(_, content)] = await gateway.reports(hospital)
    assert content.receipt == code_in(sent).replace("-", ""), "the report says by what it became so"


async def test_the_log_of_what_came_again_names_the_bundle_and_not_its_digest_which_a_purge_forgets(
    gateway: Gateway,
) -> None:
    hospital, body = gateway.hospital(), json.dumps(sample("hand-caught-in-press"))
    await hospital.post("/fhir", body)
    await hospital.post("/fhir", body)
    first, again = await gateway.rows(LOGGED, hospital.org)
    assert (first["action"], again["action"]) == ("bundle.submit", "bundle.replay")
    assert again["object_id"] == first["object_id"] != digest(body)[0]


async def test_every_single_write_has_a_receipt_of_what_was_sent(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("hand-caught-in-press")
    first = json.dumps(single(bundle, "Patient"))
    made = await hospital.post("/fhir/Patient", first)
    second = json.dumps({**made.json(), "active": True})
    changed = await hospital.put(f"/fhir/Patient/{made.json()['id']}", second)
    encounter = await visit(hospital)
    finished = await patched(hospital, f"/fhir/{encounter}", FINISH)
    codes = {code_in(answer) for answer in (made, changed, finished)}
    assert len(codes) == 3
    for answer, body in ((made, first), (changed, second), (finished, json.dumps(FINISH))):
        assert (await checked(gateway, answer))["sha256"] == digest(body)
    *_, (_, content) = await gateway.reports(hospital)
    assert isinstance(content, MedicalReportContent)
    assert content.receipt == code_in(finished).replace("-", "")


async def test_a_conditional_create_that_finds_one_has_the_receipt_of_what_is_held(gateway: Gateway) -> None:
    hospital, condition = gateway.hospital(), {"If-None-Exist": "identifier=urn:ward|7"}
    place = {"resourceType": "Location", "identifier": [{"system": "urn:ward", "value": "7"}], "name": "IGD"}
    made = await hospital.post("/fhir/Location", place, **condition)
    found = await hospital.post("/fhir/Location", {**place, "name": "ICU"}, **condition)
    assert (found.status_code, code_in(found)) == (200, code_in(made))
    kept = await gateway.rows("SELECT 1 FROM receipt_digest WHERE org = $1", hospital.org)
    assert len(kept) == 1, "no digest of what is not held: no purge would find it"


async def test_of_a_bundle_of_which_nothing_is_kept_neither_bytes_nor_digest_are(gateway: Gateway) -> None:
    hospital, request = gateway.hospital(), {"method": "POST", "url": "Location"}
    place = {"resourceType": "Location", "identifier": [{"system": "urn:ward", "value": "7"}], "name": "IGD" * 50}
    await hospital.post("/fhir/Location", place)
    for kind, entry in (
        ("transaction", {"request": {**request, "ifNoneExist": "identifier=urn:ward|7"}, "resource": place}),
        ("batch", {"request": request, "resource": {**place, "status": "none"}}),
    ):
        body = {"resourceType": "Bundle", "type": kind, "entry": [entry]}
        first, again = await hospital.post("/fhir", body), await hospital.post("/fhir", body)
        assert (first.status_code, "link" in first.headers, "link" in again.headers) == (200, False, False), first.text
        assert again.headers["idempotency-replayed"] == "true"
    kept = await gateway.rows("SELECT sealed_request FROM bundle_receipt WHERE org = $1", hospital.org)
    assert [row["sealed_request"] for row in kept] == [b"", b""]
    assert len(await gateway.rows("SELECT 1 FROM receipt_digest WHERE org = $1", hospital.org)) == 1


async def test_a_document_has_a_receipt(gateway: Gateway) -> None:
    hospital, body = gateway.hospital(), json.dumps(document())
    sent, again = await hospital.post("/fhir/Bundle", body), await hospital.post("/fhir/Bundle", body)
    assert (sent.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    assert code_in(again) == code_in(sent)
    assert (await checked(gateway, sent))["sha256"] == digest(body)


async def test_a_batch_has_a_receipt_when_anything_of_it_was_taken(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    request = {"method": "POST", "url": "Patient"}
    good = {"request": request, "resource": {"resourceType": "Patient", "name": [{"text": "Rini"}]}}
    bad = {"request": request, "resource": {"resourceType": "Patient", "gender": "none"}}
    none = {"resourceType": "Bundle", "type": "batch", "entry": [bad]}
    for _ in range(2):
        refused = await hospital.post("/fhir", none)
        assert (refused.status_code, "link" in refused.headers) == (200, False)
    assert await nothing_given(gateway, hospital)
    some = await hospital.post("/fhir", {**none, "entry": [bad, good]})
    assert [one["response"]["status"][:3] for one in some.json()["entry"]] == ["422", "201"]
    await checked(gateway, some)


@pytest.mark.parametrize("path", ["/fhir", "/fhir/Patient", "/fhir/Patient/$validate"])
async def test_what_is_refused_or_only_asked_has_none(gateway: Gateway, path: str) -> None:
    hospital = gateway.hospital()
    wrong = {"resourceType": "Patient", "gender": "none", "identifier": [{"system": "urn:x", "value": new_nik()}]}
    entry = {"request": {"method": "POST", "url": "Patient"}, "resource": wrong}
    body = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]} if path == "/fhir" else wrong
    assert "link" not in (await hospital.post(path, body)).headers
    reads = {
        "resourceType": "Bundle",
        "type": "batch",
        "entry": [{"request": {"method": "GET", "url": "Patient?identifier=urn:x|1"}}],
    }
    assert "link" not in (await hospital.post("/fhir", reads)).headers
    assert await nothing_given(gateway, hospital)


async def test_a_guessed_code_is_no_receipt_and_the_page_is_there_for_people(gateway: Gateway) -> None:
    sent = await gateway.hospital().post("/fhir", sample("hand-caught-in-press"))
    page = await gateway.http.get(f"/receipt/{code_in(sent)}")
    assert (page.status_code, "Data dari rumah sakit" in page.text) == (200, True)
    printed = await gateway.http.get(f"/receipt/{code_in(sent)}.pdf")
    assert (printed.status_code, printed.headers["content-type"]) == (200, "application/pdf")
    elsewhere = await gateway.http.get("/receipt", params={"code": code_in(sent)[:-1] + "U"})
    assert elsewhere.status_code == 404
