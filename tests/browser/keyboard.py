"""A page with the keyboard alone."""

from typing import Any

import pytest
from playwright.sync_api import Page

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
