"""Child processes: found again by pid file, never confused with a stranger."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import processes
from deploy.local.problems import HubProblem
from deploy.local.processes import ChildProcess, began, wait_until

SLEEPER = [sys.executable, "-c", "import time; print('hello', flush=True); time.sleep(60)"]


def child(folder: Path, command: list[str]) -> ChildProcess:
    return ChildProcess(
        name="sleeper", command=command, pid_file=folder / "run" / "a.pid", log_file=folder / "logs" / "a.log"
    )


def test_a_child_is_found_again_by_its_pid_file_and_stopped(tmp_path: Path) -> None:
    first = child(tmp_path, SLEEPER)
    first.start()
    again = child(tmp_path, SLEEPER)
    assert again.pid == first.pid
    again.stop()
    assert first.pid is None
    assert not again.pid_file.exists()


def test_a_pid_that_belongs_to_another_process_since_is_never_signalled(tmp_path: Path) -> None:
    stranger = subprocess.Popen(SLEEPER, stdout=subprocess.DEVNULL)
    try:
        ours = child(tmp_path, SLEEPER)
        ours.pid_file.parent.mkdir(parents=True)
        ours.pid_file.write_text(json.dumps({"pid": stranger.pid, "began": "long ago"}))
        assert ours.pid is None
        ours.stop()
        ours.kill()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.parametrize("content", ["", "nonsense", "[]", '{"pid": "x", "began": 1}', '{"pid": 1}'])
def test_a_broken_pid_file_means_not_running(tmp_path: Path, content: str) -> None:
    ours = child(tmp_path, SLEEPER)
    ours.pid_file.parent.mkdir(parents=True)
    ours.pid_file.write_text(content)
    assert ours.pid is None


def test_a_killed_child_is_noticed(tmp_path: Path) -> None:
    ours = child(tmp_path, SLEEPER)
    ours.start()
    pid = ours.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert wait_until(lambda: ours.pid is None, 5.0)


def test_a_child_that_ends_while_one_looks_is_let_go_of_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = child(tmp_path, [sys.executable, "-c", "input()"])
    ours.start()
    pid = ours.pid
    assert pid is not None
    # Standing in for the moment in which it ends: it runs at the first look and is a zombie at the second.
    answers = [None]
    look = processes._STARTED[pid].poll
    monkeypatch.setattr(processes._STARTED[pid], "poll", lambda: answers.pop() if answers else look())
    assert wait_until(lambda: began(pid) is None, 5.0)
    assert ours.pid is None
    assert pid not in processes._STARTED


def test_a_zombie_counts_as_dead() -> None:
    zombie = subprocess.Popen([sys.executable, "-c", ""])
    try:
        assert wait_until(lambda: began(zombie.pid) is None, 5.0)
    finally:
        zombie.wait()


def test_a_child_that_ends_while_starting_shows_the_end_of_its_log(tmp_path: Path) -> None:
    ours = child(tmp_path, [sys.executable, "-c", "print('the reason'); raise SystemExit(3)"])
    ours.start()
    with pytest.raises(HubProblem, match=r"sleeper ended while starting; its log is .*a\.log") as problem:
        ours.wait_ready(lambda: False, 10.0)
    assert "the reason" in problem.value.log_lines


def test_a_child_that_ignores_its_stop_signal_is_killed(tmp_path: Path) -> None:
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    )
    ours = child(tmp_path, [sys.executable, "-c", stubborn])
    ours.stop_signals = ((signal.SIGTERM, 0.2),)
    ours.start()
    assert wait_until(lambda: "up" in ours.log_tail(), 10.0)
    ours.stop()
    assert ours.pid is None


def test_a_program_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(HubProblem, match="/no/such/program does not exist"):
        child(tmp_path, ["/no/such/program"]).start()
