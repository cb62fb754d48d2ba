"""FHIR clients that others wrote work with the hospital gateway, and understand its refusals."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fhirpy import SyncFHIRClient
from fhirpy.base.exceptions import MultipleResourcesFound, OperationOutcome, ResourceNotFound

from tests.foreign.accident import PressAccident
from tests.foreign.node_programs import Node
from tests.foreign.parties import Parties

NIK = "https://fhir.kemkes.go.id/id/nik"
_ROOT = Path(__file__).parents[2]
_JAVA_SECONDS = 120.0


def observation(patient: str = "Patient/P02478375538") -> dict[str, Any]:
    """One that a bridge sends by itself, about somebody whose resource is not held here."""
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4", "display": "Heart rate"}]},
        "subject": {"reference": patient},
        "valueQuantity": {"value": 80, "unit": "/min", "system": "http://unitsofmeasure.org", "code": "/min"},
    }


def assert_told_well(refusals: dict[str, dict[str, Any]]) -> None:
    """Every problem has its severity, code and words."""
    for refused in refusals.values():
        assert refused["outcome"]["resourceType"] == "OperationOutcome"
        assert refused["outcome"]["issue"]
        for issue in refused["outcome"]["issue"]:
            assert issue["severity"] == "error"
            assert issue["code"]
            assert issue["details"]["text"]


@pytest.fixture
def client(parties: Parties) -> SyncFHIRClient:
    base = parties.hospital.url("hospital_gateway", "/fhir")
    return SyncFHIRClient(base, authorization=f"Bearer {parties.hospital.token}")


def test_fhirpy_reads_the_capability_statement(client: SyncFHIRClient) -> None:
    statement = client.execute("metadata", method="get")
    assert statement["resourceType"] == "CapabilityStatement"
    assert statement["fhirVersion"] == "4.0.1"
    (rest,) = statement["rest"]
    assert "transaction" in {interaction["code"] for interaction in rest["interaction"]}


def test_fhirpy_sends_a_transaction_and_reads_what_it_made(client: SyncFHIRClient) -> None:
    accident = PressAccident()
    answer = client.execute("", data=json.loads(accident.bundle()))
    assert answer["type"] == "transaction-response"
    locations = [entry["response"]["location"].split("/_history/")[0] for entry in answer["entry"]]
    patient = client.reference(reference=next(p for p in locations if p.startswith("Patient/"))).to_resource()
    (identifier,) = patient["identifier"]
    assert (identifier["system"], identifier["value"]) == (NIK, accident.nik)
    encounter = client.reference(reference=next(p for p in locations if p.startswith("Encounter/"))).to_resource()
    assert encounter["subject"]["reference"] == patient.to_reference().reference


def test_fhirpy_creates_reads_and_updates_a_resource(client: SyncFHIRClient) -> None:
    made = client.resource("Observation", **observation())
    made.save()
    assert made["meta"]["versionId"] == "1"
    read = client.get("Observation", made.id)
    assert read["valueQuantity"] == observation()["valueQuantity"]
    made["status"] = "amended"
    made.save()
    assert made["meta"]["versionId"] == "2"
    assert client.get("Observation", made.id)["status"] == "amended"


def test_fhirpy_searches_over_pages(client: SyncFHIRClient) -> None:
    accident = PressAccident()
    [known] = client.resources("Patient").search(identifier=f"{NIK}|{accident.nik}").fetch()
    for _ in range(3):
        client.resource("Observation", **observation(f"Patient/{known.id}")).save()
    found = client.resources("Observation").search(patient=known.id)
    assert found.count() == 3
    assert len(found.limit(2).fetch_all()) == 3
    # A Patient sent with that NIK is the one that was looked up.
    patient = json.loads(accident.bundle())["entry"][0]["resource"]
    sent = client.resource("Patient", **{name: value for name, value in patient.items() if name != "resourceType"})
    sent.save()
    assert sent.id == known.id
    assert [one.id for one in client.resources("Patient").search(_id=known.id).fetch()] == [known.id]


def test_fhirpy_understands_refusals(parties: Parties, client: SyncFHIRClient) -> None:
    with pytest.raises(OperationOutcome) as invalid:
        client.resource("Observation", **{**observation(), "status": "bogus"}).save()
    (issue,) = invalid.value.resource["issue"]
    assert issue["severity"] == "error"
    assert issue["expression"] == ["Observation.status"]
    with pytest.raises(ResourceNotFound):
        client.get("Patient", "nobody")
    made = client.resource("Observation", **observation())
    made.save()
    stale = SyncFHIRClient(client.url, authorization=client.authorization, extra_headers={"If-Match": 'W/"7"'})
    held = {name: made[name] for name in made if name != "resourceType"}
    # Its name for every 412.
    with pytest.raises(MultipleResourcesFound) as refused:
        stale.resource("Observation", **held).save()
    assert json.loads(str(refused.value))["issue"][0]["code"] == "conflict"


def test_fhir_kit_client_works_with_the_gateway(node: Node, parties: Parties) -> None:
    accident = PressAccident()
    bundle = json.loads(accident.bundle())
    assert bundle["entry"][0]["resource"]["resourceType"] == "Patient"
    asked = {
        "base": parties.hospital.url("hospital_gateway", "/fhir"),
        "token": parties.hospital.token,
        "bundle": bundle,
        "observation": observation(),
        "nik": f"{NIK}|{accident.nik}",
    }
    answer = node.run("fhir.mjs", asked)
    assert answer["fhirVersion"] == "4.0.1"
    assert (answer["creates"], answer["deletes"], answer["transacts"]) == (True, False, True)
    assert answer["tokenUrl"] == parties.hospital.info["token_endpoint"]
    assert answer["transaction"]["type"] == "transaction-response"
    assert len(answer["transaction"]["entry"]) == len(bundle["entry"])
    assert answer["patient"]["identifier"][0]["value"] == accident.nik
    assert answer["created"] == answer["read"] == answer["again"]
    assert answer["changed"]["meta"]["versionId"] == "2"
    refusals = answer["refusals"]
    told = {name: (refused["status"], refused["outcome"]["resourceType"]) for name, refused in refusals.items()}
    assert told == {
        "conditional": (412, "OperationOutcome"),
        "invalid": (422, "OperationOutcome"),
        "missing": (404, "OperationOutcome"),
        "deleted": (405, "OperationOutcome"),
    }
    assert_told_well(refusals)
    assert [entry["resource"]["id"] for entry in answer["byNik"]["entry"]] == [answer["patient"]["id"]]
    assert [len(page["entry"]) for page in answer["pages"]] == [2, 1]


def test_hapis_client_for_java_works_with_the_gateway(parties: Parties) -> None:
    accident = PressAccident()
    nik = {"system": NIK, "value": accident.nik}
    asked = {
        "base": parties.hospital.url("hospital_gateway", "/fhir"),
        "token": parties.hospital.token,
        "bundle": json.loads(accident.bundle()),
        "observation": observation(),
        "nik": nik,
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.foreign.programs.hapi_client"],
        cwd=_ROOT,
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=_JAVA_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    answer = json.loads(done.stdout.strip().splitlines()[-1])
    assert answer["fhirVersion"] == "4.0.1"
    assert len(answer["transaction"]["entry"]) == len(asked["bundle"]["entry"])
    assert answer["patient"]["identifier"][0]["value"] == accident.nik
    assert answer["created"]
    assert answer["made"] == answer["read"] == answer["again"]
    assert answer["read"]["valueQuantity"] == observation()["valueQuantity"]
    assert answer["pages"][0]["total"] == 3
    assert [len(page["entry"]) for page in answer["pages"]] == [2, 1]
    assert [entry["resource"]["id"] for entry in answer["byNik"]["entry"]] == [answer["patient"]["id"]]
    assert [entry["search"]["mode"] for entry in answer["visits"]["entry"]] == ["match", "include"]
    assert (answer["changed"]["status"], answer["changed"]["meta"]["versionId"]) == ("amended", "2")
    assert (answer["patched"]["status"], answer["patched"]["meta"]["versionId"]) == ("corrected", "3")
    assert {issue["severity"] for issue in answer["validated"]["issue"]} == {"information"}
    versions = [entry["resource"]["meta"]["versionId"] for entry in answer["history"]["entry"]]
    assert versions == ["3", "2", "1"]
    refusals = answer["refusals"]
    assert {name: (refused["status"], refused["kind"]) for name, refused in refusals.items()} == {
        "invalid": (422, "UnprocessableEntityException"),
        "missing": (404, "ResourceNotFoundException"),
        "stale": (412, "PreconditionFailedException"),
        "deleted": (405, "MethodNotAllowedException"),
    }
    assert_told_well(refusals)
