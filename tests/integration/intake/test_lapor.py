"""Reports without an account: what is kept while they are written, what becomes of them, and what is kept out."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.intake.application.public_report import PUBLIC_CHANNEL
from shared.events.self_report import SelfReportContent, SelfReportFacts
from tests.integration.intake.telephone import STEPS, Telephone
from tests.support.databases import ServiceDatabase
from tests.support.intake_service import NOON, PNG, Intake, running_intake
from tests.support.papers import PDF

DISEASE: dict[str, dict[str, str]] = {
    "pelapor": {"relation": "self", "reporter_name": "Tono", "reporter_phone": "0812 3456 7891"},
    "pekerja": {**STEPS["pekerja"], "worker_name": "Tono Saputra", "occupation": "Pemecah batu"},
    "penyakit": {
        "diagnosis": "Silikosis", "diagnosis_date_day": str(NOON.day), "diagnosis_date_month": str(NOON.month),
        "diagnosis_date_year": str(NOON.year), "exposure_source": "Debu batu", "consequence": "injury",
    },
    "masa-kerja": {
        "years_total": "12,5", "years_last_job": "8", "end_date_day": "1", "end_date_month": "6",
        "end_date_year": "2026", "province": "36", "city": "", "place": "Tambang batu Jayanti",
    },
}  # fmt: skip


async def reports(intake: Intake) -> list[Any]:
    return await intake.rows("SELECT report_id, tracking_code_hash FROM self_report WHERE org = $1", PUBLIC_CHANNEL)


async def test_a_report_becomes_a_self_report_of_the_hubs_own_channel(intake: Intake) -> None:
    telephone, before = Telephone(intake), await reports(intake)
    await telephone.write()
    photo = {"photos": ("foto.png", PNG, "image/png")}
    assert (await telephone.post("/lapor/foto", files=photo)).status_code == 303
    assert (await telephone.send()).headers["location"] == "/lapor/selesai"
    code = await telephone.code()
    [row] = [row for row in await reports(intake) if row not in before]
    assert row["tracking_code_hash"] in intake.secrets.blind_index.all("tracking-code", code)
    [event] = await intake.events(str(row["report_id"]))
    facts, content = event.facts, event.content
    assert isinstance(facts, SelfReportFacts)
    assert isinstance(content, SelfReportContent)
    assert (facts.org, facts.relation, facts.region_code) == (PUBLIC_CHANNEL, "family", "9100")
    assert (facts.occurred_at_precision, facts.occurred_zone) == ("hour", "Asia/Jayapura")
    assert facts.occurred_at is not None
    assert facts.occurred_at.isoformat() == "2026-11-20T09:00:00+09:00", "nine o'clock of the place"
    assert content.report.worker.name == "Rini Wulandari"
    assert content.report.event is not None
    assert content.report.event.place == "Pasar, Jayapura"
    assert [(d.document_code, d.media_type, d.size_bytes) for d in content.documents] == [
        ("SCENE", "image/png", len(PNG))
    ]
    path = f"/v1/self-reports/{row['report_id']}/photos/1"
    seen = await intake.http.get(path, headers=intake.bearer("bpjs:cikokol", "claims.read"))
    assert (seen.status_code, seen.content, seen.headers["content-type"]) == (200, PNG, "image/png")
    other = await intake.http.get(path.replace("/1", "/2"), headers=intake.bearer("bpjs:cikokol", "claims.read"))
    assert other.status_code == 404
    assert (await intake.http.get(path, headers=intake.bearer("channel:jmo", "self-reports.read"))).status_code == 403


async def test_a_disease_is_reported_with_what_the_law_asks_of_one(intake: Intake) -> None:
    telephone, before = Telephone(intake), await reports(intake)
    await telephone.begin(kind="occupational_disease")
    await telephone.fill(DISEASE)
    assert "Silikosis" in (await telephone.get("/lapor/periksa")).text
    assert (await telephone.get("/lapor/kejadian")).headers["location"] == "/lapor", "that is asked of accidents"
    assert (await telephone.send()).headers["location"] == "/lapor/selesai"
    [row] = [row for row in await reports(intake) if row not in before]
    [event] = await intake.events(str(row["report_id"]))
    facts, content = event.facts, event.content
    assert isinstance(facts, SelfReportFacts)
    assert isinstance(content, SelfReportContent)
    assert (facts.kind, facts.region_code, facts.occurred_at) == ("occupational_disease", "3600", None)
    told = content.report.disease
    assert told is not None
    assert (told.diagnosis, told.exposure_source, told.diagnosed_on) == ("Silikosis", "Debu batu", NOON.date())
    assert (float(told.service_years_total or 0), float(told.service_years_last_job or 0)) == (12.5, 8.0)
    assert str(told.employment_ended_on) == "2026-06-01"
    assert content.report.event is not None
    assert content.report.event.place == "Tambang batu Jayanti"


@pytest.mark.parametrize(
    ("step", "typed", "fault"),
    [
        ("penyakit", {"diagnosis": ""}, "Isi bagian ini."),
        ("penyakit", {"diagnosis_date_year": "2027"}, "belum terjadi"),
        ("penyakit", {"diagnosis_date_day": "31", "diagnosis_date_month": "2"}, "Tanggal ini tidak ada."),
        ("masa-kerja", {"years_total": "lama"}, "Tulis jumlah tahun"),
        ("masa-kerja", {"years_total": "nan"}, "Tulis jumlah tahun"),
        ("masa-kerja", {"years_total": "900"}, "Tulis jumlah tahun"),
        ("masa-kerja", {"years_last_job": "20"}, "tidak bisa lebih"),
        ("masa-kerja", {"end_date_day": "31", "end_date_month": "6"}, "Tanggal ini tidak ada."),
        ("masa-kerja", {"province": ""}, "Isi bagian ini."),
    ],
)
async def test_what_is_wrong_with_a_disease_is_said_in_words(
    intake: Intake, step: str, typed: dict[str, str], fault: str
) -> None:
    telephone = Telephone(intake)
    await telephone.begin(kind="occupational_disease")
    await telephone.fill(DISEASE)
    answer = await telephone.post(f"/lapor/{step}", {**DISEASE[step], **typed})
    assert (answer.status_code, fault in answer.text) == (422, True), answer.text
    assert (await telephone.send()).headers["location"] == f"/lapor/{step}"


async def test_an_unknown_kind_is_an_accident(intake: Intake) -> None:
    telephone = Telephone(intake)
    await telephone.begin(kind="../x")
    assert (await telephone.get("/lapor/kejadian")).status_code == 200


async def test_it_is_sent_once_however_often_the_button_is_pressed(intake: Intake) -> None:
    telephone, before = Telephone(intake), len(await reports(intake))
    await telephone.write()
    for _ in range(3):
        assert (await telephone.send()).headers["location"] == "/lapor/selesai"
    assert len(await reports(intake)) == before + 1
    assert (await telephone.get("/lapor")).headers["location"] == "/lapor/selesai"


async def test_the_report_and_every_photograph_have_receipts_that_know_the_picture(intake: Intake) -> None:
    telephone = Telephone(intake)
    await telephone.write()
    device = b"\x00\x00\x00\x04tEXtHP-1" + bytes(4)
    taken = PNG[:20] + device + PNG[20:]
    for content in (PNG + b"", taken):
        await telephone.post("/lapor/foto", files={"photos": ("foto.png", content, "image/png")})
    await telephone.send()
    codes = re.findall(r'href="/receipt/([0-9A-Z-]+)"', (await telephone.get("/lapor/selesai")).text)
    kinds = []
    for code in codes:
        receipt = (await telephone.http.get(f"/receipt/{code}", headers={"Accept": "application/json"})).json()
        kinds.append(receipt["kind"])
        assert "Rini" not in str(receipt)
    assert kinds == ["self_report", "photograph", "photograph"]
    await telephone.get(f"/receipt/{codes[2]}")
    for content, words in ((PNG, "sama persis"), (taken, "Data tempat dan alat"), (PDF, "bukan yang diterima")):
        compared = await telephone.post(f"/receipt/{codes[2]}", files={"file": ("foto.png", content)})
        assert words in compared.text


async def test_what_is_written_is_sealed_and_gone_once_it_is_sent(intake: Intake) -> None:
    telephone = Telephone(intake)
    await telephone.write()
    await telephone.post("/lapor/foto", files={"photos": ("foto.png", PNG, "image/png")})
    drafts = await intake.rows("SELECT * FROM report_draft")
    photos = await intake.rows("SELECT * FROM report_draft_photo")
    for secret in (b"Rini", b"Budi", b"tangga", PNG):
        assert not [row for row in drafts if secret in row["sealed_draft"]]
        assert not [row for row in photos if secret in row["sealed_content"]]
    token = telephone.http.cookies["lapor"]
    assert token not in str([dict(row) for row in drafts])
    await telephone.send()
    assert len(await intake.rows("SELECT 1 FROM report_draft_photo")) < len(photos)
    await telephone.post("/lapor/hapus")
    assert (await telephone.get("/lapor/selesai")).headers["location"] == "/lapor"


async def test_drafts_that_nobody_comes_back_to_are_forgotten(intake: Intake) -> None:
    telephone = Telephone(intake)
    await telephone.write()
    intake.clock.advance(timedelta(days=6))
    assert (await telephone.get("/lapor/cerita")).status_code == 200
    intake.clock.advance(timedelta(days=2))
    assert (await telephone.get("/lapor/cerita")).headers["location"] == "/lapor"
    old = "SELECT token_hash FROM report_draft WHERE touched_at < $1", intake.clock.now() - timedelta(days=7)
    while await intake.rows(*old):
        before = len(await intake.rows(*old))
        await Telephone(intake).begin()
        assert len(await intake.rows(*old)) < before


async def test_the_code_is_shown_for_an_hour_on_that_telephone_alone(intake: Intake) -> None:
    telephone = Telephone(intake)
    await telephone.write()
    await telephone.send()
    await telephone.code()
    assert (await Telephone(intake).get("/lapor/selesai")).headers["location"] == "/lapor"
    intake.clock.advance(timedelta(minutes=61))
    assert (await telephone.get("/lapor/selesai")).headers["location"] == "/lapor"


@pytest.mark.parametrize(
    ("step", "typed", "fault"),
    [
        ("pelapor", {"relation": ""}, "Isi bagian ini."),
        ("pelapor", {"reporter_phone": "12"}, "Tulis nomor telepon"),
        ("pekerja", {"birth_date_day": "", "birth_date_month": "", "birth_date_year": ""}, "Tanpa NIK"),
        ("pekerja", {"birth_date_day": "31", "birth_date_month": "2"}, "Tanggal ini tidak ada."),
        ("pekerja", {"nik": "123"}, "16 angka"),
        ("pekerja", {"kpj": "123"}, "11 angka"),
        ("kejadian", {"event_hour": "23"}, "belum terjadi"),
        ("kejadian", {"event_date_year": "2027"}, "belum terjadi"),
        ("kejadian", {"province": ""}, "Isi bagian ini."),
        ("cerita", {"chronology": " "}, "Isi bagian ini."),
    ],
)
async def test_each_step_says_in_words_what_is_wrong(
    intake: Intake, step: str, typed: dict[str, str], fault: str
) -> None:
    telephone = Telephone(intake)
    await telephone.write()
    answer = await telephone.post(f"/lapor/{step}", {**STEPS[step], **typed})
    assert answer.status_code == 422
    assert fault in answer.text
    # What is wrong is not sent, wherever one goes from here.
    assert (await telephone.send()).headers["location"] == f"/lapor/{step}"
    assert (await telephone.get("/lapor/periksa")).headers["location"] == f"/lapor/{step}"


async def test_with_a_nik_the_birth_date_may_stay_empty(intake: Intake) -> None:
    telephone = Telephone(intake)
    empty = {"birth_date_day": "", "birth_date_month": "", "birth_date_year": ""}
    await telephone.write(pekerja={**empty, "nik": "3671 0152 0390 0001"})
    assert (await telephone.send()).headers["location"] == "/lapor/selesai"


async def test_a_program_that_fills_in_everything_is_kept_out_and_not_told(intake: Intake) -> None:
    telephone, before = Telephone(intake), len(await reports(intake))
    await telephone.write()
    assert (await telephone.send(website="https://x.example")).headers["location"] == "/lapor/selesai"
    assert len(await reports(intake)) == before


async def test_one_telephone_number_does_not_report_without_end(intake: Intake) -> None:
    statuses = []
    for _ in range(6):
        telephone = Telephone(intake)
        await telephone.write(pelapor={"reporter_phone": "0899 0000 1111"})
        statuses.append((await telephone.send()).status_code)
    assert statuses == [303] * 5 + [429]
    intake.clock.advance(timedelta(minutes=61))
    assert (await telephone.send()).status_code == 303


async def test_one_address_does_not_begin_without_end(intake_database: ServiceDatabase, tmp_path: Path) -> None:
    async with running_intake(intake_database, tmp_path, lapor_drafts_per_address_max=2) as intake:
        telephone = Telephone(intake)
        await telephone.get("/lapor")
        assert [(await telephone.post("/lapor/mulai")).status_code for _ in range(3)] == [303, 303, 429]


async def test_a_form_of_another_site_begins_and_sends_nothing(intake: Intake) -> None:
    telephone = Telephone(intake)
    await telephone.write()
    telephone.csrf = "0" * 64
    for path in ("/lapor/mulai", "/lapor/kirim", "/lapor/pelapor", "/lapor/foto", "/lapor/hapus"):
        assert (await telephone.post(path)).status_code == 403, path


@pytest.mark.parametrize(("content", "status"), [(PDF, 415), (b"<svg/>", 415), (PNG + bytes(11_000_000), 413)])
async def test_only_pictures_of_a_size_are_taken(intake: Intake, content: bytes, status: int) -> None:
    telephone = Telephone(intake)
    await telephone.write()
    assert (await telephone.post("/lapor/foto", files={"photos": ("x.png", content)})).status_code == status


async def test_there_are_at_most_six_photographs(intake: Intake) -> None:
    telephone = Telephone(intake)
    await telephone.write()
    many = [("photos", (f"{number}.png", PNG)) for number in range(6)]
    assert (await telephone.post("/lapor/foto", files=many)).status_code == 303
    assert (await telephone.post("/lapor/foto", files=many[:1])).status_code == 422
    page = (await telephone.get("/lapor/foto")).text
    [first, *rest] = re.findall(r"/lapor/foto/([0-9a-f-]{36})/hapus", page)
    assert len(rest) == 5
    other = Telephone(intake)
    await other.begin()
    await other.post(f"/lapor/foto/{first}/hapus")
    assert first in (await telephone.get("/lapor/foto")).text, "nobody takes away another's photographs"
    await telephone.post(f"/lapor/foto/{first}/hapus")
    assert first not in (await telephone.get("/lapor/foto")).text


async def test_what_is_typed_is_shown_as_text(intake: Intake) -> None:
    telephone = Telephone(intake)
    await telephone.write(cerita={"chronology": "<script>alert(1)</script>"})
    page = (await telephone.get("/lapor/periksa")).text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;" in page
