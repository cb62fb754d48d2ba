"""Bad input: each gets its documented answer, as an OperationOutcome that names every problem in two languages."""

import copy
import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.hospital_gateway.conftest import FHIR, Gateway, Hospital, of_type, sample, single

Spoil = Callable[[dict[str, Any]], None]


def assert_outcome(answer: Any, status: int) -> list[dict[str, Any]]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/fhir+json")
    body = answer.json()
    assert body["resourceType"] == "OperationOutcome"
    assert body["issue"]
    for issue in body["issue"]:
        assert issue["severity"] == "error"
        assert issue["code"]
        translation = issue["details"]["_text"]["extension"][0]["extension"]
        assert translation[0]["valueCode"] == "en"
        assert issue["details"]["text"] != translation[1]["valueString"]
    issues: list[dict[str, Any]] = body["issue"]
    return issues


def expressions(issues: list[dict[str, Any]]) -> list[str]:
    return [one for issue in issues for one in issue.get("expression", [])]


async def nothing_stored(gateway: Gateway, hospital: Hospital) -> bool:
    rows = await gateway.rows("SELECT 1 FROM resource WHERE org = $1", hospital.org)
    return rows == []


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "not-json"),
        (b"{", "not-json"),
        (b'{"resourceType": "Patient"', "not-json"),
        (b"\xff\xfe", "not-json"),
        (b'{"resourceType": "Patient", "resourceType": "Patient"}', "duplicate-key"),
        (b'{"resourceType": "Patient", "name": [{"text": "a\\u0000b"}]}', "nul"),
        (b'{"resourceType": "Patient"}\x00', "nul"),
        (b'{"resourceType": "Patient", "x": NaN}', "number-range"),
        (b'{"resourceType": "Observation", "valueQuantity": {"value": 1e999}}', "number-range"),
        (b'{"resourceType": "Patient", "contact": ' + b'[{"a": ' * 40 + b"1" + b"}]" * 40 + b"}", "too-deep"),
        (b"[" * 200_000, "too-deep"),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "too-deep"),
        (b"[]", "not-an-object"),
        (b'"Patient"', "not-an-object"),
        (b"null", "not-an-object"),
    ],
)
@pytest.mark.parametrize("path", ["/fhir", "/fhir/Patient"])
async def test_unreadable_bytes_are_400(gateway: Gateway, path: str, raw: bytes, code: str) -> None:
    answer = await gateway.hospital().post(path, raw)
    issues = assert_outcome(answer, 400)
    assert issues[0]["details"]["coding"][0]["code"] == code


