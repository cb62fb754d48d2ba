"""What was measured, as people read it."""

from typing import Any

from rich.table import Table


def tables(result: dict[str, Any]) -> list[Table]:
    """All of `result`, in the order of the measurements."""
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
    return [
        _latency_table(result["latency"]),
        second,
        _processor_table(result),
        third,
        matching_table(result["matching"]),
        _participants_table(result["participants"]),
        large_bundle_table(result["large_bundle"]),
        live_queues_table(result["live_queues"]),
    ]


def _latency_table(latency: dict[str, Any]) -> Table:
    table = Table(title=f"(a) request to stream at {latency['requests_per_second']}/s, milliseconds")
    for heading in ("", "p50", "p95", "p99", "p95 over floor"):
        table.add_column(heading)
    for title, name in (("hub, many employers", "hub"), ("hub, one employer", "one_employer"), ("floor", "floor")):
        found = latency[name]
        over = f"{found['p95_over_floor']}x" if "p95_over_floor" in found else ""
        table.add_row(title, *(str(found[f"p{share}_ms"]) for share in (50, 95, 99)), over)
    return table


def _processor_table(result: dict[str, Any]) -> Table:
    """Where the time goes."""
    table = Table(title="(a), (b) milliseconds of processor time for one request, by part")
    found = {"(a) many": result["latency"]["hub"], "(a) one": result["latency"]["one_employer"]}
    found |= {f"(b) {entry['what']}, {entry['connections']}": entry for entry in result["throughput"]}
    spent = {title: entry["processor_ms_each"] for title, entry in found.items()}
    for heading in ("part", *spent):
        table.add_column(heading)
    for part in next(iter(spent.values())):
        table.add_row(part, *(f"{each[part]:.1f}" for each in spent.values()))
    table.add_row("together", *(f"{sum(each.values()):.1f}" for each in spent.values()))
    return table


def _participants_table(measured: dict[str, Any]) -> Table:
    table = Table(title="(e) import of participants")
    for heading in ("lines", "accepted", "lines a second", "MB before", "MB at most"):
        table.add_column(heading)
    table.add_row(*(str(value) for value in measured.values()))
    return table


def large_bundle_table(measured: dict[str, Any]) -> Table:
    """(f)."""
    table = Table(title="(f) the largest Bundle, and others meanwhile")
    for heading in ("entries", "MiB", "seconds", "MB before", "MB at most", "others answered", "slowest of them, ms"):
        table.add_column(heading)
    table.add_row(*(str(value) for value in measured.values()))
    return table


def matching_table(measured: dict[str, Any]) -> Table:
    """(d)."""
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


def live_queues_table(measured: dict[str, Any]) -> Table:
    """(g)."""
    title = (
        f"(g) request to screen at {measured['requests_per_second']}/s, 50 open queues, milliseconds; "
        f"{measured['rows_rendered_per_claim']} rows rendered a claim, console {measured['resident_megabytes']} MB"
    )
    table = Table(title=title)
    for heading in ("", "p50", "p95", "p99", "max", "missed"):
        table.add_column(heading)
    for words, name in (("plain stream", "stream"), ("49 queues", "queues"), ("browser", "browser")):
        found = measured[name]
        table.add_row(words, *(str(found[key]) for key in ("p50_ms", "p95_ms", "p99_ms", "max_ms", "missed")))
    return table
