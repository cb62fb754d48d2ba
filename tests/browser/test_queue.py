"""The live queue, as verifiers see and use it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenWindow, assert_accessible
from tests.browser.telling import reported, visited
from tests.support.agency_events import random_nik
from tests.support.served_hub import ServedHub

SCRIPT = "<script>document.title='stolen'</script><img src=x onerror=document.title='stolen'>"


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_queue_is_accessible(open_window: OpenWindow, hub: ServedHub, language: str) -> None:
    case_number, _ = reported(hub)
    page = open_window(language).sign_in("verifier", "Dewi Lestari")
    expect(page.locator(f"#c-{case_number}")).to_be_visible()
    page.locator(".narrow-by summary").click()
    page.locator(".keys summary").click()
    assert_accessible(page)


def test_a_claim_arrives_live_from_a_hospitals_post_without_moving_what_is_read(
    open_window: OpenWindow, hub: ServedHub
) -> None:
    case_number, _ = reported(hub)
    page = open_window().sign_in("verifier", "Dewi Lestari")
    expect(page.locator("#live-state")).to_have_text("Langsung")
    row = page.locator(f"#c-{case_number}")
    row.locator("a.case").focus()
    before = row.bounding_box()
    visited(hub, random_nik())
    expect(page.locator("#arrived li").first).to_contain_text("Dugaan", timeout=10_000)
    assert row.bounding_box() == before
    # Within a second, on a machine that may be busy with something else just now.
    assert any(_arrives_within(page, hub, milliseconds=1_000) for _ in range(5))
    arrived = page.locator("#arrived li a").first.inner_text()
    page.keyboard.press("r")
    expect(page.locator(f"#c-{arrived}")).to_be_visible()
    expect(row.locator("a.case")).to_be_focused()


def _arrives_within(page: Page, hub: ServedHub, *, milliseconds: int) -> bool:
    seen = page.locator("#arrived-count").inner_text()
    visited(hub, random_nik())
    try:
        expect(page.locator("#arrived-count")).not_to_have_text(seen, timeout=milliseconds)
    except AssertionError:
        expect(page.locator("#arrived-count")).not_to_have_text(seen, timeout=10_000)
        return False
    return True


def test_a_claim_that_changes_is_told_where_it_stands(open_window: OpenWindow, hub: ServedHub) -> None:
    case_number, nik = reported(hub)
    page = open_window().sign_in("verifier", "Dewi Lestari")
    expect(page.locator("#live-state")).to_have_text("Langsung")
    row = page.locator(f"#c-{case_number}")
    row.get_by_role("checkbox").check()
    expect(row.locator(".there")).to_have_count(1)
    visited(hub, nik)
    expect(row.locator(".there")).to_have_count(2, timeout=5_000)
    expect(row).to_have_class(re.compile("changed"))
    expect(row.get_by_role("checkbox")).to_be_checked()


def test_everything_on_the_queue_is_done_by_keyboard(open_window: OpenWindow, hub: ServedHub) -> None:
    case_number, nik = reported(hub)
    page = open_window().sign_in("verifier", "Dewi Lestari")
    page.keyboard.press("/")
    page.keyboard.type(nik)
    expect(page.locator("#q")).to_be_focused()
    page.goto(page.url.split("?")[0])
    while page.evaluate("document.activeElement.textContent") != case_number:
        page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("#chosen-count")).to_have_text("1")
    page.keyboard.press("a")
    expect(page.locator(f"#c-{case_number} .officer")).to_have_text("dewi-lestari")


def test_completion_is_asked_of_many_at_once_under_the_version_that_was_seen(
    open_window: OpenWindow, hub: ServedHub
) -> None:
    one, _ = reported(hub)
    other, _ = reported(hub)
    page = open_window().sign_in("verifier", "Dewi Lestari")
    for case_number in (one, other):
        page.locator(f"#c-{case_number}").get_by_role("checkbox").check()
    page.locator("#bulk-reason").fill("Mohon lengkapi KTP dan kronologi.")
    page.get_by_role("button", name="Minta kelengkapan").click()
    expect(page.locator(".chip.green")).to_have_count(2)
    assert_accessible(page)


def test_a_filter_is_kept_and_what_was_searched_stands_in_no_address(open_window: OpenWindow, hub: ServedHub) -> None:
    case_number, nik = reported(hub)
    page = open_window().sign_in("supervisor", "Ratna")
    page.locator(".narrow-by summary").click()
    page.locator("#f-turn").select_option("employer")
    page.get_by_role("button", name="Tampilkan").click()
    expect(page.locator(f"#c-{case_number}")).to_be_visible()
    page.locator(".narrow-by summary").click()
    page.locator("#keep-name").fill("Menunggu perusahaan")
    page.get_by_role("button", name="Simpan").click()
    expect(page.get_by_role("link", name="Menunggu perusahaan")).to_have_attribute("aria-current", "page")
    page.locator("#q").fill(random_nik())
    page.keyboard.press("Enter")
    expect(page.locator(".empty")).to_be_visible()
    assert nik not in page.url
    assert page.locator("#q").input_value() not in page.url


def test_an_auditor_sees_and_cannot_act(open_window: OpenWindow, hub: ServedHub) -> None:
    case_number, _ = reported(hub)
    page = open_window().sign_in("auditor", "Rini")
    expect(page.locator(f"#c-{case_number}")).to_be_visible()
    expect(page.locator("#bulk")).to_have_count(0)


def test_a_script_in_a_report_stays_text(open_window: OpenWindow, hub: ServedHub) -> None:
    case_number, _ = reported(hub, name=f"Siti {SCRIPT}")
    page = open_window().sign_in("verifier", "Dewi Lestari")
    expect(page.locator(f"#c-{case_number}")).to_be_visible()
    assert page.title() == "Antrean · Simpul"
    assert page.locator("#claims script, #claims img").count() == 0
