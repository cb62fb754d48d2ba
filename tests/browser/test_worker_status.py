"""The worker's page on a small telephone without scripts: from code and birth date to the claim and a complaint."""

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from services.partners.domain.partners import ClientKind
from services.verification.settings import VerificationSettings
from shared.identifiers import new_tracking_code
from shared.sealing import load_secrets
from tests.browser.conftest import OpenWindow, assert_accessible
from tests.browser.looking import assert_fits, shot
from tests.browser.telephone import ask, telephone
from tests.browser.telling import told as tell
from tests.browser.telling import visited
from tests.support.agency_events import accident_report as told_of_accident
from tests.support.agency_events import medical_report, random_nik
from tests.support.claim_story import accident_report
from tests.support.served_hub import ServedHub
from tests.support.until import until

_WEIGHT_MAX = 50_000


@pytest.fixture(scope="module")
def told(hub: ServedHub) -> dict[str, Any]:
    """A report of an employer, with its tracking code, once the claim is there."""
    report = accident_report(random_nik(), birth_date="1990-03-12")
    answer = hub.apis["intake"].http.post("/v1/accident-reports", json=report, headers=hub.once(ClientKind.EMPLOYER))
    assert answer.status_code == 201, answer.text
    hub.quiet()
    body: dict[str, Any] = answer.json()
    return body


