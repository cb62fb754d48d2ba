"""Rules on resources sent one by one, in the order in which bridges send them."""

import json
from urllib.parse import quote

import httpx

from deploy.conformance.hospital_run import HospitalRun, new_number, observation_text, without_ours
from deploy.conformance.hub_under_test import (
    PLAIN_JSON,
    by_identifier,
    document,
    eventually,
    expect,
    expect_that,
    matches,
    refusal,
)
from deploy.conformance.rules import RuleBook

VISITS = RuleBook("interface, section 4: resources one by one")
_JSON_PATCH = {"Content-Type": "application/json-patch+json"}
_HEARD_SECONDS = 10.0
_UNKNOWN = "0199aaaa-0000-7000-8000-000000000000"


@VISITS.rule(
    "create",
    "POST /{Type} as application/json answers 201 with the stored resource, its Location and its ETag.",
    needs=["look-up-mints"],
)
def _create(run: HospitalRun) -> None:
    run.sent["Encounter"] = run.encounter(run.paths["Patient"])
    answer = expect(run.hub.call("POST", "/Encounter", run.sent["Encounter"], headers=PLAIN_JSON), 201)
    path = f"Encounter/{document(answer)['id']}"
    expect_that(answer.headers.get("etag") == 'W/"1"', answer, 'its ETag is W/"1"')
    location = answer.headers.get("location", "")
    expect_that(location.endswith(f"/{path}/_history/1"), answer, "its Location is that of its first version")
    run.paths["Encounter"] = path


@VISITS.rule("parts-of-a-visit", "Condition, Procedure and Observation of the visit are taken.", needs=["create"])
def _parts(run: HospitalRun) -> None:
    patient, encounter = run.paths["Patient"], run.paths["Encounter"]
    observation = observation_text(patient, encounter)
    for name, body in (
        ("Condition", json.dumps(run.condition(patient, encounter))),
        ("Procedure", json.dumps(run.procedure(patient, encounter))),
        ("Observation", observation),
    ):
        answer = expect(run.hub.call("POST", f"/{name}", body), 201)
        run.paths[name] = f"{name}/{document(answer)['id']}"
    run.sent["Observation"] = json.loads(observation, parse_float=str)


@VISITS.rule(
    "read-equals-sent",
    "What is read back equals what was sent but for id, meta and text; decimals keep their digits.",
    needs=["parts-of-a-visit"],
)
def _equal(run: HospitalRun) -> None:
    answer = run.hub.call("GET", f"/{run.paths['Observation']}")
    read = without_ours(document(expect(answer, 200)))
    expect_that(read == run.sent["Observation"], answer, "it equals what was sent, 120.10 with both its digits")


@VISITS.rule(
    "references-are-kept",
    "References to what the hub does not hold, such as Patient/P02478375538, are kept as they are.",
    needs=["token-satusehat"],
)
def _kept(run: HospitalRun) -> None:
    text = observation_text("Patient/P02478375538", "Encounter/1000000123")
    answer = expect(run.hub.call("POST", "/Observation", text), 201)
    read = document(expect(run.hub.call("GET", f"/Observation/{document(answer)['id']}"), 200))
    expect_that(read["subject"]["reference"] == "Patient/P02478375538", answer, "the subject is as it was sent")
    expect_that(read["encounter"]["reference"] == "Encounter/1000000123", answer, "the encounter is as it was sent")


@VISITS.rule(
    "content-type",
    "Answers are application/fhir+json, with _format=json too; XML is not given (406).",
    needs=["create"],
)
def _content_type(run: HospitalRun) -> None:
    for query in ("", "?_format=json", "?_format=application/fhir%2Bjson"):
        answer = expect(run.hub.call("GET", f"/{run.paths['Encounter']}{query}"), 200)
        kind = answer.headers.get("content-type", "")
        expect_that(kind.startswith("application/fhir+json"), answer, f"its type is application/fhir+json, not {kind}")
    refusal(run.hub.call("GET", f"/{run.paths['Encounter']}", headers={"Accept": "application/fhir+xml"}), 406)


@VISITS.rule("update", "PUT /{Type}/{id} stores the next version and answers 200.", needs=["create"])
def _update(run: HospitalRun) -> None:
    number = run.sent["Encounter"]["identifier"][0]["value"]
    body = {**run.encounter(run.paths["Patient"], "finished", number), "id": run.paths["Encounter"].partition("/")[2]}
    answer = expect(run.hub.call("PUT", f"/{run.paths['Encounter']}", body), 200)
    expect_that(answer.headers.get("etag") == 'W/"2"', answer, 'its ETag is W/"2"')
    expect_that(document(answer)["status"] == "finished", answer, "it answers the stored resource")


