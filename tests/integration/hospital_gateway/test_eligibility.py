"""Eligibility is answered at once from what the gateway has learned itself, and says of when that is."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from fhir.resources.R4B.coverageeligibilityresponse import CoverageEligibilityResponse

from services.hospital_gateway.settings import HospitalGatewaySettings
from shared.clock import FixedClock
from shared.events import encode, new_event
from shared.events.catalogue import CLAIM_STATE_RECORDED, PARTICIPANT_RECORDED
from shared.events.claim import ClaimStateRecorded
from shared.events.envelope import IdentityHashes
from shared.events.participant import Membership, ParticipantContent, ParticipantFacts
from shared.events.vocabulary import ClaimState, Segment, WaitingOn
from shared.identifiers import new_case_number
from shared.kafka.bus import Record
from shared.sealing import load_secrets
from tests.integration.hospital_gateway.conftest import Gateway, Hospital, new_nik, of_type, running, sample
from tests.support.databases import ServiceDatabase
from tests.support.eventually import eventually

RECORDED = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
NIK = "https://fhir.kemkes.go.id/id/nik"


def request(patient: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "CoverageEligibilityRequest",
        "status": "active",
        "purpose": ["validation"],
        "patient": patient,
        "servicedDate": "2026-11-20",
        "created": "2026-11-20T10:30:00+07:00",
        "insurer": {"display": "BPJS Ketenagakerjaan"},
        **more,
    }


def by_nik(nik: str) -> dict[str, Any]:
    return {"identifier": {"system": NIK, "value": nik}}


async def insure(gateway: Gateway, nik: str, version: int = 1, **more: Any) -> None:
    """BPJS core's word on a worker has reached the gateway."""
    secrets = load_secrets(gateway.settings.secrets_dir, {})
    subject = secrets.worker_keys.worker_key(nik=nik)
    membership = Membership(
        segment=Segment.PU, programmes=("JKK",), active_from=date(2026, 1, 1), wage_rupiah=5_000_000, **more
    )
    facts = ParticipantFacts(
        version=version,
        recorded_at=RECORDED,
        identity_hashes=IdentityHashes(nik=(secrets.blind_index.nik(nik),)),
        membership_count=1,
    )
    event = new_event(
        PARTICIPANT_RECORDED,
        subject=subject,
        version=version,
        key=subject,
        facts=facts,
        content=ParticipantContent(nik=nik, memberships=(membership,)),
        time=RECORDED,
    )
    wire = encode(event, secrets.sealer)
    await gateway.bus.publish([Record(wire.topic, wire.key, wire.value, wire.headers)])

    async def kept() -> list[Any]:
        rows = "SELECT 1 FROM participant_projection WHERE subject = $1 AND version >= $2"
        return await gateway.rows(rows, subject, version)

    await eventually(kept)


