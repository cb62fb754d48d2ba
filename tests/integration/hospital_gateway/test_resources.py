"""One resource at a time, and what is read back."""

import json
from typing import Any

import pytest

from tests.integration.hospital_gateway.conftest import PUBLIC_URL, Gateway, new_nik, of_type, sample, single

UNKNOWN = "0199aaaa-0000-7000-8000-000000000000"


def without_ours(resource: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in resource.items() if name not in ("id", "meta", "text")}


async def test_a_created_resource_is_answered_with_its_place_and_version(gateway: Gateway) -> None:
    hospital, patient = gateway.hospital(), of_type(sample("hand-caught-in-press"), "Patient")
    answer = await hospital.post("/fhir/Patient", patient)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["location"] == f"{PUBLIC_URL}/fhir/Patient/{made['id']}/_history/1"
    assert answer.headers["etag"] == 'W/"1"'
    assert answer.headers["last-modified"].endswith("GMT")
    assert made["meta"]["versionId"] == "1"
    assert without_ours(made) == patient


async def test_what_is_read_back_equals_what_was_sent_digits_and_escapes_included(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    raw = """{ "resourceType" : "Observation", "id": "local-7", "status":"final",
      "meta": {"versionId": "9", "profile": ["https://fhir.kemkes.go.id/r4/StructureDefinition/Observation"]},
      "code": {"text": "Tekanan \\u0026 nadi \\/ ☃"}, "subject": {"reference": "Patient/P02478375538"},
      "valueQuantity": {"value": 120.10, "unit": "mmHg"}, "component": [
        {"code": {"text": "a"}, "valueQuantity": {"value": 1e2}},
        {"code": {"text": "b"}, "valueQuantity": {"value": -0.00}}]}"""
    created = await hospital.post("/fhir/Observation", raw)
    assert created.status_code == 201, created.text
    read = await hospital.get(f"/fhir/Observation/{created.json()['id']}")
    assert '"value": 120.10,' in read.text
    assert '"value": 1e2}' in read.text
    assert '"value": -0.00}' in read.text
    assert "Tekanan \\u0026 nadi \\/ ☃" in read.text
    assert without_ours(read.json()) == without_ours(json.loads(raw))
    assert read.json()["meta"]["profile"] == ["https://fhir.kemkes.go.id/r4/StructureDefinition/Observation"]
    assert read.json()["meta"]["versionId"] == "1"
    assert read.json()["id"] != "local-7"


async def test_a_nik_sent_before_answers_200_with_a_new_version_of_one_patient(gateway: Gateway) -> None:
    hospital, patient = gateway.hospital(), of_type(sample("hand-caught-in-press"), "Patient")
    first = (await hospital.post("/fhir/Patient", patient)).json()
    again = await hospital.post("/fhir/Patient", {**patient, "name": [{"text": "Siti A."}]})
    assert again.status_code == 200
    assert again.json()["id"] == first["id"]
    assert again.headers["etag"] == 'W/"2"'
    old = await hospital.get(f"/fhir/Patient/{first['id']}/_history/1")
    assert old.json() == first
    assert (await hospital.get(f"/fhir/Patient/{first['id']}/_history/3")).status_code == 404


async def test_a_practitioner_with_the_nik_of_a_patient_is_another_resource(gateway: Gateway) -> None:
    hospital, patient = gateway.hospital(), of_type(sample("hand-caught-in-press"), "Patient")
    await hospital.post("/fhir/Patient", patient)
    answer = await hospital.post("/fhir/Practitioner", {**patient, "resourceType": "Practitioner"})
    assert answer.status_code == 201


async def test_an_update_makes_the_next_version_and_a_stale_one_is_refused(gateway: Gateway) -> None:
    hospital, patient = gateway.hospital(), of_type(sample("hand-caught-in-press"), "Patient")
    made = (await hospital.post("/fhir/Patient", patient)).json()
    path = f"/fhir/Patient/{made['id']}"
    updated = await hospital.put(path, {**made, "gender": "other"}, **{"If-Match": 'W/"1"'})
    assert updated.status_code == 200, updated.text
    assert updated.json()["gender"] == "other"
    assert updated.headers["etag"] == 'W/"2"'
    stale = await hospital.put(path, {**made, "gender": "male"}, **{"If-Match": 'W/"1"'})
    assert stale.status_code == 412
    assert stale.json()["resourceType"] == "OperationOutcome"
    assert (await hospital.get(path)).json()["gender"] == "other"


async def test_an_unknown_id_answers_404_to_reading_and_writing(gateway: Gateway) -> None:
    hospital, patient = gateway.hospital(), of_type(sample("hand-caught-in-press"), "Patient")
    for resource_id in (UNKNOWN, "P02478375538", "a" * 64):
        assert (await hospital.put(f"/fhir/Patient/{resource_id}", patient)).status_code == 404
        assert (await hospital.get(f"/fhir/Patient/{resource_id}")).status_code == 404


async def test_the_id_in_the_body_must_be_that_of_the_address(gateway: Gateway) -> None:
    hospital, patient = gateway.hospital(), of_type(sample("hand-caught-in-press"), "Patient")
    made = (await hospital.post("/fhir/Patient", patient)).json()
    answer = await hospital.put(f"/fhir/Patient/{made['id']}", {**patient, "id": UNKNOWN})
    assert answer.status_code == 422
    assert answer.json()["issue"][0]["expression"] == ["Patient.id"]


async def test_a_nik_may_not_move_to_another_patient(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("hand-caught-in-press")
    patient = of_type(bundle, "Patient")
    await hospital.post("/fhir/Patient", patient)
    other = single(bundle, "Patient", identifier=[{**patient["identifier"][0], "value": new_nik()}])
    made = (await hospital.post("/fhir/Patient", other)).json()
    answer = await hospital.put(f"/fhir/Patient/{made['id']}", patient)
    assert answer.status_code == 422
    assert answer.json()["issue"][0]["code"] == "conflict"


async def test_return_minimal_leaves_the_body_out(gateway: Gateway) -> None:
    hospital, patient = gateway.hospital(), of_type(sample("hand-caught-in-press"), "Patient")
    answer = await hospital.post("/fhir/Patient", patient, Prefer="return=minimal")
    assert answer.status_code == 201
    assert answer.content == b""
    assert "location" in answer.headers


async def test_if_none_exist_answers_the_one_that_is_there(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    place = {"resourceType": "Location", "identifier": [{"system": "urn:ward", "value": "7"}], "name": "IGD"}
    condition = {"If-None-Exist": "identifier=urn:ward|7"}
    first = await hospital.post("/fhir/Location", place, **condition)
    second = await hospital.post("/fhir/Location", {**place, "name": "ICU"}, **condition)
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.headers["location"] == first.headers["location"]
    assert second.json()["name"] == "IGD"


async def test_a_type_that_r4b_lacks_gets_the_generic_check(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    good = {"resourceType": "MedicinalProduct", "name": [{"productName": "Obat"}]}
    assert (await hospital.post("/fhir/MedicinalProduct", good)).status_code == 201
    answer = await hospital.post("/fhir/MedicinalProduct", {**good, "name": []})
    assert answer.status_code == 422


@pytest.mark.parametrize("base", ["/fhir", "/fhir-r4/v1"])
async def test_both_bases_hold_the_same_resources(gateway: Gateway, base: str) -> None:
    hospital, patient = gateway.hospital(), of_type(sample("hand-caught-in-press"), "Patient")
    made = (await hospital.post("/fhir-r4/v1/Patient", patient)).json()
    assert (await hospital.get(f"{base}/Patient/{made['id']}")).json() == made


async def test_nothing_readable_of_a_person_is_in_the_database(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("hand-caught-in-press")
    await hospital.accepted(bundle)
    nik = of_type(bundle, "Patient")["identifier"][0]["value"]
    for table in ("resource", "resource_identifier", "medical_report", "bundle_receipt", "outbox", "audit_log"):
        rows = await gateway.rows(f"SELECT convert_to(t::text, 'utf8') AS whole FROM {table} t")
        for row in rows:
            for secret in (nik, "Siti Aminah", "S62.5"):
                assert secret.encode() not in row["whole"]
                assert secret.encode().hex().encode() not in row["whole"]
