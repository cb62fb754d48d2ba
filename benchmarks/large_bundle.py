"""The largest Bundle that the hospital gateway takes: its memory meanwhile, and what others notice."""

import asyncio
import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import httpx

from benchmarks.client import Hub, Partner
from benchmarks.made_up import nik

_ENTRIES = 10_000
_VISITS = 10
_COMPONENTS = 11
_BYTES_MAX = 33_554_432
_SECONDS_MAX = 600
_SAMPLE_SECONDS = 0.05


async def measure(hub: Hub, hospital: Partner, megabytes: Callable[[], float]) -> dict[str, Any]:
    """One transaction of 10,000 entries, while somebody else reads one request after the other. `megabytes` tells the
    resident memory of the gateway, its process for large requests included."""
    body = _bundle()
    headers = {"Authorization": f"Bearer {hospital.token()}", "Content-Type": "application/fhir+json"}
    url, before = f"{hub.services['hospital_gateway']}/fhir", megabytes()
    peak, waits = [before], [0.0]
    async with httpx.AsyncClient(timeout=_SECONDS_MAX, headers=headers) as client:
        others = [
            asyncio.create_task(_watch(megabytes, peak)),
            asyncio.create_task(_read(client, f"{url}/Patient?_count=1", waits)),
        ]
        started = time.perf_counter()
        answer = await client.post(url, content=body)
        seconds = time.perf_counter() - started
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
    if answer.status_code != httpx.codes.OK:
        raise SystemExit(f"the large Bundle was answered with {answer.status_code}")
    return {
        "entries": _ENTRIES,
        "mebibytes": round(len(body) / 1_048_576, 1),
        "seconds": round(seconds, 1),
        "megabytes_before": round(before, 1),
        "megabytes_at_most": round(peak[0], 1),
        "others_answered": len(waits) - 1,
        "others_slowest_ms": round(max(waits) * 1_000, 1),
    }


async def _watch(megabytes: Callable[[], float], peak: list[float]) -> None:
    while True:
        peak[0] = max(peak[0], await asyncio.to_thread(megabytes))
        await asyncio.sleep(_SAMPLE_SECONDS)


async def _read(client: httpx.AsyncClient, url: str, waits: list[float]) -> None:
    while True:
        started = time.perf_counter()
        (await client.get(url)).raise_for_status()
        waits.append(time.perf_counter() - started)


def _bundle() -> bytes:
    patient, numbers = f"urn:uuid:{uuid.uuid4()}", uuid.uuid4().hex
    identifier = [{"system": "https://fhir.kemkes.go.id/id/nik", "value": nik(uuid.uuid4().int % 900_000)}]
    entries = [_entry({"resourceType": "Patient", "identifier": identifier}, patient)]
    visits = [f"urn:uuid:{uuid.uuid4()}" for _ in range(_VISITS)]
    for place, visit in enumerate(visits):
        entries.append(_entry(_encounter(patient, f"{numbers}-{place}"), visit))
    while len(entries) < _ENTRIES:
        entries.append(_entry(_observation(patient, visits[len(entries) % _VISITS])))
    body = json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}).encode()
    assert len(body) <= _BYTES_MAX
    return body


def _entry(resource: dict[str, Any], full_url: str | None = None) -> dict[str, Any]:
    entry = {"request": {"method": "POST", "url": resource["resourceType"]}, "resource": resource}
    return {"fullUrl": full_url, **entry} if full_url else entry


def _encounter(patient: str, number: str) -> dict[str, Any]:
    return {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "EMER"},
        "identifier": [{"system": "http://sys-ids.kemkes.go.id/encounter/1", "value": number}],
        "subject": {"reference": patient},
        "period": {"start": "2026-11-20T10:10:00+07:00", "end": "2026-11-20T12:10:00+07:00"},
        "reasonCode": [{"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "S62.5"}]}],
    }


def _observation(patient: str, visit: str) -> dict[str, Any]:
    part = {
        "code": {
            "coding": [{"system": "http://loinc.org", "code": "8480-6", "display": "Systolic blood pressure"}],
            "text": "Tekanan darah sistolik",
        },
        "valueQuantity": {"value": 120.1, "unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"},
    }
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}], "text": "Tekanan darah"},
        "subject": {"reference": patient},
        "encounter": {"reference": visit},
        "effectiveDateTime": "2026-11-20T10:30:00+07:00",
        "component": [part] * _COMPONENTS,
    }