@VISITS.rule("patch", "PATCH with a JSON Patch stores the next version and answers 200.", needs=["parts-of-a-visit"])
def _patch(run: HospitalRun) -> None:
    change = [{"op": "replace", "path": "/code/text", "value": "Luka jari kanan"}]
    answer = expect(run.hub.call("PATCH", f"/{run.paths['Condition']}", change, headers=_JSON_PATCH), 200)
    expect_that(document(answer)["code"]["text"] == "Luka jari kanan", answer, "the patch is in the stored resource")


@VISITS.rule("versions", "Every version can be read, and the history has them newest first.", needs=["update"])
def _versions(run: HospitalRun) -> None:
    path = run.paths["Encounter"]
    first = document(expect(run.hub.call("GET", f"/{path}/_history/1"), 200))
    answer = expect(run.hub.call("GET", f"/{path}/_history"), 200)
    entries = document(answer)["entry"]
    statuses = [one["resource"]["status"] for one in entries]
    expect_that((first["status"], statuses) == ("arrived", ["finished", "arrived"]), answer, "versions are in order")


@VISITS.rule(
    "search",
    "A search finds by identifier, _id, patient, encounter and _lastUpdated.",
    needs=["parts-of-a-visit"],
)
def _search(run: HospitalRun) -> None:
    patient, encounter = run.paths["Patient"], run.paths["Encounter"]
    number = run.sent["Encounter"]["identifier"][0]["value"]
    for path, wanted in (
        (by_identifier("Encounter", run.visit_system, number), encounter),
        (f"/Encounter?_id={encounter.partition('/')[2]}", encounter),
        (f"/Condition?patient={patient}", run.paths["Condition"]),
        (f"/Procedure?subject={patient}", run.paths["Procedure"]),
        (f"/Observation?encounter={encounter}&_lastUpdated=ge2020-01-01", run.paths["Observation"]),
    ):
        answer = run.hub.call("GET", path)
        found = [f"{one['resourceType']}/{one['id']}" for one in matches(answer)]
        expect_that(found == [wanted], answer, f"exactly {wanted} is found")
    answer = run.hub.call("GET", f"/Observation?encounter={encounter}&_lastUpdated=lt2020-01-01")
    expect_that(matches(answer) == [], answer, "nothing was changed before 2020")


@VISITS.rule(
    "include", "A search brings what its matches name (_include) and what names them (_revinclude).", needs=["search"]
)
def _include(run: HospitalRun) -> None:
    encounter = run.paths["Encounter"]
    path = f"/Encounter?_id={encounter.partition('/')[2]}&_include=Encounter:subject&_revinclude=Procedure:encounter"
    answer = expect(run.hub.call("GET", path), 200)
    entries = document(answer)["entry"]
    found = {f"{one['resource']['resourceType']}/{one['resource']['id']}": one["search"]["mode"] for one in entries}
    wanted = {encounter: "match", run.paths["Patient"]: "include", run.paths["Procedure"]: "include"}
    expect_that(found == wanted, answer, "the Encounter, its Patient and its Procedure are there")


@VISITS.rule("paging", "A search is paged by _count, with a link to the next page.", needs=["parts-of-a-visit"])
def _paging(run: HospitalRun) -> None:
    patient, encounter = run.paths["Patient"], run.paths["Encounter"]
    expect(run.hub.call("POST", "/Observation", observation_text(patient, encounter, "70.0")), 201)
    seen: list[str] = []
    path: str | None = f"/Observation?encounter={quote(encounter)}&_count=1"
    while path and len(seen) < 3:
        answer = run.hub.call("GET", path)
        seen += [one["id"] for one in matches(answer)]
        links = {one["relation"]: one["url"] for one in document(answer).get("link", [])}
        path = links["next"].partition("/fhir")[2] if "next" in links else None
    expect_that(len(seen) == 2 and len(set(seen)) == 2, answer, "two pages of one match each")


@VISITS.rule("prefer-minimal", "Prefer: return=minimal leaves the body out.", needs=["create"])
def _minimal(run: HospitalRun) -> None:
    body = run.condition(run.paths["Patient"], run.paths["Encounter"])
    answer = expect(run.hub.call("POST", "/Condition", body, headers={"Prefer": "return=minimal"}), 201)
    expect_that(answer.content == b"" and "location" in answer.headers, answer, "only headers answer")


