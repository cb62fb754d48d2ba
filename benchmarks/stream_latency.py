"""How long an accepted report takes to appear on the stream, at a steady pace."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from benchmarks.client import Hub, Partner
from benchmarks.latencies import Latencies
from benchmarks.made_up import filled, template

_LOOK_EVERY_SECONDS = 0.05
_DEADLINE_SECONDS = 30.0


class _Stream:
    """Reads the claim stream and keeps when each case was first seen."""

    def __init__(self, hub: Hub, token: str) -> None:
        self._url = hub.services["verification"] + "/v1/claims/stream"
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
        self.opened = asyncio.Event()
        self.first_seen: dict[str, float] = {}

    async def read(self) -> None:
        async with (
            httpx.AsyncClient(timeout=None) as client,
            client.stream("GET", self._url, headers=self._headers) as answer,
        ):
            answer.raise_for_status()
            self.opened.set()
            async for line in answer.aiter_lines():
                if line.startswith("data:"):
                    event = json.loads(line[5:])
                    self.first_seen.setdefault(event["data"]["case_number"], time.perf_counter())


@dataclass(frozen=True)
class _Sent:
    """One accepted report, by whom it was sent, and when its request began."""

    report_id: str
    authorization: dict[str, str]
    began: float


async def _send(client: httpx.AsyncClient, body: bytes, token: str) -> _Sent:
    began = time.perf_counter()
    authorization = {"Authorization": f"Bearer {token}"}
    headers = {**authorization, "Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex}
    answer = await client.post("/v1/accident-reports", content=body, headers=headers)
    answer.raise_for_status()
    return _Sent(str(answer.json()["report_id"]), authorization, began)


async def _case_number(client: httpx.AsyncClient, sent: _Sent) -> str:
    deadline = time.perf_counter() + _DEADLINE_SECONDS
    while time.perf_counter() < deadline:
        answer = await client.get(f"/v1/accident-reports/{sent.report_id}", headers=sent.authorization)
        answer.raise_for_status()
        if answer.json()["case_number"]:
            return str(answer.json()["case_number"])
        await asyncio.sleep(_LOOK_EVERY_SECONDS)
    raise SystemExit(f"report {sent.report_id} never became a claim")


async def report_steadily(hub: Hub, reporting: Sequence[Partner], *, per_second: int, seconds: int) -> dict[str, float]:
    """By case number, when the request of its report began (`time.perf_counter`); the first second is warming up and
    left out. The employers `reporting` take turns."""
    text, first = template("report"), time.time_ns() // 1_000_000 % 10_000_000
    tokens = [(partner.number, partner.token()) for partner in reporting]
    async with httpx.AsyncClient(base_url=hub.services["intake"], timeout=30) as client:
        loop = asyncio.get_running_loop()
        began = loop.time()
        sending = []
        for number in range(per_second * (seconds + 1)):
            await asyncio.sleep(max(0.0, began + number / per_second - loop.time()))
            employer, token = tokens[number % len(tokens)]
            sending.append(asyncio.create_task(_send(client, filled(text, first + number, employer), token)))
        sent = (await asyncio.gather(*sending))[per_second:]
        return {await _case_number(client, one): one.began for one in sent}


@asynccontextmanager
async def followed(hub: Hub, verifier: Partner) -> AsyncIterator[dict[str, float]]:
    """By case number, when the claim stream first told of it; grows while the context is open."""
    stream = _Stream(hub, verifier.token())
    reading = asyncio.create_task(stream.read())
    await asyncio.wait_for(stream.opened.wait(), _DEADLINE_SECONDS)
    try:
        yield stream.first_seen
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


async def measure(
    hub: Hub, reporting: Sequence[Partner], verifier: Partner, *, per_second: int, seconds: int
) -> Latencies:
    """Milliseconds from the start of each request to its claim's first event on the stream."""
    async with followed(hub, verifier) as first_seen:
        sent = await report_steadily(hub, reporting, per_second=per_second, seconds=seconds)
        return Latencies([(first_seen[case_number] - began) * 1_000 for case_number, began in sent.items()])
