"""The Disnaker gateway in tests: the running service and what stands around it."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import orjson

from services.disnaker_gateway.settings import DisnakerGatewaySettings
from services.disnaker_gateway.wiring import build
from shared.clock import SystemClock
from shared.events import Event, Tombstone, decode, encode, new_event
from shared.events.case_notification import CaseNotificationContent, CaseNotificationFacts
from shared.events.catalogue import CLAIM_STATE_RECORDED, NOTIFICATION_ISSUED
from shared.events.claim import ClaimStateRecorded
from shared.identifiers import new_case_number, new_id
from shared.kafka.bus import Record
from shared.kafka.in_memory import InMemoryBus
from shared.sealing import Secrets, create_secrets, load_secrets
from tests.support.databases import ServiceDatabase
from tests.support.eventually import eventually
from tests.support.issuer import Issuer

BANTEN, WEST_JAVA = "disnaker:36", "disnaker:32"
ALL_SCOPES = "notifications.read subscriptions.manage determinations.write cases.read"
ALL_EVENTS = ["case.opened", "case.updated", "determination.requested"]
AT = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)


@dataclass
class Gateway:
    """The running service and what stands around it."""

    http: httpx.AsyncClient
    issuer: Issuer
    bus: InMemoryBus
    database: ServiceDatabase
    secrets: Secrets
    app: Any
    sequences: dict[str, int] = field(default_factory=dict)

    def bearer(self, org: str = BANTEN, scope: str = ALL_SCOPES, **options: Any) -> dict[str, str]:
        return self.issuer.bearer(org, scope, client_id=options.pop("client_id", org), **options)

    def once(self, org: str = BANTEN, scope: str = ALL_SCOPES, key: str | None = None) -> dict[str, str]:
        """Headers of a POST."""
        return {**self.bearer(org, scope), "Idempotency-Key": key or uuid.uuid4().hex}

    async def subscribe(self, url: str, org: str = BANTEN, **values: Any) -> dict[str, Any]:
        body = {"url": url, "region_codes": [org[-2:]], "event_types": ALL_EVENTS, **values}
        answer = await self.http.post("/v1/subscriptions", json=body, headers=self.once(org))
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def notification(
        self, case_number: str, region: str = "3671", type_: str = "case.opened", *, test: bool = False
    ) -> Event:
        """The next notification of a case, as verification issues it."""
        sequence = self.sequences[case_number] = self.sequences.get(case_number, 0) + 1
        notification_id = new_id()
        common = {"case_number": case_number, "region_code": region, "occurred_at": AT, "reported_at": AT}
        people = {
            "employer": {"name": "PT Contoh Baja", "registration_number": "JJ012345", "sector": "25111"},
            "worker": {"name": "Siti Aminah", "nik_masked": "3671********0001"},
            "consequence": "injury",
            "accident_type": "caught",
            "place_type": "inside_workplace",
            "late": False,
            "clocks": [{"clock": "T1_KK", "due_at": AT + timedelta(days=2), "legal_basis": "art. 8(1)"}],
        }
        case = {**common, **people, "state": "REPORTED", "kind": "accident", "chronology": "Tangan terjepit."}
        body = {**common, **people, "notification_id": notification_id, "type": type_}
        return new_event(
            NOTIFICATION_ISSUED,
            subject=case_number,
            version=sequence,
            key=case_number,
            facts=CaseNotificationFacts.model_validate(
                {
                    **common,
                    "notification_id": notification_id,
                    "notification_type": type_,
                    "sequence": sequence,
                    "test": test,
                }
            ),
            content=CaseNotificationContent.model_validate({"notification": body, "case": case}),
        )

    def claim_state(self, case_number: str, version: int = 1, region: str | None = "3671", **facts: Any) -> Event:
        told = {
            "case_number": case_number,
            "claim_version": version,
            "decision_version": 0,
            "state": "REPORTED",
            "waiting_on": "employer",
            "open": True,
            "region_code": region,
            **facts,
        }
        return new_event(
            CLAIM_STATE_RECORDED,
            subject=case_number,
            version=version,
            key=case_number,
            facts=ClaimStateRecorded.model_validate(told),
        )

    def tombstone(self, case_number: str) -> Event:
        return new_event(CLAIM_STATE_RECORDED, subject=case_number, version=1, key=case_number, facts=Tombstone())

    async def publish(self, *events: Event) -> None:
        """As verification's relay would."""
        records = []
        for event in events:
            wire = encode(event, self.secrets.sealer)
            headers = {**wire.headers, "ce_time": SystemClock().now().isoformat()}
            records.append(Record(wire.topic, wire.key, wire.value, headers))
        await self.bus.publish(records)

    async def known_case(self, region: str = "3671", **facts: Any) -> str:
        """A new case that the gateway has heard of."""
        case_number = new_case_number(2026)
        await self.publish(self.claim_state(case_number, region=region, **facts))

        async def heard() -> bool:
            return bool(await self.rows("SELECT 1 FROM known_case WHERE case_number = $1", case_number))

        await eventually(heard)
        return case_number

    async def published(self, subject: object) -> list[Event]:
        """What the outbox tells of one subject, in order."""
        rows = await self.rows(
            "SELECT headers::text, payload, key FROM outbox WHERE aggregate_id = $1 ORDER BY id", str(subject)
        )
        return [
            decode(orjson.loads(row["headers"]), row["payload"], self.secrets.sealer, key=row["key"]) for row in rows
        ]

    async def rows(self, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        """Behind row-level security, as the superuser."""
        return await self.database.rows(sql, *arguments)


@asynccontextmanager
async def running_gateway(database: ServiceDatabase, folder: Path, **settings: Any) -> AsyncIterator[Gateway]:
    """The service with all its parts on `database`; the same `folder` gives the same secrets."""
    secrets_dir = folder / "secrets"
    create_secrets(secrets_dir)
    values: dict[str, Any] = {
        "profile": "local",
        "port": 1,
        "public_url": "http://disnaker.test",
        "issuer": "http://issuer.test",
        "database_url": database.url,
        "kafka_bootstrap": "nowhere:1",
        "secrets_dir": secrets_dir,
        "database_pool_size": 8,
        "webhook_poll_seconds": 0.2,
    }
    bus, issuer = InMemoryBus(), Issuer()
    service = build(DisnakerGatewaySettings(**(values | settings)), bus=bus, verifier=issuer.verifier())
    transport = httpx.ASGITransport(service.app, raise_app_exceptions=False)
    async with (
        service.app.router.lifespan_context(service.app),
        httpx.AsyncClient(transport=transport, base_url="http://disnaker.test") as http,
    ):
        yield Gateway(http, issuer, bus, database, load_secrets(secrets_dir), service.app)


def determination(case_number: str, **changes: Any) -> dict[str, Any]:
    """What an office sends: a work accident, without disability."""
    return {
        "case_number": case_number,
        "decision": "WORK_ACCIDENT",
        "disability": None,
        "benefit_amount_rupiah": None,
        "letter_number": "566/123/2026",
        "decided_on": (SystemClock().now() - timedelta(days=1)).date().isoformat(),
        "inspector": {"name": "Andi", "id": "PPK-1"},
        "legal_basis": "PP 44/2015",
        "advisory_doctor_opinion": None,
        **changes,
    }
