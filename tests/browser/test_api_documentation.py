"""`/docs` of each service reads in a browser with nothing from another host."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Window
from tests.support.served_hub import ServedHub


@pytest.mark.parametrize("service", ["intake", "verification"])
def test_the_api_is_documented_without_another_host(
    open_window: Callable[..., Window], hub: ServedHub, service: str
) -> None:
    window = open_window()
    asked: list[str] = []
    window.page.on("request", lambda request: asked.append(request.url))
    page = window.open(service, "/docs")
    expect(page.locator(".opblock").first).to_be_visible()
    assert page.locator(".opblock").count() > 5
    assert {url for url in asked if not url.startswith((hub.apis[service].url, "data:"))} == set()
