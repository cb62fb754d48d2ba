"""What a screen of the console costs, and that nothing on it jumps."""

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.conftest import OpenWindow
from tests.browser.telling import reported, visited
from tests.support.served_hub import ServedHub

# Of a first look with nothing in the browser's cache; a later one asks for the page alone.
REQUESTS_MAX = 10
BYTES_MAX = 120_000
SHIFT_MAX = 0.01
_WATCH_SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({type: 'layout-shift', buffered: true});
"""


def _weigh(page: Page, url: str) -> tuple[int, int]:
    """How many answers a look at this page takes, and their bytes on the wire."""
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(url)
    expect(page.locator("h1")).to_be_visible()
    # The stream never ends, so it has no size.
    finite = [answer for answer in answers if "event-stream" not in (answer.headers.get("content-type") or "")]
    sizes = [answer.request.sizes() for answer in finite]
    return len(answers), sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)


@pytest.mark.parametrize("path", ["/console", "/console/claims/{case_number}", "/console/unmatched"])
def test_a_screen_stays_within_its_budget_and_nothing_jumps(open_window: OpenWindow, hub: ServedHub, path: str) -> None:
    case_number, nik = reported(hub)
    window = open_window()
    window.sign_in("verifier", "Dewi Lestari")
    fresh = window.page.context.new_page()
    fresh.add_init_script(_WATCH_SHIFTS)
    requests, size = _weigh(fresh, hub.apis["verification"].url + path.format(case_number=case_number))
    assert requests <= REQUESTS_MAX
    assert size <= BYTES_MAX
    visited(hub, nik)
    hub.quiet()
    fresh.wait_for_function("document.fonts.status === 'loaded'")
    assert fresh.evaluate("window.shifted") <= SHIFT_MAX


def test_assets_are_asked_for_once(open_window: OpenWindow) -> None:
    window = open_window()
    page = window.sign_in("verifier", "Dewi Lestari")
    page.goto(window.hub.apis["verification"].url + "/console/unmatched")
    fetched = page.evaluate(
        "performance.getEntriesByType('resource').filter((e) => e.name.includes('/assets/') && e.transferSize > 0)"
        ".map((e) => e.name)"
    )
    assert fetched == []


def test_no_other_site_can_put_the_console_into_a_frame(open_window: OpenWindow, hub: ServedHub) -> None:
    window = open_window()
    window.sign_in("verifier", "Dewi Lestari")
    # Another port is another origin; intake's own answers stand for a hostile site.
    page = window.page
    page.goto(hub.apis["intake"].url + "/healthz")
    url = hub.apis["verification"].url + "/console"
    frame = "url => { const made = document.createElement('iframe'); made.src = url; document.body.append(made); }"
    with page.expect_console_message(lambda told: "frame" in told.text):
        page.evaluate(frame, url)
    framed = [frame for frame in page.frames if frame.parent_frame is not None]
    assert all("Antrean" not in frame.content() for frame in framed)
    window.complaints.clear()
