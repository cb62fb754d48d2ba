"""Searching a hospital's own resources, and their histories."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.integration.hospital_gateway.calls import found
from tests.integration.hospital_gateway.conftest import PUBLIC_URL, Gateway, new_nik, of_type, sample

NIK = "https://fhir.kemkes.go.id/id/nik"
OBSERVATION = '{"resourceType":"Observation","status":"final","code":{"text":"a"},"valueQuantity":{"value":120.10}}'


def by_nik(type_name: str, nik: str) -> str:
    return f"/fhir/{type_name}?identifier={quote(f'{NIK}|{nik}')}"


def next_page(bundle: dict[str, Any]) -> str | None:
    urls = [link["url"] for link in bundle["link"] if link["relation"] == "next"]
    return str(urls[0]).removeprefix(PUBLIC_URL) if urls else None


@pytest.mark.parametrize("type_name", ["Patient", "Practitioner"])
async def test_a_person_asked_for_by_nik_gets_an_id_on_first_use_and_keeps_it(gateway: Gateway, type_name: str) -> None:
    hospital, nik = gateway.hospital(), new_nik()
    [person] = await found(hospital, by_nik(type_name, nik))
    assert [one["value"] for one in person["identifier"]] == [nik]
    assert set(person) == {"resourceType", "id", "meta", "identifier"}
    assert [one["id"] for one in await found(hospital, by_nik(type_name, nik))] == [person["id"]]
    # Another hospital learns nothing from it: it gets an id of its own.
    [elsewhere] = await found(gateway.hospital(), by_nik(type_name, nik))
    assert elsewhere["id"] != person["id"]


async def test_a_patient_sent_after_its_look_up_is_the_next_version_of_it(gateway: Gateway) -> None:
    hospital, patient = gateway.hospital(), of_type(sample("hand-caught-in-press"), "Patient")
    [known] = await found(hospital, by_nik("Patient", patient["identifier"][0]["value"]))
    answer = await hospital.post("/fhir/Patient", patient)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["id"], answer.headers["etag"]) == (known["id"], 'W/"2"')


async def test_what_is_known_besides_a_nik_is_passed_over_and_the_answer_says_so(gateway: Gateway) -> None:
    hospital, nik = gateway.hospital(), new_nik()
    path = f"{by_nik('Patient', nik)}&gender=male&birthdate=1990-03-12&name=Siti"
    answer = (await hospital.get(path)).json()
    assert [one["resource"]["identifier"][0]["value"] for one in answer["entry"]] == [nik]
    [link] = answer["link"]
    assert "identifier" in link["url"]
    assert not {"gender", "birthdate", "name"} & {one.partition("=")[0] for one in link["url"].split("?")[1].split("&")}
    assert (await hospital.get("/fhir/Patient?gender=male")).status_code == 400


@pytest.mark.parametrize("nik", ["123", "3671013213900001", "3671015203900000"])
async def test_a_malformed_nik_finds_nobody_and_mints_nothing(gateway: Gateway, nik: str) -> None:
    hospital = gateway.hospital()
    assert await found(hospital, by_nik("Patient", nik)) == []
    assert await gateway.rows("SELECT 1 FROM resource WHERE org = $1", hospital.org) == []


async def test_resources_are_found_by_patient_encounter_id_and_identifier(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("hand-caught-in-press")
    patient, encounter, *_ = await hospital.accepted(bundle)
    patient_id, encounter_id = patient.split("/")[1], encounter.split("/")[1]
    business = of_type(bundle, "Encounter")["identifier"][0]
    for query in (
        f"patient={patient}",
        f"subject={patient_id}",
        f"subject:Patient={patient_id}",
        f"_id={encounter_id}",
        f"identifier={quote(business['system'] + '|' + business['value'])}",
        f"patient={patient_id}&_id={encounter_id}&_lastUpdated=ge2020-01-01&_lastUpdated=lt2120-01",
    ):
        assert [one["id"] for one in await found(hospital, f"/fhir/Encounter?{query}")] == [encounter_id], query
    conditions = await found(hospital, f"/fhir-r4/v1/Condition?encounter={encounter}")
    assert len(conditions) == sum(e["resource"]["resourceType"] == "Condition" for e in bundle["entry"])
    for query in (f"patient={encounter_id}", "_id=P02478375538", "_lastUpdated=lt2020"):
        assert await found(hospital, f"/fhir/Encounter?{query}") == [], query


async def test_nobody_finds_another_hospitals_resources(gateway: Gateway) -> None:
    patient, encounter, *_ = await gateway.hospital().accepted(sample("hand-caught-in-press"))
    other = gateway.hospital()
    assert await found(other, f"/fhir/Encounter?patient={patient}") == []
    assert await found(other, "/fhir/Encounter") == []
    assert (await other.get(f"/fhir/{encounter}/_history")).status_code == 404


@pytest.mark.parametrize("sort", ["_lastUpdated", "-_lastUpdated"])
async def test_pages_follow_each_other_without_gap_or_repeat(gateway: Gateway, sort: str) -> None:
    hospital = gateway.hospital()
    made = [(await hospital.post("/fhir/Observation", OBSERVATION)).json()["id"] for _ in range(5)]
    seen: list[str] = []
    path: str | None = f"/fhir/Observation?_count=2&_sort={sort}"
    while path:
        bundle = (await hospital.get(path)).json()
        seen += [entry["resource"]["id"] for entry in bundle["entry"]]
        assert len(bundle["entry"]) <= 2
        path = next_page(bundle)
    assert seen == (made if sort == "_lastUpdated" else made[::-1])


async def test_what_the_matches_name_and_what_names_them_come_along_when_asked_for(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    patient, encounter, *_ = await hospital.accepted(sample("hand-caught-in-press"))
    query = f"_id={encounter.split('/')[1]}&_include=Encounter:subject&_revinclude=Condition:encounter"
    entries = (await hospital.get(f"/fhir/Encounter?{query}")).json()["entry"]
    modes = {f"{e['resource']['resourceType']}/{e['resource']['id']}": e["search"]["mode"] for e in entries}
    assert (modes.pop(encounter), modes.pop(patient)) == ("match", "include")
    assert modes
    assert all(path.startswith("Condition/") and mode == "include" for path, mode in modes.items())


async def test_the_first_page_says_how_many_match_and_none_is_told_as_zero(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    assert (await hospital.get("/fhir/Observation")).json()["total"] == 0
    for _ in range(3):
        await hospital.post("/fhir/Observation", OBSERVATION)
    first = (await hospital.get("/fhir/Observation?_count=2")).json()
    assert first["total"] == 3
    second = (await hospital.get(str(next_page(first)))).json()
    assert "total" not in second
    assert (await hospital.get(by_nik("Patient", new_nik()))).json()["total"] == 1


async def test_a_count_alone_answers_no_resources(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    for _ in range(3):
        await hospital.post("/fhir/Observation", OBSERVATION)
    for query in ("_summary=count", "_count=0", "_count=0&_total=accurate", "_count=0&_totalMethod=count"):
        bundle = (await hospital.get(f"/fhir/Observation?{query}")).json()
        assert bundle["total"] == 3
        assert "entry" not in bundle


async def test_digits_survive_a_search(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    await hospital.post("/fhir/Observation", OBSERVATION)
    assert '"value":120.10' in (await hospital.get("/fhir/Observation")).text


async def test_a_search_by_post_keeps_the_nik_out_of_the_address(gateway: Gateway) -> None:
    hospital, nik = gateway.hospital(), new_nik()
    headers = {**hospital.headers, "Content-Type": "application/x-www-form-urlencoded"}
    form = f"identifier={quote(f'{NIK}|{nik}')}"
    answer = await gateway.http.post("/fhir/Patient/_search", content=form, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["entry"][0]["resource"]["identifier"][0]["value"] == nik
    assert (await hospital.post("/fhir/Patient/_search", {})).status_code == 415


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("name=Siti", "search-parameter"),
        ("patient.name=Siti", "search-parameter"),
        ("identifier=3671015203900001", "search-value"),
        ("_lastUpdated=yesterday", "search-value"),
        ("_count=many", "search-value"),
        ("_cursor=%25%25", "search-value"),
        ("_include=Condition:subject", "search-value"),
        ("_revinclude=Condition:code", "search-value"),
    ],
)
async def test_a_parameter_that_is_not_understood_is_refused_not_passed_over(
    gateway: Gateway, query: str, code: str
) -> None:
    answer = await gateway.hospital().get(f"/fhir/Encounter?{query}")
    assert answer.status_code == 400, answer.text
    assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == code


async def test_searching_needs_its_scope(gateway: Gateway) -> None:
    assert (await gateway.hospital(scope="system/*.cru").get("/fhir/Patient")).status_code == 403
    reader = gateway.hospital(scope="system/Encounter.s")
    assert (await reader.get("/fhir/Encounter")).status_code == 200
    assert (await reader.get("/fhir/Patient")).status_code == 403


async def test_a_history_tells_every_version_newest_first(gateway: Gateway) -> None:
    hospital, made = gateway.hospital(), of_type(sample("hand-caught-in-press"), "Patient")
    first = (await hospital.post("/fhir/Patient", made)).json()
    for name in ("Siti A.", "Siti Aminah"):
        await hospital.put(f"/fhir/Patient/{first['id']}", {**made, "name": [{"text": name}]})
    bundle = (await hospital.get(f"/fhir/Patient/{first['id']}/_history?_count=2")).json()
    assert bundle["type"] == "history"
    assert [entry["response"]["etag"] for entry in bundle["entry"]] == ['W/"3"', 'W/"2"']
    last = (await hospital.get(str(next_page(bundle)))).json()
    assert [(entry["request"]["method"], entry["resource"]) for entry in last["entry"]] == [("POST", first)]
    assert next_page(last) is None
