"""All five services of a hub, each behind its own socket, in a thread of their own, joined by one bus in memory.

For tests that look at the services from outside only: they need no event loop, and what hangs or blocks in a service
is seen as a client sees it. While one lives, nothing of its code may be replaced for the whole process; so its fixture
ends with its folder's tests.
"""

import asyncio
import importlib
import socket
import threading
import uuid
from collections.abc import Awaitable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import httpx
import uvicorn
from joserfc.jwk import ECKey

from deploy.local.settings import SERVICES
from services.partners.domain.partners import RULES, ClientKind
from shared.kafka.in_memory import InMemoryBus
from shared.outbox import Consumer
from shared.sealing import create_secrets
from shared.sealing.secrets_folder import OPERATOR_FILE, TOKEN_SIGNING_KEY_FILE, read_jwk_file
from shared.service import Service
from tests.support.databases import ServiceDatabase, service_database
from tests.support.issuer import Issuer
from tests.support.service_settings import settings_class
from tests.support.until import until

# One organisation of each kind of partner; those of one region may see one another's claim, as the interface has it.
ORGS = {
    ClientKind.EMPLOYER: "employer:JJ012345",
    ClientKind.CHANNEL: "channel:jmo",
    ClientKind.HOSPITAL: "hospital:100000401",
    ClientKind.DISNAKER: "disnaker:36",
    ClientKind.BPJS_VERIFIER: "bpjs:cikokol",
    ClientKind.BPJS_CORE: "bpjs:core",
    ClientKind.AUDITOR: "auditor:ombudsman",
    ClientKind.OPERATOR: "operator:hub",
}
_GIVE_RECEIPTS = ("intake", "hospital_gateway", "disnaker_gateway", "verification")
_START_SECONDS = 60.0
_QUIET_SECONDS = 30.0
# What the hub does to itself, whoever asks: no request stores anything here by being refused.
_OWN_TABLES = frozenset(
    {
        "alembic_version",
        "audit_log",
        "inbox",
        "parked_event",
        "partner_contact",
        "throttle",
        "claim_measure",
        "claim_measure_cursor",
    }
)
_TABLES = """SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"""

Result = TypeVar("Result")


@dataclass
class Api:
    """One service as a client sees it, and its database behind it. `openapi` is what it serves."""

    name: str
    url: str
    http: httpx.Client
    openapi: dict[str, Any]
    service: Service
    database: ServiceDatabase


