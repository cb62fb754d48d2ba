"""One claim: what is seen of it, and what a verifier does about it."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from services.partners.domain.partners import ClientKind
from tests.browser.conftest import OpenWindow, assert_accessible, claim_page
from tests.browser.doubtful import contradicted_claim
from tests.browser.telling import reported, told, visited
from tests.support.agency_events import ACCIDENT_AT, accident_report, medical_report, random_nik
from tests.support.claim_story import Story
from tests.support.served_hub import ServedHub

STAGE_2 = {"outcome": "recovered", "examined_on": "2026-11-20", "absence_periods": [], "costs": []}
STATEMENT = {"outcome": "recovered", "examined_on": "2026-11-20"}


def complete_claim(hub: ServedHub) -> str:
    nik = random_nik()
    report = accident_report(nik, documents=("KPJ", "ID"), stage_2=STAGE_2)
    return told(hub, nik, report, medical_report(nik, statement=STATEMENT), state="READY_FOR_REVIEW")


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_claim_with_everything_on_it_is_accessible(open_window: OpenWindow, hub: ServedHub, language: str) -> None:
    page = claim_page(open_window(language), "verifier", "Dewi Lestari", contradicted_claim(hub))
    expect(page.locator(".contradiction")).to_be_visible()
    for summary in page.locator("main summary").all():
        summary.click()
    assert_accessible(page)


def test_who_it_is_is_hidden_until_asked_for_and_the_asking_is_recorded(
    open_window: OpenWindow, hub: ServedHub
) -> None:
    case_number, nik = reported(hub, name="Siti Aminah Rahayu")
    page = claim_page(open_window(), "auditor", "Rini", case_number)
    assert nik not in page.content()
    assert "Aminah" not in page.locator(".who-grid").inner_text()
    page.get_by_role("button", name="Tampilkan identitas").click()
    expect(page.locator(".who-grid")).to_contain_text("Siti Aminah Rahayu")
    expect(page.locator(".who-grid")).to_contain_text(nik)
    entries = hub.apis["verification"].http.get(
        f"/v1/audit?object_id={case_number}&action=claim.reveal-identity", headers=hub.bearer(ClientKind.AUDITOR)
    )
    assert [entry["officer"] for entry in entries.json()["items"]] == ["local:rini"]


def test_a_verifier_asks_for_completion(open_window: OpenWindow, hub: ServedHub) -> None:
    case_number, _ = reported(hub)
    page = claim_page(open_window(), "verifier", "Dewi Lestari", case_number)
    page.get_by_label("Meminta kelengkapan").check()
    page.locator("#reason").fill("Mohon lengkapi KTP.")
    page.get_by_role("button", name="Putuskan").click()
    expect(page.get_by_role("status").filter(has_text="Selesai")).to_be_visible()
    latest = page.locator(".timeline li").first
    expect(latest).to_contain_text("Kelengkapan diminta")
    expect(latest).to_contain_text("Dewi Lestari")
    expect(latest).to_contain_text("Mohon lengkapi KTP.")
    letter = page.locator("#letters").get_by_role("link", name="PDF Permintaan kelengkapan")
    answer = page.request.get(f"{page.url.partition('/console')[0]}{letter.get_attribute('href')}")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.body().startswith(b"%PDF-")


def test_a_verifier_resolves_a_contradiction(open_window: OpenWindow, hub: ServedHub) -> None:
    page = claim_page(open_window(), "verifier", "Dewi Lestari", contradicted_claim(hub))
    row = page.locator(".contradiction.open").first
    expect(row.locator("td.said")).to_have_count(2)
    settle = page.locator(".settle").first
    settle.locator("select").select_option(index=1)
    settle.get_by_label("Alasan").fill("Rekam medis benar.")
    settle.get_by_role("button", name="Selesaikan").click()
    expect(page.locator(".contradiction.open")).to_have_count(0)
    expect(page.locator(".contradiction td.kept")).to_have_count(1)


def test_a_verifier_joins_two_claims_and_splits_them_again(open_window: OpenWindow, hub: ServedHub) -> None:
    nik = random_nik()
    older = told(hub, nik, accident_report(nik))
    other_nik = random_nik()
    younger = told(hub, other_nik, medical_report(other_nik, seen_at=ACCIDENT_AT + timedelta(hours=3), name="Rina"))
    page = claim_page(open_window(), "verifier", "Dewi Lestari", older)
    page.get_by_text("Gabung atau pisah").click()
    page.get_by_label("Kecelakaan yang sama dengan").fill(younger)
    page.get_by_role("button", name="Gabungkan").click()
    expect(page.locator(".compare thead th")).to_have_count(2)
    page.locator(".compare thead th").filter(has_text="Laporan medis").get_by_role("checkbox").check()
    page.get_by_text("Gabung atau pisah").click()
    page.get_by_role("button", name="Pisahkan yang ditandai").click()
    expect(page.locator(".compare thead th")).to_have_count(1)


def test_a_form_of_one_field_that_was_refused_keeps_what_was_typed(open_window: OpenWindow, hub: ServedHub) -> None:
    nik, late = random_nik(), ACCIDENT_AT + timedelta(hours=60)
    reports = [accident_report(nik, received_at=late, first_alert_at=ACCIDENT_AT + timedelta(hours=2)) for _ in "12"]
    case_number = told(hub, nik, *reports, medical_report(nik, body_parts=(("hand", "left"),)))
    hub.quiet()
    window = open_window()
    page = claim_page(window, "verifier", "Dewi Lestari", case_number)
    settle = page.locator(".settle form").first
    settle.locator("select").select_option(index=1)
    kept = settle.locator("select").input_value()
    for form in (
        settle,
        page.locator(".flag.open form").first,
        page.locator("form[action$='/first-alert']"),
        page.locator("form[action$='/notes']"),
    ):
        field = form.locator("input[name=reason], textarea")
        # What the browser would not let somebody type, the server refuses.
        field.evaluate("field => field.removeAttribute('maxlength')")
        field.fill("x" * 4_001)
        form.get_by_role("button").click()
        expect(page.get_by_role("alert")).to_be_visible()
        expect(field).to_have_value("x" * 4_001)
        others = page.locator(".settle form input[name=reason], .side form.row input[name=reason], #note")
        assert sum(bool(value) for value in others.evaluate_all("fields => fields.map(field => field.value)")) == 1
        if form is settle:
            expect(settle.locator("select")).to_have_value(kept)

    page.get_by_text("Gabung atau pisah").click()
    page.get_by_label("Kecelakaan yang sama dengan").fill("JKK-2026-0000")
    page.get_by_role("button", name="Gabungkan").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Kecelakaan yang sama dengan")).to_have_value("JKK-2026-0000")
    ticks = page.locator(".compare thead").get_by_role("checkbox")
    for tick in ticks.all():
        tick.check()
    page.get_by_role("button", name="Pisahkan yang ditandai").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator(".compare thead").get_by_role("checkbox", checked=True)).to_have_count(3)
    window.complaints.clear()  # the browser itself tells of what was refused


def test_an_amount_above_the_limit_needs_a_second_person(open_window: OpenWindow, hub: ServedHub) -> None:
    case_number = complete_claim(hub)
    dewi, ratna = open_window(), open_window()
    page = claim_page(dewi, "verifier", "Dewi Lestari", case_number)
    _approve(page, "Rp 150.000.000")
    expect(page.locator(".claim-head")).to_contain_text("persetujuan kedua")
    _approve(page, None)
    expect(page.get_by_role("alert")).to_contain_text("Persetujuan harus dikukuhkan orang kedua.")
    dewi.complaints.clear()  # the browser itself tells of the 409
    page = claim_page(ratna, "supervisor", "Ratna", case_number)
    expect(page.locator("#decide")).to_contain_text("Dewi Lestari menyetujui")
    _approve(page, None)
    expect(page.locator(".claim-head")).to_contain_text("Manfaat disetujui")


def _approve(page: Page, amount: str | None) -> None:
    page.locator("input[value=approve_benefit]").check()
    if amount is not None:
        page.locator("#amount").fill(amount)
    page.get_by_role("button", name="Putuskan").click()


def test_whoever_decides_on_what_has_changed_meanwhile_is_told_and_loses_nothing(
    open_window: OpenWindow, hub: ServedHub
) -> None:
    case_number, _ = reported(hub)
    window = open_window()
    page = claim_page(window, "verifier", "Dewi Lestari", case_number)
    other = claim_page(open_window(), "verifier", "Budi", case_number)
    other.locator("input[value=request_completion]").check()
    other.get_by_role("button", name="Putuskan").click()
    expect(other.get_by_role("status").filter(has_text="Selesai")).to_be_visible()
    expect(page.locator("#claim-changed")).to_contain_text("berubah", timeout=10_000)
    page.locator("input[value=reject]").check()
    page.locator("#reason").fill("Bukan kecelakaan kerja.")
    page.get_by_role("button", name="Putuskan").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#reason")).to_have_value("Bukan kecelakaan kerja.")
    window.complaints.clear()  # the browser itself tells of the 412


def test_a_flag_is_dismissed_and_a_note_written(open_window: OpenWindow, hub: ServedHub) -> None:
    nik = random_nik()
    visited(hub, nik)
    case_number = told(hub, nik)
    page = claim_page(open_window(), "verifier", "Dewi Lestari", case_number)
    flag = page.locator(".flag.open").first
    flag.get_by_label("Alasan").fill("Sudah ditanyakan.")
    flag.get_by_role("button", name="Kesampingkan").click()
    expect(page.locator(".flag").filter(has_text="Sudah ditanyakan.")).to_be_visible()
    page.locator("#note").fill("<b>Keluarga</b> dihubungi.")
    page.get_by_role("button", name="Catat", exact=True).click()
    expect(page.locator(".note")).to_contain_text("<b>Keluarga</b> dihubungi.")


def test_an_auditor_decides_nothing(open_window: OpenWindow, hub: ServedHub) -> None:
    case_number, _ = reported(hub)
    page = claim_page(open_window(), "auditor", "Rini", case_number)
    expect(page.locator("h1")).to_contain_text(case_number)
    assert page.locator("main form").count() == 1  # asking who it is


def test_a_document_is_shown_in_place_and_only_that_of_this_claim(open_window: OpenWindow, hub: ServedHub) -> None:
    story = Story(hub)
    story._report()
    path = f"/v1/accident-reports/{story.report_id}/documents/CHRON"
    picture = Path(__file__).with_name("picture.png").read_bytes()
    story.send("intake", ClientKind.EMPLOYER, "PUT", path, picture, **{"Content-Type": "image/png"})
    hub.quiet()
    page = claim_page(open_window(), "verifier", "Dewi Lestari", story.case_number)
    given = f"{hub.apis['intake'].url}/receipt/R"
    for place in ("#papers a.mono", "#evidence thead a.mono"):
        assert (page.locator(place).first.get_attribute("href") or "").startswith(given)
    page.locator("#papers a[target=paper]").click()
    shown = page.frame_locator("iframe[name=paper]").locator("img")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.naturalWidth") == 1
    assert_accessible(page)
    other, _ = reported(hub)
    elsewhere = page.request.get(
        f"{hub.apis['verification'].url}/console/claims/{other}/papers/{story.report_id}/CHRON/1"
    )
    assert elsewhere.status == 404
