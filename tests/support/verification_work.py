"""Verification's use cases on a real database, as its consumer and routes call them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from services.verification.adapters.case_store import PostgresCaseStore
from services.verification.adapters.sealed_facts import FactsSealer
from services.verification.application.case_desk import CaseDesk
from services.verification.application.receive_events import receive_events
from services.verification.domain.derivation import Policy
from shared.clock import FixedClock
from shared.events import Event
from shared.postgres.database import Database, Transaction
from shared.sealing import Secrets
from tests.support.letter_cases import InMemoryLetters, clerk_of

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


class Work:
    """Hands events to verification and looks at what came of them."""

    def __init__(self, database: Database, secrets: Secrets) -> None:
        self.database = database
        self.secrets = secrets
        self.clock = FixedClock(NOW)

    def desk(self, transaction: Transaction) -> CaseDesk:
        store = PostgresCaseStore(transaction, self.secrets)
        return CaseDesk(
            store, self.clock, Policy(four_eyes_rupiah=100_000_000), timedelta(days=6), clerk_of(InMemoryLetters())
        )

    async def receive(self, *events: Event) -> None:
        """One batch in one transaction."""
        async with self.database.system_transaction() as transaction:
            await receive_events(self.desk(transaction), events)

    async def receive_singly(self, events: Sequence[Event]) -> None:
        for event in events:
            await self.receive(event)

    async def claims(self, *events: Event) -> list[dict[str, Any]]:
        """The live claims that hold evidence of these events, oldest first."""
        async with self.database.system_transaction() as transaction:
            rows = await transaction.driver.fetch(
                "SELECT DISTINCT c.case_number, c.version, c.document, c.opened_at FROM claim c"
                " JOIN evidence_link l ON l.case_number = c.case_number AND l.ended_at IS NULL"
                " WHERE l.evidence_id = ANY($1::text[]) ORDER BY c.opened_at, c.case_number",
                [event.subject for event in events],
            )
        facts = FactsSealer(self.secrets.sealer)
        return [facts.open_claim(row["document"], row["case_number"], row["version"]) for row in rows]

    async def stored(self, case_number: str) -> dict[str, Any]:
        """Columns of one claim."""
        async with self.database.system_transaction() as transaction:
            row = await transaction.driver.fetchrow("SELECT * FROM claim WHERE case_number = $1", case_number)
        assert row is not None
        return dict(row)

    async def outbox(self, case_number: str) -> list[dict[str, Any]]:
        """What was told of a claim, in order: the CloudEvents type and, where it is clear, the facts."""
        async with self.database.system_transaction() as transaction:
            rows = await transaction.driver.fetch(
                "SELECT topic, headers::text AS headers, payload, aggregate_version FROM outbox"
                " WHERE aggregate_id = $1 ORDER BY id",
                case_number,
            )
        return [
            {
                "type": orjson.loads(row["headers"])["ce_type"],
                "version": row["aggregate_version"],
                "body": orjson.loads(row["payload"]),
            }
            for row in rows
        ]
