"""Lawful erasure of a worker: every service empties its rows and refuses to open earlier events on a replay."""

from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.events.envelope import Facts, IdentityHashes, WorkerKey


class ErasureFacts(Facts):
    """Which worker, by keyed hashes only. What was sealed before `effective_at` is not opened again."""

    erasure_id: UUID
    worker_keys: tuple[WorkerKey, ...] = Field(description="Every Kafka key the worker's events may have.")
    identity_hashes: IdentityHashes
    case_numbers: tuple[str, ...] = Field((), description="Cases that go with the worker.")
    legal_basis: str = Field(description="Article of law, no reason in free text.")
    requested_at: AwareDatetime
    effective_at: AwareDatetime
