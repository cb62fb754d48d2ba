"""How a page looks: pictures of it for people, and what must not be seen."""

import os
from pathlib import Path

from playwright.sync_api import Page


def shot(page: Page, name: str) -> None:
    """Kept where `SIMPUL_SCREENSHOTS` says, for people to look at."""
    folder = os.environ.get("SIMPUL_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def assert_fits(page: Page) -> None:
    """Nothing has to be scrolled sideways."""
    box = page.locator("html").bounding_box()
    assert box is not None
    assert box["width"] <= 320
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