async def test_every_problem_is_named_at_once(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("hand-caught-in-press")
    of_type(bundle, "Patient").update(gender="f", birthDate="1990-02-30")
    of_type(bundle, "Patient")["identifier"][0]["value"] = "3671015213900001"
    visit = of_type(bundle, "Encounter")
    visit.update(status="bogus", unknownElement=1)
    visit["period"] = {"start": "2026-11-20T10:10:00+07:00", "end": "2026-11-19T10:10:00+07:00"}
    del visit["class"]
    of_type(bundle, "Condition")["code"]["coding"][0]["code"] = "hand"
    del of_type(bundle, "Procedure")["status"]
    bundle["entry"][5]["resource"]["note"] = []
    bundle["entry"][3]["resource"]["subject"] = {"reference": "urn:uuid:nobody"}
    issues = assert_outcome(await hospital.post("/fhir", bundle), 422)
    assert set(expressions(issues)) == {
        "Bundle.entry[0].resource.gender",
        "Bundle.entry[0].resource.birthDate",
        "Bundle.entry[0].resource.identifier[0].value",
        "Bundle.entry[1].resource.status",
        "Bundle.entry[1].resource.unknownElement",
        "Bundle.entry[1].resource.period",
        "Bundle.entry[1].resource.class",
        "Bundle.entry[2].resource.code.coding[0].code",
        "Bundle.entry[5].resource.status",
        "Bundle.entry[5].resource.note",
    }
    assert await nothing_stored(gateway, hospital)


def unresolved(bundle: dict[str, Any]) -> None:
    of_type(bundle, "Condition")["subject"] = {"reference": "urn:uuid:11111111-1111-4111-8111-111111111111"}


def unresolved_condition(bundle: dict[str, Any]) -> None:
    of_type(bundle, "Condition")["subject"] = {"reference": "Patient?identifier=urn:x|1"}


def unsupported_condition(bundle: dict[str, Any]) -> None:
    of_type(bundle, "Condition")["subject"] = {"reference": "Patient?name=Siti"}


def duplicate_full_url(bundle: dict[str, Any]) -> None:
    bundle["entry"][3]["fullUrl"] = bundle["entry"][2]["fullUrl"]


def unknown_type(bundle: dict[str, Any]) -> None:
    bundle["entry"][2]["request"]["url"] = "Foo"
    bundle["entry"][2]["resource"]["resourceType"] = "Foo"


def type_of_another_release(bundle: dict[str, Any]) -> None:
    bundle["entry"][2]["request"]["url"] = "NutritionProduct"


def wrong_kind(bundle: dict[str, Any]) -> None:
    bundle["type"] = "nonsense"


def a_document_with_requests(bundle: dict[str, Any]) -> None:
    bundle["type"] = "document"


def same_id_twice(bundle: dict[str, Any]) -> None:
    for entry in bundle["entry"][2:4]:
        entry["resource"]["id"] = "diagnosis-1"


def no_kind(bundle: dict[str, Any]) -> None:
    del bundle["type"]


def no_request(bundle: dict[str, Any]) -> None:
    del bundle["entry"][2]["request"]


def no_resource(bundle: dict[str, Any]) -> None:
    del bundle["entry"][2]["resource"]


def resource_is_a_list(bundle: dict[str, Any]) -> None:
    bundle["entry"][2]["resource"] = [bundle["entry"][2]["resource"]]


def entries_are_an_object(bundle: dict[str, Any]) -> None:
    bundle["entry"] = bundle["entry"][0]


def a_delete(bundle: dict[str, Any]) -> None:
    bundle["entry"][2]["request"] = {"method": "DELETE", "url": "Condition/1"}


def a_patch(bundle: dict[str, Any]) -> None:
    bundle["entry"][2]["request"] = {"method": "PATCH", "url": "Condition/1"}


def type_differs(bundle: dict[str, Any]) -> None:
    bundle["entry"][2]["request"]["url"] = "Procedure"


def contained_unknown(bundle: dict[str, Any]) -> None:
    of_type(bundle, "Condition")["contained"] = [{"resourceType": "Foo", "id": "a"}]


def future_of_r5(bundle: dict[str, Any]) -> None:
    of_type(bundle, "Encounter")["admission"] = {"origin": {"reference": "Location/1"}}


@pytest.mark.parametrize(
    "spoil",
    [
        unresolved, unresolved_condition, unsupported_condition, duplicate_full_url, unknown_type,
        type_of_another_release, wrong_kind, a_document_with_requests, same_id_twice,
        no_kind, no_request, no_resource, resource_is_a_list,
        entries_are_an_object, a_delete, a_patch, type_differs, contained_unknown, future_of_r5,
    ],
)  # fmt: skip
async def test_a_bundle_against_the_rules_is_422_and_nothing_is_stored(gateway: Gateway, spoil: Spoil) -> None:
    hospital, bundle = gateway.hospital(), sample("hand-caught-in-press")
    spoil(bundle)
    issues = assert_outcome(await hospital.post("/fhir", bundle), 422)
    assert expressions(issues)
    assert await nothing_stored(gateway, hospital)


async def test_too_many_entries_are_413(gateway: Gateway) -> None:
    entry = {"request": {"method": "GET", "url": "Patient/1"}}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry] * 10_001}
    assert_outcome(await gateway.hospital().post("/fhir", bundle), 413)


