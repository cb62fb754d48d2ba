"""The intake service in tests: what stands around it, and reports to send."""

import copy
import itertools
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import orjson

from services.intake.application.employers import Issuer as EmployerIssuer
from services.intake.application.forms.examples import ACCIDENT_REPORT, SELF_REPORT
from services.intake.settings import IntakeSettings
from services.intake.wiring import build
from shared.clock import FixedClock
from shared.events import Event, decode
from shared.kafka.in_memory import InMemoryBus
from shared.sealing import Secrets, create_secrets, load_secrets
from tests.support.databases import ServiceDatabase
from tests.support.issuer import Issuer

NOON = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)  # 12.00 WIB, two and a half hours after the example's accident
EMPLOYER, OTHER_EMPLOYER = "employer:JJ012345", "employer:KK999999"
WRITE_AND_READ = "accident-reports.write accident-reports.read"
# As small as pictures can be: an empty one, and one without data.
PNG = b"\x89PNG\r\n\x1a\n" + b"".join(bytes(4) + kind + bytes(4) for kind in (b"IHDR", b"IDAT", b"IEND"))
JPEG = b"\xff\xd8\xff\xda\x00\x02" + bytes(32) + b"\xff\xd9"
_niks = itertools.count(1)


@dataclass
class Intake:
    """The running service and what stands around it."""

    http: httpx.AsyncClient
    issuer: Issuer
    clock: FixedClock
    bus: InMemoryBus
    database: ServiceDatabase
    secrets: Secrets
    documents: Path
    app: Any

    def bearer(self, org: str = EMPLOYER, scope: str = WRITE_AND_READ, **options: Any) -> dict[str, str]:
        return self.issuer.bearer(org, scope, lifetime_seconds=10**9, **options)

    def once(self, org: str = EMPLOYER, scope: str = WRITE_AND_READ, key: str | None = None) -> dict[str, str]:
        """Headers of a POST."""
        return {**self.bearer(org, scope), "Idempotency-Key": key or uuid.uuid4().hex}

    async def submit(self, report: dict[str, Any] | None = None, org: str = EMPLOYER) -> dict[str, Any]:
        """An accepted report's answer."""
        answer = await self.http.post("/v1/accident-reports", json=report or accident(), headers=self.once(org))
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def read(self, report_id: str, org: str = EMPLOYER) -> dict[str, Any]:
        answer = await self.http.get(f"/v1/accident-reports/{report_id}", headers=self.bearer(org))
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def rows(self, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        """Behind row-level security, as the superuser."""
        return await self.database.rows(sql, *arguments)

    async def events(self, subject: str) -> list[Event]:
        """What the outbox tells of one report, in order."""
        rows = await self.rows(
            "SELECT headers::text, payload, key FROM outbox WHERE aggregate_id = $1 ORDER BY id", subject
        )
        return [
            decode(orjson.loads(row["headers"]), row["payload"], self.secrets.sealer, key=row["key"]) for row in rows
        ]


def accident(**worker: Any) -> dict[str, Any]:
    """A fresh report of an accident of another worker each time."""
    report = copy.deepcopy(ACCIDENT_REPORT)
    report["worker"]["nik"] = f"367101520390{next(_niks):04d}"
    report["worker"].update(worker)
    return report


def self_report() -> dict[str, Any]:
    return copy.deepcopy(SELF_REPORT)


@asynccontextmanager
async def running_intake(
    database: ServiceDatabase, folder: Path, *, employers: EmployerIssuer | None = None, **settings: Any
) -> AsyncIterator[Intake]:
    """The service with all its parts on `database`, its files in `folder`."""
    secrets_dir = folder / "secrets"
    create_secrets(secrets_dir)
    values: dict[str, Any] = {
        "profile": "local",
        "port": 1,
        "public_url": "http://intake.test",
        "issuer": "http://issuer.test",
        "database_url": database.url,
        "kafka_bootstrap": "nowhere:1",
        "secrets_dir": secrets_dir,
        "data_dir": folder,
        "database_pool_size": 8,
    }
    clock, bus = FixedClock(NOON), InMemoryBus()
    issuer = Issuer(clock=clock)
    service = build(
        IntakeSettings(**(values | settings)), bus=bus, clock=clock, verifier=issuer.verifier(), issuer=employers
    )
    transport = httpx.ASGITransport(service.app, raise_app_exceptions=False)
    async with (
        service.app.router.lifespan_context(service.app),
        httpx.AsyncClient(transport=transport, base_url="http://intake.test") as http,
    ):
        documents = folder / "documents"
        yield Intake(http, issuer, clock, bus, database, load_secrets(secrets_dir), documents, service.app)
