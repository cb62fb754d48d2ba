"""The whole hub on one machine: starts what is missing, stops everything, says how it is."""

import contextlib
import fcntl
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, TypedDict
from urllib.parse import urlsplit

from deploy.local import ports
from deploy.local.kafka import EmbeddedKafka
from deploy.local.postgres import EmbeddedPostgres
from deploy.local.problems import HubProblem
from deploy.local.processes import POLL_SECONDS, ChildProcess
from deploy.local.progress import Reporter
from deploy.local.service_processes import (
    database_passwords,
    inherited_environment,
    log_folder,
    readiness,
    service_command,
    service_environment,
    service_process,
)
from deploy.local.settings import (
    KAFKA_CONTROLLER_OFFSET,
    KAFKA_OFFSET,
    POSTGRES_OFFSET,
    SERVICES,
    HubSettings,
)

LOCK_SECONDS = 300.0


class ServiceStatus(TypedDict):
    """One service in the status."""

    url: str
    ready: bool


class HubStatus(TypedDict):
    """`./simpul status --json`."""

    services: dict[str, ServiceStatus]
    kafka: str
    postgres: str
    issuer: str


class Contents(Protocol):
    """What is put into the servers before the services start: the module `contents`, or a fake in tests."""

    def prepare_secrets(self, folder: Path) -> None: ...
    def prepare_databases(self, admin_url: str, passwords: Mapping[str, str], remembered: Path | None) -> None: ...
    def prepare_topics(self, bootstrap: str) -> None: ...
    def prepare_assets(self) -> None: ...


def _real_contents() -> Contents:
    from deploy.local import contents

    return contents


