"""A letter from the decision that issues it to the worker who reads it and to anybody who checks it."""

from typing import Any

import httpx
from playwright.sync_api import expect

from services.partners.domain.partners import ClientKind
from shared.identifiers import new_tracking_code
from shared.sealing import load_secrets
from tests.browser.conftest import OpenWindow, assert_accessible
from tests.browser.keyboard import walk
from tests.browser.looking import assert_fits, shot
from tests.browser.telephone import ask, telephone
from tests.browser.telling import told
from tests.support.agency_events import accident_report, medical_report, random_nik
from tests.support.served_hub import ServedHub

_WEIGHT_MAX = 50_000
STAGE_2 = {"outcome": "recovered", "examined_on": "2026-11-20", "absence_periods": [], "costs": []}


def decide(hub: ServedHub, number: str, decision: str, **body: Any) -> httpx.Response:
    api, headers = hub.apis["verification"], hub.once(ClientKind.BPJS_VERIFIER)
    claim = api.http.get(f"/v1/claims/{number}", headers=headers).json()
    match = {**headers, "If-Match": f'"{claim["decision_version"]}"'}
    return api.http.post(
        f"/v1/claims/{number}/decisions", json={"decision": decision, **body}, headers=match
    ).raise_for_status()


def approved(hub: ServedHub, code: str) -> str:
    """The number of a claim whose benefit was approved, and which the worker follows with this code."""
    nik, secrets = random_nik(), load_secrets(hub.apis["verification"].service.settings.secrets_dir, {})
    report = accident_report(
        nik,
        documents=("KPJ", "ID"),
        stage_2=STAGE_2,
        birth_date="1990-03-12",
        tracking_code_hash=secrets.blind_index.of("tracking-code", code),
        name="Siti Aminah Rahayu Kusumaningtyas Wulandari",
    )
    visit = medical_report(nik, statement={"outcome": "recovered", "examined_on": "2026-11-20"})
    number = told(hub, nik, report, visit, state="READY_FOR_REVIEW")
    decide(hub, number, "approve_benefit", amount_rupiah=1_000_000, reason="Lengkap.")
    return number


def test_a_letter_is_read_checked_and_opened_by_the_worker(open_window: OpenWindow, hub: ServedHub) -> None:
    code = new_tracking_code()
    number = approved(hub, code)
    for language, width in (("id", 1360), ("en", 320)):
        window = open_window(language, width=width)
        window.sign_in("verifier", "Dewi Lestari")
        page = window.open("verification", f"/console/claims/{number}")
        page.locator("#letters li a").first.click()
        expect(page.locator(".letter-paper h2").first).to_have_text("Pemberitahuan manfaat Jaminan Kecelakaan Kerja")
        assert_accessible(page)
        shot(page, f"letter-{language}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.locator(".letter-page aside li a", has_text="PT Contoh Baja").click()
        expect(page.locator(".letter-paper")).to_contain_text("hanya disampaikan kepada yang dituju")
        expect(page.locator(".letter-paper table")).to_have_count(0)
    page = window.open("verification", f"/console/claims/{number}/letters/benefit?lang=en")
    expect(page.locator(".letter-paper")).to_contain_text("Notice of work accident insurance benefits")
    walk(page)
    page.emulate_media(media="print")
    expect(page.locator(".letter-page > aside")).to_be_hidden()
    expect(page.locator("h1")).to_be_hidden()
    shot(page, "letter-printed")
    page.emulate_media(media="screen")

    pdf = page.request.get(f"{hub.apis['verification'].url}/console/claims/{number}/letters/benefit.pdf").body()
    anybody = telephone(open_window)
    page = anybody.open("verification", page.locator(".letter-page dd a").get_attribute("href") or "")
    expect(page.locator("h1")).to_have_text("Surat ini asli")
    for content, answer in ((pdf, "status"), (pdf + b"x", "alert")):
        page.locator("#file").set_input_files({"name": "s.pdf", "mimeType": "application/pdf", "buffer": content})
        page.locator("form button").click()
        expect(page.locator(f"[role={answer}]")).to_be_visible()
    shot(page, "letter-checked")

    window = open_window()
    window.sign_in("verifier", "Dewi Lestari")
    page = window.open("verification", f"/console/claims/{number}/letters/conclusion")
    page.get_by_text("Terbitkan lagi").first.click()
    page.get_by_label("Alasan").fill("Nama diperbaiki.")
    page.get_by_role("button", name="Terbitkan lagi").click()
    expect(page.locator(".note")).to_contain_text("Nama diperbaiki.")
    expect(page.locator("#letters li")).to_have_count(3)
    page.locator("#letters li", has_text="diganti").locator("a").first.click()
    expect(page.locator("h1 .chip")).to_have_text("diganti")
    shot(page, "letter-replaced")

    worker = telephone(open_window)
    weights: list[int] = []
    worker.page.on("response", lambda response: weights.append(int(response.header_value("content-length") or 0)))
    page = worker.open("verification", "/status")
    ask(page, code)
    expect(page.locator("#letters li")).to_have_count(3)
    assert_fits(page)
    shot(page, "status-letters")
    page.locator("#letters a", has_text="Pemberitahuan manfaat").first.click()
    expect(page.locator(".letter-paper")).to_contain_text("Siti Aminah Rahayu")
    assert_fits(page)
    shot(page, "status-letter")
    assert 0 < sum(weights) < _WEIGHT_MAX
    saved = page.request.get(f"{page.url}.pdf")
    assert (saved.status, saved.body()) == (200, pdf), "the same letter, byte for byte"


def test_the_workers_letter_is_accessible_in_both_languages(open_window: OpenWindow, hub: ServedHub) -> None:
    code = new_tracking_code()
    approved(hub, code)
    for language in ("id", "en"):
        page = open_window(language, width=320, height=640).open("verification", "/status")
        ask(page, code)
        assert_accessible(page)
        page.locator("#letters a").first.click()
        expect(page.locator(".letter-paper")).to_be_visible()
        assert_accessible(page)
