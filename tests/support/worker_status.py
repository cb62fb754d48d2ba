"""What a worker does with a tracking code: asks for the status, opens the page."""

import re
from typing import Any

import httpx

from shared.events import Event
from tests.support.agency_events import accident_report, random_nik
from tests.support.eventually import eventually
from tests.support.verification_service import Verification

BORN = "1990-03-12"


def hash_of(hub: Verification, code: str) -> str:
    """What intake sends of a code."""
    return hub.secrets.blind_index.of("tracking-code", code)


async def ask(hub: Verification, code: str, birth_date: str = BORN, **more: Any) -> httpx.Response:
    return await hub.http.post("/v1/status", json={"tracking_code": code, "birth_date": birth_date}, **more)


async def seen(hub: Verification, code: str, birth_date: str = BORN, **wanted: Any) -> dict[str, Any]:
    """The status, once the report has come through."""

    async def found() -> dict[str, Any] | None:
        answer = await ask(hub, code, birth_date)
        body: dict[str, Any] = answer.json()
        fits = answer.status_code == 200 and all(body[name] == value for name, value in wanted.items())
        return body if fits else None

    return await eventually(found)


async def reported(hub: Verification, code: str, nik: str | None = None, **more: Any) -> Event:
    event = accident_report(nik or random_nik(), tracking_code_hash=hash_of(hub, code), **more)
    await hub.publish(event)
    # Asking before the report has come through would be a failed try.
    await hub.claim_with(nik or event.content.report.worker.nik)  # type: ignore[union-attr]
    return event


async def open_page(http: httpx.AsyncClient, code: str) -> str:
    """Let this telephone open the claim; its forms' token."""
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', (await http.get("/status")).text)
    assert found is not None
    told = {"csrf": found[1], "tracking_code": code, "day": "12", "month": "3", "year": "1990"}
    opened = await http.post("/status", data=told)
    assert (opened.status_code, opened.headers["location"]) == (303, "/status/claim")
    assert code not in opened.headers["set-cookie"], "the cookie is sealed"
    return found[1]


async def opened_page(hub: Verification, code: str) -> tuple[httpx.AsyncClient, str]:
    """A telephone of its own that has opened the claim, and its forms' token."""
    transport = httpx.ASGITransport(hub.service.app, raise_app_exceptions=False)
    http = httpx.AsyncClient(transport=transport, base_url="http://verification.test")
    return http, await open_page(http, code)