class Hub:
    """One hub. `up` may be called at any time and starts what does not run.

    `environment` reaches the services on top of their own; `command` says how one is run.
    """

    def __init__(
        self,
        settings: HubSettings,
        reporter: Reporter,
        *,
        environment: Mapping[str, str] | None = None,
        command: Callable[[str], list[str]] = service_command,
        contents: Callable[[], Contents] = _real_contents,
    ) -> None:
        asked = settings
        self._command = command
        self._contents = contents
        self._reporter = reporter
        self._extra = dict(environment or {})
        self._settings = settings.as_recorded()
        self._make_parts()
        self._conflicts: list[str] = []
        if self._running():
            self._conflicts = asked.differences(self._settings)
        else:
            self._settings = asked
            self._make_parts()

    def _make_parts(self) -> None:
        settings, logs = self._settings, self._settings.logs
        base = settings.port_base
        self.postgres = None
        if settings.postgres_url is None:
            folder = settings.home / "postgres"
            self.postgres = EmbeddedPostgres(folder, base + POSTGRES_OFFSET, log_file=logs / "postgres.log")
        self.kafka = None
        if settings.kafka_bootstrap is None:
            self.kafka = EmbeddedKafka(
                settings.home / "kafka",
                base + KAFKA_OFFSET,
                base + KAFKA_CONTROLLER_OFFSET,
                cache=settings.cache,
                log_file=logs / "kafka.log",
                repository=settings.maven_repository,
            )
        self.services = {name: service_process(settings, name, self._command(name)) for name in SERVICES}

    @property
    def settings(self) -> HubSettings:
        """Those the hub runs with, else those asked for."""
        return self._settings

    @property
    def admin_url(self) -> str:
        """The database superuser's address."""
        return self._settings.postgres_url or (self.postgres.url if self.postgres else "")

    @property
    def bootstrap(self) -> str:
        """The broker's address."""
        return self._settings.kafka_bootstrap or (self.kafka.bootstrap if self.kafka else "")

    def processes(self) -> dict[str, ChildProcess]:
        """Every process of this hub's own, servers first, running or not."""
        servers = {"postgres": self.postgres, "kafka": self.kafka}
        return {**{name: server.process for name, server in servers.items() if server}, **self.services}

    def own_ports(self) -> dict[str, int]:
        """The ports this hub listens on, by what listens."""
        base, taken = self._settings.port_base, {name: self._settings.port(name) for name in SERVICES}
        if self.postgres:
            taken["postgres"] = base + POSTGRES_OFFSET
        if self.kafka:
            taken |= {"kafka": base + KAFKA_OFFSET, "kafka-controller": base + KAFKA_CONTROLLER_OFFSET}
        return taken

    def up(self) -> None:
        """Return when every service is ready. Raises HubProblem, having stopped whatever this call started."""
        if self._conflicts:
            raise HubProblem(
                f"the hub in {self._settings.home} runs with another {', '.join(self._conflicts)}: "
                "run `make down` first, or give this one another SIMPUL_HOME"
            )
        self.require_disk()
        with self._lock():
            missing = [name for name, process in self.processes().items() if process.pid is None]
            started = {name: process for name, process in self.processes().items() if name in missing}
            try:
                self._start_missing(missing)
            except BaseException:
                self._stop(started)
                raise

    def down(self) -> None:
        """Stop everything; the state stays."""
        if not self._settings.home.exists():
            return
        with self._lock():
            self._stop(self.processes())

    def destroy(self) -> None:
        """Stop everything and delete the state."""
        if not self._settings.home.exists():
            return
        self.down()
        if self.postgres:
            self.postgres.destroy()
        kept = self._settings.cache
        for entry in self._settings.home.iterdir():
            # Downloads may lie in the state folder when the user has no cache of their own.
            if entry == kept:
                continue
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()

    def status(self) -> HubStatus:
        """Asks every service; takes a few seconds at most."""
        with ThreadPoolExecutor(len(SERVICES)) as pool:
            ready = dict(zip(SERVICES, pool.map(self._is_ready, SERVICES), strict=True))
        services: dict[str, ServiceStatus] = {
            name: {"url": self._settings.url(name), "ready": ready[name][0]} for name in SERVICES
        }
        return {
            "services": services,
            "kafka": self.bootstrap,
            "postgres": self._shown_database(),
            "issuer": self._settings.issuer_url,
        }

    def _shown_database(self) -> str:
        """With its password on a developer's machine, where everything is in the state folder anyway."""
        server = urlsplit(self.admin_url)
        if self._settings.profile == "local" or not server.password:
            return self.admin_url
        return server._replace(netloc=f"{server.username}@{server.netloc.rpartition('@')[2]}").geturl()

    def start_service(self, name: str) -> None:
        """Start one service without waiting for it."""
        self.services[name].environment = {
            **service_environment(
                self._settings,
                name,
                admin_url=self.admin_url,
                bootstrap=self.bootstrap,
                inherited=inherited_environment(),
            ),
            **self._extra,
        }
        self.services[name].start()

    def wait_ready(self) -> None:
        """Return when every service says it is ready. Raises HubProblem with the log of one that does not."""
        deadline = time.monotonic() + self._settings.ready_seconds
        waiting, said = list(SERVICES), ""
        while waiting:
            for name in waiting:
                if self.services[name].pid is None:
                    raise self.services[name].problem(f"{name} ended while starting")
            name = waiting[0]
            ready, said = self._is_ready(name)
            if ready:
                waiting.pop(0)
            elif time.monotonic() > deadline:
                raise self.services[name].problem(f"{name} is not ready: {said}")
            else:
                time.sleep(POLL_SECONDS)

    def nearest_folder(self) -> Path:
        """The state folder, or the nearest of its parents that exists."""
        there = self._settings.home
        while not there.exists():
            there = there.parent
        return there

    def require_disk(self) -> None:
        """Raises HubProblem when the disk of the state folder is nearly full."""
        folder, wanted = self.nearest_folder(), self._settings.free_disk_megabytes_min
        free = shutil.disk_usage(folder).free // 1_000_000
        if free < wanted:
            raise HubProblem(f"only {free} MB are free on the disk of {folder}, {wanted} are needed: free some space")

    def _is_ready(self, name: str) -> tuple[bool, str]:
        # Somebody else's hub may answer at our port.
        return readiness(self._settings.url(name)) if self.services[name].pid else (False, "it is not running")

    def _running(self) -> bool:
        return any(process.pid is not None for process in self.processes().values())

    def _start_missing(self, missing: list[str]) -> None:
        wanted = set(missing) | ({"kafka-controller"} if "kafka" in missing else set())
        ports.require_free({name: port for name, port in self.own_ports().items() if name in wanted})
        self._settings.record()
        log_folder(self._settings)
        self._contents().prepare_secrets(self._settings.secrets_dir)
        self._contents().prepare_assets()
        # The two servers share nothing, and each takes seconds.
        with ThreadPoolExecutor(2) as pool:
            for done in (pool.submit(self._prepare_postgres, missing), pool.submit(self._prepare_kafka)):
                done.result()
        to_start = [name for name in SERVICES if name in missing]
        if to_start:
            with self._reporter.step(f"starting {', '.join(to_start)}"):
                for name in to_start:
                    self.start_service(name)
                self.wait_ready()
        else:
            self.wait_ready()

    def _prepare_postgres(self, missing: list[str]) -> None:
        if self.postgres:
            with self._step_if("postgres" in missing, "starting PostgreSQL"):
                self.postgres.start()
        passwords = database_passwords(self._settings)
        remembered = self._settings.home / "migrated.json" if self.postgres else None
        with self._step_if(bool(missing), "bringing the databases up to date"):
            self._contents().prepare_databases(self.admin_url, passwords, remembered)

    def _prepare_kafka(self) -> None:
        if self.kafka:
            with self._step_if(self.kafka.process.pid is None, "starting Kafka"):
                self.kafka.start(self._reporter)
        self._contents().prepare_topics(self.bootstrap)

    def _step_if(self, told: bool, doing: str) -> contextlib.AbstractContextManager[None]:
        return self._reporter.step(doing) if told else contextlib.nullcontext()

    def _stop(self, processes: Mapping[str, ChildProcess]) -> None:
        """Services first, since they need the servers to end in order."""
        services = [process for name, process in processes.items() if name in SERVICES]
        servers = [process for name, process in processes.items() if name not in SERVICES]
        for group in (services, servers):
            with ThreadPoolExecutor(max(1, len(group))) as pool:
                list(pool.map(_stop_process, group))

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        """One command at a time changes a hub; the others wait."""
        self._settings.home.mkdir(parents=True, exist_ok=True)
        deadline, told = time.monotonic() + LOCK_SECONDS, False
        with (self._settings.home / "lock").open("a", encoding="ascii") as file:
            while not _locked(lambda: fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)):
                if time.monotonic() > deadline:
                    raise HubProblem("another simpul command has been at work in this folder for five minutes")
                if not told:
                    self._reporter.say("another simpul command is at work in this folder; waiting for it")
                    told = True
                time.sleep(POLL_SECONDS)
            yield


def _locked(take: Callable[[], None]) -> bool:
    try:
        take()
    except BlockingIOError:
        return False
    return True


def _stop_process(process: ChildProcess) -> None:
    process.stop()
