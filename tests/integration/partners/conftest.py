"""The partners service on a real database, spoken to as its clients speak to it."""

import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from services.partners.settings import PartnersSettings
from services.partners.wiring import build
from shared.clock import Clock
from shared.kafka.in_memory import InMemoryBus
from shared.postgres.database import Database
from shared.sealing import create_secrets
from shared.sealing.secrets_folder import OPERATOR_FILE, read_jwk_file
from shared.service import Service
from tests.support.databases import ServiceDatabase, service_database
from tests.support.servers import PostgresServer

PUBLIC_URL = "http://partners.test"
TOKEN_URL = f"{PUBLIC_URL}/oauth2/token"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

Key = ECKey | RSAKey


@dataclass
class Partner:
    """A registered client with its private key."""

    client_id: str
    key: Key
    answer: dict[str, Any] = field(default_factory=dict)

    @property
    def algorithm(self) -> str:
        return "ES384" if isinstance(self.key, ECKey) else "RS384"

    def assertion(self, *, header: dict[str, Any] | None = None, key: Key | None = None, **changes: Any) -> str:
        """A client assertion; a changed claim of None is left out."""
        now = int(time.time())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": TOKEN_URL,
            "iat": now,
            "exp": now + 120,
            "jti": uuid.uuid4().hex,
            **changes,
        }
        head = {"alg": self.algorithm, "typ": "JWT", **(header or {})}
        sent = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(head, sent, key or self.key, algorithms=[head["alg"]])

    def form(self, **changes: Any) -> dict[str, Any]:
        """A token request; a changed parameter of None is left out."""
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self.assertion(),
            **changes,
        }
        return {name: value for name, value in form.items() if value is not None}


@dataclass
class Hub:
    """The service, running."""

    http: httpx.AsyncClient
    service: Service
    bus: InMemoryBus
    operator: Partner
    database: Database

    async def token(self, partner: Partner, **changes: Any) -> httpx.Response:
        return await self.http.post("/oauth2/token", data=partner.form(**changes))

    async def as_operator(self) -> dict[str, str]:
        answer = await self.token(self.operator)
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    async def register(self, kind: str, org: str, *, key: Key | None = None, **members: Any) -> Partner:
        key = key or ECKey.generate_key("P-384", parameters={"kid": "client-key"})
        body = {"kind": kind, "org": org, "name": "A partner", "public_jwk": key.as_dict(private=False), **members}
        answer = await self.http.post("/v1/clients", json=body, headers=await self.as_operator())
        assert answer.status_code == 201, answer.text
        return Partner(answer.json()["client_id"], key, answer.json())

    async def audit(self, **where: str) -> list[dict[str, Any]]:
        """Rows of the log of accesses, oldest first."""
        conditions = " AND ".join(f"{name} = ${number}" for number, name in enumerate(where, 1))
        async with self.database.system_transaction() as transaction:
            rows = await transaction.driver.fetch(
                f"SELECT * FROM audit_log WHERE {conditions} ORDER BY id", *where.values()
            )
        return [dict(row) for row in rows]


def unused_org(prefix: str) -> str:
    return f"{prefix}:{uuid.uuid4().hex[:12]}"


@pytest.fixture(scope="module")
def secrets_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("secrets")
    create_secrets(folder, {})
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(postgres: PostgresServer) -> AsyncIterator[ServiceDatabase]:
    async with service_database(postgres.url, "partners") as made:
        yield made


@pytest.fixture
def settings(place: ServiceDatabase, secrets_dir: Path) -> PartnersSettings:
    return PartnersSettings(
        profile="local",
        port=0,
        public_url=PUBLIC_URL,
        issuer=PUBLIC_URL,
        database_url=place.url,
        kafka_bootstrap="unused:0",
        secrets_dir=secrets_dir,
        database_pool_size=5,
    )


@asynccontextmanager
async def running(settings: PartnersSettings, *, clock: Clock | None = None) -> AsyncIterator[Hub]:
    """The service with its lifespan entered."""
    bus = InMemoryBus()
    service = build(settings, bus=bus, clock=clock)
    made = read_jwk_file(settings.secrets_dir, OPERATOR_FILE)
    operator = Partner(made["client_id"], ECKey.import_key(made["private_jwk"]))
    database = Database(settings.database_url, service="partners", pool_size=2)
    transport = httpx.ASGITransport(service.app)
    async with (
        service.app.router.lifespan_context(service.app),
        httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as http,
    ):
        yield Hub(http, service, bus, operator, database)
    await database.close()


@pytest_asyncio.fixture
async def hub(settings: PartnersSettings) -> AsyncIterator[Hub]:
    async with running(settings) as hub:
        yield hub
