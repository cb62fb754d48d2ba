"""A worker's telephone: narrow, without scripts."""

from typing import Any

from playwright.sync_api import Page

from tests.browser.conftest import OpenWindow, Window


def telephone(open_window: OpenWindow, language: str = "id", **options: Any) -> Window:
    return open_window(language, width=320, height=640, java_script_enabled=False, **options)


def ask(page: Page, code: str, day: str = "12", month: str = "3", year: str = "1990") -> None:
    page.locator("#tracking_code").fill(code)
    page.locator("#day").fill(day)
    page.locator("#month").select_option(month)
    page.locator("#year").fill(year)
    page.locator("main form.card button").click()


def go_on(page: Page, name: str = "Lanjut") -> None:
    page.get_by_role("button", name=name, exact=True).click()
