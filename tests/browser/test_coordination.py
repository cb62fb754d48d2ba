"""The forum's view: charts, a table with the same numbers, and a file of it."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow, assert_accessible


@pytest.mark.parametrize("language", ["id", "en"])
def test_coordination_is_accessible_whatever_it_is_compared_by(open_window: OpenWindow, language: str) -> None:
    window = open_window(language)
    window.sign_in("auditor", "Budi")
    page = window.open("verification", "/console/coordination")
    expect(page.locator("h1")).to_have_text({"id": "Koordinasi", "en": "Coordination"}[language])
    expect(page.locator("svg[role=img]")).to_have_count(2)
    assert_accessible(page)
    page.locator("#by").select_option("employer")
    page.get_by_role("button", name={"id": "Tampilkan", "en": "Show"}[language]).click()
    expect(page.locator("#by")).to_have_value("employer")
    assert_accessible(page)


def test_the_table_comes_as_a_file(open_window: OpenWindow) -> None:
    window = open_window("en")
    window.sign_in("verifier", "Dewi Lestari")
    page = window.open("verification", "/console/coordination?by=hospital")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Table as CSV").click()
    assert downloading.value.suggested_filename.startswith("simpul-hospital-")
    head = downloading.value.path().read_text("utf-8-sig").splitlines()[0]
    assert head.startswith("hospital,claims,late")


def test_a_question_nobody_can_answer_is_told(open_window: OpenWindow) -> None:
    window = open_window("en")
    window.sign_in("verifier", "Dewi Lestari")
    page = window.open("verification", "/console/coordination?from=2026-13-77&by=moon")
    expect(page.locator(".notice")).to_contain_text("not understood")


def test_an_operator_sees_no_claims_here(open_window: OpenWindow) -> None:
    window = open_window("en")
    window.sign_in("operator", "Rudi")
    page = window.open("verification", "/console/coordination")
    expect(page.locator("svg[role=img]")).to_have_count(0)
    window.complaints.clear()  # the browser tells of the 403
