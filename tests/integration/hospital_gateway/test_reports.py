"""The medical report: assembled piece by piece, published when it bears a sign of a work accident, versioned."""

import uuid
from datetime import date
from decimal import Decimal

from shared.events.vocabulary import MedicalReportStatus
from tests.integration.hospital_gateway.calls import created, visit_of
from tests.integration.hospital_gateway.conftest import Gateway, of_type, sample
from tests.integration.hospital_gateway.resources import OURS, claim, composition, condition, coverage


async def test_a_visit_posted_piece_by_piece_becomes_one_report_with_versions_in_order(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    patient, encounter = await visit_of(hospital, status="arrived", period={"start": "2026-11-20T10:10:00+07:00"})
    assert await gateway.reports(hospital) == []
    side = {"text": "Tangan kanan"}
    await created(hospital, condition(patient, encounter, "S62.5", bodySite=[side], onsetDateTime="2026-11-20"))
    await created(hospital, condition(patient, encounter, "Y96"))
    visit = (await hospital.get(f"/fhir/{encounter}")).json()
    period = {"start": "2026-11-20T10:10:00+07:00", "end": "2026-11-20T15:10:00+07:00"}
    finished = await hospital.put(f"/fhir/{encounter}", {**visit, "status": "finished", "period": period})
    assert finished.status_code == 200, finished.text
    reports = await gateway.reports(hospital)
    assert [facts.version for facts, _ in reports] == [1, 2, 3]
    assert [facts.explicit_notice for facts, _ in reports] == [False, True, True]
    facts, content = reports[-1]
    assert facts.encounter_status == "finished"
    assert facts.period_end is not None
    assert [(one.code, one.side) for one in content.body_parts] == [("hand_right", "right")]
    assert facts.occurred_at_precision == "day"
    assert [one.code for one in content.external_causes] == ["Y96"]


async def test_a_held_visit_goes_out_once_it_bears_a_sign(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("unrelated-hypertension")
    patient, encounter, *_ = await hospital.accepted(bundle)
    assert await gateway.reports(hospital) == []
    await created(hospital, condition(patient, encounter, "W31"))
    ((facts, content),) = await gateway.reports(hospital)
    assert facts.version == 1
    assert [one.code for one in content.diagnoses] == ["I10"]


async def test_a_write_that_changes_nothing_makes_no_new_version(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("hand-caught-in-press")
    await hospital.accepted(bundle)
    again = await hospital.post("/fhir/Patient", of_type(bundle, "Patient"))
    assert again.json()["meta"]["versionId"] == "2"
    assert len(await gateway.reports(hospital)) == 1


async def test_a_corrected_nik_corrects_the_reports_of_the_patients_visits(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    bundle, other = sample("hand-caught-in-press"), sample("commuting-motorcycle")
    path = (await hospital.accepted(bundle))[0]
    nik = of_type(other, "Patient")["identifier"][0]["value"]
    patient = (await hospital.get(f"/fhir/{path}")).json()
    patient["identifier"][0]["value"] = nik
    assert (await hospital.put(f"/fhir/{path}", patient)).status_code == 200
    events = await gateway.events(hospital.org)
    assert [facts.version for facts, _ in await gateway.reports(hospital)] == [1, 2]
    assert (await gateway.reports(hospital))[1][1].patient.nik == nik
    assert events[0].key != events[1].key


async def test_a_cancelled_visit_that_went_out_is_withdrawn(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    encounter = (await hospital.accepted(sample("hand-caught-in-press")))[1]
    visit = (await hospital.get(f"/fhir/{encounter}")).json()
    await hospital.put(f"/fhir/{encounter}", {**visit, "status": "entered-in-error"})
    last = (await gateway.reports(hospital))[-1][0]
    assert (last.version, last.status) == (2, MedicalReportStatus.WITHDRAWN)


async def test_an_accident_reports_number_marks_the_visit_as_a_notice(gateway: Gateway) -> None:
    hospital, report_id = gateway.hospital(), uuid.uuid4()
    bundle = sample("unrelated-hypertension")
    of_type(bundle, "Encounter")["identifier"].append({"system": f"{OURS}accident-report", "value": str(report_id)})
    await hospital.accepted(bundle)
    ((facts, _),) = await gateway.reports(hospital)
    assert facts.accident_report_id == report_id
    assert facts.signs == ("accident-report",)
    assert facts.explicit_notice


async def test_two_visits_may_name_the_same_accident_report(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    mark = {"system": f"{OURS}accident-report", "value": str(uuid.uuid4())}
    for _ in range(2):
        bundle = sample("unrelated-hypertension")
        of_type(bundle, "Encounter")["identifier"].append(mark)
        assert (await hospital.post("/fhir", bundle)).json()["entry"][1]["response"]["status"] == "201 Created"
    assert len(await gateway.reports(hospital)) == 2


async def test_a_kpj_makes_a_visit_relevant_but_no_notice(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("unrelated-hypertension")
    of_type(bundle, "Patient")["identifier"].append({"system": f"{OURS}kpj", "value": "12345678901"})
    await hospital.accepted(bundle)
    ((facts, content),) = await gateway.reports(hospital)
    assert facts.signs == ("kpj",)
    assert not facts.explicit_notice
    assert content.patient.kpj == "12345678901"


async def test_a_jkk_coverage_sent_with_the_visit_is_a_notice_for_this_visit_only(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("unrelated-hypertension")
    request = {"method": "POST", "url": "Coverage"}
    bundle["entry"].append({"request": request, "resource": coverage(bundle["entry"][0]["fullUrl"])})
    await hospital.accepted(bundle)
    del bundle["entry"][-1]
    of_type(bundle, "Encounter")["identifier"][0]["value"] += "-later"
    await hospital.accepted(bundle)
    ((facts, content),) = await gateway.reports(hospital)
    assert facts.signs == ("jkk-coverage",)
    assert facts.explicit_notice
    assert content.patient.kpj == "12345678901"
    assert content.coverage_payers == ("BPJS Ketenagakerjaan",)


async def test_a_jkk_coverage_posted_alone_marks_the_patients_visits(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    patient, _ = await visit_of(hospital)
    assert await gateway.reports(hospital) == []
    await created(hospital, coverage(patient))
    assert len(await gateway.reports(hospital)) == 1


async def test_a_jkk_coverage_on_file_marks_a_later_visit_that_comes_with_its_patient(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("unrelated-hypertension")
    patient = await created(hospital, of_type(bundle, "Patient"))
    await created(hospital, coverage(patient))
    await hospital.accepted(bundle)
    ((facts, _),) = await gateway.reports(hospital)
    assert facts.signs == ("jkk-coverage",)


async def test_a_claim_of_an_accident_makes_the_visit_relevant(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    patient, encounter = await visit_of(hospital)
    await created(hospital, claim(patient, encounter))
    ((facts, _),) = await gateway.reports(hospital)
    assert facts.signs == ("claim-accident",)


async def test_a_condition_that_only_the_encounter_names_belongs_to_it(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    patient, encounter = await visit_of(hospital)
    loose = condition(patient, encounter, "S62.5")
    del loose["encounter"]
    path = await created(hospital, loose)
    visit = (await hospital.get(f"/fhir/{encounter}")).json()
    answer = await hospital.put(f"/fhir/{encounter}", {**visit, "diagnosis": [{"condition": {"reference": path}}]})
    assert answer.status_code == 200, answer.text
    ((_, content),) = await gateway.reports(hospital)
    assert [one.code for one in content.diagnoses] == ["S62.5"]


async def test_a_patient_known_only_by_an_ihs_number_still_makes_a_report(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("hand-caught-in-press")
    old = bundle["entry"].pop(0)["fullUrl"]
    for entry in bundle["entry"]:
        assert entry["resource"]["subject"]["reference"] == old
        entry["resource"]["subject"]["reference"] = "Patient/P02478375538"
    await hospital.accepted(bundle)
    ((_, content),) = await gateway.reports(hospital)
    assert content.patient.ihs_number == "P02478375538"
    assert content.patient.name == "Siti Aminah"
    assert content.patient.nik is None
    assert (await gateway.events(hospital.org))[0].key.startswith("d:")


async def test_the_doctors_statement_is_read_from_a_composition(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    patient, encounter, *_ = await hospital.accepted(sample("hand-caught-in-press"))
    await created(hospital, composition(patient, encounter))
    facts, content = (await gateway.reports(hospital))[-1]
    assert (facts.version, facts.has_doctor_statement) == (2, True)
    statement = content.doctor_statement
    assert statement is not None
    assert statement.form_code == "3b KK 3"
    assert statement.doctor_name == "dr. Andi"
    assert statement.anamnesis == "Tangan kanan terjepit mesin press"
    assert statement.treatment == "Debridement & jahit"
    assert statement.accident_on == date(2026, 11, 20)
    assert statement.outcome == "partial_functional"
    assert statement.function_loss_percent == Decimal(40)
    assert statement.work_capacity == "light"
    assert statement.rest is not None
    assert (statement.rest.start, statement.rest.end) == (date(2026, 11, 21), date(2026, 12, 4))


async def test_a_visit_that_ends_in_death_says_so(gateway: Gateway) -> None:
    hospital, bundle = gateway.hospital(), sample("hand-caught-in-press")
    of_type(bundle, "Encounter")["hospitalization"]["dischargeDisposition"]["coding"][0]["code"] = "exp"
    await hospital.accepted(bundle)
    ((facts, _),) = await gateway.reports(hospital)
    assert facts.deceased


async def test_the_report_tells_the_registered_region_of_its_hospital(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    await gateway.rows(
        "INSERT INTO registered_partner (org, version, status, region_code, kinds) "
        "VALUES ($1, 1, 'active', '7371', '{hospital}')",
        hospital.org,
    )
    await hospital.accepted(sample("hand-caught-in-press"))
    ((facts, _),) = await gateway.reports(hospital)
    assert (facts.hospital_region_code, facts.zone) == ("7371", "Asia/Makassar")


async def test_papers_of_the_checklist_travel_with_the_report_that_holds_them(gateway: Gateway) -> None:
    hospital = gateway.hospital()
    admitted = {"admitSource": {"coding": [{"code": "hosp-trans"}]}}
    patient, encounter = await visit_of(hospital, hospitalization=admitted)
    await created(hospital, condition(patient, encounter, "X99"))
    ((_, before),) = await gateway.reports(hospital)
    assert before.papers == ()
    visum = {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": {"text": "Visum et repertum"},
        "subject": {"reference": patient},
        "context": {"encounter": [{"reference": encounter}]},
        "content": [{"attachment": {"contentType": "application/pdf", "url": "Binary/1"}}],
    }
    location = await created(hospital, visum)
    facts, content = (await gateway.reports(hospital))[-1]
    assert [(paper.kind, f"{paper.resource_type}/{paper.resource_id}") for paper in content.papers] == [
        ("visum", location)
    ]
    assert (facts.version, facts.admit_source) == (2, "hosp-trans")
