"""Rules on Bundles: all or nothing, references among entries, and the same bytes again."""

import json
from typing import Any

import httpx

from deploy.conformance.hospital_run import (
    NIK,
    HospitalRun,
    bundle,
    invented_nik,
    new_number,
    posted,
    urn,
    without_ours,
)
from deploy.conformance.hub_under_test import by_identifier, document, expect, expect_that, matches, refusal
from deploy.conformance.rules import RuleBook

BUNDLES = RuleBook("interface, section 4: Bundles")
_ENTRIES_MAX = 10_000


@BUNDLES.rule(
    "transaction",
    "A transaction answers one entry each with status, location and etag; urn:uuid references are resolved.",
    needs=["token-satusehat"],
)
def _transaction(run: HospitalRun) -> None:
    patient, encounter, number = urn(), urn(), new_number()
    body = bundle(
        posted(run.patient(invented_nik()), patient),
        posted(run.encounter(patient, "finished", number), encounter),
        posted(run.condition(patient, encounter)),
    )
    run.sent["transaction"] = json.dumps(body)
    answer = expect(run.hub.call("POST", "", run.sent["transaction"]), 200)
    run.sent["transaction answer"] = document(answer)
    paths = _locations(answer, 3)
    read = document(expect(run.hub.call("GET", f"/{paths[2]}"), 200))
    named = (read["subject"]["reference"], read["encounter"]["reference"])
    expect_that(named == (paths[0], paths[1]), answer, "the Condition names the Patient and Encounter that were made")


@BUNDLES.rule(
    "trailing-slash", "A Bundle is taken at the base with and without a slash, under both bases.", needs=["transaction"]
)
def _slash(run: HospitalRun) -> None:
    for base, path in (("/fhir", "/"), ("/fhir-r4/v1", ""), ("/fhir-r4/v1", "/")):
        body = bundle(posted(run.encounter(run_patient(run))))
        _locations(expect(run.hub.call("POST", path, body, base=base), 200), 1)


@BUNDLES.rule(
    "same-bytes-again",
    "The same bytes again answer the stored response with Idempotency-Replayed: true.",
    needs=["transaction"],
)
def _again(run: HospitalRun) -> None:
    answer = expect(run.hub.call("POST", "", run.sent["transaction"]), 200)
    expect_that(document(answer) == run.sent["transaction answer"], answer, "the answer is the first one's")
    expect_that(answer.headers.get("idempotency-replayed") == "true", answer, "Idempotency-Replayed is true")


@BUNDLES.rule(
    "all-or-nothing", "Of a transaction whose last entry is refused nothing is stored.", needs=["token-satusehat"]
)
def _atomic(run: HospitalRun) -> None:
    number = new_number()
    body = bundle(
        posted(run.encounter(run_patient(run), number=number)),
        posted({"resourceType": "Observation", "code": {"text": "tanpa status"}}),
    )
    refusal(run.hub.call("POST", "", body), 422)
    answer = run.hub.call("GET", by_identifier("Encounter", run.visit_system, number))
    expect_that(matches(answer) == [], answer, "the Encounter of the refused transaction is not there")


@BUNDLES.rule(
    "unresolvable", "A urn:uuid or conditional reference that leads nowhere answers 422.", needs=["token-satusehat"]
)
def _unresolvable(run: HospitalRun) -> None:
    for reference in (urn(), f"Patient?identifier={NIK}|{invented_nik()}"):
        refusal(run.hub.call("POST", "", bundle(posted(run.encounter(reference)))), 422)


@BUNDLES.rule(
    "conditional-reference",
    "A reference Patient?identifier=… is resolved to the one that fits.",
    needs=["look-up-mints"],
)
def _conditional(run: HospitalRun) -> None:
    body = bundle(posted(run.encounter(f"Patient?identifier={NIK}|{run.nik}")))
    answer = expect(run.hub.call("POST", "", body), 200)
    read = document(expect(run.hub.call("GET", f"/{_locations(answer, 1)[0]}"), 200))
    expect_that(read["subject"]["reference"] == run.paths["Patient"], answer, "the Encounter names the Patient's id")


@BUNDLES.rule("batch", "Of a batch each entry is done or refused by itself.", needs=["token-satusehat"])
def _batch(run: HospitalRun) -> None:
    bad = {"resourceType": "Observation", "code": {"text": "tanpa status"}}
    body = bundle(posted(bad), posted(run.encounter(run_patient(run))), kind="batch")
    answer = expect(run.hub.call("POST", "", body), 200)
    statuses = [one["response"]["status"][:3] for one in document(answer)["entry"]]
    expect_that(statuses == ["422", "201"], answer, "the first entry is refused and the second done")


@BUNDLES.rule(
    "document",
    "A document Bundle answers 201 with its Location; it is kept whole, and its entries one by one.",
    needs=["token-satusehat"],
)
def _document(run: HospitalRun) -> None:
    patient, encounter, number = urn(), urn(), new_number()
    parts = {
        urn(): run.statement(patient, encounter),
        patient: run.patient(invented_nik()),
        encounter: run.encounter(patient, "finished", number),
    }
    sent = {
        "resourceType": "Bundle",
        "type": "document",
        "identifier": {"system": "urn:uji:dokumen", "value": number},
        "timestamp": run.started.isoformat(),
        "entry": [{"fullUrl": url, "resource": resource} for url, resource in parts.items()],
    }
    answer = expect(run.hub.call("POST", "", sent), 201)
    place = answer.headers.get("location", "").partition("/Bundle/")[2].partition("/")[0]
    expect_that(bool(place), answer, "its Location is that of a Bundle")
    answer = expect(run.hub.call("GET", f"/Bundle/{place}"), 200)
    expect_that(without_ours(document(answer)) == sent, answer, "the document is read as it was sent")
    answer = run.hub.call("GET", by_identifier("Encounter", run.visit_system, number))
    expect_that(len(matches(answer)) == 1, answer, "its Encounter is there by itself")


@BUNDLES.rule("bundle-type", "A Bundle of another type answers 422.", needs=["token-satusehat"])
def _type(run: HospitalRun) -> None:
    refusal(run.hub.call("POST", "", {"resourceType": "Bundle", "type": "history"}), 422)


@BUNDLES.rule("too-many-entries", "A Bundle of 10,001 entries answers 413.", needs=["token-satusehat"])
def _too_many(run: HospitalRun) -> None:
    entry = {"request": {"method": "GET", "url": "Patient/1"}}
    refusal(run.hub.call("POST", "", bundle(*[entry] * (_ENTRIES_MAX + 1), kind="batch")), 413)


def run_patient(run: HospitalRun) -> str:
    """A patient whom the hub may not hold: references to such are kept."""
    return run.paths.get("Patient", "Patient/P02478375538")


def _locations(answer: httpx.Response, count: int) -> list[str]:
    """`Type/id` of each entry of a transaction-response."""
    told = document(answer)
    expect_that(told.get("type") == "transaction-response", answer, "it is a transaction-response")
    responses: list[dict[str, Any]] = [one["response"] for one in told.get("entry", [])]
    expect_that(len(responses) == count, answer, "there is one entry each")
    for one in responses:
        expect_that(one["status"][:3] in ("200", "201"), answer, "each entry was done")
        expect_that(one["location"].count("/") == 3 and "/_history/" in one["location"], answer,
                    "each location is Type/id/_history/n")  # fmt: skip
        version = one["location"].rpartition("/")[2]
        expect_that(one["etag"] == f'W/"{version}"', answer, "each etag is its version's")
    return [one["location"].partition("/_history/")[0] for one in responses]
