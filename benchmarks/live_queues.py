"""Fifty open live queues, forty-nine streams and one real browser: how late each screen tells a change."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
from playwright.async_api import Page, async_playwright

from benchmarks.client import Hub, Partner
from benchmarks.latencies import Latencies
from benchmarks.stream_latency import followed, report_steadily
from deploy.local.partner import console_login
from deploy.local.settings import HubSettings
from tests.browser.chromium import ARGUMENTS, chromium

STREAMS = 49
_ROW = re.compile(r'^data: <tr id="c-([^"]+)"')
_RENDERED = re.compile(r"^simpul_console_rows_rendered_total\{.*\} ([0-9.e+]+)$", re.MULTILINE)
_LIVE = re.compile(r'hx-sse:connect="([^"]+)"')
_OPEN_SECONDS, _LATE_SECONDS = 60.0, 3.0
# After the console's own listener has put the row on the page, and the page has been drawn.
_WATCH = """
window.shown = {};
document.getElementById('live').addEventListener('row', (event) => {
  const number = /id="c-([^"]+)"/.exec(event.detail.data)[1];
  requestAnimationFrame(() => { window.shown[number] ??= Date.now() / 1000; });
});
"""


async def measure(
    hub: Hub,
    reporting: Sequence[Partner],
    verifier: Partner,
    megabytes: Callable[[], float],
    *,
    per_second: int,
    seconds: int,
) -> dict[str, Any]:
    """Milliseconds from each request to its claim on the plain stream (the floor), on every open queue and in the
    browser, while reports arrive at `per_second`. `megabytes` tells the resident memory of the console's process."""
    console, settings = hub.services["verification"], HubSettings.load().as_recorded()
    links = [
        await asyncio.to_thread(console_login, settings, "verifier", f"Ukur {each}") for each in range(STREAMS + 1)
    ]
    seen: list[dict[str, float]] = [{} for _ in range(STREAMS)]
    async with followed(hub, verifier) as stream, _browser(links[-1]) as page:
        opened = [asyncio.Event() for _ in range(STREAMS)]
        following = [
            asyncio.create_task(_follow(console, links[each], opened[each], seen[each])) for each in range(STREAMS)
        ]
        async with asyncio.timeout(_OPEN_SECONDS):
            await asyncio.gather(*(each.wait() for each in opened))
        before = await _rendered(console)
        sent = await report_steadily(hub, reporting, per_second=per_second, seconds=seconds)
        # What is shown later than this counts as missed.
        await asyncio.sleep(_LATE_SECONDS)
        rendered, resident = await _rendered(console) - before, megabytes()
        # The browser's clock is the wall's.
        offset = time.time() - time.perf_counter()
        shown = {case: at - offset for case, at in (await page.evaluate("window.shown")).items()}
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
    return {
        "requests_per_second": per_second,
        "stream": _late(sent, [dict(stream)]),
        "queues": _late(sent, seen),
        "browser": _late(sent, [shown]),
        "rows_rendered_per_claim": round(rendered / (len(sent) * (seconds + 1) / seconds), 2),
        "resident_megabytes": resident,
    }


def _late(sent: dict[str, float], screens: Sequence[dict[str, float]]) -> dict[str, float]:
    took = Latencies([(at[case] - began) * 1_000 for at in screens for case, began in sent.items() if case in at])
    missed = len(screens) * len(sent) - len(took.values)
    return {**took.summary(), "max_ms": round(max(took.values), 2), "missed": missed}


@asynccontextmanager
async def _browser(link: str) -> AsyncIterator[Page]:
    """A signed-in verifier's window that notes when it shows which claim."""
    found = chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=found.executable, env=dict(found.environment), args=list(ARGUMENTS)
        )
        page = await browser.new_page()
        await page.goto(link)
        await page.evaluate(_WATCH)
        yield page
        await browser.close()


async def _follow(console: str, link: str, opened: asyncio.Event, seen: dict[str, float]) -> None:
    """One verifier's queue as a browser holds it open, without the browser."""
    async with httpx.AsyncClient(base_url=console, timeout=None, follow_redirects=True) as client:
        page = await client.get(link)
        live = _LIVE.search(page.text)
        if live is None:
            raise SystemExit("the console shows no live queue")
        async with client.stream("GET", live[1].replace("&amp;", "&")) as answer:
            answer.raise_for_status()
            opened.set()
            async for line in answer.aiter_lines():
                if row := _ROW.match(line):
                    seen.setdefault(row[1], time.perf_counter())


async def _rendered(console: str) -> float:
    """Rows rendered so far, in all languages."""
    async with httpx.AsyncClient(timeout=30) as client:
        return sum(float(count) for count in _RENDERED.findall((await client.get(f"{console}/metrics")).text))
