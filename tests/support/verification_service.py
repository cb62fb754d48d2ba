"""The verification service in tests: what stands around it."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson

from services.verification.adapters.stream import ClaimStream
from services.verification.settings import VerificationSettings
from services.verification.wiring import build
from shared.clock import FixedClock
from shared.events import Event, encode
from shared.kafka.bus import Record
from shared.kafka.in_memory import InMemoryBus
from shared.sealing import Secrets, create_secrets, load_secrets
from shared.service import Service
from tests.support.databases import ServiceDatabase
from tests.support.eventually import eventually
from tests.support.issuer import Issuer
from tests.support.verification_work import NOW

VERIFIER, CORE, AUDITOR = "bpjs:cikokol", "bpjs:core", "auditor:ombudsman"
READ_AND_DECIDE = "claims.read claims.decide"


@dataclass
class Verification:
    """The running service and what stands around it."""

    http: httpx.AsyncClient
    issuer: Issuer
    clock: FixedClock
    bus: InMemoryBus
    secrets: Secrets
    service: Service

    def bearer(self, org: str = VERIFIER, scope: str = READ_AND_DECIDE, **options: Any) -> dict[str, str]:
        return self.issuer.bearer(org, scope, lifetime_seconds=10**9, **options)

    def once(self, key: str | None = None, **options: Any) -> dict[str, str]:
        """Headers of a POST."""
        return {**self.bearer(**options), "Idempotency-Key": key or uuid.uuid4().hex}

    async def publish(self, *events: Event) -> None:
        """As a gateway's relay does."""
        wires = [encode(event, self.secrets.sealer) for event in events]
        await self.bus.publish([Record(wire.topic, wire.key, wire.value, wire.headers) for wire in wires])

    async def claim(self, case_number: str) -> dict[str, Any]:
        answer = await self.http.get(f"/v1/claims/{case_number}", headers=self.bearer())
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def claim_with(self, nik: str, **wanted: Any) -> dict[str, Any]:
        """The one claim of this worker, once it has `wanted` among its members."""

        async def found() -> dict[str, Any] | None:
            answer = await self.http.get("/v1/claims", params={"q": nik}, headers=self.bearer())
            for item in answer.json()["items"]:
                claim = await self.claim(item["case_number"])
                if all(claim[name] == value for name, value in wanted.items()):
                    return claim
            return None

        return await eventually(found)

    async def decide(self, claim: dict[str, Any], decision: str, **body: Any) -> httpx.Response:
        headers = {**self.once(), "If-Match": f'"{claim["decision_version"]}"'}
        path = f"/v1/claims/{claim['case_number']}/decisions"
        return await self.http.post(path, json={"decision": decision, **body}, headers=headers)

    @property
    def stream(self) -> ClaimStream:
        return next(part for part in self.service.components if isinstance(part, ClaimStream))

    def published(self, topic: str, key: str) -> list[dict[str, Any]]:
        """Bodies of what stands on a topic under a key, in order."""
        return [orjson.loads(r.value) for r in self.bus.records(topic) if r.key == key and r.value is not None]


@asynccontextmanager
async def running_verification(database: ServiceDatabase, folder: Path, **settings: Any) -> AsyncIterator[Verification]:
    """The service with all its parts on `database`."""
    secrets_dir = folder / "secrets"
    create_secrets(secrets_dir, {})
    values: dict[str, Any] = {
        "profile": "local",
        "port": 1,
        "public_url": "http://verification.test",
        "issuer": "http://issuer.test",
        "database_url": database.url,
        "kafka_bootstrap": "nowhere:1",
        "secrets_dir": secrets_dir,
        "database_pool_size": 8,
        "status_refusal_seconds": 0.01,
    }
    clock, bus = FixedClock(NOW), InMemoryBus()
    issuer = Issuer(clock=clock)
    service = build(VerificationSettings(**(values | settings)), bus=bus, clock=clock, verifier=issuer.verifier())
    transport = httpx.ASGITransport(service.app, raise_app_exceptions=False)
    async with (
        service.app.router.lifespan_context(service.app),
        httpx.AsyncClient(transport=transport, base_url="http://verification.test") as http,
    ):
        yield Verification(http, issuer, clock, bus, load_secrets(secrets_dir, {}), service)
