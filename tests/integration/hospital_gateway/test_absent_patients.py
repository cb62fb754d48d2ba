"""Patients whom a bridge names by their IHS number alone: their visits are reported with the display name, found by
that number, and get the rest of the person when it comes."""

import secrets
from typing import Any

from tests.integration.hospital_gateway.calls import created
from tests.integration.hospital_gateway.conftest import Gateway, Hospital, new_nik, of_type, sample, single
from tests.integration.hospital_gateway.resources import TELECOM, consent

IHS = "https://fhir.kemkes.go.id/id/ihs-number"


def ihs_number() -> str:
    return f"P{secrets.randbelow(10**11):011d}"


def without_patient(number: str) -> dict[str, Any]:
    """A visit in one Bundle that names its patient as SATUSEHAT knows them."""
    bundle = sample("hand-caught-in-press")
    del bundle["entry"][0]
    for entry in bundle["entry"]:
        entry["resource"]["subject"] = {"reference": f"Patient/{number}", "display": "Siti Aminah"}
    return bundle


def patient(number: str, nik: str) -> dict[str, Any]:
    resource = single(sample("hand-caught-in-press"), "Patient")
    resource["identifier"] = [
        {"system": "https://fhir.kemkes.go.id/id/nik", "value": nik},
        {"system": IHS, "value": number},
    ]
    return resource


async def ids(hospital: Hospital, path: str) -> set[str]:
    answer = await hospital.get(path)
    assert answer.status_code == 200, answer.text
    return {entry["resource"]["id"] for entry in answer.json().get("entry", [])}


async def test_a_visit_of_somebody_known_by_an_ihs_number_is_reported_with_the_display_name(gateway: Gateway) -> None:
    hospital, number = gateway.hospital(), ihs_number()
    encounter, *_ = await hospital.accepted(without_patient(number))
    read = (await hospital.get(f"/fhir/{encounter}")).json()
    assert read["subject"] == {"reference": f"Patient/{number}", "display": "Siti Aminah"}
    [(_, content)] = await gateway.reports(hospital)
    assert (content.patient.ihs_number, content.patient.name, content.patient.nik) == (number, "Siti Aminah", None)


async def test_what_names_a_patient_by_an_ihs_number_is_found_by_it(gateway: Gateway) -> None:
    hospital, number = gateway.hospital(), ihs_number()
    encounter, *parts = await hospital.accepted(without_patient(number))
    await hospital.accepted(without_patient(ihs_number()))
    conditions = {part.split("/")[1] for part in parts if part.startswith("Condition/")}
    for query in (f"subject={number}", f"patient=Patient/{number}", f"subject:Patient={number}"):
        assert await ids(hospital, f"/fhir/Encounter?{query}") == {encounter.split("/")[1]}, query
        assert await ids(hospital, f"/fhir/Condition?{query}") == conditions, query
    known, *_ = await hospital.accepted(sample("hand-caught-in-press"))
    either = f"subject={number},{known}"
    assert len(await ids(hospital, f"/fhir/Encounter?{either}")) == 2
    assert await ids(gateway.hospital(), f"/fhir/Encounter?subject={number}") == set()
    assert await ids(hospital, f"/fhir/Encounter?subject={number}&patient={ihs_number()}") == set()


async def test_a_patient_who_comes_later_with_that_number_completes_the_report(gateway: Gateway) -> None:
    hospital, number, nik = gateway.hospital(), ihs_number(), new_nik()
    encounter, *_ = await hospital.accepted(without_patient(number))
    made = (await hospital.post("/fhir/Patient", patient(number, nik))).json()
    [_, (facts, content)] = await gateway.reports(hospital)
    assert (facts.encounter_id, facts.version) == (encounter.split("/")[1], 2)
    assert (content.patient.nik, content.patient.ihs_number) == (nik, number)
    # The reference stays as it was sent, and by the patient's id everything is found as well.
    assert (await hospital.get(f"/fhir/{encounter}")).json()["subject"]["reference"] == f"Patient/{number}"
    assert await ids(hospital, f"/fhir/Encounter?patient={made['id']}") == {facts.encounter_id}


async def test_a_patient_who_was_there_before_is_the_visits_patient_at_once(gateway: Gateway) -> None:
    hospital, number, nik = gateway.hospital(), ihs_number(), new_nik()
    await hospital.post("/fhir/Patient", patient(number, nik))
    await hospital.accepted(without_patient(number))
    [(facts, content)] = await gateway.reports(hospital)
    assert (facts.version, content.patient.nik) == (1, nik)
    changed = {**patient(number, nik), "gender": "male"}
    await hospital.post("/fhir/Patient", changed)
    assert [content.patient.sex for _, content in await gateway.reports(hospital)] == ["female", "male"]


async def test_another_hospitals_patient_of_that_number_is_not_joined(gateway: Gateway) -> None:
    hospital, number = gateway.hospital(), ihs_number()
    await gateway.hospital().post("/fhir/Patient", patient(number, new_nik()))
    await hospital.accepted(without_patient(number))
    [(_, content)] = await gateway.reports(hospital)
    assert content.patient.nik is None


async def test_a_consent_by_ihs_number_alone_counts_when_patient_and_first_visit_come_after_it(
    gateway: Gateway,
) -> None:
    hospital, bundle, number = gateway.hospital(), sample("hand-caught-in-press"), ihs_number()
    await created(hospital, consent(f"Patient/{number}"))
    of_type(bundle, "Patient")["telecom"] = TELECOM
    of_type(bundle, "Patient")["identifier"].append({"system": IHS, "value": number})
    await hospital.accepted(bundle)
    facts, content = (await gateway.reports(hospital))[-1]
    assert (facts.version, content.patient.message_contact) == (2, "+6281311112222")
    assert content.receipt is not None
