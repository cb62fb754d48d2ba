"""What a report's or a bundle's transactions cost PostgreSQL alone: recorded from the real service, replayed bare."""

import asyncio
import secrets
import tempfile
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx

import services.hospital_gateway.wiring as hospital_gateway
import services.intake.wiring as intake
from benchmarks.floors import replayed_per_second
from benchmarks.made_up import filled, template
from benchmarks.recording import RecordedTransaction, recording
from services.hospital_gateway.settings import HospitalGatewaySettings
from services.intake.settings import IntakeSettings
from shared.kafka.in_memory import InMemoryBus
from shared.postgres.migrate import provision, upgrade
from shared.sealing import create_secrets
from shared.service import Service
from shared.web.tokens import Principal, TokenVerifier

_TRANSACTIONS = 1500


@dataclass(frozen=True)
class Work:
    """One kind of request of one service."""

    service: str
    path: str
    template: str
    content_type: str
    org: str
    scope: str


REPORTS = Work(
    "intake", "/v1/accident-reports", "report", "application/json", "employer:JJ099999", "accident-reports.write"
)
BUNDLES = Work("hospital_gateway", "/fhir", "bundle", "application/fhir+json", "hospital:100099999", "system/*.crus")


class _Known(TokenVerifier):
    """Lets one principal in; the floor has no door."""

    def __init__(self, work: Work) -> None:
        expires = datetime.now(UTC) + timedelta(hours=1)
        self._known_principal = Principal(
            client_id="bench", org=work.org, scopes=frozenset({work.scope}), expires_at=expires, subject="bench"
        )

    async def verify(self, token: str) -> Principal:
        return self._known_principal

    async def aclose(self) -> None:
        """Nothing to end."""


def _build(work: Work, database_url: str, folder: Path) -> Service:
    create_secrets(folder)
    common = {"port": 1, "public_url": "http://bench", "issuer": "http://bench", "kafka_bootstrap": "none:1"}
    given = {**common, "profile": "local", "database_url": database_url, "secrets_dir": folder}
    if work.service == "intake":
        settings = IntakeSettings.model_validate({**given, "document_store_url": f"file://{folder}/documents"})
        return intake.build(settings, bus=InMemoryBus(), verifier=_Known(work))
    return hospital_gateway.build(
        HospitalGatewaySettings.model_validate(given), bus=InMemoryBus(), verifier=_Known(work)
    )


@asynccontextmanager
async def _scratch(admin_url: str, service: str, password: str) -> AsyncIterator[str]:
    """A database of `service` for this measurement alone, on the server of the hub."""
    name = f"bench_{service}_{secrets.token_hex(4)}"
    await asyncio.to_thread(provision, admin_url, service, database=name, password=password)
    try:
        await asyncio.to_thread(upgrade, admin_url, service, database=name)
        server = urlsplit(admin_url)
        netloc = f"simpul_{service}:{password}@{server.hostname}:{server.port}"
        yield urlunsplit(server._replace(scheme="postgresql", netloc=netloc, path=f"/{name}"))
    finally:
        connection = await asyncpg.connect(admin_url)
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await connection.close()


async def _recorded(work: Work, database_url: str) -> list[RecordedTransaction]:
    text = template(work.template)
    headers = {"Authorization": "Bearer bench", "Content-Type": work.content_type}
    with tempfile.TemporaryDirectory() as folder, recording() as recorded:
        service = _build(work, database_url, Path(folder) / "secrets")
        transport = httpx.ASGITransport(app=service.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://bench") as client:
            for number in range(_TRANSACTIONS):
                answer = await client.post(
                    work.path,
                    content=filled(text, number),
                    headers={**headers, "Idempotency-Key": uuid.uuid4().hex},
                )
                answer.raise_for_status()
    return recorded


async def measure(admin_url: str, password: str, work: Work, connections: Sequence[int]) -> dict[int, float]:
    """Requests per second that PostgreSQL alone would allow, by number of connections."""
    async with _scratch(admin_url, work.service, password) as url:
        recorded = await _recorded(work, url)
    per_request = len(recorded) / _TRANSACTIONS
    found = {}
    for number in connections:
        async with _scratch(admin_url, work.service, password) as url:
            found[number] = await replayed_per_second(url, recorded, number) / per_request
    return found
