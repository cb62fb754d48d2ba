"""Rules on what the hub answers beyond storing: eligibility, and what a claim still needs from the hospital."""

from typing import Any

from deploy.conformance.hospital_bundles import run_patient
from deploy.conformance.hospital_run import NIK, HospitalRun, bundle, invented_nik, new_number, posted, urn
from deploy.conformance.hub_under_test import document, eventually, expect, expect_that, matches, refusal
from deploy.conformance.rules import RuleBook

ANSWERS = RuleBook("interface, section 4: eligibility and feedback")
_DOCTORS_STATEMENT = "DOC"


@ANSWERS.rule(
    "eligibility",
    "POST /CoverageEligibilityRequest answers 201 with a CoverageEligibilityResponse at once, which is kept.",
    needs=["token-satusehat"],
)
def _eligibility(run: HospitalRun) -> None:
    answer = expect(run.hub.call("POST", "/CoverageEligibilityRequest", _asked(run, invented_nik())), 201)
    told = document(answer)
    expect_that(told["resourceType"] == "CoverageEligibilityResponse", answer, "it is the response")
    inforce = [one.get("inforce") for one in told.get("insurance", [])]
    expect_that(inforce == [False], answer, "an invented worker is not covered")
    kept = document(expect(run.hub.call("GET", f"/CoverageEligibilityResponse/{told['id']}"), 200))
    expect_that(kept == told, answer, "the response is kept")
    expect(run.hub.call("GET", f"/{told['request']['reference']}"), 200)


@ANSWERS.rule(
    "eligibility-in-bundle", "A request inside a Bundle is answered in its entry.", needs=["eligibility", "transaction"]
)
def _in_bundle(run: HospitalRun) -> None:
    patient = urn()
    asked = {**_asked(run, ""), "patient": {"reference": patient}}
    answer = expect(run.hub.call("POST", "", bundle(posted(run.patient(invented_nik()), patient), posted(asked))), 200)
    told = document(answer)["entry"][1].get("resource", {})
    expect_that(told.get("resourceType") == "CoverageEligibilityResponse", answer, "the entry holds the response")


@ANSWERS.rule(
    "eligibility-of-members",
    "Of a sandbox's workers the response says who is covered.",
    needs=["eligibility"],
    wants="sandbox",
)
def _members(run: HospitalRun) -> None:
    for worker in run.workers:

        def told(worker: dict[str, Any] = worker) -> bool:
            answer = expect(run.hub.call("POST", "/CoverageEligibilityRequest", _asked(run, worker["nik"])), 201)
            return bool(document(answer)["insurance"][0]["inforce"] is worker["covered"])

        eventually(told, run.patience_seconds, f"the worker of case {worker['case']} is covered: {worker['covered']}")


@ANSWERS.rule(
    "feedback-search",
    "GET /Task and GET /Communication answer what claims need from the hospital, by patient, encounter and status.",
    needs=["token-satusehat"],
)
def _feedback(run: HospitalRun) -> None:
    for type_name, status in (("Task", "requested"), ("Communication", "in-progress")):
        for query in ("", f"?status={status}", f"?encounter=Encounter/1&status={status}", "?_lastUpdated=ge2020-01-01"):
            matches(run.hub.call("GET", f"/{type_name}{query}"))


@ANSWERS.rule(
    "feedback-asks",
    "A visit marked as a suspected work accident (Y96) becomes a claim, and its doctor's statement is asked for.",
    needs=["feedback-search", "transaction"],
)
def _asks(run: HospitalRun) -> None:
    patient, encounter = urn(), urn()
    accident = [posted(run.condition(patient, encounter, code, words)) for code, words in
                (("S61.0", "Luka jari"), ("Y96", "Work-related condition"))]  # fmt: skip
    number = new_number()
    visit = run.encounter(patient, "finished", number)
    body = bundle(posted(run.patient(invented_nik()), patient), posted(visit, encounter), *accident)
    answer = expect(run.hub.call("POST", "", body), 200)
    places = [one["response"]["location"].partition("/_history")[0] for one in document(answer)["entry"]]
    run.paths["claim patient"], run.paths["claim encounter"] = places[0], places[1]
    run.sent["claim number"] = number

    task = eventually(
        lambda: _statement_task(run, "requested"), run.patience_seconds, "a Task asks for the doctor's statement"
    )
    run.sent["task"] = task
    read = document(expect(run.hub.call("GET", f"/Task/{task['id']}"), 200))
    expect_that(read == task, answer, "a Task is read as it is found")


@ANSWERS.rule("feedback-is-read-only", "A request of the hub's cannot be changed.", needs=["feedback-asks"])
def _read_only(run: HospitalRun) -> None:
    task = run.sent["task"]
    refusal(run.hub.call("PUT", f"/Task/{task['id']}", {**task, "status": "completed"}), 403)


@ANSWERS.rule(
    "feedback-completes", "The Task completes once the doctor's statement has been sent.", needs=["feedback-asks"]
)
def _completes(run: HospitalRun) -> None:
    statement = run.statement(run.paths["claim patient"], run.paths["claim encounter"])
    expect(run.hub.call("POST", "/Composition", statement), 201)
    eventually(lambda: _statement_task(run, "completed"), run.patience_seconds, "the Task is completed")


@ANSWERS.rule(
    "entered-in-error",
    "A visit that was entered in error is taken back (this also clears the run's claim away).",
    needs=["feedback-asks"],
)
def _clear(run: HospitalRun) -> None:
    body = run.encounter(run.paths["claim patient"], "finished", run.sent["claim number"])
    body["status"] = "entered-in-error"
    expect(run.hub.call("PUT", f"/{run.paths['claim encounter']}", body), 200)


def _statement_task(run: HospitalRun, status: str) -> dict[str, Any] | None:
    found = matches(run.hub.call("GET", f"/Task?encounter={run.paths['claim encounter']}&status={status}"))
    codes = {one["code"]["coding"][0]["code"]: one for one in found}
    return codes.get(_DOCTORS_STATEMENT)


def _asked(run: HospitalRun, nik: str) -> dict[str, Any]:
    return {
        "resourceType": "CoverageEligibilityRequest",
        "status": "active",
        "purpose": ["validation"],
        "patient": {"identifier": {"system": NIK, "value": nik}} if nik else {"reference": run_patient(run)},
        "servicedDate": run.started.date().isoformat(),
        "created": run.started.isoformat(),
        "insurer": {"display": "BPJS Ketenagakerjaan"},
    }
