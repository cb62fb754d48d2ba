"""Large requests are done in a process of their own, so that they hold nobody up and cannot take all memory."""

import asyncio
import json
import os
import secrets
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from services.hospital_gateway.adapters.fhir import bundle_reader, resource_reader
from services.hospital_gateway.adapters.large_requests import Bounds, Case, LargeRequests, Workshop
from services.hospital_gateway.application.findings import refusal
from services.hospital_gateway.application.write_resources import ResourceWriter
from shared.errors import Refusal, TooLarge, Unavailable
from tests.integration.hospital_gateway.conftest import Gateway, of_type, sample


def large_bundle(gateway: Gateway) -> dict[str, Any]:
    """A visit whose Bundle is for the process of its own."""
    bundle = sample("hand-caught-in-press")
    condition = bundle["entry"][2]
    for _ in range(500):
        bundle["entry"].append({**condition, "fullUrl": f"urn:uuid:{secrets.token_hex(16)}"})
    assert len(json.dumps(bundle)) > gateway.settings.fhir_inline_bytes_max
    return bundle


def an_xray(gateway: Gateway) -> dict[str, Any]:
    data = "QUJD" * (gateway.settings.fhir_inline_bytes_max // 4 + 1)
    attachment = {"contentType": "image/png", "data": data}
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "content": [{"attachment": attachment}],
        "identifier": [{"system": "urn:film", "value": secrets.token_hex(4)}],
    }


def nothing_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("done in the serving process")

    for place, name in (
        (bundle_reader, "read_bundle"),
        (resource_reader, "read_resource"),
        (resource_reader, "asked_about"),
        (ResourceWriter, "write"),
    ):
        monkeypatch.setattr(place, name, refuse)


async def test_a_large_bundle_is_neither_read_nor_stored_by_the_serving_process(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    hospital, bundle = gateway.hospital(), large_bundle(gateway)
    invalid = json.loads(json.dumps(bundle))
    invalid["entry"][-1]["resource"]["onsetDateTime"] = "2026-02-30"
    nothing_is_done_here(monkeypatch)
    paths = await hospital.accepted(bundle)
    assert len(paths) == 506
    again = await hospital.post("/fhir", bundle)
    assert again.headers["idempotency-replayed"] == "true"
    assert "/receipt/H" in again.headers["link"]
    answer = await hospital.post("/fhir", invalid)
    assert answer.status_code == 422
    (issue,) = answer.json()["issue"]
    assert issue["expression"] == ["Bundle.entry[505].resource.onset"]
    ((facts, content),) = await gateway.reports(hospital)
    assert facts.encounter_id == paths[1].partition("/")[2]
    assert content.patient.nik == of_type(bundle, "Patient")["identifier"][0]["value"]


async def test_a_thousand_problems_are_named_and_then_no_more(gateway: Gateway) -> None:
    entry = {"request": {"method": "POST", "url": "Encounter"}, "resource": {"resourceType": "Encounter"}}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry] * 2_000}
    answer = await gateway.hospital().post("/fhir", bundle)
    assert answer.status_code == 422
    *problems, last = answer.json()["issue"]
    assert len(problems) == 1_000
    assert (last["severity"], last["details"]["coding"][0]["code"]) == ("warning", "more-problems")


