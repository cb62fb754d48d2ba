"""What bears no sign of a work accident stays in the gateway, is looked at again when a claim changes, and goes."""

import json
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest_asyncio

from services.hospital_gateway.adapters.held_purge import HeldPurge
from services.hospital_gateway.settings import HospitalGatewaySettings
from shared.clock import FixedClock
from shared.events.catalogue import CLAIM_STATE_RECORDED
from shared.events.claim import ClaimStateRecorded
from shared.events.envelope import IdentityHashes
from shared.events.vocabulary import ClaimState, WaitingOn
from shared.sealing import load_secrets
from tests.integration.hospital_gateway.calls import code_in, created
from tests.integration.hospital_gateway.conftest import Gateway, Hospital, of_type, running, sample
from tests.integration.hospital_gateway.resources import TELECOM, composition, consent
from tests.support.databases import ServiceDatabase
from tests.support.eventually import eventually
from tests.support.papers import text_of

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest_asyncio.fixture
async def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest_asyncio.fixture
async def gateway(
    settings: HospitalGatewaySettings, place: ServiceDatabase, clock: FixedClock
) -> AsyncIterator[Gateway]:
    async with running(settings, place, clock=clock) as made:
        yield made


def unrelated(status: str = "finished", nik: str | None = None) -> dict[str, Any]:
    """A visit for something that is no accident."""
    bundle = sample("unrelated-hypertension")
    of_type(bundle, "Encounter")["status"] = status
    of_type(bundle, "Patient")["identifier"][0]["value"] = nik or nik_of(bundle)
    return bundle


def nik_of(bundle: dict[str, Any]) -> str:
    return str(of_type(bundle, "Patient")["identifier"][0]["value"])


async def purged(gateway: Gateway) -> int:
    [purge] = [one for one in gateway.service.components if isinstance(one, HeldPurge)]
    return await purge.purge()


async def counted(gateway: Gateway) -> float:
    """What the metric of purged visits stands at."""
    lines = (await gateway.http.get("/metrics")).text.splitlines()
    return next(float(one.split()[1]) for one in lines if one.startswith("simpul_held_visits_purged_total "))


async def gone(hospital: Hospital, *paths: str) -> list[int]:
    return [(await hospital.get(f"/fhir/{path}")).status_code for path in paths]


async def open_claim(
    gateway: Gateway, nik: str, *, occurred_at: datetime, until: datetime, is_open: bool = True, test: bool = False
) -> None:
    index = load_secrets(gateway.settings.secrets_dir, {}).blind_index
    facts = ClaimStateRecorded(
        case_number=f"JKK-2026-{secrets.token_hex(5).upper()}",
        claim_version=1,
        decision_version=1,
        state=ClaimState.REPORTED,
        waiting_on=WaitingOn.HOSPITAL,
        open=is_open,
        occurred_at=occurred_at,
        treatment_until=until,
        identity_hashes=IdentityHashes(nik=(index.nik(nik),)),
        test=test,
    )
    await gateway.publish(CLAIM_STATE_RECORDED, facts.case_number, 1, facts)

    async def kept() -> list[Any]:
        return await gateway.rows("SELECT 1 FROM claim_projection WHERE case_number = $1", facts.case_number)

    await eventually(kept)


async def test_a_held_visit_goes_out_when_its_worker_gets_a_claim_within_whose_treatment_it_lies(
    gateway: Gateway,
) -> None:
    hospital, bundle = gateway.hospital(), unrelated()
    sent = await hospital.post("/fhir", bundle)
    encounter = sent.json()["entry"][1]["response"]["location"].split("/_history")[0]
    assert await gateway.reports(hospital) == []
    start = datetime.fromisoformat(of_type(bundle, "Encounter")["period"]["start"])
    await open_claim(gateway, nik_of(bundle), occurred_at=start - timedelta(days=3), until=start + timedelta(days=90))

    async def told() -> Any:
        return await gateway.reports(hospital)

    [(facts, content)] = await eventually(told)
    assert (facts.encounter_id, facts.version, facts.signs) == (encounter.split("/")[1], 1, ("open-claim",))
    assert content.receipt == code_in(sent).replace("-", ""), "the receipt is that of what was sent long before"
    assert not facts.explicit_notice


