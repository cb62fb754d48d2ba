"""What test clients send, as people at the console and the worker's page see it."""

import json

from playwright.sync_api import expect

from services.partners.domain.partners import ClientKind
from shared.identifiers import trial_organisation
from tests.browser.conftest import OpenWindow, assert_accessible
from tests.browser.looking import shot
from tests.browser.telephone import ask
from tests.browser.telling import reported
from tests.support.agency_events import random_nik
from tests.support.claim_story import accident_report
from tests.support.served_hub import ORGS, ServedHub
from tests.support.until import until


def tried(hub: ServedHub) -> tuple[str, str, str]:
    """The number of a test claim, its tracking code and the receipt of its report."""
    headers = hub.once(ClientKind.EMPLOYER, trial_organisation(ORGS[ClientKind.EMPLOYER]))
    http = hub.apis["intake"].http
    made = http.post("/v1/accident-reports", json=accident_report(random_nik()), headers=headers).json()
    path = f"/v1/accident-reports/{made['report_id']}"
    number: str = until(lambda: http.get(path, headers=headers).json()["case_number"])
    hub.quiet()
    return number, made["tracking_code"], made["receipt"]["code"]


def test_a_test_claim_is_badged_filtered_and_not_exported(open_window: OpenWindow, hub: ServedHub) -> None:
    real, _ = reported(hub)
    test, code, receipt = tried(hub)
    page = open_window().sign_in("verifier", "Dewi Lestari")
    expect(page.locator(f"#c-{test}")).to_contain_text("UJI COBA")
    expect(page.locator(f"#c-{real}")).not_to_contain_text("UJI COBA")
    page.locator(".narrow-by summary").click()
    export = page.locator(".narrow-by a[download]")
    exported = page.request.get(hub.apis["verification"].url + str(export.get_attribute("href"))).text()
    assert (real in exported, test in exported) == (True, False)
    page.locator("#f-test").select_option("only")
    page.get_by_role("button", name="Tampilkan").click()
    expect(page.locator(f"#c-{test}")).to_be_visible()
    expect(page.locator(f"#c-{real}")).to_have_count(0)
    shot(page, "test-queue")
    exported = page.request.get(hub.apis["verification"].url + str(export.get_attribute("href"))).text()
    assert (real in exported, test in exported) == (False, True)
    assert_accessible(page)
    page.locator(f"#c-{test} a.case").click()
    expect(page.get_by_text("Ini klaim uji coba")).to_be_visible()
    expect(page.get_by_role("button", name="Catat pembayaran")).to_have_count(0)
    assert_accessible(page)
    shot(page, "test-claim")

    page = open_window(width=320, height=700, java_script_enabled=False).open("verification", "/status")
    ask(page, code)
    expect(page.get_by_text("Ini hanya uji coba.")).to_be_visible()
    shot(page, "test-status")
    page = open_window(width=320, height=700).open("intake", f"/receipt/{receipt}")
    expect(page.locator("h1")).to_have_text("Tanda terima uji coba")
    expect(page.get_by_text("Dikirim oleh klien uji coba")).to_be_visible()
    assert_accessible(page)
    shot(page, "test-receipt")


def test_a_test_client_is_registered_and_says_so(open_window: OpenWindow, hub: ServedHub) -> None:
    page = open_window("en").sign_in("operator", "Rudi Hartono")
    page.goto(hub.apis["verification"].url + "/console/partners")
    page.get_by_label("Kind").select_option("hospital")
    page.get_by_label("Its number").fill("100000778")
    page.get_by_label("Name", exact=True).fill("RS Mencoba")
    page.get_by_label("Test client").check()
    page.get_by_role("button", name="Register", exact=True).click()
    credentials = json.loads(page.get_by_label("Credentials of").input_value())
    assert (credentials["org"], credentials["test"]) == ("hospital:100000778~test", True)
    row = page.get_by_role("row").filter(has_text=credentials["client_id"])
    expect(row).to_contain_text("TEST")
    assert_accessible(page)
    shot(page, "test-partners")
    row.get_by_role("link", name="RS Mencoba").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("RS Mencoba")
    expect(page.locator(".chip.test").first).to_be_visible()
