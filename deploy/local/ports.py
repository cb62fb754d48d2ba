"""Ports of the loopback interface."""

import os
import random
import socket
from collections.abc import Mapping
from pathlib import Path

from deploy.local.problems import HubProblem

HOST = "127.0.0.1"
# Below the range from which systems take ports for outgoing connections, and above those of the tests' whole hubs.
_SINGLE_PORTS = range(30_100, 32_768)
_CHANCE = random.SystemRandom()
_GIVEN: set[int] = set()


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def answers(port: int, timeout_seconds: float = 0.5) -> bool:
    """Whether somebody accepts connections on `port`."""
    try:
        with socket.create_connection((HOST, port), timeout=timeout_seconds):
            return True
    except OSError:
        return False


def free_port() -> int:
    """A port that was free a moment ago, for tests; never the same twice in a process, and never one that the system
    might give to an outgoing connection before its server listens there."""
    while True:
        port = _CHANCE.choice(_SINGLE_PORTS)
        if port not in _GIVEN and is_free(port):
            _GIVEN.add(port)
            return port


def holder(port: int) -> str | None:
    """Who listens on `port`, as `pid 4711, python -m …`, where the system tells us (Linux, own processes)."""
    try:
        listening = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    except OSError:
        return None
    # Local address in hexadecimal, state 0A (listening), the socket's inode.
    inodes = {line[9] for line in listening if line[3] == "0A" and int(line[1].rpartition(":")[2], 16) == port}
    wanted = {f"socket:[{inode}]" for inode in inodes}
    for link in Path("/proc").glob("[0-9]*/fd/*") if wanted else ():
        try:
            if os.readlink(link) in wanted:
                process = link.parents[1]
                words = (process / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
                return f"pid {process.name}, {' '.join([Path(words[0]).name, *words[1:3]])}"
        except OSError:
            continue
    return None


def require_free(ports: Mapping[str, int]) -> None:
    """Raises HubProblem naming every port that another program holds."""
    taken = {name: port for name, port in ports.items() if not is_free(port)}
    if not taken:
        return
    told = []
    for name, port in taken.items():
        by = holder(port)
        told.append(f"{port} ({name}; {by})" if by else f"{port} ({name})")
    noun, verb = ("port", "is") if len(told) == 1 else ("ports", "are")
    raise HubProblem(
        f"{noun} {', '.join(told)} {verb} in use by another program: "
        "stop it, or choose other ports with SIMPUL_PORT_BASE"
    )
