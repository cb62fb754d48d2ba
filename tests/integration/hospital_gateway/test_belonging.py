"""Resources that name no Encounter come into the report of the visit that they are about."""

from typing import Any

from tests.integration.hospital_gateway.calls import created, visit_of
from tests.integration.hospital_gateway.conftest import Gateway, of_type, sample
from tests.integration.hospital_gateway.resources import claim, composition


def provenance(*targets: str) -> dict[str, Any]:
    return {
        "resourceType": "Provenance",
        "target": [{"reference": target} for target in targets],
        "recorded": "2026-11-28T09:00:00+07:00",
        "agent": [{"who": {"display": "dr. Andi"}}],
    }


def bill(patient: str, **more: Any) -> dict[str, Any]:
    whole = claim(patient, "Encounter/unused")
    del whole["accident"]
    del whole["item"][0]["encounter"]
    return {**whole, **more}


async def test_a_provenance_posted_later_signs_in_the_report_of_its_target(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    patient, encounter, *_ = await hospital.accepted(sample("hand-caught-in-press"))
    statement = await created(hospital, composition(patient, encounter))
    path = await created(hospital, provenance(statement))
    facts, content = (await gateway.reports(hospital))[-1]
    assert facts.version == 3
    assert [(one.target, one.who) for one in content.signatures] == [(statement, "dr. Andi")]
    assert path.removeprefix("Provenance/") in {one.id for one in content.resources}


async def test_a_bundle_may_bring_what_is_about_its_own_resources(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("hand-caught-in-press")
    target = next(one["fullUrl"] for one in bundle["entry"] if one["resource"]["resourceType"] == "Procedure")
    bundle["entry"].append({"request": {"method": "POST", "url": "Provenance"}, "resource": provenance(target)})
    await hospital.accepted(bundle)
    ((_, content),) = await gateway.reports(hospital)
    assert [one.target.partition("/")[0] for one in content.signatures] == ["Procedure"]


async def test_a_bill_belongs_to_the_visit_of_its_diagnosis_and_its_benefit_to_the_bill(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    patient, _, diagnosis, *_ = await hospital.accepted(sample("hand-caught-in-press"))
    assert diagnosis.startswith("Condition/")
    billed = bill(patient, diagnosis=[{"sequence": 1, "diagnosisReference": {"reference": diagnosis}}])
    path = await created(hospital, billed)
    [line] = (await gateway.reports(hospital))[-1][1].costs
    assert (line.item, line.amount_rupiah, line.resource_type) == ("treatment", 150_001, "Claim")
    benefit = {
        **{name: billed[name] for name in ("status", "type", "use", "patient", "created", "provider", "item")},
        "resourceType": "ExplanationOfBenefit",
        "insurer": {"display": "BPJS Ketenagakerjaan"},
        "outcome": "complete",
        "insurance": [{"focal": True, "coverage": {"display": "JKK"}}],
        "claim": {"reference": path},
    }
    await created(hospital, benefit)
    [line] = (await gateway.reports(hospital))[-1][1].costs
    assert line.resource_type == "ExplanationOfBenefit"


async def test_what_is_about_two_visits_belongs_to_none(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    visits = [(await hospital.accepted(sample(name)))[1] for name in ("hand-caught-in-press", "commuting-motorcycle")]
    await created(hospital, provenance(*visits))
    assert [facts.version for facts, _ in await gateway.reports(hospital)] == [1, 1]


async def test_medicines_are_named_by_the_medication_that_is_referred_to(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    patient, encounter, *_ = await hospital.accepted(sample("hand-caught-in-press"))
    coding = {"system": "http://sys-ids.kemkes.go.id/kfa", "code": "93001", "display": "Amoksisilin 500 mg"}
    medicine = await created(hospital, {"resourceType": "Medication", "code": {"coding": [coding]}})
    order = {
        "resourceType": "MedicationRequest", "status": "active", "intent": "order",
        "medicationReference": {"reference": medicine}, "subject": {"reference": patient},
        "encounter": {"reference": encounter},
    }  # fmt: skip
    await created(hospital, order)
    assert [one.code for one in (await gateway.reports(hospital))[-1][1].medicines] == ["93001"]


async def test_a_doctor_whose_licence_comes_later_is_told_with_it(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    doctor = {"resourceType": "Practitioner", "name": [{"text": "dr. Sari"}]}
    path = await created(hospital, doctor)
    patient, encounter, *_ = await hospital.accepted(sample("hand-caught-in-press"))
    statement = composition(patient, encounter)
    await created(hospital, {**statement, "author": [{"reference": path}]})
    licence = {"system": "https://fhir.kemkes.go.id/id/str-kki-number", "value": "STR-1"}
    versions = len(await gateway.reports(hospital))
    for body in (doctor, {**doctor, "identifier": [licence]}):
        assert (await hospital.put(f"/fhir/{path}", body)).status_code == 200
    reports = await gateway.reports(hospital)
    assert len(reports) == versions + 1
    told = reports[-1][1].doctor_statement
    assert told is not None
    assert (told.doctor_name, told.licence_number) == ("dr. Sari", "STR-1")


async def test_sudden_death_in_the_emergency_department_lets_a_visit_out(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("unrelated-hypertension")
    encounter, code = of_type(bundle, "Encounter"), of_type(bundle, "Condition")["code"]["coding"][0]
    encounter["class"]["code"] = "EMER"
    code |= {"code": "I46.1", "display": "Sudden cardiac death"}
    start = "2026-11-20T10:00:00+07:00"
    encounter |= {"period": {"start": start, "end": "2026-11-20T12:00:00+07:00"}}
    encounter["hospitalization"] = {"dischargeDisposition": {"coding": [{"code": "exp"}]}}
    await hospital.accepted(bundle)
    ((facts, _),) = await gateway.reports(hospital)
    assert (facts.signs, facts.deceased, facts.explicit_notice) == (("sudden-death-at-work",), True, False)


async def test_an_explanation_of_benefit_of_an_accident_lets_a_visit_out(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    patient, encounter = await visit_of(hospital)
    whole = claim(patient, encounter)
    benefit = {
        **{
            name: whole[name]
            for name in ("status", "type", "use", "patient", "created", "provider", "item", "accident")
        },
        "resourceType": "ExplanationOfBenefit",
        "insurer": {"display": "BPJS Ketenagakerjaan"},
        "outcome": "complete",
        "insurance": [{"focal": True, "coverage": {"display": "JKK"}}],
    }
    await created(hospital, benefit)
    ((facts, _),) = await gateway.reports(hospital)
    assert facts.signs == ("claim-accident",)
