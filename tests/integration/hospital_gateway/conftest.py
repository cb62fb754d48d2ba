"""The hospital gateway on a real database, spoken to as a hospital's system speaks to it."""

import copy
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio

from services.hospital_gateway.settings import HospitalGatewaySettings
from services.hospital_gateway.wiring import build
from shared.clock import Clock
from shared.events import Event, decode, encode, new_event
from shared.events.envelope import Facts
from shared.events.medical_report import MedicalReportContent, MedicalReportFacts
from shared.kafka.bus import Record
from shared.kafka.in_memory import InMemoryBus
from shared.sealing import create_secrets, load_secrets
from shared.service import Service
from tests.support.databases import ServiceDatabase, service_database
from tests.support.issuer import Issuer
from tests.support.servers import PostgresServer

SAMPLES = Path(__file__).parents[2] / "samples" / "satusehat"
PUBLIC_URL = "http://hospital.test"
PUBLISHED_AT = datetime(2026, 11, 22, tzinfo=UTC)
FHIR = {"Content-Type": "application/fhir+json"}


def new_nik() -> str:
    def number(most: int, digits: int = 2) -> str:
        return f"{secrets.randbelow(most) + 1:0{digits}d}"

    return f"3671{number(13)}{number(28)}{number(12)}90{number(9999, 4)}"


def sample(name: str) -> dict[str, Any]:
    """A sample Bundle with a NIK and a visit number of its own."""
    text = (SAMPLES / f"{name}.json").read_text("utf-8")
    bundle: dict[str, Any] = json.loads(text.replace("ENC-", f"ENC-{secrets.token_hex(6)}-"))
    patient = bundle["entry"][0]["resource"]
    patient["identifier"][0]["value"] = new_nik()
    return bundle


def of_type(bundle: dict[str, Any], type_name: str) -> dict[str, Any]:
    """The first resource of a type in a Bundle."""
    found: dict[str, Any] = next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == type_name)
    return found


def single(bundle: dict[str, Any], type_name: str, **changes: Any) -> dict[str, Any]:
    """A copy of a Bundle's resource with elements changed; a change to None takes the element out."""
    resource = {**copy.deepcopy(of_type(bundle, type_name)), **changes}
    return {name: value for name, value in resource.items() if value is not None}


@dataclass
class Hospital:
    """One hospital's client."""

    http: httpx.AsyncClient
    org: str
    headers: dict[str, str]

    async def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        content = body if isinstance(body, bytes | str) else json.dumps(body, ensure_ascii=False)
        return await self.http.post(path, content=content, headers={**FHIR, **self.headers, **headers})

    async def put(self, path: str, body: Any, **headers: str) -> httpx.Response:
        content = body if isinstance(body, bytes | str) else json.dumps(body, ensure_ascii=False)
        return await self.http.put(path, content=content, headers={**FHIR, **self.headers, **headers})

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.http.get(path, headers={**self.headers, **headers})

    async def accepted(self, bundle: dict[str, Any]) -> list[str]:
        """Send a Bundle that must be taken; answers the entries' paths, such as `Patient/…`."""
        answer = await self.post("/fhir", bundle)
        assert answer.status_code == 200, answer.text
        return [entry["response"]["location"].split("/_history")[0] for entry in answer.json()["entry"]]


@dataclass
class Gateway:
    """The service, running, and what a test may look at behind it."""

    service: Service
    http: httpx.AsyncClient
    issuer: Issuer
    place: ServiceDatabase
    bus: InMemoryBus
    settings: HospitalGatewaySettings

    def hospital(self, number: str | None = None, scope: str = "system/*.crus", client: str | None = None) -> Hospital:
        number = number or "1" + "".join(secrets.choice("0123456789") for _ in range(8))
        client_id = client or f"client-{number}"
        return Hospital(
            self.http, f"hospital:{number}", self.issuer.bearer(f"hospital:{number}", scope, client_id=client_id)
        )

    async def rows(self, query: str, *arguments: Any) -> list[asyncpg.Record]:
        """Behind row-level security, as the superuser."""
        return await self.place.rows(query, *arguments)

    async def publish(self, type_: str, subject: str, version: int, facts: Facts) -> None:
        """Something of the bus that the gateway listens to."""
        event: Event = new_event(type_, subject=subject, version=version, key=subject, facts=facts, time=PUBLISHED_AT)
        wire = encode(event, load_secrets(self.settings.secrets_dir, {}).sealer)
        await self.bus.publish([Record(wire.topic, wire.key, wire.value, wire.headers)])

    async def events(self, org: str) -> list[Event]:
        """What went into the outbox for a hospital, in order, opened."""
        sealer = load_secrets(self.settings.secrets_dir, {}).sealer
        rows = await self.rows("SELECT headers, payload, key, created_at FROM outbox ORDER BY id")
        opened = []
        for row in rows:
            headers = {**json.loads(row["headers"]), "ce_time": row["created_at"].isoformat()}
            event = decode(headers, row["payload"], sealer, key=row["key"])
            if isinstance(event.facts, MedicalReportFacts) and event.facts.org == org:
                opened.append(event)
        return opened

    async def reports(self, hospital: Hospital) -> list[tuple[MedicalReportFacts, MedicalReportContent]]:
        found = []
        for event in await self.events(hospital.org):
            assert isinstance(event.facts, MedicalReportFacts)
            assert isinstance(event.content, MedicalReportContent)
            found.append((event.facts, event.content))
        return found


@pytest.fixture(scope="module")
def secrets_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("secrets")
    create_secrets(folder, {})
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(postgres: PostgresServer) -> AsyncIterator[ServiceDatabase]:
    async with service_database(postgres.url, "hospital_gateway") as made:
        yield made


@pytest.fixture
def settings(place: ServiceDatabase, secrets_dir: Path) -> HospitalGatewaySettings:
    return HospitalGatewaySettings(
        profile="local",
        port=0,
        public_url=PUBLIC_URL,
        issuer="http://issuer.test",
        database_url=place.url,
        kafka_bootstrap="unused:0",
        secrets_dir=secrets_dir,
        database_pool_size=8,
        log_level="warning",
    )


@asynccontextmanager
async def running(
    settings: HospitalGatewaySettings, place: ServiceDatabase, *, clock: Clock | None = None
) -> AsyncIterator[Gateway]:
    """The service with its lifespan entered. Its relay publishes to a bus in memory."""
    issuer, bus = Issuer(), InMemoryBus()
    service = build(settings, bus=bus, clock=clock, verifier=issuer.verifier())
    transport = httpx.ASGITransport(service.app, raise_app_exceptions=False)
    async with (
        service.app.router.lifespan_context(service.app),
        httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL, timeout=60) as http,
    ):
        yield Gateway(service, http, issuer, place, bus, settings)


@pytest_asyncio.fixture
async def gateway(settings: HospitalGatewaySettings, place: ServiceDatabase) -> AsyncIterator[Gateway]:
    async with running(settings, place) as made:
        yield made
