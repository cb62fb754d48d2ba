"""The delivery engine on a real database with receivers in our hands, in virtual time."""

import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx

from shared.clock import FixedClock
from shared.identifiers import new_id
from shared.partner_http import AddressPolicy, PartnerHttp
from shared.postgres.database import Database, Transaction
from shared.sealing import Keyring, Sealer
from shared.webhooks import store
from shared.webhooks.engine import DeliveryEngine, EngineLimits
from shared.webhooks.keys import EndpointKeys
from shared.webhooks.sender import WebhookSender
from shared.webhooks.signing import SigningKeys
from shared.webhooks.store import NewDelivery
from tests.support.databases import ServiceDatabase

BEGIN = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
ORG = "disnaker:36"
# What a receiver does with one request: a status with headers, or an error instead of an answer.
Behaviour = Callable[["Received"], httpx.Response]


def answer(status: int, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, headers=named, stream=httpx.ByteStream(b""))


def hang(_: "Received") -> httpx.Response:
    raise httpx.ReadTimeout("nothing came")


def refuse(_: "Received") -> httpx.Response:
    raise httpx.ConnectError("connection refused")


@dataclass(frozen=True)
class Received:
    """One request as a receiver got it."""

    at: datetime
    url: str
    message_id: str
    line: str
    number: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Rig:
    """Puts messages in line and journals what receivers get."""

    database: Database
    clock: FixedClock
    sealer: Sealer
    place: ServiceDatabase
    behaviour: Behaviour = lambda _: answer(204)
    tries: list[Received] = field(default_factory=list)
    taken: list[Received] = field(default_factory=list)
    bodies: dict[uuid.UUID, bytes] = field(default_factory=dict)
    _position: int = 0
    _numbers: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def engine(self, **limits: Any) -> DeliveryEngine:
        """Another engine on the same database, as after a restart."""
        transport = httpx.MockTransport(self._receive)
        http = PartnerHttp(AddressPolicy(public_only=False), transport=transport)
        keys = EndpointKeys(self.sealer)
        sender = WebhookSender(http, self.clock)
        return DeliveryEngine(self.database, sender, keys, self._bodies, self.clock, limits=EngineLimits(**limits))

    async def endpoint(self, url: str = "http://receiver.test/hook") -> uuid.UUID:
        endpoint_id = new_id()
        sealed = EndpointKeys(self.sealer).seal(endpoint_id, SigningKeys.generate())
        await self.execute(
            "INSERT INTO webhook_endpoint (id, org, client_id, url, event_types, state, public_key, "
            "sealed_keys, created_at, updated_at, region_codes) "
            "VALUES ($1, $2, 'c', $3, '{}', 'active', '', $4, now(), now(), '{}')",
            endpoint_id,
            ORG,
            url,
            sealed,
        )
        return endpoint_id

    async def send(self, endpoint_id: uuid.UUID, line: str, count: int = 1) -> list[uuid.UUID]:
        """Put the next `count` messages of a line in line; their bodies say `<line> <number>`."""
        deliveries = []
        for _ in range(count):
            self._position += 1
            self._numbers[line] += 1
            message_id = new_id()
            self.bodies[message_id] = f"{line} {self._numbers[line]}".encode()
            deliveries.append(NewDelivery(endpoint_id, message_id, "case.updated", line, self._position))
        async with self.database.system_transaction() as transaction:
            await store.enqueue(transaction, deliveries, self.clock.now())
        return [each.message_id for each in deliveries]

    async def pass_time(self, engine: DeliveryEngine, until: datetime) -> None:
        """Let the engine work, jumping from one due time to the next."""
        while True:
            next_at = await engine.send_due()
            if next_at is None or next_at > until:
                break
            self.clock.advance(next_at - self.clock.now())
        self.clock.advance(max(until - self.clock.now(), timedelta()))

    async def states(self) -> dict[str, int]:
        rows = await self.fetch("SELECT state, count(*) FROM webhook_delivery GROUP BY state")
        return {row[0]: row[1] for row in rows}

    async def fetch(self, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        """Behind row-level security, as the superuser."""
        return await self.place.rows(sql, *arguments)

    async def execute(self, sql: str, *arguments: Any) -> None:
        await self.fetch(sql, *arguments)

    def numbers_taken(self) -> dict[str, list[int]]:
        """By line: the numbers of the messages in the order in which they were first taken."""
        seen: dict[str, list[int]] = defaultdict(list)
        for each in self.taken:
            if each.number not in seen[each.line]:
                seen[each.line].append(each.number)
        return dict(seen)

    def _receive(self, request: httpx.Request) -> httpx.Response:
        line, number = request.content.decode().rsplit(" ", 1)
        received = Received(
            self.clock.now(),
            str(request.url),
            request.headers["webhook-id"],
            line,
            int(number),
            request.headers,
            request.content,
        )
        self.tries.append(received)
        response = self.behaviour(received)
        if 200 <= response.status_code < 300:
            self.taken.append(received)
        return response

    async def _bodies(self, _: Transaction, ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, bytes]:
        return {each: self.bodies[each] for each in ids if each in self.bodies}


@asynccontextmanager
async def webhook_rig(database: ServiceDatabase) -> AsyncIterator[Rig]:
    """On an emptied database."""
    pool = Database(database.url, service="disnaker_gateway", pool_size=10)
    rig = Rig(pool, FixedClock(BEGIN), Sealer(Keyring.generate("data")), database)
    await rig.execute("TRUNCATE webhook_endpoint, webhook_delivery")
    try:
        yield rig
    finally:
        await pool.close()
