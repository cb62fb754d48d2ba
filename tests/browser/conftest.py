"""A served hub, a browser before it for each module, and a window of its own for each test."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from services.partners.domain.partners import ClientKind
from tests.browser.chromium import ARGUMENTS, axe_source, chromium
from tests.support.served_hub import ServedHub, served_hub
from tests.support.servers import PostgresServer

_FOLDER = Path(__file__).parent
# The first test may wait for a browser to be fetched and unpacked.
_TIMEOUT_SECONDS = 300


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _FOLDER in item.path.parents:
            item.add_marker(pytest.mark.timeout(_TIMEOUT_SECONDS))


@pytest.fixture(scope="package")
def hub(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedHub]:
    """Five services behind sockets, joined by a bus in memory."""
    with served_hub(postgres.url, tmp_path_factory.mktemp("hub")) as made:
        yield made


# Not for the session: Playwright holds the thread's event loop, which tests elsewhere need for their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = chromium()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=found.executable, env=dict(found.environment), args=list(ARGUMENTS)
        )
        yield started
        started.close()


@dataclass
class Window:
    """One window of one person. Whatever the page's scripts or its security policy complain about fails the test."""

    page: Page
    hub: ServedHub
    complaints: list[str]

    def open(self, service: str, path: str) -> Page:
        self.page.goto(self.hub.apis[service].url + path)
        return self.page

    def sign_in(self, role: str, name: str) -> Page:
        """By the one-time link."""
        return self.open("verification", sign_in_path(self.hub, role, name))


OpenWindow = Callable[..., Window]


def sign_in_path(hub: ServedHub, role: str, name: str) -> str:
    """The path of a one-time link."""
    api = hub.apis["verification"]
    wanted = {"role": role, "name": name}
    answer = api.http.post("/v1/operations/console-logins", json=wanted, headers=hub.bearer(ClientKind.OPERATOR))
    assert answer.status_code == 201, answer.text
    url: str = answer.json()["url"]
    return url.removeprefix(api.url)


@pytest.fixture
def open_window(hub: ServedHub, browser: Browser) -> Iterator[OpenWindow]:
    """`open_window(language="en", width=320)`: any number of windows, each like another computer."""
    contexts: list[BrowserContext] = []
    windows: list[Window] = []

    def opened(language: str = "id", *, width: int = 1360, height: int = 860, **options: Any) -> Window:
        context = browser.new_context(
            viewport={"width": width, "height": height}, timezone_id="Asia/Jakarta", **options
        )
        contexts.append(context)
        urls = [api.url for api in hub.apis.values()]
        context.add_cookies([{"name": "language", "value": language, "url": url} for url in urls])
        window = Window(context.new_page(), hub, [])
        window.page.on("pageerror", lambda error: window.complaints.append(str(error)))
        window.page.on("console", lambda told: window.complaints.append(told.text) if told.type == "error" else None)
        windows.append(window)
        return window

    yield opened
    complaints = [complaint for window in windows for complaint in window.complaints]
    for context in contexts:
        context.close()
    assert not complaints


def assert_accessible(page: Page) -> None:
    """axe-core finds nothing wrong with the page as it is now."""
    # Through the debugger, which a page's security policy does not bind.
    page.evaluate(axe_source())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    told = [
        {"rule": each["id"], "what": each["help"], "where": [node["html"][:200] for node in each["nodes"]][:5]}
        for each in found["violations"]
    ]
    assert not told, json.dumps(told, indent=1)


def claim_page(window: Window, role: str, name: str, case_number: str) -> Page:
    window.sign_in(role, name)
    return window.open("verification", f"/console/claims/{case_number}")
