"""Bridges that hospitals run already connect by another address: three of them, with the habits of their languages,
sign in with their secret, send their visits, and the claim is open in verification."""

import secrets
from typing import Any

import pytest
from joserfc.jwk import ECKey

from services.partners.domain.partners import ClientKind
from tests.support.bridges.node import NodeBridge
from tests.support.bridges.php import PhpBridge
from tests.support.bridges.python import PythonBridge
from tests.support.bridges.wire import NIK, Credentials, Visit
from tests.support.claim_story import accident_report
from tests.support.served_hub import ServedHub
from tests.support.until import until


@pytest.fixture
def credentials(hub: ServedHub) -> Credentials:
    """A hospital just registered."""
    number = "1" + "".join(secrets.choice("0123456789") for _ in range(8))
    key = ECKey.generate_key("P-384", parameters={"kid": "bridge"}).as_dict(private=False)
    wanted = {
        "kind": "hospital", "org": f"hospital:{number}", "name": "RS Jembatan", "region_code": "3671",
        "public_jwk": key,
    }  # fmt: skip
    answer = hub.apis["partners"].http.post("/v1/clients", json=wanted, headers=hub.once(ClientKind.OPERATOR))
    made = answer.raise_for_status().json()
    return Credentials(number, made["client_id"], made["client_secret"])


@pytest.fixture
def url(hub: ServedHub) -> str:
    return hub.apis["hospital_gateway"].url


def ihs_number() -> str:
    return f"P{secrets.randbelow(10**11):011d}"


def employer_reports(hub: ServedHub, visit: Visit) -> None:
    """The accident that the visit is about, with the worker's NIK."""
    report = accident_report(visit.nik, name=visit.name)
    report["event"]["occurred_at"] = visit.at(-30)
    sent = hub.apis["intake"].http.post("/v1/accident-reports", json=report, headers=hub.once(ClientKind.EMPLOYER))
    assert sent.status_code == 201, sent.text


def claims_about(hub: ServedHub, query: str) -> list[dict[str, Any]]:
    answer = hub.apis["verification"].http.get(
        "/v1/claims", params={"q": query}, headers=hub.bearer(ClientKind.BPJS_VERIFIER)
    )
    items: list[dict[str, Any]] = answer.raise_for_status().json()["items"]
    return items


def evidence_of(hub: ServedHub, case_number: str) -> list[tuple[str, int]]:
    """Ids and versions of the medical reports a claim holds."""
    answer = hub.apis["verification"].http.get(
        f"/v1/claims/{case_number}", headers=hub.bearer(ClientKind.BPJS_VERIFIER)
    )
    evidence = answer.raise_for_status().json()["evidence"]
    return [(one["id"], one["version"]) for one in evidence if one["source"] == "hospital_gateway"]


def test_a_php_bridge_sends_a_visit_step_by_step(hub: ServedHub, url: str, credentials: Credentials) -> None:
    bridge, visit = PhpBridge(url, credentials), Visit()
    encounter_id = bridge.send_one_by_one(visit)
    [claim] = until(lambda: claims_about(hub, visit.nik))
    hub.quiet()
    [(held, version)] = evidence_of(hub, claim["case_number"])
    assert held == encounter_id
    assert version > 1


def test_a_php_bridge_sends_a_bundle_and_learns_its_ids(hub: ServedHub, url: str, credentials: Credentials) -> None:
    bridge, visit = PhpBridge(url, credentials), Visit()
    encounter_id = bridge.send_as_bundle(visit)
    [claim] = until(lambda: claims_about(hub, visit.nik))
    assert evidence_of(hub, claim["case_number"]) == [(encounter_id, 1)]


def test_a_node_bridge_sends_the_same_bundle_twice_and_makes_one_report(
    hub: ServedHub, url: str, credentials: Credentials
) -> None:
    bridge, visit = NodeBridge(url, credentials), Visit()
    encounter_id, first, second = bridge.send_twice(visit)
    assert (first.status, second.status) == (200, 200)
    assert second.json == first.json
    assert second.headers["idempotency-replayed"] == "true"
    [claim] = until(lambda: claims_about(hub, visit.nik))
    hub.quiet()
    assert evidence_of(hub, claim["case_number"]) == [(encounter_id, 1)]


def test_a_node_bridge_sends_everything_of_a_visit_at_once_and_nothing_is_lost(
    hub: ServedHub, url: str, credentials: Credentials
) -> None:
    codes = ("S67.0", "S62.5", "S61.0", "S66.3", "W31")
    bridge, visit = NodeBridge(url, credentials), Visit(diagnoses=[(code, f"Diagnosis {code}") for code in codes])
    encounter_id = bridge.send_at_once(visit)
    [claim] = until(lambda: claims_about(hub, visit.nik))
    hub.quiet()
    assert evidence_of(hub, claim["case_number"]) == [(encounter_id, len(codes))]