async def test_a_visit_within_the_treatment_of_a_claim_that_is_open_goes_out_at_once(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), unrelated()
    start = datetime.fromisoformat(of_type(bundle, "Encounter")["period"]["start"])
    await open_claim(gateway, nik_of(bundle), occurred_at=start - timedelta(days=3), until=start + timedelta(days=90))
    await hospital.accepted(bundle)
    assert [facts.signs for facts, _ in await gateway.reports(hospital)] == [("open-claim",)]


async def test_a_test_claim_lets_out_visits_of_test_hospitals_alone_and_a_real_claim_none_of_theirs(
    gateway: Gateway,
) -> None:
    real, trial, bundle = gateway.hospital("100000911"), gateway.hospital("100000911~test"), unrelated()
    start = datetime.fromisoformat(of_type(bundle, "Encounter")["period"]["start"])
    around: dict[str, Any] = {"occurred_at": start - timedelta(days=3), "until": start + timedelta(days=90)}
    await real.accepted(bundle)
    await open_claim(gateway, nik_of(bundle), **around, test=True)
    await trial.accepted(bundle)
    assert [facts.signs for facts, _ in await gateway.reports(trial)] == [("open-claim",)]
    other = unrelated(nik="3671015203900555")
    await trial.accepted(other)
    await open_claim(gateway, nik_of(other), **around)
    await real.accepted(other)
    assert len(await gateway.reports(trial)) == len(await gateway.reports(real)) == 1


async def test_a_claim_that_is_closed_or_of_another_time_or_worker_lets_nothing_out(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), unrelated()
    nik, start = nik_of(bundle), datetime.fromisoformat(of_type(bundle, "Encounter")["period"]["start"])
    long_ago, far = start - timedelta(days=400), start + timedelta(days=400)
    await open_claim(gateway, nik, occurred_at=long_ago, until=start - timedelta(days=200))
    await open_claim(gateway, nik, occurred_at=start + timedelta(days=3), until=far)
    await open_claim(gateway, nik, occurred_at=long_ago, until=far, is_open=False)
    await open_claim(gateway, "3671015203900999", occurred_at=long_ago, until=far)
    await hospital.accepted(bundle)
    assert await gateway.reports(hospital) == []


async def test_a_held_visit_is_purged_72_hours_after_it_ended_and_may_be_sent_again(
    gateway: Gateway, clock: FixedClock
) -> None:
    hospital, bundle = gateway.hospital(), json.dumps(unrelated()).encode()
    answer = await hospital.post("/fhir", bundle)
    patient, encounter, *rest = (one["response"]["location"].split("/_history")[0] for one in answer.json()["entry"])
    clock.advance(timedelta(hours=72))
    await purged(gateway)
    assert await gone(hospital, patient, encounter) == [200, 200]
    clock.advance(timedelta(seconds=1))
    before = await counted(gateway)
    visits = await purged(gateway)
    assert visits >= 1
    assert await counted(gateway) - before == visits
    history, version = f"{encounter}/_history", f"{encounter}/_history/1"
    assert await gone(hospital, patient, encounter, history, version, *rest) == [410] * (4 + len(rest))
    assert (await hospital.put(f"/fhir/{encounter}", {"resourceType": "Encounter"})).status_code in (410, 422)
    assert (await hospital.get("/fhir/Encounter")).json().get("entry") is None
    # Somebody else's purged resource is as unknown as any.
    assert await gone(gateway.hospital(), encounter) == [404]
    for table in ("resource", "resource_identifier", "bundle_receipt", "receipt_digest", "medical_report"):
        assert await gateway.rows(f"SELECT 1 FROM {table} WHERE org = $1", hospital.org) == [], table
    place = f"/receipt/{code_in(answer)}"
    receipt = (await gateway.http.get(place, headers={"Accept": "application/json"})).json()
    assert (receipt["genuine"], receipt["sha256"]) == (True, []), "that it came stays known, and nothing of what it was"
    for told in ((await gateway.http.get(place)).text, text_of((await gateway.http.get(f"{place}.pdf")).content)):
        assert "Sudah dihapus" in told
    again = await hospital.post("/fhir", bundle)
    assert again.status_code == 200
    assert "idempotency-replayed" not in again.headers
    [line] = await gateway.rows("SELECT * FROM audit_log WHERE org = $1 AND action = 'visit.purge'", hospital.org)
    assert line["object_id"] == encounter.split("/")[1]


