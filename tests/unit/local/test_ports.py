"""Ports: free, taken, and by whom."""

import os
import socket
from pathlib import Path

import pytest

from deploy.local.ports import HOST, answers, free_port, holder, is_free, require_free
from deploy.local.problems import HubProblem


def test_a_listening_port_is_taken_and_answers() -> None:
    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]
        assert not is_free(port)
        assert answers(port)
    assert is_free(port)
    assert not answers(port)


def test_the_holder_of_a_port_is_named() -> None:
    with socket.create_server((HOST, 0)) as server:
        told = holder(server.getsockname()[1])
        assert (told is not None) == Path("/proc/net/tcp").exists()
        assert told is None or told.startswith(f"pid {os.getpid()}, ")
    assert holder(free_port()) is None


def test_all_taken_ports_are_told_at_once() -> None:
    with socket.create_server((HOST, 0)) as one, socket.create_server((HOST, 0)) as two:
        first, second = one.getsockname()[1], two.getsockname()[1]
        with pytest.raises(HubProblem, match=rf"ports {first} \(a.*\), {second} \(b.*\) are in use"):
            require_free({"a": first, "b": second, "c": free_port()})
