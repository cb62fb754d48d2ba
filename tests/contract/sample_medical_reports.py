"""What the samples of medical reports say of one visit."""

from typing import Any

from tests.contract.sample_documents import CASE_NUMBER, DIAGNOSIS, ENCOUNTER_ID, KPJ, NAME, NIK, REPORT_ID

MEDICAL_FACTS: dict[str, Any] = {
    "encounter_id": ENCOUNTER_ID,
    "org": "hospital:100000401",
    "version": 2,
    "status": "current",
    "encounter_status": "finished",
    "encounter_class": "EMER",
    "period_start": "2026-11-20T10:10:00+07:00",
    "period_end": "2026-11-20T15:10:00+07:00",
    "period_precision": "minute",
    "zone": "Asia/Jakarta",
    "occurred_at": "2026-11-20T10:10:00+07:00",
    "occurred_at_precision": "minute",
    "reported_at": "2026-11-20T10:10:00+07:00",
    "received_at": "2026-11-20T08:20:00Z",
    "signs": ["injury-code", "external-cause", "accident-report"],
    "explicit_notice": True,
    "hospital_region_code": "3671",
    "event_region_code": "3671",
    "has_doctor_statement": True,
    "deceased": False,
    "disposition": "home",
    "case_number": CASE_NUMBER,
    "accident_report_id": REPORT_ID,
}
MEDICAL_CONTENT: dict[str, Any] = {
    "patient": {
        "nik": NIK,
        "kpj": KPJ,
        "ihs_number": "P02478375538",
        "name": NAME,
        "birth_date": "1990-03-12",
        "sex": "female",
    },
    "employer": {"registration_number": "JJ012345", "name": "PT Contoh Baja"},
    "encounter_identifiers": ["http://sys-ids.kemkes.go.id/encounter/100000401|ENC-1"],
    "reason_text": "Tangan terjepit mesin",
    "diagnoses": [
        {
            "code": DIAGNOSIS,
            "display": "Crushing injury of thumb and other finger(s)",
            "system": "http://hl7.org/fhir/sid/icd-10",
            "role": "DD",
            "rank": 1,
            "onset_at": "2026-11-20T10:10:00+07:00",
            "onset_precision": "minute",
            "clinical_status": "active",
            "resource_id": "0193a1f0-0000-7000-8000-000000000005",
        }
    ],
    "external_causes": [{"code": "W31", "system": "http://hl7.org/fhir/sid/icd-10"}],
    "procedures": [
        {
            "code": "86.59",
            "display": "Closure of skin",
            "system": "http://hl7.org/fhir/sid/icd-9-cm",
            "performed_start": "2026-11-20T10:10:00+07:00",
            "performed_end": "2026-11-20T15:10:00+07:00",
            "status": "completed",
        }
    ],
    "body_parts": [{"code": "thumb_right", "side": "right", "text": "Ibu jari kanan"}],
    "disposition_text": "Pulang",
    "doctor_statement": {
        "form_code": "3b KK 3",
        "doctor_name": "dr. Sari",
        "doctor_role": "examining",
        "facility_name": "RS Contoh",
        "accident_on": "2026-11-20",
        "examined_on": "2026-11-20",
        "anamnesis": "Terjepit mesin press.",
        "physical_examination": "Luka remuk.",
        "treatment": "Penjahitan luka.",
        "diagnosis": DIAGNOSIS,
        "comorbidity": "Tidak ada",
        "outcome": "partial_functional",
        "disability_body_part": "thumb_right",
        "function_loss_percent": "40.00",
        "work_capacity": "light",
        "work_conditions": "Tanpa mengangkat beban.",
        "treated": {"from": "2026-11-20", "to": "2026-11-25"},
        "rest": {"from": "2026-11-20", "to": "2026-12-20"},
        "signed_on": "2026-12-20",
    },
    "practitioners": [{"name": "dr. Sari", "ihs_number": "10009880728", "role": "ATND"}],
    "facility": {"name": "RS Contoh", "identifier": "100000401", "region_code": "3671", "location": "IGD"},
    "coverage_payers": ["BPJS Ketenagakerjaan"],
    "resources": [{"resource_type": "Encounter", "id": ENCOUNTER_ID, "version": 2, "sha256": "7a" * 32}],
}
MEDICAL_FACTS_3 = {**MEDICAL_FACTS, "version": 3}
# The same visit with what was done, billed, needed and signed.
TREATMENT_CONTENT = {
    **MEDICAL_CONTENT,
    "diagnoses": [
        {**MEDICAL_CONTENT["diagnoses"][0], "severity": "severe", "certainty": "confirmed"},
        {"code": "E11.9", "beside": "comorbidity"},
    ],
    "doctor_statement": {
        **MEDICAL_CONTENT["doctor_statement"],
        "doctor_phone": "+6281200000009",
        "doctor_number": "10009880728",
        "licence_number": "STR-3100009",
        "practice_licence": "SIP-503/1",
        "disabilities": [
            {
                "kind": "functional",
                "body_part": "thumb_right",
                "percent": "40.00",
                "code": "P15",
                "text": "Ibu jari kanan",
            },
            {"kind": "anatomical", "body_part": "index_finger_right"},
        ],
        "rest_periods": [{"from": "2026-11-20", "to": "2026-12-04"}, {"from": "2026-12-10", "to": "2026-12-20"}],
        "treated_periods": [{"from": "2026-11-20", "to": "2026-11-25"}],
        "recognised_as": "profile",
    },
    "practitioners": [
        {
            "name": "dr. Sari",
            "ihs_number": "10009880728",
            "licence_number": "STR-3100009",
            "practice_licence": "SIP-503/1",
        }
    ],
    "severity": "severe",
    "triage": "Merah",
    "clinical": {
        "anamnesis": "Terjepit mesin press.",
        "examination": "Luka remuk.",
        "imaging": "Fraktur.",
        "assessment": "Cedera remuk.",
        "plan": "Fisioterapi.",
    },
    "medicines": [{"code": "93001", "stage": "dispensed", "display": "Amoksisilin", "dated": "2026-11-20"}],
    "aids": [{"kind": "orthosis", "text": "Wrist brace", "given": True}],
    "referrals": [{"direction": "to", "facility": "RSUD Contoh", "reason": "Bedah tangan", "dated": "2026-11-21"}],
    "costs": [
        {
            "item": "treatment",
            "code": "A1",
            "text": "Jahit luka",
            "quantity": "1",
            "amount_rupiah": 150_000,
            "paid_rupiah": 120_000,
            "currency": "IDR",
            "served_on": "2026-11-20",
            "resource_type": "ExplanationOfBenefit",
            "resource_id": "0193a1f0-0000-7000-8000-000000000006",
        }
    ],
    "episode": {"from": "2026-11-20", "to": "2026-12-20"},
    "documents": [{"resource_type": "DocumentReference", "resource_id": "d", "title": "Resume", "author": "dr. Sari"}],
    "signatures": [{"target": "Composition/c", "who": "dr. Sari", "at": "2026-12-20T09:00:00+07:00", "signed": True}],
}
