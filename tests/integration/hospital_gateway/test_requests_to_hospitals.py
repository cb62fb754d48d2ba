"""What a claim still needs from a hospital reaches it as Task and Communication."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from fhir.resources.R4B.communication import Communication
from fhir.resources.R4B.task import Task

from shared.events import encode, new_event
from shared.events.catalogue import CLAIM_STATE_RECORDED
from shared.events.claim import ClaimStateRecorded
from shared.events.envelope import ChecklistEntry, ClockState, Tombstone
from shared.events.vocabulary import ChecklistState, ClaimState, WaitingOn
from shared.identifiers import new_case_number
from shared.kafka.bus import Record
from shared.sealing import load_secrets
from tests.integration.hospital_gateway.calls import found
from tests.integration.hospital_gateway.conftest import Gateway, Hospital, of_type, sample
from tests.support.eventually import eventually

DUE = datetime(2026, 11, 25, 2, 30, tzinfo=UTC)


def paper(code: str, state: ChecklistState = ChecklistState.MISSING, responsible: str = "hospital") -> ChecklistEntry:
    return ChecklistEntry(
        document_code=code,
        required=True,
        state=state,
        responsible=responsible,
        legal_basis="Permenaker 1/2025 art. 19(3)c",
        stage=2,
        confidence="certain",
    )


class Claim:
    """A claim as verification tells of it, version after version."""

    def __init__(self, gateway: Gateway, *encounters: str) -> None:
        self.case_number = new_case_number(2026)
        self._gateway = gateway
        self._encounters = encounters
        self._version = 0

    async def is_told(self, *checklist: ChecklistEntry, version: int | None = None, **more: Any) -> None:
        """Publish a state and wait until the gateway has it."""
        self._version = version or self._version + 1
        facts = self.state(self._version, *checklist, **more)
        await self._gateway.publish(CLAIM_STATE_RECORDED, self.case_number, self._version, facts)

        async def kept() -> list[Any]:
            rows = "SELECT 1 FROM claim_projection WHERE case_number = $1 AND version >= $2"
            return await self._gateway.rows(rows, self.case_number, self._version)

        await eventually(kept)

    def state(self, version: int, *checklist: ChecklistEntry, **more: Any) -> ClaimStateRecorded:
        told: dict[str, Any] = {
            "state": ClaimState.AWAITING_DOCUMENTS,
            "waiting_on": WaitingOn.HOSPITAL,
            "waiting_reason": "document-missing:DOC",
            "open": True,
            "encounter_report_ids": tuple(one.partition("/")[2] for one in self._encounters),
            "clocks": (ClockState(clock="T2", due_at=DUE),),
        }
        return ClaimStateRecorded(
            case_number=self.case_number,
            claim_version=version,
            decision_version=1,
            checklist=checklist,
            **{**told, **more},
        )


def wire(gateway: Gateway, facts: ClaimStateRecorded) -> Record:
    event = new_event(CLAIM_STATE_RECORDED, subject=facts.case_number, version=facts.claim_version,
                      key=facts.case_number, facts=facts, time=DUE)  # fmt: skip
    sent = encode(event, load_secrets(gateway.settings.secrets_dir, {}).sealer)
    return Record(sent.topic, sent.key, sent.value, sent.headers)


async def visited(gateway: Gateway) -> tuple[Hospital, str, str]:
    """A hospital with a visit that has left the gateway: the hospital, patient and Encounter."""
    hospital = gateway.hospital()
    patient, encounter, *_ = await hospital.accepted(sample("hand-caught-in-press"))
    return hospital, patient, encounter


async def tasks(hospital: Hospital, query: str = "") -> list[dict[str, Any]]:
    return await found(hospital, f"/fhir/Task?{query}")


async def test_what_is_missing_is_a_task_with_its_deadline_and_a_communication_that_sums_up(gateway: Gateway) -> None:
    hospital, patient, encounter = await visited(gateway)
    claim = Claim(gateway, encounter)
    await claim.is_told(paper("T2", responsible="employer"), paper("DOC"), paper("REST", ChecklistState.PROVIDED))
    [task] = await tasks(hospital, "status=requested")
    Task.model_validate(task)
    assert task["groupIdentifier"] == {"system": "urn:simpul:case-number", "value": claim.case_number}
    assert task["code"]["coding"] == [{"system": "urn:simpul:document", "code": "DOC"}]
    assert (task["priority"], task["intent"]) == ("urgent", "order")
    assert task["restriction"]["period"]["end"] == "2026-11-25T02:30:00.000Z"
    assert (task["for"]["reference"], task["encounter"]["reference"]) == (patient, encounter)
    assert "paling lambat 2026-11-25 09:30 WIB" in task["description"]
    assert "by 2026-11-25 09:30 WIB" in task["_description"]["extension"][0]["extension"][1]["valueString"]
    assert task["reasonCode"]["text"] == "Permenaker 1/2025 art. 19(3)c"
    [message] = await found(hospital, "/fhir/Communication?status=in-progress")
    Communication.model_validate(message)
    assert message["about"] == [{"reference": f"Task/{task['id']}"}]
    assert "surat keterangan dokter" in message["payload"][0]["contentString"]
    assert not re.search(r"\bT2\b", json.dumps(message))
    for made in (task, message):
        judged = (await hospital.post("/fhir/$validate", made)).json()
        assert {one["severity"] for one in judged["issue"]} <= {"information", "warning"}, judged


@pytest.mark.parametrize("base", ["/fhir", "/fhir-r4/v1"])
async def test_requests_are_found_by_patient_encounter_status_and_time_and_read_by_id(
    gateway: Gateway, base: str
) -> None:
    hospital, patient, encounter = await visited(gateway)
    await Claim(gateway, encounter).is_told(paper("DOC"))
    for query in (
        f"patient={patient}",
        f"encounter={encounter}",
        "_lastUpdated=ge2026-01-01",
        "status=completed,requested",
        f"patient={patient}&status=http://hl7.org/fhir/task-status|requested",
    ):
        assert len(await found(hospital, f"{base}/Task?{query}")) == 1, query
    for query in ("status=completed", "status=requested&status=completed", "_lastUpdated=lt2026-01-01", "encounter=x"):
        assert await found(hospital, f"{base}/Task?{query}") == [], query
    [task] = await tasks(hospital)
    read = await hospital.get(f"{base}/Task/{task['id']}")
    assert (read.json(), read.headers["etag"]) == (task, 'W/"1"')
    assert (await gateway.hospital().get(f"{base}/Task/{task['id']}")).status_code == 404
    refused = await hospital.get(f"{base}/Patient?status=x")
    assert refused.status_code == 400


async def test_the_task_completes_when_the_paper_is_there_and_keeps_its_id_and_history(gateway: Gateway) -> None:
    hospital, _, encounter = await visited(gateway)
    claim = Claim(gateway, encounter)
    await claim.is_told(paper("DOC"))
    [asked] = await tasks(hospital)
    # Whatever else changes of a claim is no news to the hospital.
    await claim.is_told(paper("DOC"))
    await claim.is_told(paper("DOC", ChecklistState.PROVIDED), waiting_on=WaitingOn.BPJS, waiting_reason="review")
    [done] = await tasks(hospital)
    assert (done["id"], done["status"], done["meta"]["versionId"]) == (asked["id"], "completed", "2")
    assert done["authoredOn"] == asked["authoredOn"]
    [message] = await found(hospital, "/fhir/Communication")
    assert message["status"] == "completed"
    history = (await hospital.get(f"/fhir/Task/{asked['id']}/_history")).json()
    assert [one["resource"]["status"] for one in history["entry"]] == ["completed", "requested"]
    # Found wanting, it is asked for again.
    await claim.is_told(paper("DOC", ChecklistState.REJECTED), waiting_reason="document-rejected:DOC")
    [again] = await tasks(hospital)
    assert (again["status"], again["priority"]) == ("requested", "urgent")
    assert "yang diperbaiki" in again["description"]


async def test_claims_that_arrive_together_are_asked_about_together_each_with_its_last_state(gateway: Gateway) -> None:
    hospital, _, first = await visited(gateway)
    _, second, *_ = await hospital.accepted(sample("hand-caught-in-press"))
    one, other = Claim(gateway, first), Claim(gateway, second)
    states = [
        one.state(1, paper("DOC")),
        other.state(1, paper("DOC"), paper("REST")),
        one.state(2, paper("DOC"), paper("VISUM")),
        one.state(3, paper("VISUM")),
    ]
    await gateway.bus.publish([wire(gateway, state) for state in states])
    await one.is_told(paper("VISUM"), version=4)
    await other.is_told(paper("DOC"), paper("REST"), version=4)
    asked = {(one["encounter"]["reference"], one["code"]["coding"][0]["code"]) for one in await tasks(hospital)}
    # When all came in one batch nobody was asked for the statement that was withdrawn at once.
    assert asked - {(first, "DOC")} == {(first, "VISUM"), (second, "DOC"), (second, "REST")}
    wanted = await tasks(hospital, "status=requested")
    assert len(wanted) == 3
    assert len({one["groupIdentifier"]["value"] for one in wanted}) == 2


async def test_an_older_state_of_the_claim_does_not_ask_again(gateway: Gateway) -> None:
    hospital, _, encounter = await visited(gateway)
    claim = Claim(gateway, encounter)
    await claim.is_told(paper("DOC", ChecklistState.PROVIDED), version=9)
    await claim.is_told(paper("DOC"), version=4)
    await claim.is_told(paper("DOC", ChecklistState.PROVIDED), version=10)
    assert await tasks(hospital) == []


async def test_every_hospital_of_the_claim_is_asked_and_sees_its_own_requests_only(gateway: Gateway) -> None:
    (one, _, first), (other, _, second) = await visited(gateway), await visited(gateway)
    await Claim(gateway, first, second).is_told(paper("DOC"))
    [here], [there] = await tasks(one), await tasks(other)
    assert here["id"] != there["id"]
    assert (here["encounter"]["reference"], there["encounter"]["reference"]) == (first, second)
    assert second.partition("/")[2] not in json.dumps(here)
    assert await tasks(gateway.hospital()) == []


async def test_nothing_is_asked_any_more_when_the_claim_is_over_or_the_visit_left_it(gateway: Gateway) -> None:
    hospital, _, encounter = await visited(gateway)
    claim = Claim(gateway, encounter)
    await claim.is_told(paper("DOC"), paper("REST"))
    await claim.is_told(paper("DOC"), encounter_report_ids=())
    assert {one["status"] for one in await tasks(hospital)} == {"cancelled"}
    await claim.is_told(paper("DOC"))
    assert [one["code"]["coding"][0]["code"] for one in await tasks(hospital, "status=requested")] == ["DOC"]
    await claim.is_told(paper("DOC"), state=ClaimState.REJECTED, open=False, waiting_on=WaitingOn.NONE)
    assert {one["status"] for one in await tasks(hospital)} == {"cancelled"}


async def test_a_request_is_not_the_hospitals_to_change_and_its_own_tasks_are(gateway: Gateway) -> None:
    hospital, _, encounter = await visited(gateway)
    await Claim(gateway, encounter).is_told(paper("DOC"))
    [task] = await tasks(hospital)
    for answer in (
        await hospital.put(f"/fhir/Task/{task['id']}", {**task, "status": "completed"}),
        await hospital.http.patch(
            f"/fhir/Task/{task['id']}",
            content=json.dumps([{"op": "replace", "path": "/status", "value": "completed"}]),
            headers={**hospital.headers, "Content-Type": "application/json-patch+json"},
        ),
    ):
        assert answer.status_code == 403, answer.text
        assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == "request-read-only"
    own = {"resourceType": "Task", "status": "draft", "intent": "plan", "encounter": {"reference": encounter}}
    made = (await hospital.post("/fhir/Task", own)).json()
    assert (await hospital.put(f"/fhir/Task/{made['id']}", {**own, "status": "ready"})).status_code == 200
    assert [one["id"] for one in await tasks(hospital, "status=ready")] == [made["id"]]
    assert await tasks(hospital, "status=draft") == []


async def test_a_request_is_no_part_of_the_medical_report(gateway: Gateway) -> None:
    hospital, _, encounter = await visited(gateway)
    await Claim(gateway, encounter).is_told(paper("DOC"))
    assert len(await tasks(hospital)) == 1
    condition = of_type(sample("hand-caught-in-press"), "Condition")
    condition = {**condition, "encounter": {"reference": encounter}, "subject": {"display": "x"}}
    assert (await hospital.post("/fhir/Condition", condition)).status_code == 201
    *_, (_, content) = await gateway.reports(hospital)
    assert not {"Task", "Communication"} & {one.resource_type for one in content.resources}
    [facts] = [facts for facts, _ in await gateway.reports(hospital)][-1:]
    assert facts.version == 2


async def test_an_erased_claim_takes_its_requests_along(gateway: Gateway) -> None:
    hospital, _, encounter = await visited(gateway)
    claim = Claim(gateway, encounter)
    await claim.is_told(paper("DOC"))
    [task] = await tasks(hospital)
    await gateway.publish(CLAIM_STATE_RECORDED, claim.case_number, 2, Tombstone())

    async def gone() -> bool:
        return (await hospital.get(f"/fhir/Task/{task['id']}")).status_code == 404

    await eventually(gone)
    assert await found(hospital, "/fhir/Communication") == []
    assert await gateway.rows("SELECT 1 FROM hospital_request WHERE case_number = $1", claim.case_number) == []


async def test_a_held_visit_is_asked_for_nothing(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    held = [path for path in await hospital.accepted(sample("unrelated-hypertension")) if path.startswith("Encounter/")]
    await Claim(gateway, *held).is_told(paper("DOC"))
    assert await tasks(hospital) == []


async def test_on_an_injury_code_alone_nothing_is_asked_until_somebody_reports_or_the_hospital_marks_it(
    gateway: Gateway,
) -> None:
    hospital, patient, encounter = await visited(gateway)
    other, _, elsewhere = await visited(gateway)
    claim, reported = Claim(gateway, encounter), Claim(gateway, elsewhere)
    suspected: dict[str, Any] = {"state": ClaimState.SUSPECTED, "waiting_on": WaitingOn.EMPLOYER}
    await claim.is_told(paper("DOC"), **suspected)
    await reported.is_told(paper("DOC"), **suspected)
    assert (await tasks(hospital), await tasks(other)) == ([], [])
    await reported.is_told(paper("DOC"), **suspected, report_ids=("self-report",))
    assert len(await tasks(other, "status=requested")) == 1
    mark = {
        **of_type(sample("hand-caught-in-press"), "Condition"),
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "Y96"}]},
        "encounter": {"reference": encounter},
        "subject": {"reference": patient},
    }
    assert (await hospital.post("/fhir/Condition", mark)).status_code == 201
    await claim.is_told(paper("DOC"), **suspected)
    assert len(await tasks(hospital, "status=requested")) == 1