async def test_a_large_resource_is_neither_judged_nor_stored_by_the_serving_process(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    hospital, xray = gateway.hospital(), an_xray(gateway)
    nothing_is_done_here(monkeypatch)
    created = await hospital.post("/fhir/DocumentReference", xray)
    assert created.status_code == 201, created.text
    path = f"/fhir/DocumentReference/{created.json()['id']}"
    assert (await hospital.put(path, xray)).headers["etag"] == 'W/"2"'
    assert (await hospital.put(path, xray, **{"If-Match": 'W/"1"'})).status_code == 412
    number = xray["identifier"][0]["value"]
    there = await hospital.put(f"/fhir/DocumentReference?identifier=urn:film|{number}", xray)
    assert (there.status_code, there.headers["etag"]) == (200, 'W/"3"')
    judged = await hospital.post("/fhir/DocumentReference/$validate", {**xray, "status": "bogus"})
    assert judged.json()["issue"][0]["expression"] == ["DocumentReference.status"]
    asked = await hospital.post("/fhir/CoverageEligibilityRequest", xray)
    assert asked.json()["issue"][0]["details"]["coding"][0]["code"] == "resource-type-differs"
    rows = await gateway.rows("SELECT trace_id FROM audit_log WHERE org = $1 ORDER BY id", hospital.org)
    assert all(row["trace_id"] for row in rows)
    assert created.headers["traceparent"].split("-")[1] == rows[0]["trace_id"]


@asynccontextmanager
async def holding(gateway: Gateway, resource_id: str) -> AsyncIterator[None]:
    """Somebody else has this resource locked."""
    connection = await asyncpg.connect(gateway.place.superuser_url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT 1 FROM resource WHERE id = $1::text::uuid FOR UPDATE", resource_id)
            yield
    finally:
        await connection.close()


async def test_others_are_served_while_a_large_bundle_is_under_way(gateway: Gateway) -> None:
    hospital, other = gateway.hospital(), gateway.hospital()
    location = {"resourceType": "Location", "name": "IGD"}
    made = (await hospital.post("/fhir/Location", location)).json()
    bundle = large_bundle(gateway)
    request = {"method": "PUT", "url": f"Location/{made['id']}"}
    bundle["entry"].append({"request": request, "resource": location})
    async with holding(gateway, made["id"]):
        under_way = asyncio.create_task(hospital.post("/fhir", bundle))
        for _ in range(5):
            assert (await other.accepted(sample("commuting-motorcycle")))[0].startswith("Patient/")
            assert (await hospital.get(f"/fhir/Location/{made['id']}")).status_code == 200
        assert not under_way.done()
    assert (await under_way).status_code == 200


def open_bench(_: Any) -> Workshop:
    """A workshop whose cases misbehave on demand; opened in the process of its own."""

    async def pid() -> int:
        return os.getpid()

    async def take(size: int) -> int:
        return len(bytearray(size))

    async def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    async def refuse() -> None:
        raise refusal("condition-not-supported", "Patient.name")

    async def be_away() -> None:
        raise Unavailable("postgres", 7)

    async def wait_for(path: str) -> None:
        await asyncio.to_thread(lambda: open(path).close())

    async def close() -> None:
        return None

    cases: tuple[Case, ...] = (pid, take, die, refuse, be_away, wait_for)
    return Workshop({case.__name__: case for case in cases}, close)


@asynccontextmanager
async def large_requests(**bounds: int) -> AsyncIterator[LargeRequests]:
    given = {"here_bytes_max": 10, "waiting_bytes_max": 100, "data_bytes_max": 300_000_000, "kept_bytes_max": 10**12}
    made = LargeRequests(open_bench, None, Bounds(**{**given, **bounds}))
    try:
        yield made
    finally:
        await made.close()


async def test_errors_come_back_from_the_process_as_they_are() -> None:
    async with large_requests() as large:
        with pytest.raises(Refusal) as refused:
            await large.do("refuse", 1)
        assert [(one.code, one.pointer) for one in refused.value.problems] == [
            ("condition-not-supported", "Patient.name")
        ]
        with pytest.raises(Unavailable) as away:
            await large.do("be_away", 1)
        assert (away.value.partner, away.value.retry_after_seconds) == ("postgres", 7)
        assert await large.do("pid", 1) != os.getpid()


async def test_what_does_not_fit_into_memory_is_too_large_and_harms_nobody() -> None:
    async with large_requests() as large:
        pid = await large.do("pid", 1)
        with pytest.raises(TooLarge):
            await large.do("take", 1, 400_000_000)
        assert await large.do("pid", 1) == pid


async def test_a_process_that_dies_is_replaced_and_its_request_may_be_sent_again() -> None:
    async with large_requests() as large:
        with pytest.raises(Unavailable):
            await large.do("die", 1)
        assert await large.do("take", 1, 5) == 5


async def test_a_process_that_has_grown_is_replaced() -> None:
    async with large_requests(kept_bytes_max=1) as large:
        assert await large.do("pid", 1) != await large.do("pid", 1)


async def test_more_than_may_wait_is_put_off(tmp_path: Any) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    async with large_requests(waiting_bytes_max=100) as large:
        first = asyncio.create_task(large.do("wait_for", 60, str(pipe)))
        second = asyncio.create_task(large.do("pid", 40))
        await asyncio.sleep(0)
        with pytest.raises(Unavailable):
            await large.do("pid", 1)
        await asyncio.to_thread(lambda: open(pipe, "w").close())
        await first
        await second
        assert await large.do("pid", 100)
