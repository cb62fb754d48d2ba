"""Severity, comorbidities, medicines, aids, referrals, bills, notes and documents of a visit."""

from datetime import date
from typing import Any

import pytest

from services.hospital_gateway.domain.visit import Days
from shared.events.medical_report import MedicalReportContent
from tests.support.visits import coded, composition, narrative, report, visit

ICD10, SNOMED, LOINC = "http://hl7.org/fhir/sid/icd-10", "http://snomed.info/sct", "http://loinc.org"


def content(*resources: dict[str, Any], **encounter: Any) -> MedicalReportContent:
    return report(*resources, **encounter).content


def condition(code: str, **more: Any) -> dict[str, Any]:
    return {"resourceType": "Condition", "code": coded(ICD10, code), **more}


def bill(type_name: str = "Claim", **more: Any) -> dict[str, Any]:
    return {"resourceType": type_name, "status": "active", "use": "claim", "created": "2026-11-25", **more}


def item(words: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"sequence": 1, "productOrService": {"text": words}, "net": {"value": value, "currency": "IDR"}, **more}


def test_the_gravest_severity_of_the_diagnoses_is_the_reports() -> None:
    told = content(
        condition("S62.5", severity=coded(SNOMED, "6736007")), condition("S06.5", severity={"text": "Berat"}),
        condition("S00.9"),
    )  # fmt: skip
    assert [one.severity for one in told.diagnoses] == ["moderate", "severe", None]
    assert told.severity == "severe"
    assert content(condition("S00.9")).severity is None


def test_comorbidities_and_complications_are_told_from_what_the_visit_is_about() -> None:
    diabetes = condition("E11.9", id="d")
    told = content(
        condition("S62.5"), diabetes, condition("T81.4"), condition("I10", note=[{"text": "Komorbid"}]),
        diagnosis=[{"condition": {"reference": "Condition/d"}, "use": coded("x", "CM")}],
    )  # fmt: skip
    found = {one.code: one.beside for one in told.diagnoses}
    assert found == {"S62.5": None, "E11.9": "comorbidity", "T81.4": "complication", "I10": "comorbidity"}
    title = "Type 2 diabetes mellitus without complications"
    [plain] = content({**condition("E11.9"), "code": coded(ICD10, "E11.9", title)}).diagnoses
    assert plain.beside is None


def test_the_lines_of_a_bill_are_whole_rupiah_by_what_they_were_for() -> None:
    told = content(
        bill(
            item=[
                item("Jahit luka", 150000.50),
                item("Ambulans ke RSUD", 350_000, servicedDate="2026-11-20"),
                item("Prothesa jari", 2_000_000),
                {
                    "productOrService": coded("x", "A1", "Kamar kelas I"),
                    "quantity": {"value": 5},
                    "unitPrice": {"value": 400_000},
                },
                item("Implant", 100, net={"value": 100, "currency": "USD"}),
            ]
        )
    )
    assert [(one.item, one.amount_rupiah) for one in told.costs] == [
        ("treatment", 150_001), ("transport", 350_000), ("prosthesis", 2_000_000), ("treatment", 2_000_000),
        ("treatment", None),
    ]  # fmt: skip
    assert (told.costs[1].served_on, told.costs[3].quantity, told.costs[4].currency) == (date(2026, 11, 20), "5", "USD")


def test_what_became_of_a_bill_takes_its_place() -> None:
    claim = bill(id="c", item=[item("Jahit luka", 150_000)])
    settled = bill(
        "ExplanationOfBenefit",
        claim={"reference": "Claim/c"},
        item=[item("Jahit luka", 150_000, adjudication=[{"category": coded("x", "benefit"),
            "amount": {"value": 120_000}}])],
    )  # fmt: skip
    assert [(one.amount_rupiah, one.paid_rupiah) for one in content(claim, settled).costs] == [(150_000, 120_000)]


@pytest.mark.parametrize("changes", [{"status": "draft"}, {"status": "cancelled"}, {"use": "preauthorization"}])
def test_a_bill_that_does_not_stand_costs_nothing(changes: dict[str, Any]) -> None:
    assert content(bill(item=[item("Jahit luka", 150_000)], **changes)).costs == ()


