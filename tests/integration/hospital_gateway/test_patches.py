"""JSON Patch, conditional update, and validation without storing."""

import asyncio
from typing import Any
from urllib.parse import quote

import pytest

from tests.integration.hospital_gateway.calls import FINISH, patched, visit
from tests.integration.hospital_gateway.conftest import Gateway, new_nik, of_type, sample, single

UNKNOWN = "0199aaaa-0000-7000-8000-000000000000"


async def test_a_patch_makes_the_next_version_of_a_visit_and_of_its_report(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    answer = await patched(hospital, f"/fhir/{await visit(hospital)}", FINISH)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["status"], answer.headers["etag"]) == ("finished", 'W/"2"')
    told = [(facts.version, facts.encounter_status) for facts, _ in await gateway.reports(hospital)]
    assert told == [(1, "in-progress"), (2, "finished")]


async def test_a_patch_leaves_the_digits_of_what_it_does_not_touch(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    raw = '{"resourceType":"Observation","status":"final","code":{"text":"a"},"valueQuantity":{"value":120.10}}'
    made = (await hospital.post("/fhir/Observation", raw)).json()
    await patched(hospital, f"/fhir/Observation/{made['id']}", [{"op": "replace", "path": "/code/text", "value": "b"}])
    read = (await hospital.get(f"/fhir/Observation/{made['id']}")).text
    assert '"value":120.10' in read
    assert '"text":"b"' in read


@pytest.mark.parametrize(
    ("operations", "status", "code"),
    [
        ({"op": "add"}, 400, "patch-not-json-patch"),
        ([{"op": "shout", "path": "/status"}], 400, "patch-not-json-patch"),
        ([{"op": "replace", "path": "/nowhere/deep", "value": 1}], 422, "patch-does-not-fit"),
        ([{"op": "test", "path": "/status", "value": "planned"}], 422, "patch-does-not-fit"),
        ([{"op": "replace", "path": "/status", "value": "bogus"}], 422, "code-not-in-value-set"),
        ([{"op": "remove", "path": "/status"}], 422, "required"),
        ([{"op": "replace", "path": "/resourceType", "value": "Patient"}], 422, "resource-type-differs"),
        ([{"op": "replace", "path": "", "value": [1]}], 400, "not-an-object"),
    ],
)
async def test_a_patch_that_cannot_be_is_refused_and_nothing_changes(
    gateway: Gateway, operations: Any, status: int, code: str
) -> None:
    hospital = gateway.hospital()
    encounter = await visit(hospital)
    answer = await patched(hospital, f"/fhir/{encounter}", operations)
    assert answer.status_code == status, answer.text
    assert code in [one["details"]["coding"][0]["code"] for one in answer.json()["issue"]]
    assert (await hospital.get(f"/fhir/{encounter}")).headers["etag"] == 'W/"1"'


async def test_patches_of_two_at_once_are_both_done(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    encounter = await visit(hospital)
    urgent = [{"op": "add", "path": "/priority", "value": {"text": "UGD"}}]
    answers = await asyncio.gather(
        patched(hospital, f"/fhir/{encounter}", FINISH), patched(hospital, f"/fhir/{encounter}", urgent)
    )
    assert [answer.status_code for answer in answers] == [200, 200]
    held = (await hospital.get(f"/fhir/{encounter}")).json()
    assert (held["status"], held["priority"]) == ("finished", {"text": "UGD"})


async def test_a_patch_of_an_old_version_an_unknown_or_a_foreign_resource_is_refused(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    encounter = await visit(hospital)
    assert (await patched(hospital, f"/fhir/{encounter}", FINISH, **{"If-Match": 'W/"7"'})).status_code == 412
    assert (await patched(hospital, f"/fhir/Encounter/{UNKNOWN}", FINISH)).status_code == 404
    assert (await patched(gateway.hospital(), f"/fhir/{encounter}", FINISH)).status_code == 404
    plain = {"Content-Type": "application/json"}
    assert (await patched(hospital, f"/fhir/{encounter}", FINISH, **plain)).status_code == 415


async def test_a_conditional_update_creates_then_updates_the_one_that_fits(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    identifier = {"system": "http://sys-ids.kemkes.go.id/location/1", "value": new_nik()}
    address = f"/fhir/Location?identifier={quote(identifier['system'] + '|' + identifier['value'])}"
    body = {"resourceType": "Location", "identifier": [identifier], "name": "UGD"}
    made = await hospital.put(address, body)
    assert made.status_code == 201, made.text
    again = await hospital.put(address, {**body, "name": "UGD lantai 1"})
    assert (again.status_code, again.json()["id"]) == (200, made.json()["id"])
    assert again.headers["etag"] == 'W/"2"'


async def test_a_conditional_update_that_says_too_little_is_refused(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    body = {"resourceType": "Location", "name": "UGD"}
    assert (await hospital.put("/fhir/Location", body)).status_code == 400
    for query in ("identifier=UGD", "identifier=a%7Cb&name=UGD", "identifier=a%7Cb"):
        assert (await hospital.put(f"/fhir/Location?{query}", body)).status_code == 422, query


async def test_an_update_of_an_unknown_id_is_not_found_whoever_holds_the_nik(gateway: Gateway) -> None:
    hospital, patient = gateway.hospital(), of_type(sample("hand-caught-in-press"), "Patient")
    await hospital.post("/fhir/Patient", patient)
    assert (await hospital.put(f"/fhir/Patient/{UNKNOWN}", patient)).status_code == 404


async def test_validation_says_what_is_wrong_and_stores_nothing(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("hand-caught-in-press")
    fitting = single(bundle, "Encounter", subject=None, diagnosis=None)
    wrong = {name: value for name, value in fitting.items() if name != "class"} | {"status": "bogus"}
    for path in ("/fhir/Encounter/$validate", "/fhir/$validate", "/fhir-r4/v1/Encounter/$validate"):
        answer = await hospital.post(path, fitting)
        assert answer.status_code == 200, answer.text
        assert [one["severity"] for one in answer.json()["issue"]] == ["information"], answer.text
        answer = await hospital.post(path, wrong)
        assert answer.status_code == 200
        told = [one["details"]["coding"][0]["code"] for one in answer.json()["issue"]]
        assert sorted(told) == ["code-not-in-value-set", "required"]
    unreadable = await hospital.post("/fhir/Encounter/$validate", b'{"resourceType":')
    assert (unreadable.status_code, unreadable.json()["issue"][0]["severity"]) == (400, "error")
    assert await gateway.rows("SELECT 1 FROM resource WHERE org = $1", hospital.org) == []


async def test_what_is_to_be_validated_may_come_in_parameters_as_the_operation_defines(gateway: Gateway) -> None:
    hospital, fitting = gateway.hospital(), single(sample("hand-caught-in-press"), "Procedure", encounter=None)
    fitting["subject"] = {"reference": "Patient/P02478375538"}
    for resource, severity in ((fitting, "information"), ({**fitting, "status": "bogus"}, "error")):
        mode = {"name": "mode", "valueCode": "create"}
        wrapped = {"resourceType": "Parameters", "parameter": [mode, {"name": "resource", "resource": resource}]}
        for path in ("/fhir/Procedure/$validate", "/fhir/$validate"):
            answer = await hospital.post(path, wrapped)
            assert answer.status_code == 200, answer.text
            assert [one["severity"] for one in answer.json()["issue"]] == [severity]
    without: dict[str, Any] = {"resourceType": "Parameters", "parameter": [{"name": "mode", "valueCode": "create"}]}
    told = (await hospital.post("/fhir/Procedure/$validate", without)).json()["issue"]
    assert [one["severity"] for one in told] == ["error"]


async def test_the_answer_to_a_write_is_as_preferred(gateway: Gateway) -> None:
    hospital, patient = gateway.hospital(), of_type(sample("hand-caught-in-press"), "Patient")
    minimal = await hospital.post("/fhir/Patient", patient, Prefer="return=minimal")
    assert (minimal.status_code, minimal.content) == (201, b"")
    outcome = await hospital.post("/fhir/Patient", patient, Prefer="return=OperationOutcome")
    assert outcome.json()["resourceType"] == "OperationOutcome"
    whole = await hospital.post("/fhir/Patient", patient, Prefer="return=representation")
    assert whole.json()["resourceType"] == "Patient"
