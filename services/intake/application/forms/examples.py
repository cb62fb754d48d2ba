"""Invented reports, shown in the OpenAPI and sent by tests."""

from typing import Any

ACCIDENT_REPORT: dict[str, Any] = {
    "segment": "PU",
    "kind": "accident",
    "employer": {
        "registration_number": "JJ012345",
        "name": "PT Contoh Baja",
        "sector_kbli": "25111",
        "address": "Jl. Industri 1, Tangerang",
        "region_code": "3671",
        "contact": {"name": "Rina", "phone": "+6281234567890", "email": "hr@contoh.example"},
    },
    "worker": {
        "nik": "3671015203900001",
        "kpj": "12345678901",
        "name": "Siti Aminah",
        "birth_date": "1990-03-12",
        "sex": "female",
        "occupation": "Operator mesin press",
        "phone": "+6281298765432",
    },
    "wage": {"amount_rupiah": 5_000_000, "basis": "monthly"},
    "event": {
        "occurred_at": "2026-11-20T09:30:00+07:00",
        "place_type": "inside_workplace",
        "place": "Lini press 2",
        "region_code": "3671",
        "chronology": "Tangan kanan terjepit mesin press saat mengganti cetakan.",
        "consequence": "injury",
        "body_parts": ["hand_right"],
        "accident_type": "caught",
        "injury_source": "machine",
        "first_aid": {"facility_type": "plkk", "facility_name": "RS Contoh", "condition_after": "inpatient"},
        "witnesses": [],
        "police_report_number": None,
    },
    "reporter": {"name": "Rina", "position": "HRD", "phone": "+6281234567890"},
    "first_alert": {"channel": "whatsapp", "received_at": "2026-11-20T11:00:00+07:00"},
}

DISEASE_REPORT: dict[str, Any] = {
    "segment": "PU",
    "kind": "occupational_disease",
    "employer": ACCIDENT_REPORT["employer"],
    "worker": ACCIDENT_REPORT["worker"],
    "wage": ACCIDENT_REPORT["wage"],
    "event": {"region_code": "3671", "consequence": "injury"},
    "disease": {
        "diagnosed_on": "2026-11-19",
        "diagnosis": "Silikosis",
        "exposure_source": "Debu silika di area penggerindaan",
        "service_years_total": 12,
        "service_years_last_job": 7.5,
    },
    "reporter": ACCIDENT_REPORT["reporter"],
}

STAGE_2: dict[str, Any] = {
    "outcome": "partial_anatomical",
    "examined_on": "2026-12-20",
    "absence_periods": [{"from": "2026-11-20", "to": "2026-12-19"}],
    "costs": [{"payee": "employer", "item": "transport", "amount_rupiah": 350_000}],
    "bank_accounts": [{"payee": "participant", "bank": "Bank Contoh", "number": "0012345678", "holder": "Siti Aminah"}],
    "heirs": [],
    "guardian": None,
    "children_under_23": [{"name": "Adi", "birth_date": "2015-06-01", "school_level": "TK_SD"}],
    "note": "Dua ruas jari telunjuk kanan hilang.",
}

SELF_REPORT: dict[str, Any] = {
    "reporter": {"name": "Budi", "phone": "+6281311112222", "relation": "family"},
    "worker": {"nik": "3671015203900001", "kpj": None, "name": "Siti Aminah", "birth_date": "1990-03-12"},
    "event": {
        "occurred_at": "2026-11-20T09:30:00+07:00",
        "place": "Pasar Anyar",
        "region_code": "3671",
        "chronology": "Jatuh dari tangga saat menurunkan barang.",
        "cause": "Tangga patah",
    },
}
