"""`make bench`: the running hub beside floors measured in the same run on the same machine.

(a) milliseconds from a report's request to its claim on the stream, at 20 requests/s, beside one Kafka round trip and
    one commit: once from many employers, as in life, and once from a single one, whose claims are all looked at again
    for being so many; (b) accepted reports and four-resource FHIR bundles a second at 1 and 16 connections, beside a
    bare loop that executes the same SQL statements with the same bytes; (c) resident memory of each service
    afterwards; (d) how well matching tells one accident from two, on made-up labelled pairs (needs no server);
    (e) lines a second of an import of participants, and how verification's memory grows meanwhile; (f) the largest
    Bundle that the hospital gateway takes, its memory meanwhile (512 MB at most) and what others notice; (g) how late
    50 open queues of the console, one of them a real browser's, show what is reported at 20 requests/s (2 s at most),
    beside a plain follower of the stream, how often a row was rendered, and the console's memory (400 MB at most).

Everything runs on one machine and shares its processors: hub, servers, load client. Ratios are what counts, and the
processor time that each part takes for one request, which does not depend on what else the machine does. Each
measurement begins when the services have worked off the one before.
"""

import argparse
import asyncio
import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks import large_bundle, live_queues, participant_import, sql_floor, stream_latency
from benchmarks.client import Hub, Partner, employers, install_load_client, load
from benchmarks.floors import round_trip_and_commit
from benchmarks.matching_quality import matching_quality
from benchmarks.processor_time import at_rest, milliseconds_each, processes, seconds_used
from benchmarks.tables import large_bundle_table, live_queues_table, matching_table, tables
from deploy.local.service_processes import database_passwords
from deploy.local.settings import HubSettings
from shared.observability import configure_logging

_CONNECTIONS = (1, 16)
_PER_SECOND = 20
# As many employers as report in some hours in the whole country; few of them twice.
_EMPLOYERS = 64
_WORKS = {"reports": sql_floor.REPORTS, "bundles": sql_floor.BUNDLES}
_RESULTS = Path(__file__).parent / "results"


async def _measure(seconds: int, participants: int) -> dict[str, Any]:
    hub = Hub.running()
    install_load_client()
    reporting = employers(_EMPLOYERS)
    result: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"processors": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()},
        "latency": await _latency(hub, reporting, seconds),
        "throughput": [],
    }
    for name, work in _WORKS.items():
        sending = reporting if name == "reports" else [Partner("hospital", work.org, "RS Ukur Kinerja")]
        result["throughput"] += await _throughput(hub, name, sending, seconds)
    result["resident_megabytes"] = _resident(hub)
    result["matching"] = matching_quality()
    core = Partner("bpjs-core", "bpjs:ukur", "Ukur")
    result["participants"] = await asyncio.to_thread(
        participant_import.measure, hub, core, participants, lambda: _resident(hub)["verification"]
    )
    result["large_bundle"] = await _large_bundle(hub)
    result["live_queues"] = await _live_queues(hub, reporting, seconds)
    return result


async def _live_queues(hub: Hub, reporting: Sequence[Partner], seconds: int) -> dict[str, Any]:
    await at_rest(hub)
    verifier = Partner("bpjs-verifier", "bpjs:ukur", "Ukur")
    return await live_queues.measure(
        hub, reporting, verifier, lambda: _resident(hub)["verification"], per_second=_PER_SECOND, seconds=seconds
    )


async def _large_bundle(hub: Hub) -> dict[str, Any]:
    await at_rest(hub)
    hospital = Partner("hospital", sql_floor.BUNDLES.org, "RS Ukur Kinerja")
    return await large_bundle.measure(hub, hospital, lambda: _resident(hub)["hospital_gateway"])


async def _latency(hub: Hub, reporting: Sequence[Partner], seconds: int) -> dict[str, Any]:
    verifier = Partner("bpjs-verifier", "bpjs:ukur", "Ukur")
    floor = await round_trip_and_commit(hub.kafka, hub.postgres, per_second=_PER_SECOND, seconds=seconds)
    measured: dict[str, Any] = {"requests_per_second": _PER_SECOND, "floor": floor.summary()}
    for name, among in (("hub", reporting), ("one_employer", employers(1))):
        await at_rest(hub)
        before = seconds_used(hub)
        latency = await stream_latency.measure(hub, among, verifier, per_second=_PER_SECOND, seconds=seconds)
        spent = milliseconds_each(before, seconds_used(hub), _PER_SECOND * (seconds + 1))
        over = round(latency.percentile(95) / floor.percentile(95), 2)
        measured[name] = {**latency.summary(), "p95_over_floor": over, "processor_ms_each": spent}
    return measured


async def _throughput(hub: Hub, name: str, sending: Sequence[Partner], seconds: int) -> list[dict[str, Any]]:
    work, entries = _WORKS[name], []
    passwords = database_passwords(HubSettings.load().as_recorded())
    floors = await sql_floor.measure(hub.postgres, passwords[work.service], work, _CONNECTIONS)
    for connections in _CONNECTIONS:
        await at_rest(hub)
        before = seconds_used(hub)
        url = hub.services[work.service] + work.path
        loaded = await load(
            url, work.template, sending, connections=connections, seconds=seconds, content_type=work.content_type
        )
        spent = milliseconds_each(before, seconds_used(hub), loaded["accepted"])
        share = loaded["accepted_per_second"] / floors[connections]
        entry = {"what": name, "connections": connections, "hub": loaded, "processor_ms_each": spent}
        entries.append({**entry, "floor_per_second": round(floors[connections], 1), "share": share})
    return entries


def _resident(hub: Hub) -> dict[str, float]:
    """Megabytes of each service's process, by its port."""
    found = {}
    for name, process in processes(hub).items():
        if name in hub.services:
            family = [process, *process.children(recursive=True)]
            found[name] = round(sum(member.memory_info().rss for member in family) / 1_048_576, 1)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--seconds", type=int, default=15, help="how long each measurement lasts")
    parser.add_argument("--participants", type=int, default=50_000, help="how many lines the import has")
    parser.add_argument("--large-bundle-only", action="store_true", help="only (f)")
    parser.add_argument("--live-queues-only", action="store_true", help="only (g)")
    parser.add_argument("--matching-only", action="store_true", help="only (d), without a hub")
    # The services that are recorded in this process would tell of each request.
    configure_logging("bench", "warning")
    asked = parser.parse_args()
    console = Console()
    if asked.matching_only:
        console.print(matching_table(matching_quality()))
        return
    if asked.large_bundle_only:
        console.print(large_bundle_table(asyncio.run(_large_bundle(Hub.running()))))
        return
    if asked.live_queues_only:
        measured = asyncio.run(_live_queues(Hub.running(), employers(_EMPLOYERS), asked.seconds))
        console.print(live_queues_table(measured))
        return
    result = asyncio.run(_measure(asked.seconds, asked.participants))
    for table in tables(result):
        console.print(table)
    _RESULTS.mkdir(exist_ok=True)
    path = _RESULTS / "latest.json"
    path.write_text(json.dumps(result, indent=1))
    console.print(f"written to {path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}")


if __name__ == "__main__":
    main()
