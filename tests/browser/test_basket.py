"""The basket of doubtful pairs."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow, assert_accessible
from tests.browser.doubtful import doubtful_pair
from tests.support.served_hub import ServedHub


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_basket_is_accessible(open_window: OpenWindow, hub: ServedHub, language: str) -> None:
    doubtful_pair(hub)
    window = open_window(language)
    window.sign_in("verifier", "Dewi Lestari")
    page = window.open("verification", "/console/unmatched")
    expect(page.locator("article").first).to_be_visible()
    assert_accessible(page)


def test_a_verifier_says_that_a_pair_is_one_accident(open_window: OpenWindow, hub: ServedHub) -> None:
    older, _ = doubtful_pair(hub)
    window = open_window()
    window.sign_in("verifier", "Dewi Lestari")
    page = window.open("verification", "/console/unmatched")
    pair = page.locator("article").filter(has_text=older).first
    expect(pair.get_by_role("columnheader")).not_to_have_count(0)
    pair.get_by_role("button", name="Satu kecelakaan").click()
    expect(page.get_by_role("status")).to_contain_text("Selesai")
    page.get_by_role("status").get_by_role("link").click()
    expect(page.locator(".compare thead th").filter(has_text="Laporan medis")).to_have_count(1)


def test_an_auditor_settles_nothing(open_window: OpenWindow, hub: ServedHub) -> None:
    doubtful_pair(hub)
    window = open_window()
    window.sign_in("auditor", "Rini")
    page = window.open("verification", "/console/unmatched")
    expect(page.locator("article").first).to_be_visible()
    assert page.locator("main form").count() == 0
