"""`make bench`: the running hub beside floors measured in the same run on the same machine.

(a) milliseconds from a report's request to its claim on the stream, at 20 requests/s, beside one Kafka round trip and
    one commit; (b) accepted reports and four-resource FHIR bundles a second at 1 and 16 connections, beside a bare loop
    that executes the same SQL statements with the same bytes; (c) resident memory of each service afterwards; (d) how
    well matching tells one accident from two, on made-up labelled pairs (needs no server); (e) lines a second of an
    import of participants, and how verification's memory grows meanwhile.

Everything runs on one machine and shares its processors: hub, servers, load client. Ratios are what counts.
"""

import argparse
import asyncio
import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks import participant_import, sql_floor, stream_latency
from benchmarks.client import Hub, Partner, install_load_client, load
from benchmarks.floors import round_trip_and_commit
from benchmarks.matching_quality import matching_quality
from deploy.local.service_processes import database_passwords
from deploy.local.settings import HubSettings
from shared.observability import configure_logging

_CONNECTIONS = (1, 16)
_PER_SECOND = 20
_WORKS = {"reports": sql_floor.REPORTS, "bundles": sql_floor.BUNDLES}
_RESULTS = Path(__file__).parent / "results"


async def _measure(seconds: int, participants: int) -> dict[str, Any]:
    hub = Hub.running()
    install_load_client()
    passwords = database_passwords(HubSettings.load().as_recorded())
    employer = Partner("employer", sql_floor.REPORTS.org, "PT Ukur Kinerja")
    hospital = Partner("hospital", sql_floor.BUNDLES.org, "RS Ukur Kinerja")
    verifier = Partner("bpjs-verifier", "bpjs:ukur", "Ukur")
    floor = await round_trip_and_commit(hub.kafka, hub.postgres, per_second=_PER_SECOND, seconds=seconds)
    latency = await stream_latency.measure(hub, employer, verifier, per_second=_PER_SECOND, seconds=seconds)
    result: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"processors": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()},
        "latency": {
            "requests_per_second": _PER_SECOND,
            "hub": latency.summary(),
            "floor": floor.summary(),
            "p95_over_floor": round(latency.percentile(95) / floor.percentile(95), 2),
        },
        "throughput": [],
    }
    for name, work in _WORKS.items():
        partner = employer if name == "reports" else hospital
        floors = await sql_floor.measure(hub.postgres, passwords[work.service], work, _CONNECTIONS)
        for connections in _CONNECTIONS:
            url = hub.services[work.service] + work.path
            loaded = await load(
                url,
                work.template,
                partner.token(),
                connections=connections,
                seconds=seconds,
                content_type=work.content_type,
            )
            share = loaded["accepted_per_second"] / floors[connections]
            entry = {"what": name, "connections": connections, "hub": loaded}
            result["throughput"].append({**entry, "floor_per_second": round(floors[connections], 1), "share": share})
    result["resident_megabytes"] = _resident(hub)
    result["matching"] = matching_quality()
    core = Partner("bpjs-core", "bpjs:ukur", "Ukur")
    result["participants"] = await asyncio.to_thread(
        participant_import.measure, hub, core, participants, lambda: _resident(hub)["verification"]
    )
    return result


def _resident(hub: Hub) -> dict[str, float]:
    """Megabytes of each service's process, by its port."""
    ports = {int(url.rsplit(":", 1)[1]): name for name, url in hub.services.items()}
    found = {}
    for connection in psutil.net_connections("tcp4"):
        name = (
            ports.get(connection.laddr.port) if connection.laddr and connection.status == psutil.CONN_LISTEN else None
        )
        if name and connection.pid:
            process = psutil.Process(connection.pid)
            family = [process, *process.children(recursive=True)]
            found[name] = round(sum(member.memory_info().rss for member in family) / 1_048_576, 1)
    return dict(sorted(found.items()))


def _tables(result: dict[str, Any]) -> list[Table]:
    latency = result["latency"]
    first = Table(title=f"(a) request to stream at {latency['requests_per_second']}/s, milliseconds")
    for heading in ("", "p50", "p95", "p99"):
        first.add_column(heading)
    for name in ("hub", "floor"):
        first.add_row(name, *(str(latency[name][f"p{share}_ms"]) for share in (50, 95, 99)))
    first.add_row("p95 over floor", "", f"{latency['p95_over_floor']}x", "")
    second = Table(title="(b) accepted a second")
    for heading in ("what", "connections", "hub", "floor", "share", "p50 ms", "p99 ms", "not accepted"):
        second.add_column(heading)
    for entry in result["throughput"]:
        hub = entry["hub"]
        second.add_row(
            entry["what"],
            str(entry["connections"]),
            f"{hub['accepted_per_second']:.0f}",
            f"{entry['floor_per_second']:.0f}",
            f"{entry['share']:.0%}",
            str(hub["p50_ms"]),
            str(hub["p99_ms"]),
            str(hub["refused"] + hub["errors"]),
        )
    third = Table(title="(c) resident memory, MB")
    for name in result["resident_megabytes"]:
        third.add_column(name)
    third.add_row(*(str(value) for value in result["resident_megabytes"].values()))
    return [first, second, third, _matching_table(result["matching"]), _participants_table(result["participants"])]


def _participants_table(measured: dict[str, Any]) -> Table:
    table = Table(title="(e) import of participants")
    for heading in ("lines", "accepted", "lines a second", "MB before", "MB at most"):
        table.add_column(heading)
    table.add_row(*(str(value) for value in measured.values()))
    return table


def _matching_table(measured: dict[str, Any]) -> Table:
    table = Table(title=f"(d) matching on {measured['pairs']} made-up pairs")
    for heading in ("pairs", "one accident", "joined by itself", "wrong", "precision", "recall", "recall with basket"):
        table.add_column(heading)
    for title, among in (("all", "all"), ("no common number", "without_common_number")):
        found = measured[among]
        counts = (found["one_accident"], found["joined"], found["wrong"])
        table.add_row(
            title,
            *map(str, counts),
            f"{found['precision']:.4%}",
            f"{found['recall']:.2%}",
            f"{found['recall_with_basket']:.2%}",
        )
    return table


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--seconds", type=int, default=15, help="how long each measurement lasts")
    parser.add_argument("--participants", type=int, default=50_000, help="how many lines the import has")
    parser.add_argument("--matching-only", action="store_true", help="only (d), without a hub")
    # The services that are recorded in this process would tell of each request.
    configure_logging("bench", "warning")
    asked = parser.parse_args()
    console = Console()
    if asked.matching_only:
        console.print(_matching_table(matching_quality()))
        return
    result = asyncio.run(_measure(asked.seconds, asked.participants))
    for table in _tables(result):
        console.print(table)
    _RESULTS.mkdir(exist_ok=True)
    path = _RESULTS / "latest.json"
    path.write_text(json.dumps(result, indent=1))
    console.print(f"written to {path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}")


if __name__ == "__main__":
    main()
