"""A work accident reported on a small telephone without scripts, from the first page to the tracking code, and then
seen at `/status`, among the claims and in the console."""

import base64
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import FilePayload, Page, expect

from services.partners.domain.partners import ClientKind
from shared.identifiers import WIB
from tests.browser.conftest import OpenWindow, Window, assert_accessible
from tests.browser.looking import assert_fits, shot
from tests.browser.telephone import go_on
from tests.support.served_hub import ServedHub

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_WEIGHT_MAX = 50_000


def fill_date(page: Page, name: str, day: datetime) -> None:
    page.locator(f"#{name}_day").fill(str(day.day))
    page.locator(f"#{name}_month").select_option(str(day.month))
    page.locator(f"#{name}_year").fill(str(day.year))


def who_reports(page: Page, phone: str = "0812 3456 7890") -> None:
    page.get_by_label("keluarga saya").check()
    page.get_by_label("Nama Anda").fill("Budi")
    page.get_by_label("Nomor telepon Anda").fill(phone)
    go_on(page)


def test_a_family_member_reports_without_nik_and_follows_the_claim(open_window: OpenWindow, hub: ServedHub) -> None:
    window = open_window(width=320, height=640, java_script_enabled=False)
    page = window.open("intake", "/lapor")
    assert_fits(page)
    shot(page, "lapor-start")
    go_on(page, "Mulai")
    shot(page, "lapor-pelapor")
    who_reports(page)

    expect(page.locator("h1")).to_have_text("Siapa yang mengalami kecelakaan?")
    go_on(page)
    expect(page.locator("#birth_date-fault")).to_have_text("Tanpa NIK, tanggal lahir harus diisi.")
    shot(page, "lapor-pekerja-faults")
    page.get_by_label("Nama pekerja").fill("Rini Wulandari")
    fill_date(page, "birth_date", datetime(1988, 7, 4, tzinfo=WIB))
    page.get_by_label("Apa pekerjaannya?").fill("Pedagang")
    go_on(page)

    # The telephone is put away, and the report goes on where it was.
    window.open("intake", "/lapor")
    go_on(page, "Lanjutkan laporan saya")
    expect(page.locator("h1")).to_have_text("Kapan dan di mana?")
    yesterday = datetime.now(WIB) - timedelta(days=1)
    fill_date(page, "event_date", yesterday)
    page.get_by_label("Kira-kira jam berapa?").select_option("9")
    page.get_by_label("Provinsi").select_option("36")
    page.get_by_label("Kota atau kabupaten").fill("Kota Tangerang")
    page.get_by_label("Di mana tepatnya?").fill("Pasar Anyar")
    shot(page, "lapor-kejadian")
    go_on(page)
    page.locator("#chronology").fill("Jatuh dari tangga saat menurunkan barang. Kaki kiri patah.")
    page.get_by_label("Apa penyebabnya?").fill("Tangga patah")
    page.get_by_label("luka", exact=True).check()
    shot(page, "lapor-cerita")
    go_on(page)

    photos: list[FilePayload] = [
        {"name": f"{number}.png", "mimeType": "image/png", "buffer": PICTURE + bytes(number)} for number in (1, 2)
    ]
    page.get_by_label("Pilih atau ambil foto").set_input_files(photos)
    go_on(page, "Tambahkan foto")
    page.get_by_role("button", name="Hapus foto 1").click()
    expect(page.get_by_role("button", name="Hapus foto")).to_have_count(1)
    assert_fits(page)
    shot(page, "lapor-foto")
    go_on(page)
    expect(page.locator("main")).to_contain_text("Rini Wulandari")
    go_on(page, "Kirim laporan")
    expect(page.locator("#true-fault")).to_be_visible()
    page.get_by_label("Yang saya tulis benar").check()
    assert_fits(page)
    shot(page, "lapor-periksa")
    go_on(page, "Kirim laporan")
    expect(page.locator("h1")).to_have_text("Laporan sudah dikirim")
    shot(page, "lapor-selesai")
    code = page.locator(".code").inner_text()
    photo = page.locator("li", has_text="Foto 1").locator("a").inner_text()
    assert_fits(page)
    page.reload()
    expect(page.locator(".code")).to_have_text(code)

    hub.quiet()
    page.get_by_role("link", name="Lihat sampai di mana klaimnya").click()
    page.locator("#tracking_code").fill(code)
    for name, value in (("day", "4"), ("year", "1988")):
        page.locator(f"#{name}").fill(value)
    page.locator("#month").select_option("7")
    go_on(page, "Lihat klaim saya")
    expect(page.locator("h1")).to_have_text("Laporan sudah kami terima")
    number = page.locator("span.mono").first.inner_text()
    found = (
        hub.apis["verification"].http.get(f"/v1/claims/{number}", headers=hub.bearer(ClientKind.BPJS_VERIFIER)).json()
    )
    assert (found["state"], found["region_code"], found["worker"]["name"]) == ("SUSPECTED", "3600", "Rini Wulandari")
    console = open_window().sign_in("verifier", "Dewi Lestari")
    row = console.locator(f"#c-{number}")
    expect(row).to_contain_text("Rini W.")
    row.locator("a.case").click()
    expect(console.locator("h1")).to_contain_text(number)
    expect(console.locator("#papers a.mono")).to_have_text(photo)
    console.locator("#papers a[target=paper]").click()
    expect(console.frame_locator("iframe[name=paper]").locator("img")).to_be_visible()

    window.open("intake", "/lapor")
    go_on(page, "Kode sudah saya simpan: tutup halaman ini")
    expect(page.locator("h1")).to_have_text("Laporkan kecelakaan kerja")
    window.complaints.clear()  # the browser itself tells of the 422s


