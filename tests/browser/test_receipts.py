"""A receipt is checked by somebody who only holds its code: genuine or not, the file or another, and nothing else."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from services.partners.domain.partners import ClientKind
from tests.browser.conftest import Window, assert_accessible
from tests.support.agency_events import random_nik
from tests.support.claim_story import accident_report
from tests.support.intake_service import PDF
from tests.support.served_hub import ServedHub

OpenWindow = Callable[..., Window]


def shot(page: Page, name: str) -> None:
    """Kept where `SIMPUL_SCREENSHOTS` says, for people to look at."""
    folder = os.environ.get("SIMPUL_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_paper_s_receipt_is_checked_on_a_small_telephone_without_scripts(
    open_window: OpenWindow, hub: ServedHub, language: str
) -> None:
    intake = hub.apis["intake"].http
    sent = intake.post(
        "/v1/accident-reports", json=accident_report(random_nik()), headers=hub.once(ClientKind.EMPLOYER)
    )
    place = f"/v1/accident-reports/{sent.json()['report_id']}/documents/KPJ"
    code = intake.put(place, content=PDF, headers=hub.bearer(ClientKind.EMPLOYER)).json()["receipt"]["code"]

    window = open_window(language, width=320, height=640)
    page = window.open("intake", "/receipt")
    assert_accessible(page)
    page.locator("#code").fill(code.lower().replace("-", " ")[:-1] + "U")
    page.locator("form button").click()
    expect(page.locator("[role=alert]")).to_be_visible()
    assert_accessible(page)
    page.locator("#code").fill(code.lower().replace("-", " "))
    page.locator("form button").click()
    expect(page.locator(".receipt-code")).to_have_text(code)
    expect(page.locator("h1")).to_have_text({"id": "Tanda terima ini asli", "en": "This receipt is genuine"}[language])
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert_accessible(page)
    shot(page, f"receipt-{language}")
    for content, answer in ((PDF, "status"), (PDF + b"x", "alert")):
        page.locator("#file").set_input_files({"name": "k.pdf", "mimeType": "application/pdf", "buffer": content})
        page.locator("form button").click()
        expect(page.locator(f"[role={answer}]")).to_be_visible()
    assert_accessible(page)
    shot(page, f"receipt-compared-{language}")
    window.complaints.clear()  # the browser itself tells of the 404
