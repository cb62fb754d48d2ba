"""Everything on the console's pages is reached and done with the keyboard alone."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Window
from tests.browser.telling import reported
from tests.browser.test_basket import doubtful_pair
from tests.browser.test_claim import contradicted_claim
from tests.browser.test_partner_webhooks import subscribed_office
from tests.support.served_hub import ServedHub

OpenWindow = Callable[..., Window]
_PRESSES_MAX = 600
# What a keyboard should come to: all that can be operated and is shown. Of radio buttons one for each group.
_MARK = """() => {
  document.querySelectorAll("main details").forEach((each) => { each.open = true; });
  const wanted = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  window.reached = {};
  const name = (element) => element.type === "radio"
    ? `radio ${element.name} in ${element.form?.getAttribute("action")}`
    : element.dataset.stop;
  let count = 0;
  const all = [...document.querySelectorAll(wanted)].filter((one) => one.checkVisibility() && !one.disabled);
  for (const element of all) element.dataset.stop = `${count++} ${element.outerHTML.slice(0, 160)}`;
  document.addEventListener("focusin", (event) => {
    const style = getComputedStyle(event.target);
    const box = event.target.getBoundingClientRect();
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    window.reached[name(event.target)] = outlined && box.width > 0;
  });
  return [...new Set(all.map(name))];
}"""
_HERE = "() => document.activeElement === document.body ? null : document.activeElement.dataset.stop ?? 'another'"


def walk(page: Page) -> None:
    """Tab from the top to the end: every stop is reached, is seen to be reached, and lets go again."""
    wanted: list[str] = page.evaluate(_MARK)
    # Nothing opens above a page; what does has to close with Escape and give the focus back, and be walked here.
    assert page.locator("dialog, [role=dialog], [popover]").count() == 0
    first: str | None = None
    for _ in range(_PRESSES_MAX):
        page.keyboard.press("Tab")
        here = page.evaluate(_HERE)
        if here is None or here == first:
            break
        first = first or here
    else:
        pytest.fail(f"the keyboard does not come to the end of {page.url}; it is at {here}")
    reached: dict[str, Any] = page.evaluate("() => window.reached")
    assert not [stop for stop in wanted if stop not in reached], page.url
    assert not [stop for stop, is_seen in reached.items() if not is_seen], page.url


def tab_to(page: Page, selector: str, *, back: bool = False) -> None:
    """Press Tab until what `selector` names has the focus."""
    for _ in range(_PRESSES_MAX):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    pytest.fail(f"{selector} is not reached")


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