async def test_a_body_over_the_limit_is_413(gateway: Gateway) -> None:
    answer = await gateway.hospital().post("/fhir", b" " * (40 * 1024 * 1024))
    assert_outcome(answer, 413)


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/xml"},
        {"Content-Type": "application/fhir+xml"},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/json; charset=iso-8859-1"},
        {"Content-Type": "application/fhir+json", "Content-Encoding": "gzip"},
        {"Content-Type": ""},
    ],
)
async def test_another_type_or_encoding_is_415(gateway: Gateway, headers: dict[str, str]) -> None:
    assert_outcome(await gateway.hospital().post("/fhir", b"{}", **headers), 415)


async def test_a_missing_or_bad_token_is_401_before_the_body_is_looked_at(gateway: Gateway) -> None:
    for headers in ({}, {"Authorization": "Bearer nonsense"}):
        for path in ("/fhir", "/fhir/Patient", "/fhir-r4/v1/Nothing/at/all"):
            answer = await gateway.http.post(path, content=b"{", headers={**FHIR, **headers})
            assert_outcome(answer, 401)
            assert "www-authenticate" in answer.headers


async def test_a_token_without_the_scope_is_403(gateway: Gateway) -> None:
    reader = gateway.hospital(scope="system/Patient.r")
    assert_outcome(await reader.post("/fhir/Patient", b"{"), 403)
    patients = gateway.hospital(scope="system/Patient.crus")
    assert_outcome(await patients.post("/fhir/Encounter", single(sample("hand-caught-in-press"), "Encounter")), 403)
    assert_outcome(await patients.post("/fhir", sample("hand-caught-in-press")), 403)
    other = gateway.hospital(scope="accident-reports.write")
    assert_outcome(await other.post("/fhir", b"{"), 403)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("DELETE", "/fhir/Patient/1", 405),
        ("DELETE", "/fhir/Patient", 405),
        ("GET", "/fhir", 405),
        ("DELETE", "/fhir", 405),
        ("POST", "/fhir/Patient/$everything", 405),
        ("GET", "/fhir/Patient/1/$everything", 404),
        ("POST", "/fhir/Bundle", 422),
        ("PUT", "/fhir/Bundle/1", 405),
        ("PATCH", "/fhir/Bundle/1", 405),
        ("POST", "/fhir/Bundle/$validate", 405),
        ("POST", "/fhir/Foo", 404),
        ("GET", "/fhir/Foo/1", 404),
        ("GET", "/fhir/Patient/1/_history", 404),
        ("GET", "/fhir/Patient/1/2/3/4", 404),
    ],
)
async def test_what_is_not_supported_says_so(gateway: Gateway, method: str, path: str, status: int) -> None:
    hospital = gateway.hospital()
    answer = await gateway.http.request(method, path, content=b"{}", headers={**FHIR, **hospital.headers})
    assert_outcome(answer, status)


@pytest.mark.parametrize(
    ("accept", "query"),
    [
        ("application/fhir+xml", ""),
        ("text/html", ""),
        ("application/fhir+json;q=0, application/fhir+xml", ""),
        ("application/fhir+json; fhirVersion=5.0", ""),
        ("*/*", "?_format=xml"),
        ("application/json", "?_format=application/fhir%2Bxml"),
    ],
)
async def test_answers_are_given_in_r4_json_only(gateway: Gateway, accept: str, query: str) -> None:
    assert_outcome(await gateway.hospital().get(f"/fhir/Patient{query}", Accept=accept), 406)


@pytest.mark.parametrize(
    ("accept", "query"),
    [
        ("", ""),
        ("text/html, */*;q=0.1", ""),
        ("application/fhir+xml, application/fhir+json;q=0.5", ""),
        ("application/fhir+json; fhirVersion=4.0", ""),
        ("application/fhir+xml", "?_format=json"),
        ("application/fhir+xml", "?_format=application/fhir+json"),
        ("application/fhir+xml", "?_format=application/fhir%2Bjson"),
    ],
)
async def test_json_is_given_however_it_is_asked_for(gateway: Gateway, accept: str, query: str) -> None:
    answer = await gateway.hospital().get(f"/fhir/Patient{query}", Accept=accept)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/fhir+json; charset=utf-8"


