"""Everything on the console's pages is reached and done with the keyboard alone."""

from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.browser.doubtful import contradicted_claim, doubtful_pair
from tests.browser.keyboard import tab_to, walk
from tests.browser.offices import subscribed_office
from tests.browser.telling import reported
from tests.support.served_hub import ServedHub


def test_every_stop_of_every_page_is_reached_and_seen(open_window: OpenWindow, hub: ServedHub) -> None:
    case_number = contradicted_claim(hub)
    doubtful_pair(hub)
    window = open_window()
    window.sign_in("verifier", "Dewi Lestari")
    for path in ("", f"/claims/{case_number}", "/unmatched", "/coordination"):
        walk(window.open("verification", f"/console{path}"))
    window = open_window()
    window.sign_in("operator", "Oki")
    office, _ = subscribed_office(hub, "http://127.0.0.1:9/hook")
    for path in ("/operations", "/partners", "/notices", f"/partners/{office}"):
        walk(window.open("verification", f"/console{path}"))


def test_a_claim_is_read_decided_and_noted_with_the_keyboard_alone(open_window: OpenWindow, hub: ServedHub) -> None:
    case_number, _ = reported(hub)
    page = open_window().sign_in("verifier", "Dewi Lestari")
    while page.evaluate("document.activeElement.textContent") != case_number:
        page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(case_number)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # past the navigation
    tab_to(page, "button[name=to]")
    page.keyboard.press("Enter")
    expect(page.locator(".claim-head")).to_contain_text("dewi-lestari")

    tab_to(page, "input[name=decision]")
    page.keyboard.press("Space")
    while not page.evaluate("document.activeElement.matches('[value=request_completion]:checked')"):
        page.keyboard.press("ArrowDown")
    tab_to(page, "#reason")
    page.keyboard.type("Mohon lengkapi KTP.")
    tab_to(page, "#decide button")
    page.keyboard.press("Enter")
    expect(page.locator(".timeline li").first).to_contain_text("Mohon lengkapi KTP.")

    tab_to(page, "#complaints summary")
    page.keyboard.press("Enter")
    tab_to(page, "#complaint-text")
    page.keyboard.type("Lama.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#complaints article")).to_contain_text("Lama.")
