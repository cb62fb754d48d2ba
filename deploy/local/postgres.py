"""A PostgreSQL server of our own on the loopback address, from the wheel's programs (decisions 17).

Only `initdb` and `postgres` are used, never the wheel's own server helper, which opens every parent folder to others.
When we are root the server runs as an ordinary user of the system, and its data move out of folders which that user
cannot enter; where to is written beside, in `location`.
"""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path

from deploy.local import ports
from deploy.local.postgres_binaries import PostgresBinaries, find_binaries
from deploy.local.problems import HubProblem
from deploy.local.processes import ChildProcess
from deploy.local.unprivileged import UnprivilegedUser, as_user, folder_open_to_all, unprivileged_user

READY_SECONDS = 120.0
MEMORY_BLOCK_SECONDS = 15.0
SUPERUSER = "postgres"


class EmbeddedPostgres:
    """One server with its data under `folder`. `start`, `stop`, `kill` and `start` again keep the data.

    `trust=True` takes every local connection without a password: for throw-away test servers only.
    """

    def __init__(
        self, folder: Path, port: int, *, max_connections: int = 300, trust: bool = False, log_file: Path | None = None
    ) -> None:
        self._folder = folder.absolute()
        self.port = port
        self._max_connections = max_connections
        self._trust = trust
        self._log_file = log_file or self._folder / "postgres.log"
        self._user: UnprivilegedUser | None = unprivileged_user()
        self._process: ChildProcess | None = None

    @property
    def url(self) -> str:
        """The superuser's address; without a password until the server has been started for the first time."""
        password = f":{self.password}" if self.password and not self._trust else ""
        return f"postgresql://{SUPERUSER}{password}@{ports.HOST}:{self.port}/postgres"

    @property
    def password(self) -> str:
        """The superuser's password, made with the data and kept with mode 0600; empty before that."""
        kept = self._folder / "password"
        return kept.read_text(encoding="ascii") if kept.exists() else ""

    @property
    def data(self) -> Path:
        """Where the data lie."""
        location = self._folder / "location"
        return Path(location.read_text(encoding="utf-8")) if location.exists() else self._folder / "data"

    @property
    def process(self) -> ChildProcess:
        """The server process, running or not."""
        if self._process is None:
            self._process = ChildProcess(
                name="PostgreSQL",
                command=(),
                pid_file=self._folder / "postgres.pid",
                log_file=self._log_file,
                # Fast shutdown ends sessions; an immediate one is next to a crash, and recovers like one.
                stop_signals=((signal.SIGINT, 30.0), (signal.SIGQUIT, 5.0)),
            )
        return self._process

    def start(self) -> None:
        """Return when it takes connections. No-op when it runs. Raises HubProblem."""
        self._find_running()
        if self.process.pid is not None:
            self.process.wait_ready(lambda: ports.answers(self.port), READY_SECONDS)
            return
        ports.require_free({"PostgreSQL": self.port})
        binaries = find_binaries(self._user)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._initialise(binaries)
        self.process.command = self._command(binaries)
        self.process.directory = self.data
        self.process.environment = _environment()
        self.process.user = self._user
        self._launch(binaries)

    def stop(self) -> None:
        """End every session and stop."""
        self.process.stop()

    def kill(self) -> None:
        """As the power cut does it."""
        self.process.kill()

    def restart(self) -> None:
        """Stop and start."""
        self.stop()
        self.start()

    def destroy(self) -> None:
        """Stop and remove the data for good."""
        self.stop()
        shutil.rmtree(self.data, ignore_errors=True)
        if self.data.parent != self._folder:
            with contextlib.suppress(OSError):
                self.data.parent.rmdir()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _launch(self, binaries: PostgresBinaries) -> None:
        """Start the server; wait out the sessions of a killed predecessor, which hold its memory for a moment."""
        deadline = time.monotonic() + MEMORY_BLOCK_SECONDS
        while True:
            self.process.start()
            try:
                self.process.wait_ready(lambda: self._accepts(binaries), READY_SECONDS)
            except HubProblem as problem:
                held = any("pre-existing shared memory block" in line for line in problem.log_lines[-4:])
                self.process.stop()
                if not held or time.monotonic() > deadline:
                    raise
                time.sleep(0.3)
            else:
                return

    def _find_running(self) -> None:
        """Adopt a server whose pid file is lost; forget the lock of a dead one whose pid now belongs to another."""
        lock = self.data / "postmaster.pid"
        if self.process.pid is not None or not lock.exists():
            return
        pid = int(lock.read_text(encoding="utf-8").splitlines()[0])
        try:
            # Its command line names the data folder, which no other program's does.
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return
        if os.fsencode(self.data) in command:
            self.process.adopt(pid)
        else:
            lock.unlink()

    def _accepts(self, binaries: PostgresBinaries) -> bool:
        asked = subprocess.run(
            [binaries.program("pg_isready"), "-q", "-t", "2", "-h", ports.HOST, "-p", str(self.port)],
            env=_environment(),
            check=False,
        )
        return asked.returncode == 0

    def _command(self, binaries: PostgresBinaries) -> list[str]:
        settings = {
            "listen_addresses": ports.HOST,
            "port": self.port,
            "unix_socket_directories": "",
            "max_connections": self._max_connections,
            "shared_buffers": "128MB",
            "max_wal_size": "512MB",
            "fsync": "on",
            "password_encryption": "scram-sha-256",
            # Compiling a query costs more than running the small ones we have.
            "jit": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [binaries.program("postgres"), "-D", str(self.data), *flags]

    def _initialise(self, binaries: PostgresBinaries) -> None:
        version = self.data / "PG_VERSION"
        if version.exists():
            made_by = int(version.read_text(encoding="ascii").split(".")[0])
            if made_by != binaries.major_version:
                raise HubProblem(
                    f"the data in {self.data} belong to PostgreSQL {made_by}, here is only {binaries.major_version}: "
                    "keep the older programs, or start over with `make clean`"
                )
            return
        parent = self._folder
        if self._user is not None and not self._user.can_enter(parent):
            parent = folder_open_to_all(f"hub-{secrets.token_hex(8)}")
            (self._folder / "location").write_text(str(parent / "data"), encoding="utf-8")
        self._run_initdb(binaries, parent)

    def _run_initdb(self, binaries: PostgresBinaries, parent: Path) -> None:
        """Make the data beside their place and move them there, so that a half-made folder is never taken for one."""
        fresh = parent / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        password_file = parent / "password.new"
        write_private(self._folder / "password", secrets.token_urlsafe(24))
        write_private(password_file, self.password + "\n")
        if self._user is not None:
            self._user.owns(fresh)
            self._user.owns(password_file)
        locale = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            if binaries.major_version >= 17
            else ["--locale=C"]
        )
        try:
            made = subprocess.run(
                [
                    *(binaries.program("initdb"), "-D", str(fresh), "-U", SUPERUSER, "--encoding=UTF8", *locale),
                    f"--auth={'trust' if self._trust else 'scram-sha-256'}",
                    *(f"--pwfile={password_file}", "--no-instructions"),
                ],
                capture_output=True,
                text=True,
                env=_environment(),
                cwd=parent,
                check=False,
                **as_user(self._user),
            )
        finally:
            password_file.unlink(missing_ok=True)
        if made.returncode != 0:
            shutil.rmtree(fresh, ignore_errors=True)
            lines = tuple((made.stdout + made.stderr).strip().splitlines()[-8:])
            raise HubProblem(f"PostgreSQL could not make its data folder in {parent}", log_lines=lines)
        fresh.rename(self.data)


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def write_private(path: Path, text: str) -> None:
    """Write `text` so that only the owner can read it."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
