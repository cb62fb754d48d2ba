"""The whole hub in this process: five services on real databases, each of which may be stopped, killed or crash at a
named point, and comes back on the same database."""

import asyncio
import importlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from deploy.local.settings import SERVICES
from shared.kafka.bus import EventBus
from shared.sealing import create_secrets
from shared.service import Service
from shared.web.tokens import TokenVerifier
from tests.support.databases import ServiceDatabase
from tests.support.eventually import eventually
from tests.support.hub_databases import empty
from tests.support.service_life import Life, current_life, tell_tasks_apart
from tests.support.service_settings import settings_class

# Shorter than in operation, so that what is woken by a missed notification is not what a test waits for.
_SETTINGS: dict[str, dict[str, Any]] = {
    "partners": {},
    "intake": {},
    "hospital_gateway": {},
    "disnaker_gateway": {"webhook_poll_seconds": 0.2},
    "verification": {"stream_poll_seconds": 0.2, "stream_heartbeat_seconds": 1.0, "surroundings_poll_seconds": 0.2},
}
_END_CONNECTIONS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = $1"""


def base_url(service: str) -> str:
    return f"http://{service.replace('_', '-')}.test"


@dataclass(frozen=True)
class Wires:
    """How services reach Kafka: `bus` for all of them, else their own clients of `bootstrap`."""

    bus: EventBus | None = None
    bootstrap: str = "nowhere:1"
    prefix: str = ""


class Hub:
    """`http` reaches every service by its `base_url`. A service that crashes is started again by itself."""

    def __init__(self, places: Mapping[str, ServiceDatabase], folder: Path, wires: Wires) -> None:
        self.places = places
        self.wires = wires
        self.secrets_dir = folder / "secrets"
        self.documents = folder / "documents"
        self.documents.mkdir(exist_ok=True)
        create_secrets(self.secrets_dir, {})
        self.lives: dict[str, Life] = {}
        self.crashes: list[tuple[str, str]] = []
        self.http = httpx.AsyncClient(transport=_HubTransport(self), timeout=20.0)
        self._undertaking: set[asyncio.Task[None]] = set()
        self._failed: BaseException | None = None
        self._behind: dict[str, asyncpg.Connection[asyncpg.Record]] = {}
        self._looking = asyncio.Lock()

    def start(self, *names: str) -> None:
        """Start services that do not run, without waiting for them."""
        for name in names or SERVICES:
            if name not in self.lives:
                self.lives[name] = Life(name, partial(self._build, name))

    async def up(self, *names: str) -> None:
        """Start services and wait until they answer."""
        self.start(*names)
        for name in names or SERVICES:
            await self.lives[name].wait_up()

    async def stop(self, name: str) -> None:
        """In order, as by SIGTERM."""
        await self.lives.pop(name).stop()

    async def kill(self, name: str) -> None:
        """At once, as by `kill -9`; the service stays away until it is started again."""
        life = self.lives.pop(name)
        life.kill()
        await self._bury(name, life)

    def condemn(self, choose: Callable[[str, str], bool]) -> Callable[[str], bool]:
        """A judge for `shared.crashpoints.judged`: the service that passes a point dies there and then when
        `choose(service, point)` says so, and comes back on its database."""

        def judge(point: str) -> bool:
            life = current_life()
            if life is None or life.dying or not choose(life.name, point):
                return False
            self.crashes.append((life.name, point))
            life.kill()
            # In a context of its own: who undertakes is no part of the dead.
            task = asyncio.get_running_loop().create_task(self._revive(life.name, life), context=Context())
            self._undertaking.add(task)
            task.add_done_callback(self._undertaking.discard)
            return True

        return judge

    async def _revive(self, name: str, life: Life) -> None:
        try:
            await self._bury(name, life)
            if self.lives.get(name) is life:
                del self.lives[name]
                await self.up(name)
        except BaseException as error:
            self._failed = error
            raise

    async def _bury(self, name: str, life: Life) -> None:
        """Until the server has seen the connections go, as it has long before a real process is back.

        One that was being opened at the moment of death belongs to no pool that could end it; a dead process's kernel
        would have, so the server is told.
        """
        await life.wait_ended()
        role = f"simpul_{name}"

        async def gone() -> bool:
            return not await self.rows(name, _END_CONNECTIONS, role)

        await eventually(gone, every_seconds=0.01)

    async def settled(self) -> None:
        """Return when every crashed service is back. Raises what kept one from it."""
        while self._undertaking:
            await asyncio.wait(self._undertaking)
        if self._failed is not None:
            raise self._failed

    async def close(self) -> None:
        for task in self._undertaking:
            task.cancel()
        for name in list(self.lives):
            with suppress(TimeoutError):
                await self.stop(name)
        await self.http.aclose()
        for connection in self._behind.values():
            await connection.close()

    async def rows(self, service: str, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        """Behind row-level security, as the superuser."""
        async with self._looking:
            if service not in self._behind:
                self._behind[service] = await asyncpg.connect(self.places[service].superuser_url)
            return await self._behind[service].fetch(sql, *arguments)

    def _build(self, name: str) -> Service:
        own: dict[str, Any] = {"document_store_url": self.documents.as_uri()} if name == "intake" else {}
        settings = settings_class(name)(
            profile="local",
            port=1,
            public_url=base_url(name),
            issuer=base_url("partners"),
            database_url=self.places[name].url,
            kafka_bootstrap=self.wires.bootstrap,
            topic_prefix=self.wires.prefix,
            secrets_dir=self.secrets_dir,
            database_pool_size=6,
            log_level="error",
            **own,
            **_SETTINGS[name],
        )
        # The issuer knows its own keys; the others ask it.
        more = {} if name == "partners" else {"verifier": TokenVerifier(base_url("partners"), http_client=self.http)}
        service: Service = importlib.import_module(f"services.{name}.wiring").build(
            settings, bus=self.wires.bus, **more
        )
        return service


class _HubTransport(httpx.AsyncBaseTransport):
    """The network between clients and services: a name leads to the life that answers to it now."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        name = request.url.host.removesuffix(".test").replace("-", "_")
        life = self._hub.lives.get(name)
        if life is None or not life.up.is_set():
            raise httpx.ConnectError(f"{name} is away", request=request)
        return await life.answer(request)


@asynccontextmanager
async def running_hub_in_process(
    places: Mapping[str, ServiceDatabase], folder: Path, wires: Wires
) -> AsyncIterator[Hub]:
    """All five services, on emptied databases."""
    tell_tasks_apart(asyncio.get_running_loop())
    await empty(places)
    hub = Hub(places, folder, wires)
    try:
        await hub.up()
        yield hub
    finally:
        await hub.close()