def test_a_bill_without_lines_is_one_line_of_its_total() -> None:
    [claim] = content(bill(total={"value": 900_000})).costs
    total = [{"category": coded("x", "submitted"), "amount": {"value": 900_000}}]
    [settled] = content(bill("ExplanationOfBenefit", total=total, payment={"amount": {"value": 800_000}})).costs
    assert (claim.amount_rupiah, settled.amount_rupiah, settled.paid_rupiah) == (900_000, 900_000, 800_000)


@pytest.mark.parametrize("value", [1e300, "viel", None, True, {"value": 1}])
def test_an_amount_that_is_none_is_left_out(value: Any) -> None:
    [line] = content(bill(item=[item("Jahit luka", value)])).costs
    assert line.amount_rupiah is None or line.amount_rupiah <= 1


def test_a_stay_with_thousands_of_lines_still_sums_up() -> None:
    costs = content(bill(item=[item("Infus", 1_000)] * 3_000 + [item("Ambulans", 5)] * 2)).costs
    assert len(costs) == 502
    assert sum(one.amount_rupiah or 0 for one in costs if one.item == "treatment") == 3_000_000
    assert costs[-1].amount_rupiah == 10


def test_a_visit_of_ten_thousand_resources_still_fits_into_one_event() -> None:
    codes = [f"{letter}{number:02d}.{place}" for letter in "ABCDEFG" for number in range(100) for place in range(10)]
    many: list[dict[str, Any]] = [condition(code, note=[{"text": "x" * 500}]) for code in codes]
    many += [
        {"resourceType": "Procedure", "status": "completed", "code": coded("x", f"{number}", "y" * 200)}
        for number in range(3_000)
    ]
    told = content(*many, condition("S62.5"))
    assert len(told.diagnoses) == len(told.procedures) == 500
    assert "S62.5" in {one.code for one in told.diagnoses}
    assert len(told.model_dump_json()) < 1_000_000


def test_medicines_tell_how_far_they_came() -> None:
    kfa = "http://sys-ids.kemkes.go.id/kfa"
    told = content(
        {"resourceType": "Medication", "id": "m", "code": coded(kfa, "93001", "Amoksisilin")},
        {"resourceType": "MedicationRequest", "status": "completed", "authoredOn": "2026-11-20",
         "medicationReference": {"reference": "Medication/m"}},
        {"resourceType": "MedicationDispense", "status": "completed",
         "medicationReference": {"display": "Parasetamol"}},
        {"resourceType": "Immunization", "status": "completed", "vaccineCode": {"text": "Tetanus toxoid"},
         "occurrenceDateTime": "2026-11-20T11:00:00+07:00"},
        {"resourceType": "MedicationRequest", "status": "cancelled", "medicationCodeableConcept": {"text": "X"}},
    )  # fmt: skip
    assert [(one.code, one.stage, one.dated) for one in told.medicines] == [
        ("93001", "requested", date(2026, 11, 20)), ("Parasetamol", "dispensed", None),
        ("Tetanus toxoid", "administered", date(2026, 11, 20)),
    ]  # fmt: skip


def test_aids_are_asked_for_or_given() -> None:
    told = content(
        {"resourceType": "DeviceRequest", "status": "active", "codeCodeableConcept": {"text": "Prothesa bawah siku"}},
        {"resourceType": "SupplyDelivery", "status": "completed",
         "suppliedItem": {"itemCodeableConcept": {"text": "Wrist brace"}}},
        {"resourceType": "DeviceRequest", "status": "revoked", "codeCodeableConcept": {"text": "Kacamata"}},
        {"resourceType": "Device", "deviceName": [{"name": "Infus pump"}]},
    )  # fmt: skip
    assert [(one.kind, one.given) for one in told.aids] == [("prosthesis", False), ("orthosis", True)]