async def test_a_visit_that_never_ends_is_purged_30_days_after_its_last_change(
    gateway: Gateway, clock: FixedClock
) -> None:
    hospital, bundle = gateway.hospital(), unrelated("arrived")
    _, encounter, *_ = await hospital.accepted(bundle)
    clock.advance(timedelta(days=20))
    held = (await hospital.get(f"/fhir/{encounter}")).json()
    await hospital.put(f"/fhir/{encounter}", {**held, "status": "in-progress"})
    clock.advance(timedelta(days=29))
    await purged(gateway)
    assert await gone(hospital, encounter) == [200]
    clock.advance(timedelta(days=1, seconds=1))
    await purged(gateway)
    assert await gone(hospital, encounter) == [410]


async def test_an_accident_stays_and_keeps_the_patient_whose_other_visit_goes(
    gateway: Gateway, clock: FixedClock
) -> None:
    hospital, accident = gateway.hospital(), sample("hand-caught-in-press")
    patient, injured, *_ = await hospital.accepted(accident)
    same_patient, other, *_ = await hospital.accepted(unrelated(nik=nik_of(accident)))
    assert same_patient == patient
    clock.advance(timedelta(days=40))
    assert await purged(gateway) >= 1
    assert await gone(hospital, patient, injured, other) == [200, 200, 410]


async def test_a_bundle_of_both_kinds_is_forgotten_with_what_is_purged_and_the_accident_stays_one(
    gateway: Gateway, clock: FixedClock
) -> None:
    hospital, accident, other = gateway.hospital(), sample("hand-caught-in-press"), unrelated()
    both = json.dumps({**accident, "entry": [*accident["entry"], *_renamed(other)["entry"]]}).encode()
    assert (await hospital.post("/fhir", both)).status_code == 200
    clock.advance(timedelta(days=4))
    assert await purged(gateway) >= 1
    again = await hospital.post("/fhir", both)
    assert (again.status_code, again.headers.get("idempotency-replayed")) == (200, None)
    assert {facts.encounter_id for facts, _ in await gateway.reports(hospital)} == {
        one["response"]["location"].split("/")[1]
        for one in again.json()["entry"]
        if one["response"]["location"].startswith("Encounter/") and one["response"]["status"].startswith("200")
    }


def _renamed(bundle: dict[str, Any]) -> dict[str, Any]:
    """With `urn:uuid:` names of its own, so that two Bundles can be one."""
    text = json.dumps(bundle)
    for entry in bundle["entry"]:
        name = str(entry["fullUrl"])
        text = text.replace(name, name[:-4] + "ffff")
    renamed: dict[str, Any] = json.loads(text)
    return renamed


async def test_what_belongs_to_no_visit_goes_30_days_after_its_last_change_unless_it_is_named(
    gateway: Gateway, clock: FixedClock
) -> None:
    hospital = gateway.hospital()
    lone = (await hospital.post("/fhir/Location", {"resourceType": "Location", "name": "UGD"})).json()["id"]
    named = (await hospital.post("/fhir/Location", {"resourceType": "Location", "name": "IGD"})).json()["id"]
    accident = sample("hand-caught-in-press")
    of_type(accident, "Encounter")["location"] = [{"location": {"reference": f"Location/{named}"}}]
    await hospital.accepted(accident)
    clock.advance(timedelta(days=30, seconds=1))
    await purged(gateway)
    assert await gone(hospital, f"Location/{lone}", f"Location/{named}") == [410, 200]


async def test_a_consent_stays_as_long_as_a_visit_of_its_patient(gateway: Gateway, clock: FixedClock) -> None:
    hospital, bundle = gateway.hospital(), sample("hand-caught-in-press")
    of_type(bundle, "Patient")["telecom"] = TELECOM
    patient, encounter, *_ = await hospital.accepted(bundle)
    [other, *_] = await hospital.accepted(unrelated())
    consents = [await created(hospital, consent(one)) for one in (patient, other)]
    clock.advance(timedelta(days=31))
    await purged(gateway)
    await purged(gateway)
    assert [(await hospital.get(f"/fhir/{path}")).status_code for path in consents] == [200, 410]
    await created(hospital, composition(patient, encounter))
    assert (await gateway.reports(hospital))[-1][1].patient.message_contact == "+6281311112222"


