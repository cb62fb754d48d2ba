"""The claim stream neither skips nor repeats, whatever commits, reconnects or reads slowly."""

import asyncio
import contextlib
import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import uvicorn

from services.verification.application.reading import ClaimFilter, Following
from tests.support.agency_events import accident_report, medical_report, random_nik
from tests.support.databases import ServiceDatabase
from tests.support.eventually import eventually
from tests.support.verification_service import VERIFIER, Verification, running_verification

FAR = datetime(2126, 1, 1, tzinfo=UTC)


def _following(after: int, wanted: ClaimFilter | None = None, expires_at: datetime = FAR) -> Following:
    return Following(VERIFIER, wanted or ClaimFilter(), None, after, expires_at)


def _parsed(item: bytes) -> tuple[int, dict[str, Any]] | None:
    if not item.startswith(b"id:"):
        return None
    first, _, data = item.decode().strip().split("\n")
    return int(first.removeprefix("id: ")), orjson.loads(data.removeprefix("data: "))


async def _read(hub: Verification, after: int, count: int, **options: Any) -> list[tuple[int, dict[str, Any]]]:
    """`count` events of a stream that begins after a position; then the client is gone."""
    found: list[tuple[int, dict[str, Any]]] = []
    async with contextlib.aclosing(hub.stream.follow(_following(after, **options))) as events:
        async with asyncio.timeout(30):
            while len(found) < count:
                event = _parsed(await anext(events))
                if event is not None:
                    found.append(event)
    return found


@pytest.mark.parametrize("seed", range(4))
async def test_reconnecting_readers_see_every_event_once_and_in_order(verification: Verification, seed: int) -> None:
    rng = random.Random(seed)
    start = await verification.stream.head()
    workers = [random_nik() for _ in range(8)]
    batches = [
        [rng.choice((accident_report, medical_report))(rng.choice(workers)) for _ in range(rng.randint(1, 6))]
        for _ in range(25)
    ]

    async def write() -> None:
        for batch in batches:
            await verification.publish(*batch)
            await asyncio.sleep(rng.random() / 50)

    async def read(reader: random.Random) -> list[tuple[int, dict[str, Any]]]:
        seen: list[tuple[int, dict[str, Any]]] = []
        last = start
        while len(seen) < sum(map(len, batches)):
            left = sum(map(len, batches)) - len(seen)
            seen += await _read(verification, last, min(reader.randint(1, 30), left))
            last = seen[-1][0]
        return seen

    _, *readings = await asyncio.gather(write(), *(read(random.Random(seed * 10 + i)) for i in range(4)))
    expected = sum(map(len, batches))
    for seen in readings:
        positions = [position for position, _ in seen]
        assert positions == list(range(start + 1, start + 1 + len(positions)))
        assert len(positions) >= expected
        versions: dict[str, list[int]] = defaultdict(list)
        for _, event in seen:
            versions[event["data"]["case_number"]].append(event["data"]["claim_version"])
        assert all(found == list(range(1, len(found) + 1)) for found in versions.values())


async def test_event_of_the_stream_is_the_event_on_kafka(verification: Verification) -> None:
    start = await verification.stream.head()
    await verification.publish(accident_report(random_nik()))
    ((_, event),) = await _read(verification, start, 1)
    assert event["type"] == "jkk.claim.changed.v1"
    assert event["data"]["changes"] == ["opened", "evidence-added"]
    (record,) = await eventually(
        lambda: [r for r in verification.bus.records("jkk.claims") if r.key == event["subject"]]
    )
    assert record.headers["ce_id"] == event["id"]
    assert orjson.loads(record.value or b"") == event["data"]


async def test_claim_that_leaves_the_filter_says_so_once(verification: Verification) -> None:
    start = await verification.stream.head()
    nik = random_nik()
    await verification.publish(medical_report(nik))
    await verification.claim_with(nik, state="SUSPECTED")
    await verification.publish(accident_report(nik))
    await verification.claim_with(nik, state="REPORTED")
    await verification.publish(medical_report(nik))
    wanted = ClaimFilter(state="SUSPECTED")
    seen = await _read(verification, start, 2, wanted=wanted)
    assert [event["data"]["state"] for _, event in seen] == ["SUSPECTED", "REPORTED"]
    assert seen[1][1]["data"]["changes"][-1] == "left_filter"
    assert len(await _read(verification, start, 3)) == 3


async def test_stream_ends_when_the_token_expires(verification: Verification) -> None:
    expires_at = verification.clock.now() + timedelta(milliseconds=200)
    following = _following(await verification.stream.head(), expires_at=expires_at)
    events = verification.stream.follow(following)
    assert (await anext(events)).startswith(b"retry:")
    asyncio.get_running_loop().call_later(0.1, verification.clock.advance, timedelta(seconds=1))
    async with asyncio.timeout(5):
        assert [_parsed(item) async for item in events if not item.startswith(b":")] == []


async def test_slow_reader_is_closed_and_resumes_without_a_gap(
    verification_database: ServiceDatabase, tmp_path: Path
) -> None:
    async with running_verification(verification_database, tmp_path, stream_queue_max=5) as hub:
        start = await hub.stream.head()
        events = hub.stream.follow(_following(start))
        await anext(events)
        await hub.publish(accident_report(random_nik()))
        first = _parsed(await anext(events))
        assert first is not None
        for _ in range(20):
            await hub.publish(accident_report(random_nik()))

        async def sequenced() -> bool:
            return await hub.stream.head() >= start + 21

        await eventually(sequenced)
        rest = [item async for item in events]
        assert rest[-1].startswith(b"retry:")
        got = [first[0], *(event[0] for item in rest if (event := _parsed(item)) is not None)]
        assert got == list(range(start + 1, start + 1 + len(got)))
        again = await _read(hub, got[-1], start + 21 - got[-1])
        assert [position for position, _ in again] == list(range(got[-1] + 1, start + 22))


async def test_stream_over_http_starts_now_and_ends_with_the_server(verification: Verification) -> None:
    await verification.publish(accident_report(random_nik()))
    config = uvicorn.Config(verification.service.app, port=0, lifespan="off", log_level="warning")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    await eventually(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    nik = random_nik()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=verification.bearer()) as client:
        async with client.stream("GET", "/v1/claims/stream", params={"q": nik}, timeout=20) as answer:
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/event-stream")
            await verification.publish(accident_report(random_nik()), accident_report(nik))
            lines = answer.aiter_lines()
            data = [line async for line in _until(lines, "data:")][-1]
            assert orjson.loads(data.removeprefix("data:"))["data"]["claim_version"] == 1
            verification.stream.stop()
            assert [line async for line in lines if line.startswith("data:")] == []
        bad = await client.get("/v1/claims/stream", headers={"Last-Event-ID": "x"})
        assert (bad.status_code, bad.json()["code"]) == (422, "stream.bad-position")
    server.should_exit = True
    await serving


async def _until(lines: Any, prefix: str) -> Any:
    async for line in lines:
        yield line
        if line.startswith(prefix):
            return