def test_referrals_lead_to_and_from_other_facilities() -> None:
    told = content(
        {"resourceType": "ServiceRequest", "status": "active", "category": [coded(SNOMED, "3457005")],
         "performer": [{"reference": "Organization/o"}], "authoredOn": "2026-11-21",
             "reasonCode": [{"text": "Bedah tangan"}]},
        {"resourceType": "ServiceRequest", "status": "active", "category": [coded(SNOMED, "108252007")]},
        {"resourceType": "Organization", "id": "o", "name": "RSUD Tangerang"},
        hospitalization={"origin": {"display": "Klinik Contoh"}},
    )  # fmt: skip
    assert [(one.direction, one.facility, one.reason) for one in told.referrals] == [
        ("to", "RSUD Tangerang", "Bedah tangan"), ("from", "Klinik Contoh", None),
    ]  # fmt: skip


@pytest.mark.parametrize("place", [{"reference": "Location/l", "display": "Rumah"}, {"reference": "Organization/own"}])
def test_a_home_a_room_or_the_hospital_itself_is_no_referral(place: dict[str, Any]) -> None:
    stay = {"origin": place, "destination": place}
    assert content(hospitalization=stay, serviceProvider={"reference": "Organization/own"}).referrals == ()


def test_notes_are_gathered_and_laboratory_results_stay_behind() -> None:
    told = content(
        {"resourceType": "ClinicalImpression", "status": "completed", "description": "Tangan terjepit",
         "summary": "Crush injury"},
        {"resourceType": "Observation", "status": "final", "category": [coded("x", "exam")],
         "code": {"text": "Inspeksi"},
         "valueString": "luka robek 4 cm"},
        {"resourceType": "Observation", "status": "final", "category": [coded("x", "laboratory")],
         "code": {"text": "HIV"},
         "valueString": "reaktif"},
        {"resourceType": "DiagnosticReport", "status": "final", "category": [coded("x", "RAD")],
         "conclusion": "Fraktur"},
        {"resourceType": "DiagnosticReport", "status": "final", "category": [coded("x", "LAB")],
         "conclusion": "Anemia"},
        {"resourceType": "CarePlan", "status": "active", "description": "Fisioterapi"},
        composition({}, title="Resume medis", type={"text": "Resume medis"}, section=[
            {"title": "Anamnesis", "text": narrative("Bekerja di lini press")}]),
    )  # fmt: skip
    notes = told.clinical
    assert notes is not None
    assert notes.anamnesis is not None
    assert set(notes.anamnesis.splitlines()) == {"Tangan terjepit", "Bekerja di lini press"}
    assert (notes.examination, notes.imaging) == ("Inspeksi: luka robek 4 cm", "Fraktur")
    assert (notes.assessment, notes.plan) == ("Crush injury", "Fisioterapi")
    assert "reaktif" not in told.model_dump_json()
    assert "Anemia" not in told.model_dump_json()


def test_triage_and_the_episode_are_told() -> None:
    triage = {"resourceType": "Observation", "status": "final", "code": {"text": "Triase"}, "valueString": "Merah"}
    episode = {"resourceType": "EpisodeOfCare", "id": "x", "status": "active", "period": {"start": "2026-11-20"}}
    told = visit(triage, episode, episodeOfCare=[{"reference": "EpisodeOfCare/x"}])
    assert (told.care.triage, told.episode) == ("Merah", Days(date(2026, 11, 20), None))


def test_documents_are_listed_without_their_bytes() -> None:
    scan = {
        "resourceType": "DocumentReference", "status": "current", "type": {"text": "Resume medis"},
        "author": [{"display": "dr. Andi"}],
        "content": [{"attachment": {"contentType": "application/pdf", "data": "QUJD", "title": "Resume"}}],
    }  # fmt: skip
    told = content(scan)
    assert [(one.title, one.media_type, one.author) for one in told.documents] == [
        ("Resume", "application/pdf", "dr. Andi")
    ]
    assert "QUJD" not in told.model_dump_json()


def test_a_care_team_is_among_those_who_treated() -> None:
    team = {
        "resourceType": "CareTeam",
        "participant": [{"member": {"display": "dr. Budi"}, "role": [{"text": "DPJP"}]}],
    }
    assert [(one.name, one.role) for one in content(team).practitioners] == [("dr. Budi", "DPJP")]
