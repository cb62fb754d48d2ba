"""What a Bundle's entries may ask for beside plain creating and updating: patches, conditions, reading."""

import base64
import json
import secrets
from typing import Any

import httpx
import pytest

from tests.integration.hospital_gateway.conftest import Gateway, Hospital, of_type, sample, single

UNKNOWN = "0199aaaa-0000-7000-8000-000000000000"
FINISH = [{"op": "replace", "path": "/status", "value": "finished"}]
KINDS = ("transaction", "batch")


def bundle_of(kind: str, *entries: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def asking(method: str, url: str, resource: Any = None, **request: str) -> dict[str, Any]:
    entry: dict[str, Any] = {"request": {"method": method, "url": url, **request}}
    return entry if resource is None else {**entry, "resource": resource}


def patching(url: str, operations: Any, **request: str) -> dict[str, Any]:
    data = base64.b64encode(json.dumps(operations).encode()).decode()
    binary = {"resourceType": "Binary", "contentType": "application/json-patch+json", "data": data}
    return asking("PATCH", url, binary, **request)


async def statuses(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [entry["response"]["status"][:3] for entry in answer.json()["entry"]]


async def arrived(hospital: Hospital) -> tuple[dict[str, Any], str]:
    bundle = sample("hand-caught-in-press")
    of_type(bundle, "Encounter")["status"] = "in-progress"
    return bundle, (await hospital.accepted(bundle))[1]


def observation(**changes: Any) -> dict[str, Any]:
    value = {"resourceType": "Observation", "status": "final", "code": {"text": "nadi"}}
    return {**value, **changes}


@pytest.mark.parametrize("kind", KINDS)
async def test_a_patch_in_a_bundle_makes_the_next_version_of_the_visit_and_of_its_report(
    gateway: Gateway, kind: str
) -> None:
    hospital = gateway.hospital()
    _, encounter = await arrived(hospital)
    answer = await hospital.post("/fhir", bundle_of(kind, patching(encounter, FINISH, ifMatch='W/"1"')))
    assert await statuses(answer) == ["200"]
    assert answer.json()["entry"][0]["response"]["location"] == f"{encounter}/_history/2"
    told = [(facts.version, facts.encounter_status) for facts, _ in await gateway.reports(hospital)]
    assert told == [(1, "in-progress"), (2, "finished")]


async def test_a_patch_finds_its_resource_by_a_condition(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    bundle, encounter = await arrived(hospital)
    number = of_type(bundle, "Encounter")["identifier"][0]
    entry = patching(f"Encounter?identifier={number['system']}|{number['value']}", FINISH)
    answer = await hospital.post("/fhir", bundle_of("transaction", entry))
    assert answer.json()["entry"][0]["response"]["location"] == f"{encounter}/_history/2"


@pytest.mark.parametrize(
    ("operations", "status", "code"),
    [
        ([{"op": "replace", "path": "/status", "value": "bogus"}], 422, "code-not-in-value-set"),
        ([{"op": "test", "path": "/status", "value": "planned"}], 422, "patch-does-not-fit"),
        ({"op": "replace"}, 400, "patch-not-json-patch"),
    ],
)
async def test_a_patch_that_cannot_be_undoes_its_transaction_and_only_itself_in_a_batch(
    gateway: Gateway, operations: Any, status: int, code: str
) -> None:
    hospital = gateway.hospital()
    _, encounter = await arrived(hospital)
    entries = (asking("POST", "Observation", observation()), patching(encounter, operations))
    whole = await hospital.post("/fhir", bundle_of("transaction", *entries))
    assert whole.status_code == status, whole.text
    issue = whole.json()["issue"][0]
    assert issue["details"]["coding"][0]["code"] == code
    assert issue["expression"][0].startswith("Bundle.entry[1].resource")
    assert (await hospital.get("/fhir/Observation?_summary=count")).json()["total"] == 0
    assert await statuses(await hospital.post("/fhir", bundle_of("batch", *entries))) == ["201", str(status)]
    assert (await hospital.get(f"/fhir/{encounter}")).headers["etag"] == 'W/"1"'


@pytest.mark.parametrize(
    ("entry", "status", "code"),
    [
        (patching(f"Encounter/{UNKNOWN}", FINISH), 404, "not-found"),
        (patching("Encounter/17", FINISH), 404, "not-found"),
        (patching("Encounter?identifier=urn:x|1", FINISH), 404, "not-found"),
        (patching("Encounter?status=planned", FINISH), 422, "condition-not-supported"),
        (asking("PATCH", f"Encounter/{UNKNOWN}"), 422, "entry-resource-required"),
        (asking("PATCH", f"Encounter/{UNKNOWN}", {"resourceType": "Parameters"}), 422, "entry-patch-form"),
        (
            asking(
                "PATCH",
                f"Encounter/{UNKNOWN}",
                {"resourceType": "Binary", "contentType": "application/json-patch+json", "data": "%%"},
            ),
            422,
            "value-format",
        ),
        (asking("PUT", f"Encounter/{UNKNOWN}", observation(), ifMatch=1), 422, "type-mismatch"),  # type: ignore[arg-type]
        (asking("GET", f"Encounter/{UNKNOWN}", ifmatch="1"), 422, "unknown-element"),
        (asking("POST", "Observation/1", observation()), 422, "entry-url"),
        (asking("POST", "Observation?identifier=a|b", observation()), 422, "entry-url"),
        (asking("PUT", "Observation", observation()), 422, "entry-url"),
        (asking("GET", "Observation/1/_history/1/2"), 422, "entry-url"),
        (asking("GET", "Observation/1/2"), 422, "entry-url"),
        (asking("GET", f"Observation/{UNKNOWN}"), 404, "not-found"),
        (asking("GET", f"Observation/{UNKNOWN}/_history"), 404, "not-found"),
        (asking("GET", f"Observation/{UNKNOWN}/_history/1"), 404, "not-found"),
        (asking("GET", "Observation?colour=red"), 400, "search-parameter"),
        (asking("GET", "Observation?_count=many"), 400, "search-value"),
    ],
)
async def test_what_an_entry_cannot_have_is_named_at_its_place(
    gateway: Gateway, entry: dict[str, Any], status: int, code: str
) -> None:
    hospital = gateway.hospital()
    answer = await hospital.post("/fhir", bundle_of("transaction", entry))
    assert answer.status_code == status, answer.text
    (issue,) = answer.json()["issue"]
    assert issue["details"]["coding"][0]["code"] == code
    assert issue["expression"][0].startswith("Bundle.entry[0]")
    assert await statuses(await hospital.post("/fhir", bundle_of("batch", entry))) == [str(status)]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_conditional_update_makes_what_is_not_there_and_then_its_next_version(
    gateway: Gateway, kind: str
) -> None:
    hospital, value = gateway.hospital(), secrets.token_hex(4)
    location = {"resourceType": "Location", "identifier": [{"system": "urn:room", "value": value}], "name": "IGD"}
    put = asking("PUT", f"Location?identifier=urn:room%7C{value}", location)
    first = await hospital.post("/fhir", bundle_of(kind, put))
    assert await statuses(first) == ["201"]
    put["resource"]["name"] = "IGD 2"
    second = await hospital.post("/fhir", bundle_of(kind, put))
    assert await statuses(second) == ["200"]
    path = first.json()["entry"][0]["response"]["location"].split("/_history")[0]
    assert second.json()["entry"][0]["response"]["location"] == f"{path}/_history/2"


async def test_one_bundle_may_not_change_one_resource_twice_by_a_condition(gateway: Gateway) -> None:
    hospital, value = gateway.hospital(), secrets.token_hex(4)
    location = {"resourceType": "Location", "identifier": [{"system": "urn:room", "value": value}]}
    put = asking("PUT", f"Location?identifier=urn:room|{value}", location)
    answer = await hospital.post("/fhir", bundle_of("transaction", put, put))
    assert answer.status_code == 422
    assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == "entry-same-target"


async def test_two_conditional_creates_in_one_bundle_make_one_resource(gateway: Gateway) -> None:
    hospital, value = gateway.hospital(), secrets.token_hex(4)
    location = {"resourceType": "Location", "identifier": [{"system": "urn:room", "value": value}]}
    post = asking("POST", "Location", location, ifNoneExist=f"identifier=urn:room|{value}")
    answer = await hospital.post("/fhir", bundle_of("transaction", post, post))
    assert await statuses(answer) == ["201", "200"]
    assert len({entry["response"]["location"] for entry in answer.json()["entry"]}) == 1


@pytest.mark.parametrize("kind", KINDS)
async def test_reading_in_a_bundle_answers_what_reading_by_address_does(gateway: Gateway, kind: str) -> None:
    hospital = gateway.hospital()
    raw = '{"resourceType":"Observation","status":"final","code":{"text":"a"},"valueQuantity":{"value":120.10}}'
    made = (await hospital.post("/fhir/Observation", raw)).json()
    path = f"Observation/{made['id']}"
    await hospital.put(f"/fhir/{path}", raw.replace("final", "amended"))
    urls = (path, f"{path}/_history/1", f"{path}/_history?_count=1", "Observation?_count=1", "Observation")
    answer = await hospital.post("/fhir", bundle_of(kind, *(asking("GET", url) for url in urls)))
    assert await statuses(answer) == ["200"] * len(urls)
    for entry, url in zip(answer.json()["entry"], urls, strict=True):
        assert entry["resource"] == (await hospital.get(f"/fhir/{url}")).json()
    assert '"value":120.10' in answer.text
    assert answer.json()["entry"][0]["response"]["etag"] == 'W/"2"'


async def test_what_a_transaction_reads_is_what_it_has_written(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    bundle, encounter = await arrived(hospital)
    visit = single(bundle, "Encounter", status="finished")
    visit["subject"] = (await hospital.get(f"/fhir/{encounter}")).json()["subject"]
    visit["diagnosis"] = [{"condition": {"display": "luka"}}]
    entries = [asking("GET", encounter), asking("PUT", encounter, visit), asking("POST", "Observation", observation())]
    entries.append(asking("GET", "Observation"))
    answer = await hospital.post("/fhir", bundle_of("transaction", *entries))
    assert await statuses(answer) == ["200", "200", "201", "200"]
    read, _, _, found = answer.json()["entry"]
    assert (read["resource"]["status"], read["resource"]["meta"]["versionId"]) == ("finished", "2")
    assert len(found["resource"]["entry"]) == 1


async def test_a_person_asked_for_in_a_bundle_by_a_nik_gets_an_id(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    identifier = of_type(sample("hand-caught-in-press"), "Patient")["identifier"][0]
    url = f"Patient?identifier={identifier['system']}|{identifier['value']}"
    answer = await hospital.post("/fhir", bundle_of("batch", asking("GET", url)))
    (found,) = answer.json()["entry"][0]["resource"]["entry"]
    assert (await hospital.get(f"/fhir/Patient/{found['resource']['id']}")).status_code == 200


async def test_a_bundle_that_only_reads_is_answered_anew_each_time(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    _, encounter = await arrived(hospital)
    raw = json.dumps(bundle_of("batch", asking("GET", encounter)))
    await hospital.post("/fhir", raw)
    await hospital.post("/fhir", bundle_of("transaction", patching(encounter, FINISH)))
    again = await hospital.post("/fhir", raw)
    assert "idempotency-replayed" not in again.headers
    assert again.json()["entry"][0]["resource"]["status"] == "finished"


async def test_reading_in_a_bundle_needs_the_scope_and_is_in_the_log(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    _, encounter = await arrived(hospital)
    number = hospital.org.partition(":")[2]
    reader = gateway.hospital(number, "system/Encounter.r")
    entries = (asking("GET", encounter), asking("GET", "Encounter"), patching(encounter, FINISH))
    answer = await reader.post("/fhir", bundle_of("batch", *entries))
    assert await statuses(answer) == ["200", "403", "403"]
    assert (await reader.post("/fhir", bundle_of("transaction", *entries))).status_code == 403
    rows = await gateway.rows("SELECT object_id FROM audit_log WHERE org = $1 AND action = 'resource.read'", reader.org)
    assert [f"Encounter/{row['object_id']}" for row in rows] == [encounter]


@pytest.mark.parametrize("kind", KINDS)
async def test_another_hospitals_resource_is_not_there_for_any_entry(gateway: Gateway, kind: str) -> None:
    hospital, other = gateway.hospital(), gateway.hospital()
    bundle, encounter = await arrived(hospital)
    visit = single(bundle, "Encounter", subject={"display": "Siti"}, diagnosis=None)
    for entry in (
        asking("GET", encounter),
        asking("GET", f"{encounter}/_history"),
        asking("GET", f"{encounter}/_history/1"),
        asking("PUT", encounter, visit),
        patching(encounter, FINISH),
    ):
        answer = await other.post("/fhir", bundle_of(kind, entry))
        told = answer.status_code if kind == "transaction" else int((await statuses(answer))[0])
        assert told == 404, answer.text