@VISITS.rule("if-match", "An update with a stale If-Match answers 412, with the current one 200.", needs=["versions"])
def _if_match(run: HospitalRun) -> None:
    number = run.sent["Encounter"]["identifier"][0]["value"]
    body = run.encounter(run.paths["Patient"], "finished", number)
    refusal(run.hub.call("PUT", f"/{run.paths['Encounter']}", body, headers={"If-Match": 'W/"1"'}), 412)
    expect(run.hub.call("PUT", f"/{run.paths['Encounter']}", body, headers={"If-Match": 'W/"2"'}), 200)


@VISITS.rule(
    "conditional-create",
    "If-None-Exist makes one the first time (201) and answers 200 with its Location the second.",
    needs=["token-satusehat"],
)
def _conditional(run: HospitalRun) -> None:
    value = new_number()
    body = {"resourceType": "Organization", "identifier": [{"system": "urn:uji:poli", "value": value}], "name": "IGD"}
    headers = {"If-None-Exist": f"identifier=urn:uji:poli|{value}"}

    def place(answer: httpx.Response) -> str:
        return str(answer.headers.get("location", "")).partition("/_history")[0]

    first = expect(run.hub.call("POST", "/Organization", body, headers=headers), 201)
    second = expect(run.hub.call("POST", "/Organization", body, headers=headers), 200)
    expect_that(bool(place(first)) and place(first) == place(second), second, "the Location is the first one's")


@VISITS.rule(
    "conditional-update",
    "PUT /{Type}?identifier=… makes one the first time (201) and its next version the second (200).",
    needs=["token-satusehat"],
)
def _conditional_update(run: HospitalRun) -> None:
    value = new_number()
    body = {"resourceType": "Location", "identifier": [{"system": "urn:uji:poli", "value": value}], "name": "IGD"}
    path = by_identifier("Location", "urn:uji:poli", value)
    made = document(expect(run.hub.call("PUT", path, body), 201))
    answer = expect(run.hub.call("PUT", path, {**body, "name": "IGD 24 jam"}), 200)
    same = document(answer)["id"] == made["id"] and answer.headers.get("etag") == 'W/"2"'
    expect_that(same, answer, "it is the second version of the same Location")


@VISITS.rule(
    "one-encounter-per-number",
    "A second Encounter with the same business identifier is the next version; its subject may not change (422).",
    needs=["create"],
)
def _same_number(run: HospitalRun) -> None:
    number = new_number()
    made = document(expect(run.hub.call("POST", "/Encounter", run.encounter(run.paths["Patient"], number=number)), 201))
    answer = expect(run.hub.call("POST", "/Encounter", run.encounter(run.paths["Patient"], number=number)), 200)
    expect_that(document(answer)["id"] == made["id"], answer, "it is the same Encounter")
    refusal(run.hub.call("POST", "/Encounter", run.encounter(f"Patient/{_UNKNOWN}", number=number)), 422)


@VISITS.rule("ids-are-the-hubs", "PUT and GET of an unknown id answer 404.", needs=["token-satusehat"])
def _unknown(run: HospitalRun) -> None:
    refusal(run.hub.call("GET", f"/Patient/{_UNKNOWN}"), 404)
    refusal(run.hub.call("PUT", f"/Patient/{_UNKNOWN}", {**run.patient(), "id": _UNKNOWN}), 404)


@VISITS.rule("no-delete", "DELETE answers 405 and deletes nothing.", needs=["create"])
def _delete(run: HospitalRun) -> None:
    refusal(run.hub.call("DELETE", f"/{run.paths['Encounter']}"), 405)
    expect(run.hub.call("GET", f"/{run.paths['Encounter']}"), 200)


@VISITS.rule("another-hospitals", "What belongs to another hospital answers 404.", needs=["update"], wants="other")
def _anothers(run: HospitalRun) -> None:
    path = run.paths["Encounter"]
    run.second.use_token(expect(run.second.ask_for_token(), 200).json()["access_token"])
    refusal(run.second.call("GET", f"/{path}"), 404)
    body = {**run.encounter("Patient/P02478375538"), "id": path.partition("/")[2]}
    del body["serviceProvider"]
    refusal(run.second.call("PUT", f"/{path}", body), 404)


@VISITS.rule(
    "in-anothers-name",
    "A write that names another registered hospital as its provider answers 403.",
    needs=["look-up-mints"],
    wants="other",
)
def _foreign(run: HospitalRun) -> None:
    body = run.encounter(run.paths["Patient"])
    body["serviceProvider"] = {"reference": f"Organization/{run.second.number}"}

    def refused() -> httpx.Response | None:
        answer = run.hub.call("POST", "/Encounter", body)
        return answer if answer.status_code == 403 else None

    # A hub hears of a hospital that was registered just now a moment later.
    refusal(eventually(refused, min(run.patience_seconds, _HEARD_SECONDS), "such a write answers 403"), 403)