class ServedHub:
    """`apis` by the services' names."""

    def __init__(self, issuer: Issuer, bus: InMemoryBus, loop: asyncio.AbstractEventLoop) -> None:
        self.issuer = issuer
        self.bus = bus
        self.apis: dict[str, Api] = {}
        self._loop = loop

    def token(self, kind: ClientKind, org: str | None = None, **options: Any) -> str:
        """A token as the hub gives it to a client of this kind."""
        org = org or ORGS[kind]
        options = {"lifetime_seconds": 3_600, "client_id": f"client-of-{org}", **options}
        return self.issuer.token(org, " ".join(RULES[kind].scopes), **options)

    def bearer(self, kind: ClientKind, org: str | None = None, **options: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(kind, org, **options)}"}

    def once(self, kind: ClientKind, org: str | None = None, key: str | None = None) -> dict[str, str]:
        """Headers of a POST that is sent once."""
        return {**self.bearer(kind, org), "Idempotency-Key": key or uuid.uuid4().hex}

    def wait_for(self, work: Awaitable[Result]) -> Result:
        """Run something in the services' loop."""

        async def awaited() -> Result:
            return await work

        future: Future[Result] = asyncio.run_coroutine_threadsafe(awaited(), self._loop)
        return future.result(_START_SECONDS)

    def rows(self, service: str, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        """Behind row-level security, as the superuser."""
        return self.wait_for(self.apis[service].database.rows(sql, *arguments))

    def tables(self, service: str) -> list[str]:
        return [row["relname"] for row in self.rows(service, _TABLES)]

    def stored(self, service: str) -> dict[str, int]:
        """How many rows each table of a service holds, but for those that log or count what came by."""
        tables = [name for name in self.tables(service) if name not in _OWN_TABLES]
        counts = ", ".join(f'(SELECT count(*) FROM "{name}") AS "{name}"' for name in tables)
        return dict(self.rows(service, f"SELECT {counts}")[0])

    def quiet(self) -> None:
        """Return when everything accepted so far has gone through the outboxes and the consumers."""
        until(self._is_quiet, timeout_seconds=_QUIET_SECONDS)

    def _is_quiet(self) -> bool:
        # Twice, since what a consumer handled may wait in its outbox when we looked there before.
        return all(self._nothing_waits() for _ in range(2))

    def _nothing_waits(self) -> bool:
        unsent = any(self.rows(name, "SELECT 1 FROM outbox WHERE sent_at IS NULL LIMIT 1") for name in SERVICES)
        around = "SELECT 1 FROM claim_surrounding WHERE looked_at_revision < revision LIMIT 1"
        if unsent or self.rows("verification", around):
            return False
        return not any(self._behind(api) for api in self.apis.values())

    def _behind(self, api: Api) -> bool:
        """Whether records lie in this service's topics that it has not committed."""
        consumers = [part for part in api.service.components if isinstance(part, Consumer)]
        if not consumers:
            return False
        committed = self.bus._groups[api.name].committed
        topics = {topic for member in self.bus._groups[api.name].members for topic in member.topics}
        return any(
            committed.get((topic, number), 0) < self.bus._end((topic, number))
            for topic in topics
            for number in range(self.bus._partitions)
        )


@contextmanager
def served_hub(admin_url: str, folder: Path) -> Iterator[ServedHub]:
    """The hub on fresh databases; stopped and dropped at the end."""
    started: Future[ServedHub] = Future()
    loop = asyncio.new_event_loop()
    over = asyncio.Event()
    life = threading.Thread(target=_live, args=(loop, _serve(admin_url, folder, started, over, loop), started))
    life.start()
    try:
        hub = started.result(_START_SECONDS)
        for api in hub.apis.values():
            api.openapi = api.http.get("/openapi.json").raise_for_status().json()
        yield hub
    finally:
        with suppress(RuntimeError):  # Where the start has failed, the loop is closed.
            loop.call_soon_threadsafe(over.set)
        life.join()


def _live(loop: asyncio.AbstractEventLoop, work: Any, started: "Future[ServedHub]") -> None:
    try:
        # Ends and awaits what is left, so that nothing of it is met by the tests that follow.
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(work)
    except BaseException as error:
        if not started.done():
            started.set_exception(error)
        raise


async def _serve(
    admin_url: str, folder: Path, started: "Future[ServedHub]", over: asyncio.Event, loop: asyncio.AbstractEventLoop
) -> None:
    secrets_dir = folder / "secrets"
    create_secrets(secrets_dir, {})
    (folder / "documents").mkdir()
    sockets = {name: listening_socket() for name in SERVICES}
    urls = {name: f"http://127.0.0.1:{listening.getsockname()[1]}" for name, listening in sockets.items()}
    issuer, bus = Issuer(urls["partners"]), InMemoryBus()
    issuer.key = ECKey.import_key(read_jwk_file(secrets_dir, TOKEN_SIGNING_KEY_FILE))
    hub = ServedHub(issuer, bus, loop)
    async with AsyncExitStack() as stack:
        for name in SERVICES:
            database = await stack.enter_async_context(service_database(admin_url, name))
            service = _build(name, urls, database, secrets_dir, folder, bus)
            await stack.enter_async_context(service.app.router.lifespan_context(service.app))
            await stack.enter_async_context(_Answering(service, sockets[name]))
            http = stack.enter_context(httpx.Client(base_url=urls[name], timeout=30))
            hub.apis[name] = Api(name, urls[name], http, {}, service, database)
        started.set_result(hub)
        await over.wait()


def listening_socket() -> socket.socket:
    # Only where TCP is said does asyncio send at once; else the body of every answer waits 40 ms for the
    # acknowledgement of its headers. The services themselves run on uvloop, which always sends at once.
    listening = socket.socket(proto=socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    return listening


def _build(
    name: str, urls: Mapping[str, str], database: ServiceDatabase, secrets_dir: Path, folder: Path, bus: InMemoryBus
) -> Service:
    every: dict[str, dict[str, Any]] = {
        "intake": {
            "document_store_url": (folder / "documents").as_uri(),
            "status_page_url": f"{urls['verification']}/status",
            "notices_url": f"{urls['partners']}/v1/notices/public",
            "notices_seconds": 1.0,
        },
        "verification": {
            "report_page_url": f"{urls['intake']}/lapor",
            "service_urls": dict(urls),
            "operator_key_file": secrets_dir / OPERATOR_FILE,
            "message_transport": "file",
            "message_folder": folder / "messages",
            "message_poll_seconds": 0.2,
            # A token of its own counts as something stored; after its own notices it looks at once.
            "notices_seconds": 3_600.0,
        },
    }
    more = every.get(name, {})
    if name in _GIVE_RECEIPTS:
        more["receipt_page_urls"] = {each: f"{urls[each]}/receipt" for each in _GIVE_RECEIPTS}
    settings = settings_class(name)(
        profile="local",
        port=int(urls[name].rpartition(":")[2]),
        public_url=urls[name],
        issuer=urls["partners"],
        database_url=database.url,
        kafka_bootstrap="nowhere:1",
        secrets_dir=secrets_dir,
        database_pool_size=6,
        **more,
    )
    service: Service = importlib.import_module(f"services.{name}.wiring").build(settings, bus=bus)
    return service


class _Answering:
    """uvicorn on a socket, as `shared.service.serve` starts it, but for the signals and the lifespan."""

    def __init__(self, service: Service, listening: socket.socket) -> None:
        config = uvicorn.Config(
            service.app,
            lifespan="off",
            http="httptools",
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._socket = listening
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]))

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._server.should_exit = True
        await self._task
        self._socket.close()
