"""Rules on bad input: the right status, every problem named, in both languages, nothing personal repeated."""

import json
from typing import Any

from deploy.conformance.hospital_run import HospitalRun
from deploy.conformance.hub_under_test import document, expect, expect_that, refusal
from deploy.conformance.rules import RuleBook

REFUSALS = RuleBook("interface, section 4: bad input")
_FAULTY = {
    "resourceType": "Observation",
    "status": "selesai",
    "valueQuantity": {"value": 1},
    "effectiveDateTime": "kapan",
}


@REFUSALS.rule(
    "unreadable", "What is not JSON, has a key twice or a NUL character answers 400.", needs=["token-satusehat"]
)
def _unreadable(run: HospitalRun) -> None:
    for body in (
        b'{"resourceType":"Patient"',
        b'{"resourceType":"Patient","gender":"male","gender":"female"}',
        b'{"resourceType":"Patient","name":[{"text":"a\\u0000b"}]}',
        b"[]",
        b"\xff\xfe",
    ):
        refusal(run.hub.call("POST", "/Patient", body), 400)


@REFUSALS.rule("not-json-type", "Neither of both JSON types answers 415.", needs=["token-satusehat"])
def _xml(run: HospitalRun) -> None:
    xml = '<Patient xmlns="http://hl7.org/fhir"/>'
    refusal(run.hub.call("POST", "/Patient", xml, headers={"Content-Type": "application/fhir+xml"}), 415)


@REFUSALS.rule(
    "every-problem-named",
    "A refusal by the rules is 422 and names every problem with severity, code and FHIRPath expression.",
    needs=["token-satusehat"],
)
def _named(run: HospitalRun) -> None:
    answer = run.hub.call("POST", "/Observation", _FAULTY)
    issues = refusal(answer, 422)["issue"]
    for one in issues:
        expect_that(bool(one.get("severity") and one.get("code")), answer, "each issue has severity and code")
    named = {path for one in issues for path in one.get("expression", [])}
    for wanted in ("Observation.code", "Observation.status", "Observation.effective"):
        found = any(path.startswith(wanted) for path in named)
        expect_that(found, answer, f"an issue's expression names {wanted}")


@REFUSALS.rule("both-languages", "Each issue has its text in Indonesian and English.", needs=["every-problem-named"])
def _languages(run: HospitalRun) -> None:
    answer = run.hub.call("POST", "/Observation", _FAULTY)
    for one in refusal(answer, 422)["issue"]:
        indonesian, english = one["details"]["text"], _translation(one["details"])
        promise = "details.text is Indonesian, with an English translation"
        expect_that(bool(indonesian and english and indonesian != english), answer, promise)


def _translation(details: dict[str, Any]) -> str | None:
    for extension in details.get("_text", {}).get("extension", []):
        parts = {one["url"]: one for one in extension.get("extension", [])}
        if parts.get("lang", {}).get("valueCode") == "en":
            content: str = parts["content"]["valueString"]
            return content
    return None


@REFUSALS.rule(
    "nothing-personal-in-errors",
    "A refusal repeats neither the NIK nor the name that was sent.",
    needs=["token-satusehat"],
)
def _private(run: HospitalRun) -> None:
    patient = {**run.patient("3671011305"), "gender": "perempuan", "name": [{"text": "Rahasia Sekali"}]}
    answer = run.hub.call("POST", "/Patient", patient)
    refusal(answer, 422)
    expect_that("3671011305" not in answer.text and "Rahasia" not in answer.text, answer, "no value that was sent")


@REFUSALS.rule("validate", "$validate answers 200 with an OperationOutcome, errors or not.", needs=["token-satusehat"])
def _validate(run: HospitalRun) -> None:
    for body, faulty in ((_FAULTY, True), (run.patient(), False)):
        for path in (f"/{body['resourceType']}/$validate", "/$validate"):
            answer = expect(run.hub.call("POST", path, json.dumps(body)), 200)
            outcome = document(answer)
            severities = {one["severity"] for one in outcome["issue"]}
            expect_that(bool(severities & {"error", "fatal"}) is faulty, answer, "its errors are the resource's")