def test_a_worker_brought_to_a_hospital_opens_the_claim_with_the_code_from_the_message(
    open_window: OpenWindow, hub: ServedHub
) -> None:
    visited(hub, random_nik(), phone="0813-4444-5555")
    settings = hub.apis["verification"].service.settings
    assert isinstance(settings, VerificationSettings)
    assert settings.message_folder is not None
    folder = settings.message_folder

    def code_told() -> str | None:
        told = [json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")]
        texts = [each["text"] for each in told if each["to"] == "+6281344445555"]
        return texts[0].partition("Kode pelacakan Anda: ")[2][:14] if texts else None

    code = until(code_told)
    window = telephone(open_window)
    page = window.open("verification", "/status")
    ask(page, code)
    expect(page.locator("h1")).to_have_text("Laporan sudah kami terima")
    expect(page.get_by_role("button", name="Hentikan pesan")).to_be_visible()
    hub.quiet()


def test_a_worker_opens_the_claim_complains_and_closes_it(open_window: OpenWindow, told: dict[str, Any]) -> None:
    window = telephone(open_window)
    page = window.open("verification", "/status")
    shot(page, "status-ask")
    assert_fits(page)
    code = told["tracking_code"]
    ask(page, f"{code[:4]}-{code[4:8]}-{code[8:]}".lower())
    expect(page.locator("h1")).to_have_text("Kecelakaan sudah dilaporkan")
    expect(page.locator("[aria-current=step]")).to_have_text("Lengkapi surat")
    expect(page.locator("main")).to_contain_text("Hak Anda")
    expect(page.locator("main")).not_to_contain_text("Siti")
    assert_fits(page)
    shot(page, "status-claim")

    page.locator("summary", has_text="Tulis pengaduan").click()
    page.locator("#text").fill("Belum ada kabar.")
    page.get_by_role("button", name="Kirim").click()
    expect(page.locator("[role=status]")).to_contain_text("Tulisan Anda sudah kami terima.")
    kept = page.locator("[role=status] a").inner_text()
    expect(page.locator("main")).to_contain_text("Akan dijawab paling lambat")
    page.locator("summary", has_text="Yang sudah kami terima").click()
    expect(page.locator("li", has_text="Pengaduan atau masukan").locator("a")).to_have_text(kept)
    sent = page.locator("li", has_text="Laporan Tahap I").locator("a")
    expect(sent).to_have_text(told["receipt"]["code"])
    expect(sent).to_have_attribute("href", told["receipt"]["url"])
    assert_fits(page)
    page.locator("summary", has_text="Siapa yang melihat data Anda?").click()
    expect(page.locator("main")).to_contain_text("Perusahaan: PT Contoh Baja")
    shot(page, "status-complained")
    page.reload()
    expect(page.locator("li", has_text="Akan dijawab")).to_have_count(1)

    page.get_by_role("button", name="Tutup klaim").click()
    expect(page.locator("h1")).to_have_text("Sampai di mana klaim saya?")
    window.open("verification", "/status/claim")
    expect(page.locator("h1")).to_have_text("Sampai di mana klaim saya?")


def test_what_does_not_fit_is_said_in_words_and_tells_nothing(open_window: OpenWindow, told: dict[str, Any]) -> None:
    window = telephone(open_window)
    page = window.open("verification", "/status")
    texts = []
    for code, day in ((told["tracking_code"], "13"), ("7K3M9Q2XTA5B", "12")):
        ask(page, code, day)
        texts.append(page.locator("[role=alert]").inner_text())
        expect(page.locator("#tracking_code")).to_have_value(code)
    assert texts[0] == texts[1]
    assert "Periksa lagi keduanya" in texts[0]
    shot(page, "status-wrong")
    ask(page, told["tracking_code"], "31", "2")
    expect(page.locator("[role=alert]")).to_contain_text("12 Maret 1990")
    window.complaints.clear()  # the browser itself tells of 404 and 422


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_pages_are_accessible_and_light(open_window: OpenWindow, told: dict[str, Any], language: str) -> None:
    window = open_window(language, width=320, height=640)
    weights: list[int] = []
    window.page.on("response", lambda response: weights.append(int(response.header_value("content-length") or 0)))
    page = window.open("verification", "/status")
    assert_accessible(page)
    ask(page, told["tracking_code"])
    expect(page.locator(".steps")).to_be_visible()
    for summary in page.locator("summary").all():
        summary.click()
    assert_accessible(page)
    shot(page, f"status-claim-{language}")
    assert 0 < sum(weights) < _WEIGHT_MAX
    assert len(weights) <= 9, "both pages together"


def test_an_answer_to_what_was_asked_gives_the_turn_back(open_window: OpenWindow, hub: ServedHub) -> None:
    api, nik, code = hub.apis["verification"], random_nik(), new_tracking_code()
    secrets = load_secrets(api.service.settings.secrets_dir, {})
    stage_2 = {"outcome": "recovered", "examined_on": "2026-11-20", "absence_periods": [], "costs": []}
    report = told_of_accident(
        nik,
        segment="BPU",
        documents=("KPJ", "ID"),
        stage_2=stage_2,
        birth_date="1990-03-12",
        tracking_code_hash=secrets.blind_index.of("tracking-code", code),
    )
    visit = medical_report(nik, statement={"outcome": "recovered", "examined_on": "2026-11-20"})
    number = tell(hub, nik, report, visit, state="READY_FOR_REVIEW")
    headers = hub.once(ClientKind.BPJS_VERIFIER)
    claim = api.http.get(f"/v1/claims/{number}", headers=headers).json()
    asked = {"decision": "request_completion", "reason": "Apakah sudah bekerja lagi?"}
    match = {**headers, "If-Match": f'"{claim["decision_version"]}"'}
    api.http.post(f"/v1/claims/{number}/decisions", json=asked, headers=match).raise_for_status()

    page = telephone(open_window).open("verification", "/status")
    ask(page, code)
    assert_fits(page)
    shot(page, "status-asked")
    page.locator("#answer").fill("Sudah bekerja lagi sejak Senin.")
    page.locator("form[action='/status/answer'] button").click()
    expect(page.locator("[role=status]")).to_contain_text("Tulisan Anda sudah kami terima.")
    expect(page.locator("#answer")).to_have_count(0)
    claim = api.http.get(f"/v1/claims/{number}", headers=headers).json()
    assert (claim["waiting_on"], claim["waiting_reason"]) == ("bpjs", "review")
    assert claim["timeline"][-1]["who"] == "worker:self"
    assert claim["timeline"][-1]["what"] == "completion.answered"

    console = open_window()
    console.sign_in("verifier", "Dewi Lestari")
    shown = console.open("verification", f"/console/claims/{number}")
    expect(shown.locator(".timeline li").first).to_contain_text("Sudah bekerja lagi sejak Senin.")