async def test_what_was_cut_short_or_is_no_json_is_unreadable(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    raw = json.dumps(sample("hand-caught-in-press")).encode()
    packed = gzip.compress(raw)
    for body in (raw[:-1], raw[: len(raw) // 2], packed, packed[: len(packed) // 2], b"<Bundle/>", raw + b"}"):
        issues = assert_outcome(await hospital.post("/fhir", body), 400)
        assert issues[0]["details"]["coding"][0]["code"] in ("not-json", "nul")
    assert_outcome(await hospital.post("/fhir", packed[:-9], **{"Content-Encoding": "gzip"}), 415)
    assert await nothing_stored(gateway, hospital)


async def test_another_registered_hospital_may_not_be_named(gateway: Gateway) -> None:
    hospital, other = gateway.hospital(), gateway.hospital()
    number = other.org.partition(":")[2]
    await gateway.rows(
        "INSERT INTO registered_partner (org, version, status, kinds) VALUES ($1, 1, 'active', '{hospital}')", other.org
    )
    bundle = sample("hand-caught-in-press")
    named: list[dict[str, Any]] = [
        {"reference": f"Organization/{number}"},
        {"identifier": {"system": f"http://sys-ids.kemkes.go.id/organization/{number}", "value": "x"}},
    ]
    for mention in named:
        of_type(bundle, "Encounter")["serviceProvider"] = mention
        issues = assert_outcome(await hospital.post("/fhir", bundle), 403)
        assert expressions(issues) == ["Bundle.entry[1].resource.serviceProvider"]
    own = copy.deepcopy(bundle)
    of_type(own, "Encounter")["serviceProvider"] = {"reference": f"Organization/{number}"}
    assert (await other.post("/fhir", own)).status_code == 200
    patient = single(bundle, "Patient", managingOrganization=named[0])
    assert_outcome(await hospital.post("/fhir/Patient", patient), 403)
    entry = {
        "fullUrl": "urn:uuid:0aaaaaaa-0000-4000-8000-000000000000",
        "request": {"method": "POST", "url": "Organization"},
        "resource": {
            "resourceType": "Organization",
            "name": "RS lain",
            "identifier": [{"system": f"http://sys-ids.kemkes.go.id/organization/{number}", "value": number}],
        },
    }
    bundle["entry"].append(entry)
    of_type(bundle, "Encounter")["serviceProvider"] = {"reference": entry["fullUrl"]}
    assert_outcome(await hospital.post("/fhir", bundle), 403)


async def test_an_organization_that_is_no_registered_hospital_is_plain_data(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("hand-caught-in-press")
    of_type(bundle, "Encounter")["serviceProvider"] = {"reference": "Organization/999999999"}
    assert (await hospital.post("/fhir", bundle)).status_code == 200


async def test_another_hospitals_resource_is_404_to_reading_and_writing(gateway: Gateway) -> None:
    hospital, other = gateway.hospital(), gateway.hospital()
    patient = of_type(sample("hand-caught-in-press"), "Patient")
    made = (await hospital.post("/fhir/Patient", patient)).json()
    path = f"/fhir/Patient/{made['id']}"
    assert_outcome(await other.get(path), 404)
    assert_outcome(await other.get(f"{path}/_history/1"), 404)
    assert_outcome(await other.put(path, made), 404)
    request = {"method": "PUT", "url": f"Patient/{made['id']}"}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [{"request": request, "resource": made}]}
    assert_outcome(await other.post("/fhir", bundle), 404)
    mine = await other.post("/fhir/Patient", patient)
    assert mine.status_code == 201
    assert mine.json()["id"] != made["id"]


async def test_no_error_repeats_what_was_sent(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("hand-caught-in-press")
    of_type(bundle, "Patient")["identifier"][0]["value"] = "3671015213900001"
    of_type(bundle, "Patient")["birthDate"] = "12 Maret 1990"
    of_type(bundle, "Patient")["Siti"] = {"Aminah": 1}
    answer = await hospital.post("/fhir", json.dumps(bundle))
    assert answer.status_code == 422
    for secret in ("3671015213900001", "Maret", "Aminah"):
        assert secret not in answer.text
