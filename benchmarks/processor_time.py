"""How much processor time each part of the hub takes: where the time goes, whoever else uses the machine."""

import asyncio
import resource
import time
from collections.abc import Mapping

import psutil

from benchmarks.client import Hub

_LOOK_EVERY_SECONDS = 1.0
# Of one processor, all services together: their polling alone takes less than this.
_REST_SHARE = 0.2
_REST_SECONDS_MAX = 120.0


def processes(hub: Hub) -> dict[str, psutil.Process]:
    """The processes that listen for each service, PostgreSQL and Kafka; what they started is among their children."""
    addresses = {**hub.services, "kafka": hub.kafka, "postgres": hub.postgres.rpartition("/")[0]}
    ports = {int(address.rsplit(":", 1)[1]): name for name, address in addresses.items()}
    found = {}
    for connection in psutil.net_connections("tcp"):
        name = (
            ports.get(connection.laddr.port) if connection.laddr and connection.status == psutil.CONN_LISTEN else None
        )
        if name and connection.pid:
            found[name] = psutil.Process(connection.pid)
    return dict(sorted(found.items()))


def seconds_used(hub: Hub) -> dict[str, float]:
    """Processor time since each part's start, and that of the client: this process and all it has waited for."""
    used = {name: _with_children(process) for name, process in processes(hub).items()}
    own = [resource.getrusage(whom) for whom in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {**used, "client": sum(usage.ru_utime + usage.ru_stime for usage in own)}


def milliseconds_each(before: Mapping[str, float], after: Mapping[str, float], requests: float) -> dict[str, float]:
    """What each part took for one request."""
    return {name: round((after[name] - before.get(name, 0.0)) * 1000 / max(requests, 1), 2) for name in after}


async def at_rest(hub: Hub) -> None:
    """Wait until the services have worked off what was sent to them, so that one measurement does not slow the next."""
    deadline = time.monotonic() + _REST_SECONDS_MAX
    before = seconds_used(hub)
    while time.monotonic() < deadline:
        await asyncio.sleep(_LOOK_EVERY_SECONDS)
        after = seconds_used(hub)
        if sum(after[name] - before[name] for name in hub.services) < _REST_SHARE * _LOOK_EVERY_SECONDS:
            return
        before = after


def _with_children(process: psutil.Process) -> float:
    total = 0.0
    for member in [process, *process.children(recursive=True)]:
        try:
            times = member.cpu_times()
        except psutil.NoSuchProcess:
            # It has ended since; its parent counts it from now on.
            continue
        total += times.user + times.system + (times.children_user + times.children_system if member == process else 0)
    return total