def test_a_python_bridge_that_knows_only_ihs_numbers_is_reported_and_its_visit_waits_in_the_basket_for_its_worker(
    hub: ServedHub, url: str, credentials: Credentials
) -> None:
    bridge, visit = PythonBridge(url, credentials), Visit(name=f"Ratna {secrets.token_hex(4)}")
    encounter_id = bridge.send(visit, ihs_number())
    [suspected] = until(lambda: claims_about(hub, credentials.number))
    assert suspected["worker"] == {"name": visit.name, "nik_masked": None}
    employer_reports(hub, visit)
    [reported] = until(lambda: claims_about(hub, visit.nik))
    assert reported["case_number"] != suspected["case_number"]

    verification = hub.apis["verification"].http

    def pair() -> dict[str, Any] | None:
        page = verification.get("/v1/unmatched?limit=200", headers=hub.bearer(ClientKind.BPJS_VERIFIER)).json()
        both = {suspected["case_number"], reported["case_number"]}
        return next((one for one in page["items"] if set(one["claims"]) == both), None)

    found = until(pair)
    assert "name-equal" in found["reasons"]
    path = f"/v1/unmatched/{found['id']}/link"
    linked = verification.post(path, json={"reason": "Orang yang sama."}, headers=hub.once(ClientKind.BPJS_VERIFIER))
    assert linked.is_success, linked.text
    [joined] = until(lambda: claims_about(hub, visit.nik))
    [(held, _)] = evidence_of(hub, joined["case_number"])
    assert held == encounter_id


def test_a_visit_by_ihs_number_joins_its_claim_when_the_patient_comes_with_a_nik(
    hub: ServedHub, url: str, credentials: Credentials
) -> None:
    bridge, visit, number = PythonBridge(url, credentials), Visit(name=f"Wulan {secrets.token_hex(4)}"), ihs_number()
    encounter_id = bridge.send(visit, number)
    employer_reports(hub, visit)
    hub.quiet()
    assert (
        len({claim["case_number"] for query in (visit.nik, credentials.number) for claim in claims_about(hub, query)})
        == 2
    )
    ihs = {"system": "https://fhir.kemkes.go.id/id/ihs-number", "value": number}
    patient = {"resourceType": "Patient", "identifier": [ihs, {"system": NIK, "value": visit.nik}]}
    assert bridge.call("POST", "/Patient", body=patient).status == 201
    hub.quiet()
    [claim] = claims_about(hub, visit.nik)
    assert [held for held, _ in evidence_of(hub, claim["case_number"])] == [encounter_id]
    assert {piece["case_number"] for piece in claims_about(hub, credentials.number)} == {claim["case_number"]}


def test_bridges_understand_why_they_are_refused(hub: ServedHub, url: str, credentials: Credentials) -> None:
    wrong = Credentials(credentials.number, credentials.client_id, "salah")
    for bridge in (PhpBridge(url, wrong), PythonBridge(url, wrong), NodeBridge(url, wrong)):
        answer = bridge.sign_in()
        assert answer.status == 401
        assert answer.json["fault"]["faultstring"]
        assert answer.json["fault"]["detail"]["errorcode"]
    php, visit = PhpBridge(url, credentials), Visit()
    condition = php.condition(visit, ihs_number(), "Encounter/8b0d1485-d33c-4f46-8e33-784979a5d06b", "S67.0", "Luka")
    refused = php.post("Condition", {**condition, "clinicalStatus": "active"})
    assert refused.status == 422
    assert refused.json["resourceType"] == "OperationOutcome"
    assert refused.json["issue"][0]["details"]["text"]
    assert php.put("Encounter", "8b0d1485-d33c-4f46-8e33-784979a5d06b", {"resourceType": "Encounter"}).status in (
        404,
        422,
    )
    assert PythonBridge(url, credentials).call("GET", "/Encounter/8b0d1485-d33c-4f46-8e33-784979a5d06b").status == 404


def test_only_under_satusehats_base_and_not_for_fhir_clients_a_bundles_answer_has_satusehats_members(
    hub: ServedHub, url: str, credentials: Credentials
) -> None:
    body = NodeBridge(url, credentials).bundle(Visit())
    http, json_type = hub.apis["hospital_gateway"].http, {"Content-Type": "application/json"}
    bearer = hub.bearer(ClientKind.HOSPITAL, f"hospital:{credentials.number}")

    def members(base: str, accept: str) -> set[str]:
        headers = {**bearer, **json_type, "Accept": accept}
        answer = http.post(base, content=body.encode(), headers=headers).raise_for_status().json()
        return set().union(*(entry["response"] for entry in answer["entry"]))

    plain = {"status", "location", "etag", "lastModified"}
    assert members("/fhir", "*/*") == plain
    assert members("/fhir-r4/v1", "application/fhir+json") == plain
    assert members("/fhir-r4/v1", "application/json") == plain | {"resourceType", "resourceID"}