async def test_a_patient_whom_visits_name_by_a_number_goes_with_the_last_of_them(
    gateway: Gateway, clock: FixedClock
) -> None:
    hospital, number = gateway.hospital(), f"P{secrets.randbelow(10**11):011d}"
    [first, second] = [unrelated(), unrelated()]
    patient = of_type(first, "Patient")
    patient["identifier"].append({"system": "https://fhir.kemkes.go.id/id/ihs-number", "value": number})
    path = f"Patient/{(await hospital.post('/fhir/Patient', patient)).json()['id']}"
    for bundle, status in ((first, "finished"), (second, "in-progress")):
        del bundle["entry"][0]
        for entry in bundle["entry"]:
            entry["resource"]["subject"] = {"reference": f"Patient/{number}", "display": "Dewi Lestari"}
        of_type(bundle, "Encounter")["status"] = status
        of_type(bundle, "Encounter")["period"].pop("end")
        await hospital.accepted(bundle)
    clock.advance(timedelta(hours=72, seconds=1))
    await purged(gateway)
    assert await gone(hospital, path) == [200]
    clock.advance(timedelta(days=30))
    await purged(gateway)
    assert await gone(hospital, path) == [410]


async def linked_patients(hospital: Hospital) -> list[str]:
    """Two records of one person that name each other, as FHIR has it when they are merged."""
    paths = []
    for _ in range(2):
        made = await hospital.post("/fhir/Patient", {"resourceType": "Patient", "name": [{"text": "Budi"}]})
        paths.append(f"Patient/{made.json()['id']}")
    for path, other, kind in zip(paths, reversed(paths), ("replaces", "replaced-by"), strict=True):
        link = [{"other": {"reference": other}, "type": kind}]
        assert (await hospital.put(f"/fhir/{path}", {"resourceType": "Patient", "link": link})).status_code == 200
    return paths


async def test_what_names_each_other_in_a_circle_goes_too_unless_a_visit_needs_it(
    gateway: Gateway, clock: FixedClock
) -> None:
    hospital = gateway.hospital()
    alone, needed = await linked_patients(hospital), await linked_patients(hospital)
    bundle = sample("hand-caught-in-press")
    text = json.dumps(bundle).replace(bundle["entry"][0]["fullUrl"], needed[0])
    kept = json.loads(text)
    del kept["entry"][0]
    await hospital.accepted(kept)
    clock.advance(timedelta(days=31))
    await purged(gateway)
    assert [(await hospital.get(f"/fhir/{path}")).status_code for path in alone] == [410, 410]
    assert [(await hospital.get(f"/fhir/{path}")).status_code for path in needed] == [200, 200]


async def test_an_answer_to_a_bundle_of_which_nothing_is_held_goes_when_the_same_bytes_no_longer_get_it(
    gateway: Gateway, clock: FixedClock
) -> None:
    hospital, kept = gateway.hospital(), sample("hand-caught-in-press")
    await hospital.accepted(kept)
    bad = {"resourceType": "Patient", "gender": "none", "identifier": [{"system": "urn:x", "value": nik_of(kept)}]}
    entry = {"request": {"method": "POST", "url": "Patient"}, "resource": bad}
    refused = {"resourceType": "Bundle", "type": "batch", "entry": [entry]}
    first = await hospital.post("/fhir", refused)
    clock.advance(timedelta(days=30, seconds=-1))
    await purged(gateway)
    again = await hospital.post("/fhir", refused)
    assert (again.headers.get("idempotency-replayed"), again.content) == ("true", first.content)
    clock.advance(timedelta(seconds=1))
    await purged(gateway)
    [left] = await gateway.rows("SELECT id, sealed_request FROM bundle_receipt WHERE org = $1", hospital.org)
    assert left["sealed_request"], "a Bundle of which something is held stays with it"
    told = await gateway.rows("SELECT 1 FROM audit_log WHERE org = $1 AND action = 'answer.purge'", hospital.org)
    assert len(told) == 1
    assert "idempotency-replayed" not in (await hospital.post("/fhir", refused)).headers
