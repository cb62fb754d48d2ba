"""Child processes that outlive the command that started them, found again by pid file.

A pid file holds the pid and the moment the process began (`{"pid": 4711, "began": "…"}`), so that a pid which the
system has given to somebody else since is never signalled. A zombie counts as dead.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.problems import HubProblem
from deploy.local.unprivileged import UnprivilegedUser, as_user

LOG_BYTES_MAX = 10_000_000
POLL_SECONDS = 0.05
# Children are meant to outlive us; `Popen` complains when it is forgotten before they end.
_STARTED: dict[int, subprocess.Popen[bytes]] = {}


def _reap(pid: int) -> None:
    """Let go of our own child when it has ended."""
    if (started := _STARTED.get(pid)) and started.poll() is not None:
        del _STARTED[pid]


def began(pid: int) -> str | None:
    """When the process with this pid began, as a text to compare; None when there is none or it is a zombie."""
    if sys.platform == "linux":
        return _began_by_proc(pid)
    listed = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, since = listed.stdout.strip().partition(" ")
    return since.strip() if since and not state.startswith("Z") else None


def _began_by_proc(pid: int) -> str | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return None
    # The second field is the command in brackets and may hold anything, so count from its end.
    fields = text.rpartition(")")[2].split()
    if fields[0] in "ZX" and _threads(pid) <= 1:
        return None
    return f"{boot}:{fields[19]}"


def _threads(pid: int) -> int:
    """A killed process looks like a zombie before its last thread has let go of its ports and files."""
    try:
        return len(os.listdir(f"/proc/{pid}/task"))
    except OSError:
        return 0


def wait_until(condition: Callable[[], bool], timeout_seconds: float) -> bool:
    """Whether `condition` came true in time."""
    deadline = time.monotonic() + timeout_seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


@dataclass
class ChildProcess:
    """One program with its own session, log file and pid file.

    `stop_signals` are tried in turn, each for its seconds, before SIGKILL to the whole session.
    """

    name: str
    command: Sequence[str]
    pid_file: Path
    log_file: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    directory: Path | None = None
    user: UnprivilegedUser | None = None
    stop_signals: Sequence[tuple[signal.Signals, float]] = ((signal.SIGTERM, 15.0),)

    @property
    def pid(self) -> int | None:
        """The pid while the process runs, else None."""
        try:
            mark = json.loads(self.pid_file.read_text(encoding="utf-8"))
            pid, since = int(mark["pid"]), str(mark["began"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        _reap(pid)
        if began(pid) == since:
            return pid
        _reap(pid)  # once more: it may have ended between the two looks, and nobody looks again
        return None

    def start(self) -> None:
        """Start it in a session of its own. Does not wait until it is ready."""
        self.pid_file.parent.mkdir(parents=True, exist_ok=True)
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        self._rotate_log()
        with self.log_file.open("ab") as log:
            try:
                started = subprocess.Popen(
                    list(self.command),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=dict(self.environment),
                    cwd=self.directory,
                    start_new_session=True,
                    umask=0o077,
                    **as_user(self.user),
                )
            except FileNotFoundError as error:
                raise HubProblem(f"{self.name} cannot start: {error.filename} does not exist") from error
        _STARTED[started.pid] = started
        self.adopt(started.pid)

    def adopt(self, pid: int) -> None:
        """Remember a running process as this one. Nothing is written when it has ended already."""
        since = began(pid)
        if since is None:
            _reap(pid)
            return
        fresh = self.pid_file.with_suffix(".new")
        fresh.write_text(json.dumps({"pid": pid, "began": since}), encoding="utf-8")
        fresh.replace(self.pid_file)

    def stop(self) -> None:
        """End it gently, then firmly; returns when it is gone. No-op when it does not run."""
        pid = self.pid
        for sent, seconds in self.stop_signals:
            if pid is None:
                break
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sent)
            if wait_until(lambda: self.pid is None, seconds):
                pid = None
        if pid is not None:
            self.kill()
        self.pid_file.unlink(missing_ok=True)

    def kill(self) -> None:
        """SIGKILL to its whole session; returns when it is gone."""
        pid = self.pid
        if pid is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        wait_until(lambda: self.pid is None, 5.0)

    def wait_ready(self, ready: Callable[[], bool], timeout_seconds: float) -> None:
        """Return when `ready()` holds. Raises HubProblem with the end of the log when it dies or takes too long."""
        if not wait_until(lambda: self.pid is None or ready(), timeout_seconds):
            raise self.problem(f"{self.name} was not ready after {timeout_seconds:.0f} s")
        if self.pid is None:
            raise self.problem(f"{self.name} ended while starting")

    def problem(self, text: str) -> HubProblem:
        """`text` with the place and the last lines of the log."""
        return HubProblem(f"{text}; its log is {self.log_file}", log_lines=self.log_tail())

    def log_tail(self, lines: int = 12) -> tuple[str, ...]:
        """The last lines of the log, as far as it can be read."""
        try:
            with self.log_file.open("rb") as log:
                log.seek(max(0, log.seek(0, os.SEEK_END) - 8192))
                text = log.read().decode("utf-8", errors="replace")
        except OSError:
            return ()
        return tuple(text.splitlines()[-lines:])

    def _rotate_log(self) -> None:
        with contextlib.suppress(OSError):
            if self.log_file.stat().st_size > LOG_BYTES_MAX:
                self.log_file.replace(self.log_file.with_suffix(".log.1"))
