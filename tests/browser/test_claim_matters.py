"""What goes along with a claim, at its page: objections, complaints, return to work, payments, who follows it."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from services.partners.domain.partners import ClientKind
from tests.browser.conftest import OpenWindow, assert_accessible, claim_page
from tests.browser.looking import shot
from tests.browser.telephone import ask, telephone
from tests.browser.telling import reported, told
from tests.support.agency_events import accident_report, medical_report, random_nik
from tests.support.served_hub import ServedHub


def disabled_worker(hub: ServedHub) -> str:
    """A claim of a worker whose doctor calls for a return to work."""
    nik = random_nik()
    statement = {"outcome": "partial_functional", "examined_on": "2026-11-20", "work_capacity": "light"}
    return told(hub, nik, accident_report(nik, birth_date="1990-03-12"), medical_report(nik, statement=statement))


def post(hub: ServedHub, case_number: str, path: str, **body: object) -> httpx.Response:
    api, headers = hub.apis["verification"], hub.once(ClientKind.BPJS_VERIFIER)
    return api.http.post(f"/v1/claims/{case_number}/{path}", json=body, headers=headers).raise_for_status()


def reject(hub: ServedHub, case_number: str) -> None:
    api, headers = hub.apis["verification"], hub.once(ClientKind.BPJS_VERIFIER)
    claim = api.http.get(f"/v1/claims/{case_number}", headers=headers).json()
    body = {"decision": "reject", "reason": "Di luar hubungan kerja.", "officer": {"id": "V-1"}}
    match = {**headers, "If-Match": f'"{claim["decision_version"]}"'}
    api.http.post(f"/v1/claims/{case_number}/decisions", json=body, headers=match).raise_for_status()


def is_done(page: Page) -> None:
    expect(page.get_by_role("status").filter(has_text="Selesai.")).to_be_visible()


def test_an_objection_and_a_complaint_are_recorded_and_answered(open_window: OpenWindow, hub: ServedHub) -> None:
    case_number, _ = reported(hub)
    reject(hub, case_number)
    page = claim_page(open_window(), "verifier", "Dewi Lestari", case_number)
    objections = page.locator("#objections")
    objections.get_by_text("Catat keberatan").first.click()
    page.locator("#object-why").fill("Saya ditugaskan ke gudang itu.")
    page.locator("#object-with").fill("Surat tugas\nFoto gudang")
    objections.get_by_role("button", name="Catat keberatan").click()
    is_done(page)
    expect(objections).to_contain_text("Dijawab paling lambat")
    expect(objections.locator("li")).to_have_count(2)
    objections.get_by_text("Jawab keberatan").click()
    objections.get_by_label("Tidak dikabulkan").check()
    objections.get_by_label("Alasan", exact=True).fill("Surat tugas tidak menyebut gudang.")
    objections.get_by_role("button", name="Catat jawaban").click()
    is_done(page)
    expect(objections).to_contain_text("Surat tugas tidak menyebut gudang.")

    complaints = page.locator("#complaints")
    complaints.get_by_text("Catat pengaduan atau masukan").click()
    page.locator("#complaint-text").fill("Tiga minggu tanpa kabar.")
    complaints.get_by_role("button", name="Catat", exact=True).click()
    is_done(page)
    item = complaints.locator("article")
    expect(item).to_contain_text("Belum dijawab")
    item.locator("summary").click()
    item.get_by_role("textbox").fill("Keputusan dikirim Jumat.")
    item.get_by_role("button", name="Kirim jawaban").click()
    is_done(page)
    expect(item).to_contain_text("Keputusan dikirim Jumat.")
    shot(page, "claim-matters")


def test_a_return_to_work_is_led_and_a_payment_written_down_once(open_window: OpenWindow, hub: ServedHub) -> None:
    page = claim_page(open_window(), "verifier", "Dewi Lestari", disabled_worker(hub))
    section = page.locator("#return-to-work")
    for step in ("employer_agreed", "worker_agreed", "started"):
        section.locator("summary").click()
        page.locator("#step").select_option(step)
        page.locator("#step-note").fill(f"Catatan {step}")
        section.get_by_role("button", name="Catat langkah").click()
        is_done(page)
    expect(section.locator("h2 .chip")).to_have_text("Berjalan")
    expect(section.locator("ol li")).to_have_count(3)

    page.locator("#payments summary").click()
    page.locator("#pay-benefit").select_option("STMB")
    page.locator("#pay-amount").fill("Rp 1.250.000")
    page.locator("#pay-reference").fill("BK-77")
    form = page.locator("#payments form")
    fields = form.evaluate("form => Object.fromEntries(new FormData(form))")
    form.get_by_role("button").click()
    is_done(page)
    expect(page.locator("#payments")).to_contain_text("1.250.000 · BK-77 · dicatat oleh dewi-lestari")
    # Its receipt is told at once, and stays beside the payment.
    told_code = page.get_by_role("status").filter(has_text="Selesai.").get_by_role("link").inner_text()
    shown = page.locator("#payments").get_by_role("link", name=told_code)
    expect(shown).to_be_visible()
    shot(page, "claim-payment-receipt")
    # The form that comes a second time, as after "back" or a broken line, does nothing more.
    version = page.locator("#claim-live").get_attribute("data-version")
    url = page.url.partition("?")[0]
    again = page.request.post(f"{url}/payments", form=fields)
    assert again.ok
    assert again.url.endswith(f"receipt={told_code}")
    page.goto(url)
    assert page.locator("#claim-live").get_attribute("data-version") == version
    shot(page, "claim-return")
    shown.click()
    expect(page.locator("h1")).to_have_text("Tanda terima ini asli")
    expect(page.locator("dl")).to_contain_text("Konfirmasi pembayaran manfaat")


def test_a_code_is_shown_once_opens_the_claim_and_a_companion_is_taken_away(
    open_window: OpenWindow, hub: ServedHub
) -> None:
    case_number = disabled_worker(hub)
    page = claim_page(open_window(), "verifier", "Dewi Lestari", case_number)
    access = page.locator("#access")
    expect(access).to_contain_text("belum mempunyai kode")
    access.get_by_text("Beri kode pelacakan").click()
    page.locator("#code-why").fill("Datang sendiri dengan KTP.")
    access.get_by_role("button", name="Buat kode baru").click()
    code = page.locator(".new-code .code").inner_text()
    shot(page, "claim-code")
    expect(page.locator(".note").first).to_contain_text("Datang sendiri dengan KTP.")
    page.goto(page.url.removesuffix("/tracking-code"))
    assert code not in page.content()

    worker = telephone(open_window).open("verification", "/status")
    ask(worker, code)
    worker.locator("summary", has_text="Izinkan").click()
    worker.locator("#name").fill("Budi Pendamping")
    worker.locator("input[name=relation][value=union]").check()
    worker.locator("input[name=agree]").check()
    worker.locator("form[action='/status/companions'] button").click()
    expect(worker.locator(".code")).to_be_visible()

    page.reload()
    expect(access).to_contain_text("Budi Pendamping")
    expect(access).to_contain_text("dengan persetujuan pekerja")
    access.locator(".companion input[name=reason]").fill("Pekerja menelepon dari nomornya.")
    access.locator(".companion").get_by_role("button").click()
    is_done(page)
    expect(access.locator(".companion")).to_contain_text("Pekerja menelepon dari nomornya.")


@pytest.mark.parametrize("language", ["id", "en"])
def test_what_goes_along_with_a_claim_is_accessible(open_window: OpenWindow, hub: ServedHub, language: str) -> None:
    case_number = disabled_worker(hub)
    reject(hub, case_number)
    post(hub, case_number, "objections", by="worker", reason="Tidak setuju.", documents=["Surat"])
    post(hub, case_number, "complaints", by="family", text="Lama.")
    page = claim_page(open_window(language), "verifier", "Ratna", case_number)
    for summary in page.locator("main summary").all():
        summary.click()
    assert_accessible(page)
    shot(page, f"claim-open-{language}")


def test_a_form_that_was_refused_keeps_what_was_typed_and_no_other_form_takes_it(
    open_window: OpenWindow, hub: ServedHub
) -> None:
    case_number, _ = reported(hub)
    reject(hub, case_number)
    window = open_window()
    page = claim_page(window, "verifier", "Dewi Lestari", case_number)
    objections = page.locator("#objections")
    objections.get_by_text("Catat keberatan").first.click()
    page.locator("#object-by").select_option("family")
    page.locator("#object-why").fill("Saya ditugaskan ke gudang itu.")
    papers = "\n".join(f"Surat {number}" for number in range(51))
    page.locator("#object-with").fill(papers)
    objections.get_by_role("button", name="Catat keberatan").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#object-by")).to_have_value("family")
    expect(page.locator("#object-why")).to_have_value("Saya ditugaskan ke gudang itu.")
    expect(page.locator("#object-with")).to_have_value(papers)
    expect(page.locator("#reason")).to_have_value("")
    window.complaints.clear()
