"""How fast verification takes in participants, and how much its memory grows meanwhile."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from benchmarks.client import Hub, Partner
from benchmarks.made_up import nik

_LINES_A_CHUNK = 200
_SECONDS_MAX = 3_600


def measure(hub: Hub, core: Partner, lines: int, megabytes: Callable[[], float]) -> dict[str, Any]:
    """One import of `lines` lines, each of another worker. `megabytes` tells the service's resident memory."""
    before = megabytes()
    peak = [before]

    def body() -> Iterator[bytes]:
        for first in range(0, lines, _LINES_A_CHUNK):
            peak[0] = max(peak[0], megabytes())
            yield b"".join(_line(number) for number in range(first, min(first + _LINES_A_CHUNK, lines)))

    headers = {
        "Authorization": f"Bearer {core.token()}",
        "Idempotency-Key": uuid.uuid4().hex,
        "Content-Type": "application/x-ndjson",
    }
    started = time.perf_counter()
    url = f"{hub.services['verification']}/v1/participants/import"
    answer = httpx.post(url, content=body(), headers=headers, timeout=_SECONDS_MAX)
    seconds = time.perf_counter() - started
    answer.raise_for_status()
    return {
        "lines": lines,
        "accepted": answer.json()["accepted"],
        "lines_per_second": round(lines / seconds, 1),
        "megabytes_before": round(before, 1),
        "megabytes_at_most": round(peak[0], 1),
    }


def _line(number: int) -> bytes:
    line = {
        "nik": nik(number),
        "kpj": f"{number:011d}",
        "name": f"Pekerja {number}",
        "birth_date": "1990-03-12",
        "employer_registration_number": f"UK{number % 1_000_000:06d}",
        "segment": "PU",
        "programmes": ["JKK", "JKM"],
        "wage_rupiah": 4_000_000 + number % 1_000 * 1_000,
        "active_from": "2020-01-01",
        "active_to": None,
        "contributions_paid_until": "2026-10-31",
    }
    return json.dumps(line).encode() + b"\n"
