"""A patient's number leaves the gateway with the Consent that docs/connect-a-hospital.md shows, and not without it."""

import copy

from tests.integration.hospital_gateway.calls import created
from tests.integration.hospital_gateway.conftest import Gateway, of_type, sample
from tests.integration.hospital_gateway.resources import ICD10, TELECOM, consent


async def test_the_guides_consent_lets_the_number_out_until_it_is_taken_back(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("hand-caught-in-press")
    [entry] = [one for one in bundle["entry"] if one["resource"]["resourceType"] == "Patient"]
    entry["resource"]["telecom"] = TELECOM
    agreed = consent(entry["fullUrl"])
    checked = await hospital.post("/fhir/Consent/$validate", consent("Patient/P02478375538"))
    assert {issue["severity"] for issue in checked.json()["issue"]} == {"information"}, checked.text
    bundle["entry"].append({"request": {"method": "POST", "url": "Consent"}, "resource": agreed})
    paths = await hospital.accepted(bundle)
    [path] = [one for one in paths if one.startswith("Consent/")]
    ((_, content),) = await gateway.reports(hospital)
    assert content.patient.message_contact == "+6281311112222"

    whole = (await hospital.get(f"/fhir/{path}")).json()
    await hospital.put(f"/fhir/{path}", {**whole, "status": "inactive"})
    facts, content = (await gateway.reports(hospital))[-1]
    assert (facts.version, content.patient.message_contact) == (2, None)


async def test_a_consent_sent_later_by_itself_counts_for_the_patients_visits(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("hand-caught-in-press")
    of_type(bundle, "Patient")["telecom"] = TELECOM
    patient, *_ = await hospital.accepted(bundle)
    ((_, content),) = await gateway.reports(hospital)
    assert "81311112222" not in content.model_dump_json()
    await created(hospital, consent(patient))
    facts, content = (await gateway.reports(hospital))[-1]
    assert (facts.version, content.patient.message_contact) == (2, "+6281311112222")
    taken_back = consent(patient, dateTime="2027-01-05", policyRule={"coding": [{"code": "OPTOUT"}]})
    await created(hospital, taken_back)
    facts, content = (await gateway.reports(hospital))[-1]
    assert (facts.version, content.patient.message_contact) == (3, None)


async def test_a_word_on_file_counts_for_a_new_visit_though_the_patient_is_sent_again_with_it(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("hand-caught-in-press")
    patient = await created(hospital, of_type(bundle, "Patient"))
    await created(hospital, consent(patient))
    of_type(bundle, "Patient")["telecom"] = TELECOM
    await hospital.accepted(bundle)
    ((_, content),) = await gateway.reports(hospital)
    assert content.patient.message_contact == "+6281311112222"

    await created(hospital, consent(patient, dateTime="2027-01-05", policyRule={"coding": [{"code": "OPTOUT"}]}))
    again = sample("hand-caught-in-press")
    of_type(again, "Patient").update(of_type(bundle, "Patient"))
    agreed = consent(again["entry"][0]["fullUrl"])
    again["entry"].append({"request": {"method": "POST", "url": "Consent"}, "resource": agreed})
    await hospital.accepted(again)
    facts, content = (await gateway.reports(hospital))[-1]
    assert (facts.version, content.patient.message_contact) == (1, None), "the form of that day is older than the word"


async def test_a_consent_that_comes_with_two_visits_counts_for_both(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("hand-caught-in-press")
    of_type(bundle, "Patient")["telecom"] = TELECOM
    second = copy.deepcopy(next(one for one in bundle["entry"] if one["resource"]["resourceType"] == "Encounter"))
    second["fullUrl"] = "urn:uuid:00000000-0000-4000-8000-00000000beef"
    for identifier in second["resource"]["identifier"]:
        identifier["value"] += "-2"
    # A sign of its own.
    second["resource"]["reasonCode"] = [{"coding": [{"system": ICD10, "code": "Y96"}]}]
    agreed = consent(bundle["entry"][0]["fullUrl"])
    bundle["entry"] += [second, {"request": {"method": "POST", "url": "Consent"}, "resource": agreed}]
    await hospital.accepted(bundle)
    told = [content.patient.message_contact for _, content in await gateway.reports(hospital)]
    assert told == ["+6281311112222", "+6281311112222"]