async def asked(hospital: Hospital, patient: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = await hospital.post("/fhir/CoverageEligibilityRequest", request(patient, **more))
    assert answer.status_code == 201, answer.text
    response: dict[str, Any] = answer.json()
    CoverageEligibilityResponse.model_validate(response)
    judged = (await hospital.post("/fhir/$validate", response)).json()
    assert {one["severity"] for one in judged["issue"]} <= {"information", "warning"}, judged
    return response


def told(response: dict[str, Any]) -> dict[str, Any]:
    """What the extensions say."""
    values = (
        next((name, value) for name, value in one.items() if name.startswith("value")) for one in response["extension"]
    )
    names = (one["url"].removeprefix("urn:simpul:") for one in response["extension"])
    return {name: value for name, (_, value) in zip(names, values, strict=True)}


async def test_a_member_is_covered_on_the_day_and_the_answer_says_since_when_it_is_known(gateway: Gateway) -> None:
    hospital, nik = gateway.hospital(), new_nik()
    await insure(gateway, nik, active_to=date(2026, 12, 31))
    response = await asked(hospital, by_nik(nik))
    [insurance] = response["insurance"]
    assert insurance["inforce"] is True
    assert insurance["benefitPeriod"] == {"start": "2026-01-01", "end": "2026-12-31"}
    assert told(response) == {
        "eligibility-reason": "covered",
        "accident-report-held": False,
        "eligibility-as-of": "2026-11-22T01:00:00.000Z",
    }
    assert response["outcome"] == "complete"
    late = await asked(hospital, by_nik(nik), servicedDate="2027-01-01")
    assert (late["insurance"][0]["inforce"], told(late)["eligibility-reason"]) == (False, "not-active-on-day")


async def test_a_worker_nobody_told_of_is_not_found_and_care_is_not_refused(gateway: Gateway) -> None:
    response = await asked(gateway.hospital(), by_nik(new_nik()))
    assert told(response)["eligibility-reason"] == "not-registered"
    assert "dugaan kecelakaan kerja tetap diberikan" in response["disposition"]


async def test_a_test_hospital_is_told_of_people_who_do_not_exist_and_of_nobody_else(gateway: Gateway) -> None:
    trial, real, made_up = gateway.hospital("100000912~test"), new_nik(), "99" + new_nik()[2:]
    await insure(gateway, real)
    await insure(gateway, made_up)
    assert told(await asked(trial, by_nik(real)))["eligibility-reason"] == "not-registered"
    assert told(await asked(trial, by_nik(made_up)))["eligibility-reason"] == "covered"


async def test_a_patient_held_here_need_not_be_named_again(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("hand-caught-in-press")
    patient, *_ = await hospital.accepted(bundle)
    await insure(gateway, str(of_type(bundle, "Patient")["identifier"][0]["value"]))
    assert told(await asked(hospital, {"reference": patient}))["eligibility-reason"] == "covered"


async def test_a_patient_may_be_named_by_a_condition(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("hand-caught-in-press")
    patient, *_ = await hospital.accepted(bundle)
    nik = str(of_type(bundle, "Patient")["identifier"][0]["value"])
    await insure(gateway, nik)
    response = await asked(hospital, {"reference": f"Patient?identifier={NIK}|{nik}"})
    assert (response["patient"]["reference"], told(response)["eligibility-reason"]) == (patient, "covered")


async def test_an_accident_report_of_that_time_is_told_of(gateway: Gateway) -> None:
    hospital, nik = gateway.hospital(), new_nik()
    index = load_secrets(gateway.settings.secrets_dir, {}).blind_index
    occurred = datetime(2026, 11, 19, 20, 0, tzinfo=UTC)
    facts = ClaimStateRecorded(
        case_number=new_case_number(2026),
        claim_version=1,
        decision_version=1,
        state=ClaimState.REPORTED,
        waiting_on=WaitingOn.HOSPITAL,
        open=True,
        occurred_at=occurred,
        treatment_until=occurred + timedelta(days=180),
        report_ids=("r-1",),
        identity_hashes=IdentityHashes(nik=(index.nik(nik),)),
    )
    await gateway.publish(CLAIM_STATE_RECORDED, facts.case_number, 1, facts)

    async def reported() -> bool:
        return bool(told(await asked(hospital, by_nik(nik)))["accident-report-held"])

    await eventually(reported)
    before = await asked(hospital, by_nik(nik), servicedDate="2026-11-10")
    assert told(before)["accident-report-held"] is False


async def test_request_and_response_are_kept_and_a_newer_word_replaces_an_older_one(gateway: Gateway) -> None:
    hospital, nik = gateway.hospital(), new_nik()
    await insure(gateway, nik, version=2, active_to=date(2026, 6, 30))
    await insure(gateway, nik, version=1)
    response = await asked(hospital, by_nik(nik))
    assert told(response)["eligibility-reason"] == "not-active-on-day"
    kept = await hospital.get(f"/fhir/CoverageEligibilityResponse/{response['id']}")
    assert kept.json() == response
    sent = (await hospital.get(f"/fhir/{response['request']['reference']}")).json()
    assert sent["patient"] == by_nik(nik)
    assert (await gateway.hospital().get(f"/fhir/{response['request']['reference']}")).status_code == 404


@pytest.mark.parametrize(
    "patient",
    [
        {"reference": "Patient/P02478375538"},
        {"reference": "Patient/0199aaaa-0000-7000-8000-000000000000"},
        {"display": "Siti"},
        {"identifier": {"system": NIK, "value": "123"}},
    ],
)
async def test_a_patient_without_a_known_number_is_refused_and_nothing_is_kept(
    gateway: Gateway, patient: dict[str, Any]
) -> None:
    hospital = gateway.hospital()
    answer = await hospital.post("/fhir/CoverageEligibilityRequest", request(patient))
    assert answer.status_code == 422, answer.text
    assert answer.json()["issue"][0]["expression"]
    assert await gateway.rows("SELECT 1 FROM resource WHERE org = $1", hospital.org) == []


async def test_without_a_day_it_is_today_in_wib_where_a_new_day_begins_seven_hours_before_utc(
    settings: HospitalGatewaySettings, place: ServiceDatabase
) -> None:
    early = FixedClock(datetime(2026, 11, 20, 17, 30, tzinfo=UTC))  # 00:30 on the 21st in Jakarta
    async with running(settings, place, clock=early) as gateway:
        nik = new_nik()
        await insure(gateway, nik, active_to=date(2026, 11, 20))
        body = request(by_nik(nik))
        del body["servicedDate"]
        response = (await gateway.hospital().post("/fhir/CoverageEligibilityRequest", body)).json()
    assert response["servicedDate"] == "2026-11-21"
    assert told(response)["eligibility-reason"] == "not-active-on-day"


@pytest.mark.parametrize("kind", ["transaction", "batch"])
async def test_a_request_inside_a_bundle_is_answered_and_kept_beside_it(gateway: Gateway, kind: str) -> None:
    hospital, bundle = gateway.hospital(), sample("hand-caught-in-press")
    await insure(gateway, str(of_type(bundle, "Patient")["identifier"][0]["value"]))
    patient = {"reference": bundle["entry"][0]["fullUrl"]}
    if kind == "batch":  # whose entries cannot name one another
        patient = {"reference": (await hospital.accepted(bundle))[0]}
        bundle = {"resourceType": "Bundle", "type": "batch", "entry": []}
    asking = {"resource": request(patient), "request": {"method": "POST", "url": "CoverageEligibilityRequest"}}
    bundle["entry"].append(asking)
    raw = json.dumps(bundle)
    answer = await hospital.post("/fhir", raw)
    assert answer.status_code == 200, answer.text
    entry = answer.json()["entry"][-1]
    CoverageEligibilityResponse.model_validate(entry["resource"])
    assert told(entry["resource"])["eligibility-reason"] == "covered"
    assert entry["response"]["location"].startswith(entry["resource"]["request"]["reference"] + "/_history/")
    kept = await hospital.get(f"/fhir/CoverageEligibilityResponse/{entry['resource']['id']}")
    assert kept.json() == entry["resource"]
    again = await hospital.post("/fhir", raw)
    assert (again.headers["Idempotency-Replayed"], again.json()) == ("true", answer.json())


async def test_a_question_about_an_unknown_patient_does_not_refuse_the_bundle_it_came_in(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("hand-caught-in-press")
    asking = request({"reference": "Patient/P02478375538"})
    bundle["entry"].append({"resource": asking, "request": {"method": "POST", "url": "CoverageEligibilityRequest"}})
    answer = await hospital.post("/fhir", bundle)
    assert answer.status_code == 200, answer.text
    response = answer.json()["entry"][-1]["resource"]
    CoverageEligibilityResponse.model_validate(response)
    assert (response["outcome"], response["error"][0]["code"]["coding"][0]["code"]) == ("error", "patient-unknown")
    assert "insurance" not in response
