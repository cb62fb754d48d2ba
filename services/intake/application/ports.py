"""What the use cases need from outside, in their own words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from services.intake.application.stored_report import Paper, StoredReport, StoredSelfReport
from shared.clock import Clock
from shared.events import Event
from shared.receipts.codes import Receipt
from shared.receipts.register import Acceptance, Receipts
from shared.regulation.clocks import COUNTING, Counting
from shared.sealing import BlindIndex, WorkerKeys


@dataclass(frozen=True)
class Asker:
    """Who asks: the organisation and the client of the access token."""

    org: str
    client_id: str


@dataclass(frozen=True)
class Page:
    """What part of a list is wanted: changed at or after `updated_since`, behind `after` (time of change and id)."""

    limit: int
    updated_since: datetime | None = None
    after: tuple[datetime, UUID] | None = None


class Work(Protocol):
    """One transaction for one asker: rows, events and log, all or nothing. It sees the asker's own rows only."""

    async def add_report(self, report: StoredReport) -> None: ...

    async def report(self, report_id: UUID, *, lock: bool = False) -> StoredReport:
        """With `lock` nobody else changes it until this transaction ends. Raises NotFound."""
        ...

    async def reports(self, page: Page) -> list[StoredReport]:
        """In order of change, oldest first."""
        ...

    async def newest_reports(self, limit: int, before: tuple[datetime, UUID] | None) -> list[StoredReport]:
        """The latest first, received before `before` (time of receipt and id)."""
        ...

    async def replace_report(self, before: StoredReport, after: StoredReport, *, reason: str | None = None) -> None:
        """Put `after` in the place of `before`, which is kept in the history with the reason."""
        ...

    async def add_paper(self, report_id: UUID, paper: Paper) -> None: ...

    async def withdraw_paper(self, report_id: UUID, paper: Paper) -> None: ...

    async def add_self_report(self, report: StoredSelfReport) -> None: ...

    async def self_report(self, report_id: UUID) -> StoredSelfReport:
        """Raises NotFound."""
        ...

    async def publish(self, event: Event) -> None:
        """Into the outbox."""
        ...

    async def tell(self, address: str, subject: str, text: str) -> None:
        """A message, if this hub sends any; it leaves when the transaction commits."""
        ...

    async def give_receipt(self, asker: Asker, accepted: Acceptance) -> Receipt:
        """Note that it was accepted; the receipt is good once the transaction commits."""
        ...

    async def record(
        self, asker: Asker, action: str, object_id: UUID | str, detail: Mapping[str, Any] | None = None
    ) -> None:
        """One row of the log: `action` reads `<object type>.<verb>`."""
        ...


class DocumentStore(Protocol):
    """Where the bytes of papers are, each under the SHA-256 (hex) of its content."""

    async def put(self, sha256: str, content: bytes) -> None:
        """Keep it for good; again is harmless. Raises Unavailable."""
        ...

    async def get(self, sha256: str) -> bytes:
        """Raises Unavailable, also when the bytes are damaged."""
        ...


@dataclass(frozen=True)
class Office:
    """What every use case has at hand."""

    clock: Clock
    worker_keys: WorkerKeys
    blind_index: BlindIndex
    document_store: DocumentStore
    receipts: Receipts
    counting: Counting = COUNTING
    # Whether messages are sent at all, and where they say that a report can be followed.
    sends_messages: bool = False
    status_page: str = ""

    def tracking_code_hash(self, code: str) -> str:
        """What is kept of a tracking code; verification finds the case by the same keyed hash."""
        return self.blind_index.of("tracking-code", code)
