"""Document Bundles: kept whole, and their entries one by one."""

import json

from services.hospital_gateway.adapters.held_purge import HeldPurge
from shared.clock import SystemClock
from shared.postgres.database import Database
from tests.integration.hospital_gateway.conftest import Gateway, sample
from tests.integration.hospital_gateway.resources import document


async def test_a_document_is_kept_as_it_was_sent_and_its_entries_one_by_one(gateway: Gateway) -> None:
    hospital, sent = gateway.hospital(), document()
    answer = await hospital.post("/fhir", sent)
    assert answer.status_code == 201, answer.text
    path, _, version = answer.headers["location"].removeprefix("http://hospital.test/fhir/").partition("/_history/")
    assert (path.partition("/")[0], version, answer.headers["etag"]) == ("Bundle", "1", 'W/"1"')
    read = (await hospital.get(f"/fhir/{path}")).json()
    assert answer.json() == read
    assert {name: value for name, value in read.items() if name not in ("id", "meta")} == sent
    assert (await hospital.get(f"/fhir/{path}/_history/1")).json() == read
    (found,) = (await hospital.get("/fhir/Composition")).json()["entry"]
    patient = found["resource"]["subject"]["reference"]
    assert (await hospital.get(f"/fhir/{patient}")).status_code == 200
    ((facts, content),) = await gateway.reports(hospital)
    assert found["resource"]["encounter"]["reference"] == f"Encounter/{facts.encounter_id}"
    assert [one.code for one in content.diagnoses] == ["S67.0", "S62.5"]
    assert "Bundle" not in {one.resource_type for one in content.resources}
    number = sent["identifier"]["value"]
    searched = await hospital.get(f"/fhir/Bundle?identifier=urn:dokumen|{number}")
    assert [one["resource"] for one in searched.json()["entry"]] == [read]


async def test_a_document_may_be_sent_to_the_address_of_bundles_and_nothing_else_there(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    minimal = await hospital.post("/fhir/Bundle", document(), Prefer="return=minimal")
    assert (minimal.status_code, minimal.content) == (201, b"")
    refused = await hospital.post("/fhir/Bundle", sample("hand-caught-in-press"))
    assert refused.status_code == 422
    assert refused.json()["issue"][0]["details"]["coding"][0]["code"] == "document-required"
    assert len(await gateway.reports(hospital)) == 1


async def test_the_same_document_again_makes_no_second_one_and_no_second_report(gateway: Gateway) -> None:
    hospital, raw = gateway.hospital(), json.dumps(document())
    first, second = await hospital.post("/fhir", raw), await hospital.post("/fhir", raw)
    assert (second.status_code, second.headers["idempotency-replayed"]) == (201, "true")
    assert (second.content, second.headers["location"]) == (first.content, first.headers["location"])
    assert len(await gateway.reports(hospital)) == 1


async def test_every_problem_of_a_document_is_named_and_nothing_of_it_is_stored(gateway: Gateway) -> None:
    hospital, sent = gateway.hospital(), document()
    del sent["identifier"]
    del sent["timestamp"]
    problems = (await hospital.post("/fhir", sent)).json()["issue"]
    assert [one["details"]["coding"][0]["code"] for one in problems] == ["bdl-9", "bdl-10"]
    sent = document()
    sent["entry"].append(sent["entry"].pop(0))
    sent["entry"][0]["request"] = {"method": "POST", "url": "Patient"}
    sent["entry"][1]["response"] = {"status": "200"}
    sent["entry"][2]["fullUrl"] = "http://rs.test/Condition/1/_history/2"
    sent["entry"][3] = {"fullUrl": "urn:uuid:0c0c0c0c-0000-4000-8000-000000000001"}
    sent["entry"][-1]["resource"]["status"] = "bogus"
    problems = (await hospital.post("/fhir", sent)).json()["issue"]
    assert [(one["details"]["coding"][0]["code"], one["expression"][0]) for one in problems] == [
        ("bdl-3", "Bundle.entry[0].request"),
        ("bdl-4", "Bundle.entry[1].response"),
        ("bdl-8", "Bundle.entry[2].fullUrl"),
        ("entry-resource-required", "Bundle.entry[3].resource"),
        ("code-not-in-value-set", "Bundle.entry[6].resource.status"),
        ("bdl-11", "Bundle.entry"),
    ]
    sent = document()
    sent["entry"][0]["resource"]["status"] = "bogus"
    (problem,) = (await hospital.post("/fhir", sent)).json()["issue"]
    assert problem["expression"] == ["Bundle.entry[0].resource.status"]
    assert await gateway.rows("SELECT 1 FROM resource WHERE org = $1", hospital.org) == []


async def test_another_hospitals_document_is_not_there(gateway: Gateway) -> None:
    sent = await gateway.hospital().post("/fhir", document())
    path = sent.headers["location"].removeprefix("http://hospital.test")
    assert (await gateway.hospital().get(path)).status_code == 404


async def test_a_held_visits_document_goes_with_the_visit(gateway: Gateway) -> None:
    hospital, raw = gateway.hospital(), json.dumps(document("unrelated-hypertension"))
    path = (await hospital.post("/fhir", raw)).headers["location"].removeprefix("http://hospital.test")
    assert await gateway.reports(hospital) == []
    await gateway.rows("UPDATE medical_report SET ended_at = now() - interval '80 hours' WHERE org = $1", hospital.org)
    database = Database.of(gateway.settings, service="hospital_gateway")
    await HeldPurge(database, SystemClock()).purge()
    await database.close()
    assert (await hospital.get(path.partition("/_history")[0])).status_code == 410
    assert (await hospital.post("/fhir", raw)).status_code == 201
