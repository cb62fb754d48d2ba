"""A receipt is checked by somebody who only holds its code: genuine or not, the file or another, and nothing else."""

import orjson
import pytest
from playwright.sync_api import Page, expect

from services.partners.domain.partners import ClientKind
from tests.browser.conftest import OpenWindow, assert_accessible
from tests.browser.looking import shot
from tests.support.agency_events import random_nik
from tests.support.claim_story import accident_report, bundle
from tests.support.papers import PDF
from tests.support.served_hub import ServedHub


def received(hub: ServedHub) -> str:
    """The code of a paper's receipt."""
    intake = hub.apis["intake"].http
    sent = intake.post(
        "/v1/accident-reports", json=accident_report(random_nik()), headers=hub.once(ClientKind.EMPLOYER)
    )
    place = f"/v1/accident-reports/{sent.json()['report_id']}/documents/KPJ"
    code: str = intake.put(place, content=PDF, headers=hub.bearer(ClientKind.EMPLOYER)).json()["receipt"]["code"]
    return code


def of_visit(hub: ServedHub) -> tuple[str, bytes]:
    """The code of the receipt of a hospital's Bundle, which the worker is told of too, and the Bundle's bytes."""
    nik = random_nik()
    body = orjson.dumps(bundle(nik, "Siti Aminah", "S67.0"))
    headers = {**hub.bearer(ClientKind.HOSPITAL), "Content-Type": "application/fhir+json"}
    sent = hub.apis["hospital_gateway"].http.post("/fhir", content=body, headers=headers)
    url = sent.headers["link"].partition(">")[0].removeprefix("<")
    report = accident_report(nik, birth_date="1990-03-12")
    told = hub.apis["intake"].http.post("/v1/accident-reports", json=report, headers=hub.once(ClientKind.EMPLOYER))
    hub.quiet()
    asked = {"tracking_code": told.json()["tracking_code"], "birth_date": "1990-03-12"}
    received = hub.apis["verification"].http.post("/v1/status", json=asked).json()["received"]
    [shown] = [each["receipt"] for each in received if each["kind"] == "hospital_records"]
    assert shown["url"] == url
    return shown["code"], body


def look_up(page: Page, code: str) -> None:
    page.locator("#code").fill(code)
    page.locator("form button").click()


def compare(page: Page, content: bytes) -> None:
    page.locator("#file").set_input_files({"name": "k.pdf", "mimeType": "application/pdf", "buffer": content})
    page.locator("form button").click()


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_paper_s_receipt_is_checked_on_a_small_telephone_without_scripts(
    open_window: OpenWindow, hub: ServedHub, language: str
) -> None:
    code = received(hub)
    window = open_window(language, width=320, height=640, java_script_enabled=False)
    page = window.open("intake", "/receipt")
    look_up(page, code.lower().replace("-", " ")[:-1] + "U")
    expect(page.locator("[role=alert]")).to_be_visible()
    look_up(page, code.lower().replace("-", " "))
    expect(page.locator(".receipt-code")).to_have_text(code)
    expect(page.locator("h1")).to_have_text({"id": "Tanda terima ini asli", "en": "This receipt is genuine"}[language])
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    shot(page, f"receipt-{language}")
    for content, answer in ((PDF, "status"), (PDF + b"x", "alert")):
        compare(page, content)
        expect(page.locator(f"[role={answer}]")).to_be_visible()
    shot(page, f"receipt-compared-{language}")
    window.complaints.clear()  # the browser itself tells of the 404


def test_another_service_s_code_leads_to_the_page_where_it_is_checked(open_window: OpenWindow, hub: ServedHub) -> None:
    window = open_window(width=320, height=640, java_script_enabled=False)
    page = window.open("verification", "/receipt")
    code = received(hub)
    told = hub.apis["verification"].http.get(f"/receipt/{code}", headers={"Accept": "application/json"}).json()
    assert (told["code"], told["url"]) == ("receipt.elsewhere", f"{hub.apis['intake'].url}/receipt/{code}")
    look_up(page, code)
    expect(page.locator("[role=alert]")).to_contain_text("diawali huruf lain")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    shot(page, "receipt-elsewhere")
    page.locator("[role=alert] a").click()
    expect(page).to_have_url(f"{hub.apis['intake'].url}/receipt/{code}")
    expect(page.locator("h1")).to_have_text("Tanda terima ini asli")
    window.complaints.clear()  # the browser itself tells of the 404


def test_a_hospital_s_receipt_is_told_to_the_worker_and_accessible(open_window: OpenWindow, hub: ServedHub) -> None:
    code, sent = of_visit(hub)
    window = open_window("en", width=320, height=640)
    page = window.open("verification", "/receipt")
    assert_accessible(page)
    look_up(page, code)
    assert_accessible(page)
    page.locator("[role=alert] a").click()
    expect(page.locator(".receipt-code")).to_have_text(code)
    assert_accessible(page)
    shot(page, "receipt-hospital")
    for content, answer in ((sent, "status"), (sent + b" ", "alert")):
        compare(page, content)
        expect(page.locator(f"[role={answer}]")).to_be_visible()
    assert_accessible(page)
    window.complaints.clear()  # the browser itself tells of the 404
