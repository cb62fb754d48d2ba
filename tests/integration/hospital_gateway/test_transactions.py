"""Transaction and batch Bundles: all or nothing, references, identities, replays."""

import asyncio
import copy
import json
import secrets
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.hospital_gateway.conftest import Gateway, new_nik, of_type, sample, single

NIK = "https://fhir.kemkes.go.id/id/nik"


async def count(gateway: Gateway, org: str) -> int:
    return int((await gateway.rows("SELECT count(*) AS n FROM resource WHERE org = $1", org))[0]["n"])


async def test_the_hand_caught_in_a_press_is_stored_and_its_report_goes_out_once(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("hand-caught-in-press")
    answer = await hospital.post("/fhir", bundle)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/fhir+json")
    body = answer.json()
    assert body["type"] == "transaction-response"
    assert [entry["response"]["status"] for entry in body["entry"]] == ["201 Created"] * 6
    assert all(entry["response"]["etag"] == 'W/"1"' for entry in body["entry"])
    encounter_id = body["entry"][1]["response"]["location"].split("/")[1]
    ((facts, content),) = await gateway.reports(hospital)
    assert (facts.encounter_id, facts.version, facts.org) == (encounter_id, 1, hospital.org)
    assert facts.signs == ("injury-code", "external-cause")
    assert not facts.explicit_notice
    assert facts.encounter_class == "EMER"
    assert facts.disposition == "home"
    assert content.patient.nik == of_type(bundle, "Patient")["identifier"][0]["value"]
    assert [one.code for one in content.diagnoses] == ["S67.0", "S62.5"]
    assert [one.code for one in content.external_causes] == ["W31"]
    assert [one.code for one in content.procedures] == ["86.59"]
    assert [one.code for one in content.body_parts] == ["hand"]


async def test_a_commuting_accident_goes_out(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    await hospital.accepted(sample("commuting-motorcycle"))
    ((facts, content),) = await gateway.reports(hospital)
    assert set(facts.signs) == {"injury-code", "external-cause"}
    assert [one.code for one in content.external_causes] == ["V23.4"]


async def test_an_unrelated_visit_is_held_and_never_published(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    paths = await hospital.accepted(sample("unrelated-hypertension"))
    assert (await hospital.get(f"/fhir/{paths[1]}")).status_code == 200
    assert await gateway.reports(hospital) == []


@pytest.mark.parametrize("base", ["/fhir", "/fhir/", "/fhir-r4/v1", "/fhir-r4/v1/"])
async def test_every_base_takes_a_bundle_without_a_redirect(gateway: Gateway, base: str) -> None:
    answer = await gateway.hospital().post(base, sample("commuting-motorcycle"), **{"Content-Type": "application/json"})
    assert answer.status_code == 200, answer.text


async def test_references_between_entries_are_put_to_the_new_ids(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    patient, encounter, condition, *_ = await hospital.accepted(sample("hand-caught-in-press"))
    read = (await hospital.get(f"/fhir/{condition}")).json()
    assert read["subject"]["reference"] == patient
    assert read["encounter"]["reference"] == encounter
    visit = (await hospital.get(f"/fhir/{encounter}")).json()
    assert visit["diagnosis"][0]["condition"]["reference"] == condition
    assert visit["serviceProvider"]["reference"] == "Organization/100000401"


async def test_the_same_bytes_again_get_the_stored_answer_and_change_nothing(gateway: Gateway) -> None:
    hospital, raw = gateway.hospital(), json.dumps(sample("hand-caught-in-press"))
    first, second = await hospital.post("/fhir", raw), await hospital.post("/fhir", raw)
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert second.content == first.content
    assert await count(gateway, hospital.org) == 6
    assert len(await gateway.reports(hospital)) == 1


async def test_after_thirty_days_the_same_bytes_are_new(gateway: Gateway) -> None:
    hospital, raw = gateway.hospital(), json.dumps(sample("hand-caught-in-press"))
    await hospital.post("/fhir", raw)
    await gateway.rows(
        "UPDATE bundle_receipt SET received_at = received_at - interval '31 days' WHERE org = $1", hospital.org
    )
    again = await hospital.post("/fhir", raw)
    assert again.status_code == 200
    assert "idempotency-replayed" not in again.headers
    assert (await hospital.post("/fhir", raw)).headers["idempotency-replayed"] == "true"


async def test_the_same_bytes_sent_at_once_are_stored_once(gateway: Gateway) -> None:
    hospital, raw = gateway.hospital(), json.dumps(sample("hand-caught-in-press"))
    answers = await asyncio.gather(*(hospital.post("/fhir", raw) for _ in range(6)))
    assert [answer.status_code for answer in answers] == [200] * 6
    assert len({answer.content for answer in answers}) == 1
    assert await count(gateway, hospital.org) == 6


async def test_a_known_nik_and_visit_number_get_new_versions(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("hand-caught-in-press")
    first = await hospital.accepted(bundle)
    bundle["entry"][1]["resource"]["status"] = "in-progress"
    answer = await hospital.post("/fhir", bundle)
    statuses = [entry["response"]["status"] for entry in answer.json()["entry"]]
    assert statuses[:3] == ["200 OK", "200 OK", "201 Created"]
    assert answer.json()["entry"][1]["response"]["location"] == f"{first[1]}/_history/2"
    versions = [facts.version for facts, _ in await gateway.reports(hospital)]
    assert versions == [1, 2]


async def test_two_bundles_for_one_visit_at_once_make_one_patient_and_versions_in_order(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("hand-caught-in-press")
    bundles = []
    for number in range(6):
        other = copy.deepcopy(bundle)
        other["entry"][2]["resource"]["note"] = [{"text": f"writer {number}"}]
        bundles.append(other)
    answers = await asyncio.gather(*(hospital.post("/fhir", one) for one in bundles))
    assert [answer.status_code for answer in answers] == [200] * 6
    for place in (0, 1):
        paths = {answer.json()["entry"][place]["response"]["location"].split("/_history")[0] for answer in answers}
        assert len(paths) == 1
    reports = await gateway.reports(hospital)
    assert [facts.version for facts, _ in reports] == [1, 2, 3, 4, 5, 6]
    conditions = [one for one in reports[-1][1].resources if one.resource_type == "Condition"]
    assert len(conditions) == 18


def last_entry_invalid(bundle: dict[str, Any]) -> None:
    bundle["entry"][-1]["resource"]["status"] = "bogus"


def last_entry_unknown_id(bundle: dict[str, Any]) -> None:
    request = bundle["entry"][-1]["request"]
    request["method"], request["url"] = "PUT", "Procedure/0199aaaa-0000-7000-8000-000000000000"


def last_entry_refers_to_nothing(bundle: dict[str, Any]) -> None:
    bundle["entry"][-1]["resource"]["subject"]["reference"] = f"Patient?identifier={NIK}|3671015203900001"


@pytest.mark.parametrize("spoil", [last_entry_invalid, last_entry_unknown_id, last_entry_refers_to_nothing])
async def test_nothing_of_a_transaction_is_stored_when_its_last_entry_fails(
    gateway: Gateway, spoil: Callable[[dict[str, Any]], None]
) -> None:
    hospital, bundle = gateway.hospital(), sample("hand-caught-in-press")
    spoil(bundle)
    answer = await hospital.post("/fhir", bundle)
    assert answer.status_code in (404, 422), answer.text
    assert "Bundle.entry[5]" in answer.json()["issue"][0]["expression"][0]
    assert await count(gateway, hospital.org) == 0
    assert await gateway.reports(hospital) == []


async def test_a_conditional_reference_finds_the_patient_sent_before(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("commuting-motorcycle")
    nik = of_type(bundle, "Patient")["identifier"][0]["value"]
    created = await hospital.post("/fhir/Patient", of_type(bundle, "Patient"))
    patient = f"Patient/{created.json()['id']}"
    reference = f"Patient?identifier={NIK}|{nik}"
    old = bundle["entry"][0]["fullUrl"]
    del bundle["entry"][0]
    # A PHP client escapes its slashes; the reference is the same.
    raw = json.dumps(bundle).replace(old, reference).replace("/", "\\/")
    answer = await hospital.post("/fhir", raw)
    assert answer.status_code == 200, answer.text
    encounter = answer.json()["entry"][0]["response"]["location"].split("/_history")[0]
    assert (await hospital.get(f"/fhir/{encounter}")).json()["subject"]["reference"] == patient
    ((_, content),) = await gateway.reports(hospital)
    assert content.patient.nik == nik


async def test_references_in_a_circle_are_taken(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("hand-caught-in-press")
    bundle["entry"][2]["resource"]["evidence"] = [{"detail": [{"reference": bundle["entry"][3]["fullUrl"]}]}]
    bundle["entry"][3]["resource"]["evidence"] = [{"detail": [{"reference": bundle["entry"][2]["fullUrl"]}]}]
    paths = await hospital.accepted(bundle)
    assert (await hospital.get(f"/fhir/{paths[2]}")).json()["evidence"][0]["detail"][0]["reference"] == paths[3]


async def test_if_none_exist_of_an_entry_finds_what_is_there(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    value = secrets.token_hex(4)
    location = {"resourceType": "Location", "identifier": [{"system": "urn:room", "value": value}], "name": "IGD"}
    request = {"method": "POST", "url": "Location", "ifNoneExist": f"identifier=urn:room|{value}"}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [{"request": request, "resource": location}]}
    first = (await hospital.post("/fhir", bundle)).json()["entry"][0]["response"]
    bundle["timestamp"] = "2026-11-22T00:00:00Z"
    second = (await hospital.post("/fhir", bundle)).json()["entry"][0]["response"]
    assert (first["status"], second["status"]) == ("201 Created", "200 OK")
    assert first["location"] == second["location"]


async def test_the_subject_of_a_known_visit_may_not_change(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("hand-caught-in-press")
    await hospital.accepted(bundle)
    of_type(bundle, "Patient")["identifier"][0]["value"] = new_nik()
    answer = await hospital.post("/fhir", bundle)
    assert answer.status_code == 422
    assert answer.json()["issue"][0]["expression"] == ["Bundle.entry[1].subject"]


async def test_a_batch_does_what_it_can(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("hand-caught-in-press")
    patient, visit = of_type(bundle, "Patient"), single(bundle, "Encounter", status="bogus")
    request = {"method": "POST", "url": "Patient"}
    entries: list[Any] = [
        {"request": request, "resource": patient},
        {"request": {"method": "POST", "url": "Encounter"}, "resource": visit},
        {"request": {"method": "GET", "url": "Patient/0199aaaa-0000-7000-8000-000000000000"}},
        {"request": {"method": "DELETE", "url": "Patient/1"}},
        "nonsense",
        {"request": request, "resource": {**patient, "identifier": [{"system": NIK, "value": new_nik()}]}},
    ]
    answer = await hospital.post("/fhir", {"resourceType": "Bundle", "type": "batch", "entry": entries})
    assert answer.status_code == 200, answer.text
    responses = [entry["response"] for entry in answer.json()["entry"]]
    assert [one["status"][:3] for one in responses] == ["201", "422", "404", "422", "422", "201"]
    assert responses[1]["outcome"]["resourceType"] == "OperationOutcome"


async def test_an_empty_transaction_is_answered(gateway: Gateway) -> None:
    answer = await gateway.hospital().post("/fhir", {"resourceType": "Bundle", "type": "transaction"})
    assert answer.json() == {"resourceType": "Bundle", "type": "transaction-response"}


async def test_every_write_and_read_is_in_the_log(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    paths = await hospital.accepted(sample("commuting-motorcycle"))
    await hospital.get(f"/fhir/{paths[0]}")
    rows = await gateway.rows("SELECT action, object_type FROM audit_log WHERE org = $1 ORDER BY id", hospital.org)
    assert [tuple(row) for row in rows] == [
        ("bundle.submit", "Bundle"),
        ("receipt.give", "receipt"),
        ("resource.read", "Patient"),
    ]