def fill_disease(page: Page, window: Window) -> None:
    """Every step of a report of a disease, in whichever language the page is, up to the last one."""
    steps: dict[str, dict[str, str]] = {
        "pelapor": {"reporter_name": "Tono", "reporter_phone": "0812 3456 7891"},
        "pekerja": {"worker_name": "Tono Saputra", "occupation": "Pemecah batu"},
        "penyakit": {"diagnosis": "Silikosis", "exposure_source": "Debu batu"},
        "masa-kerja": {"years_total": "12,5", "years_last_job": "8"},
    }
    for step, typed in steps.items():
        window.open("intake", f"/lapor/{step}")
        for name, value in typed.items():
            page.locator(f"#{name}").fill(value)
        if step == "pelapor":
            page.locator("[name=relation][value=self]").check()
        if step == "pekerja":
            fill_date(page, "birth_date", datetime(1970, 2, 3, tzinfo=WIB))
        if step == "penyakit":
            fill_date(page, "diagnosis_date", datetime(2026, 1, 12, tzinfo=WIB))
        if step == "masa-kerja":
            page.locator("#province").select_option("36")
        page.locator("main form.card button").click()
    window.open("intake", "/lapor/periksa")


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_step_is_accessible_and_light(open_window: OpenWindow, language: str) -> None:
    window = open_window(language, width=320, height=640)
    weights: list[int] = []
    window.page.on("response", lambda response: weights.append(int(response.header_value("content-length") or 0)))
    page = window.open("intake", "/lapor")
    page.locator("details summary").click()
    assert_accessible(page)
    page.locator("main form button").first.click()
    for step in ("pelapor", "pekerja", "kejadian", "cerita"):
        window.open("intake", f"/lapor/{step}")
        assert_accessible(page)
        page.locator("main form.card button").click()
        expect(page.locator("[role=alert]")).to_be_visible()
        assert_accessible(page)
    window.open("intake", "/lapor/foto")
    assert_accessible(page)
    window.open("intake", "/lapor")
    page.locator("form[action='/lapor/hapus'] button").click()
    page.locator("form:has([name=kind]) button").click()
    page.wait_for_url("**/lapor/pelapor")
    for step in ("penyakit", "masa-kerja"):
        window.open("intake", f"/lapor/{step}")
        page.locator("main form.card button").click()
        expect(page.locator("[role=alert]")).to_be_visible()
        assert_accessible(page)
        assert_fits(page)
        shot(page, f"lapor-{step}-{language}")
    fill_disease(page, window)
    expect(page.locator("main")).to_contain_text("Silikosis")
    assert_accessible(page)
    assert_fits(page)
    shot(page, f"lapor-periksa-penyakit-{language}")
    assert max(weights) < _WEIGHT_MAX
    window.complaints.clear()  # the browser itself tells of the 422s
