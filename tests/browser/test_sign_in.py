"""Coming in and going out."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow, assert_accessible, sign_in_path
from tests.support.served_hub import ServedHub


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_door_to_the_console_is_accessible(open_window: OpenWindow, language: str) -> None:
    page = open_window(language).open("verification", "/console")
    expect(page.locator("h1")).to_have_text({"id": "Konsol verifikator", "en": "Console for verifiers"}[language])
    assert_accessible(page)


def test_a_link_signs_in_once_and_leads_to_the_queue(open_window: OpenWindow, hub: ServedHub) -> None:
    path = sign_in_path(hub, "verifier", "Dewi Lestari")
    page = open_window().open("verification", path)
    expect(page.locator("h1")).to_have_text("Antrean")
    expect(page.locator(".who")).to_contain_text("Dewi Lestari (verifikator)")
    assert_accessible(page)
    other = open_window()
    other.open("verification", path)
    expect(other.page.locator("h1")).to_have_text("Halaman ini tidak ada")
    other.complaints.clear()  # the browser itself tells of the 404


def test_whoever_signs_out_is_out(open_window: OpenWindow) -> None:
    window = open_window()
    page = window.sign_in("verifier", "Dewi Lestari")
    page.get_by_role("button", name="Keluar").click()
    expect(page.locator("h1")).to_have_text("Konsol verifikator")
    window.open("verification", "/console")
    expect(page.locator("h1")).to_have_text("Konsol verifikator")


def test_the_language_stays_chosen(open_window: OpenWindow) -> None:
    page = open_window().sign_in("auditor", "Budi")
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_have_text("Queue")
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "en")
