"""What to write in each column of an import: for the template's page of explanations and for whoever corrects a row."""

from dataclasses import dataclass

from services.intake.application.import_columns import COLUMNS, Column

ALWAYS, ONE_OF_THESE, ACCIDENT, DISEASE, OPTIONAL = "always", "one_of_these", "accident", "disease", "optional"
NEEDS = {
    ALWAYS: ("Wajib", "Required"),
    ONE_OF_THESE: ("Salah satu dari NIK, KPJ atau paspor", "One of NIK, KPJ or passport"),
    ACCIDENT: ("Wajib untuk kecelakaan", "Required of an accident"),
    DISEASE: ("Wajib untuk penyakit", "Required of a disease"),
    OPTIONAL: ("Boleh kosong", "May be empty"),
}


@dataclass(frozen=True)
class Guide:
    """`need` is one of NEEDS. `example` is what the row of examples holds."""

    need: str
    example: str
    help_id: str
    help_en: str


_OFFICE_ID, _OFFICE_EN = "Cukup di baris pertama.", "The first row is enough."
_TIME_ID, _TIME_EN = "Jam setempat.", "Local time."
GUIDES: dict[str, Guide] = {
    "segment": Guide(ALWAYS, "PU", f"Jenis peserta. {_OFFICE_ID}", f"Kind of participant. {_OFFICE_EN}"),
    "employer.registration_number": Guide(
        OPTIONAL, "", "NPP perusahaan Anda; diisi sendiri bila kosong.", "Your own number; filled in when empty."
    ),
    "employer.name": Guide(ALWAYS, "PT Contoh Baja", _OFFICE_ID, _OFFICE_EN),
    "employer.sector_kbli": Guide(ALWAYS, "25111", f"Lima angka. {_OFFICE_ID}", f"Five digits. {_OFFICE_EN}"),
    "employer.address": Guide(ALWAYS, "Jl. Industri 1, Tangerang", _OFFICE_ID, _OFFICE_EN),
    "employer.region_code": Guide(
        ALWAYS, "3671", f"Empat angka kode Kemendagri. {_OFFICE_ID}", f"Four digits (Kemendagri). {_OFFICE_EN}"
    ),
    "employer.contact.name": Guide(ALWAYS, "Rina Wati", _OFFICE_ID, _OFFICE_EN),
    "employer.contact.phone": Guide(ALWAYS, "0811 1111 1111", _OFFICE_ID, _OFFICE_EN),
    "employer.contact.email": Guide(ALWAYS, "hrd@contoh.co.id", _OFFICE_ID, _OFFICE_EN),
    "reporter.name": Guide(ALWAYS, "Rina Wati", f"Siapa yang melapor. {_OFFICE_ID}", f"Who reports. {_OFFICE_EN}"),
    "reporter.position": Guide(ALWAYS, "HRD", _OFFICE_ID, _OFFICE_EN),
    "reporter.phone": Guide(ALWAYS, "0811 1111 1111", _OFFICE_ID, _OFFICE_EN),
    "worker.nik": Guide(ONE_OF_THESE, "3671015203900001", "16 angka, sebagai teks.", "16 digits, as text."),
    "worker.kpj": Guide(ONE_OF_THESE, "12345678901", "11 angka, sebagai teks.", "11 digits, as text."),
    "worker.passport_number": Guide(ONE_OF_THESE, "", "Untuk pekerja asing.", "Of foreign workers."),
    "worker.name": Guide(ALWAYS, "Siti Aminah", "Seperti di KTP.", "As on the identity card."),
    "worker.birth_date": Guide(ALWAYS, "12/03/1990", "Hari/bulan/tahun.", "Day/month/year."),
    "worker.sex": Guide(ALWAYS, "perempuan", "Pilih dari daftar.", "Choose from the list."),
    "worker.occupation": Guide(ALWAYS, "Operator mesin press", "", ""),
    "worker.phone": Guide(ALWAYS, "0812 9876 5432", "", ""),
    "wage.amount_rupiah": Guide(ALWAYS, "5000000", "Rupiah, tanpa sen.", "Rupiah, without cents."),
    "wage.basis": Guide(ALWAYS, "monthly", "Pilih dari daftar.", "Choose from the list."),
    "event.occurred_at": Guide(ACCIDENT, "20/11/2026 09:30", f"Hari dan jam. {_TIME_ID}", f"Day and hour. {_TIME_EN}"),
    "event.place_type": Guide(ACCIDENT, "inside_workplace", "Pilih dari daftar.", "Choose from the list."),
    "event.place": Guide(ACCIDENT, "Lini press 2", "", ""),
    "event.region_code": Guide(ALWAYS, "3671", "Empat angka kode Kemendagri.", "Four digits (Kemendagri)."),
    "event.chronology": Guide(ACCIDENT, "Tangan terjepit saat mengatur cetakan.", "Ceritakan singkat.", "In short."),
    "event.consequence": Guide(ALWAYS, "injury", "Pilih dari daftar.", "Choose from the list."),
    "event.body_parts": Guide(
        ACCIDENT, "hand_right", "Bila luka; beberapa dipisah koma.", "Of an injury; several with commas between."
    ),
    "event.accident_type": Guide(ACCIDENT, "caught", "Pilih dari daftar.", "Choose from the list."),
    "event.injury_source": Guide(ACCIDENT, "machine", "Pilih dari daftar.", "Choose from the list."),
    "event.first_aid.facility_type": Guide(ACCIDENT, "plkk", "Pilih dari daftar.", "Choose from the list."),
    "event.first_aid.facility_name": Guide(ACCIDENT, "RS Contoh", "", ""),
    "event.first_aid.condition_after": Guide(ACCIDENT, "inpatient", "Pilih dari daftar.", "Choose from the list."),
    "event.police_report_number": Guide(OPTIONAL, "", "Untuk kecelakaan lalu lintas.", "Of traffic accidents."),
    "first_alert.channel": Guide(
        OPTIONAL, "", "Bila sudah dikabarkan sebelum laporan ini.", "If somebody was told before this report."
    ),
    "first_alert.received_at": Guide(OPTIONAL, "", f"Hari dan jam. {_TIME_ID}", f"Day and hour. {_TIME_EN}"),
    "note": Guide(OPTIONAL, "", "", ""),
    "worker.message_consent": Guide(
        OPTIONAL, "ya", "Ya bila pekerja mau diberi kabar lewat pesan.", "Yes if the worker wants messages."
    ),
    "kind": Guide(
        OPTIONAL,
        "accident",
        "Kosong berarti kecelakaan, atau penyakit bila diisi.",
        "Empty: an accident, or a disease.",
    ),
    "disease.diagnosed_on": Guide(DISEASE, "", "Hari/bulan/tahun.", "Day/month/year."),
    "disease.diagnosis": Guide(DISEASE, "", "Menurut dokter.", "As the doctor says."),
    "disease.exposure_source": Guide(DISEASE, "", "Misalnya debu silika.", "For example silica dust."),
    "disease.service_years_total": Guide(DISEASE, "", "Tahun.", "Years."),
    "disease.service_years_last_job": Guide(DISEASE, "", "Tahun.", "Years."),
    "disease.employment_ended_on": Guide(OPTIONAL, "", "Bila sudah berhenti.", "If it has ended."),
    "worker.message_language": Guide(OPTIONAL, "", "Kosong berarti Indonesia.", "Empty: Indonesian."),
}


def guide_of(column: Column) -> Guide:
    return GUIDES[column.path]


def examples() -> list[str]:
    """One row that an import takes."""
    return [guide_of(column).example for column in COLUMNS]
