"""The story with real processes: each service and the broker is killed once, between two steps, and brought back."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio
from joserfc.jwk import ECKey

from deploy.local.hub import Hub
from deploy.local.settings import SERVICES
from shared.events.topics import CLAIMS
from tests.end_to_end.conftest import records
from tests.support.eventually import eventually
from tests.support.hub import Wires
from tests.support.hub_checks import broken, is_at_rest
from tests.support.one_accident import HOSPITAL, PROVINCE, REGION, Accident, Parties, essence, subscribe
from tests.support.parties import Party
from tests.support.running_hub import running_hub, simpul
from tests.support.webhook_receiver import WebhookReceiver

# What is sent, what dies while that is still on its way, and what is sent while it is gone.
STORY = (
    ("report", "intake", None),
    ("bundle", "hospital_gateway", None),
    ("statement", "verification", "document"),
    (None, "kafka", "stage_2"),
    (None, "partners", None),
    ("determination", "disnaker_gateway", None),
)
STEPS = tuple(step for before, _, during in STORY for step in (before, during) if step)
KINDS = {
    "operator": ("operator:hub",),
    "employer": ("employer:JJ012345",),
    "hospital": (f"hospital:{HOSPITAL}", "--region", REGION),
    "disnaker": (f"disnaker:{PROVINCE}",),
    "bpjs-verifier": ("bpjs:cikokol",),
}


class RealDatabases:
    """The databases of a hub of real processes."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def rows(self, service: str, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self._hub.admin_url, database=f"simpul_{service}")
        try:
            return await connection.fetch(sql, *arguments)
        finally:
            await connection.close()

    async def rest(self) -> None:
        await eventually(lambda: is_at_rest(self), timeout_seconds=60.0, every_seconds=0.1)


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    with running_hub() as hub:
        yield hub


@pytest_asyncio.fixture
async def parties(hub: Hub, tmp_path: Path, receiver: WebhookReceiver) -> AsyncIterator[Parties]:
    """Made as people make them, by `./simpul partner add`, all at once: mostly each waits for a Python to start."""

    def added(kind: str, org: str, *region: str) -> dict[str, Any]:
        out = tmp_path / f"{kind}.json"
        simpul(hub, ["partner", "add", kind, "--org", org, "--name", kind, *region, "--out", str(out)])
        written: dict[str, Any] = json.loads(out.read_text("utf-8"))
        return written

    files = await asyncio.gather(*(asyncio.to_thread(added, kind, *org) for kind, org in KINDS.items()))
    async with httpx.AsyncClient(timeout=30.0) as http:
        made = [
            Party(http, written["base_urls"], written["client_id"], ECKey.import_key(written["private_key_jwk"]))
            for written in files
        ]
        parties = Parties(*made)
        await subscribe(parties.disnaker, receiver)
        yield parties


async def stream_from_the_start(verifier: Party, count: int) -> list[tuple[int, str, int]]:
    """Position, case and version of the first `count` events that a new reader of the stream is sent."""
    url = verifier.urls["verification"] + "/v1/claims/stream?after=0"
    found: list[tuple[int, str, int]] = []
    position = 0
    async with asyncio.timeout(30), verifier.http.stream("GET", url, headers=await verifier.bearer()) as answer:
        assert answer.status_code == 200
        async for line in answer.aiter_lines():
            name, _, value = line.partition(": ")
            if name == "id":
                position = int(value)
            if name == "data":
                data = json.loads(value)["data"]
                found.append((position, data["case_number"], data["claim_version"]))
            if len(found) == count:
                break
    return found


@pytest.mark.timeout(400)
async def test_killing_any_process_between_two_steps_leads_to_the_same_claim(
    hub: Hub, parties: Parties, receiver: WebhookReceiver
) -> None:
    databases = RealDatabases(hub)
    undisturbed, disturbed = Accident(parties), Accident(parties)
    await undisturbed.play(*STEPS)
    for before, victim, during in STORY:
        if before:
            await disturbed.play(before)
        process = hub.processes()[victim]
        pid = process.pid
        process.kill()
        assert process.pid is None
        if during:
            await disturbed.play(during)
        await asyncio.to_thread(hub.up)
        assert process.pid not in (None, pid)
    assert {victim for _, victim, _ in STORY} == {*SERVICES, "kafka"}
    await databases.rest()
    claim = await disturbed.whole_claim()
    assert essence(claim) == essence(await undisturbed.whole_claim())
    assert [e["type"] for e in receiver.effects(claim["case_number"])].count("case.opened") == 1
    published = await records(Wires(bootstrap=hub.bootstrap), CLAIMS)
    accepted = [line for line in parties.accepted() if line.what != "client"]
    assert await broken(databases, accepted, published, receiver) == []
    seen = await stream_from_the_start(parties.verifier, len({r.headers["ce_id"] for r in published}))
    assert [position for position, _, _ in seen] == list(range(1, len(seen) + 1))
    of_claim = [version for _, case_number, version in seen if case_number == claim["case_number"]]
    assert of_claim == list(range(1, claim["version"] + 1))
