"""Events that could not be handled: kept with their reason, told on `jkk.dead-letters`, listed for operators."""

import hashlib
import uuid
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import orjson

from shared.clock import Clock
from shared.errors import NotFound, SimpulError
from shared.events import Event, new_event
from shared.events.catalogue import EVENT_FAILED
from shared.events.dead_letter import EventFailed, EventFailedContent
from shared.kafka.bus import Received
from shared.outbox.append import append
from shared.postgres.database import Transaction
from shared.sealing import Sealer

SEALED_AS: Final = "dead-letter"
_NAMESPACE: Final = uuid.UUID("5f0c6f0e-52c4-4b8c-9a55-1d2f8f6f7a01")
_HEADERS_MAX: Final = 32
_HEADER_LENGTH_MAX: Final = 1_024
_INSERT = """
INSERT INTO dead_letter (id, consumer, topic, key, partition, "offset", headers, payload, reason_code, reason,
                         attempts, failed_at, state)
VALUES ($1, $2, $3, $4, $5, $6, $7::text::jsonb, $8, $9, $10, $11, $12, 'open')
    ON CONFLICT (id) DO NOTHING RETURNING id
"""
_COLUMNS = """d.id, d.consumer, d.topic, d.key, d.partition, d."offset", d.headers::text AS headers, d.reason_code,
    d.reason, d.attempts, d.failed_at, d.state, d.resolved_at, d.resolved_by, d.resolution,
    (SELECT count(*) FROM parked_event p
      WHERE p.consumer = d.consumer AND p.topic = d.topic AND p.key = d.key) AS parked_behind,
    (SELECT count(*) FROM dead_letter_edit e WHERE e.letter_id = d.id) AS edits"""
_LIST = f"""SELECT {_COLUMNS} FROM dead_letter d
    WHERE ($1::text IS NULL OR d.state = $1)
      AND ($2::uuid IS NULL OR (d.failed_at, d.id) > (SELECT failed_at, id FROM dead_letter WHERE id = $2))
    ORDER BY d.failed_at, d.id LIMIT $3"""  # noqa: S608 - constant parts only
_SHOW = f"SELECT {_COLUMNS} FROM dead_letter d WHERE d.id = $1"  # noqa: S608 - constant parts only


@dataclass(frozen=True)
class Failure:
    """Why an event is given up. `code` is stable; `detail` holds no personal data."""

    code: str
    detail: str
    attempts: int


@dataclass(frozen=True)
class DeadLetter:
    """A dead letter as operators see it: no payload. `state`: open, redriven or discarded. `parked_behind` counts
    the later events of its key that wait, `edits` how often an operator changed what it says."""

    id: UUID
    consumer: str
    topic: str
    key: str | None
    partition: int
    offset: int
    headers: Mapping[str, str]
    reason_code: str
    reason: str
    attempts: int
    failed_at: datetime
    state: str
    resolved_at: datetime | None
    resolved_by: str | None
    resolution: str | None
    parked_behind: int
    edits: int = 0


def failure_of(error: Exception, attempts: int) -> Failure:
    """Our own errors are safe to quote; the text of any other may repeat what it failed on."""
    if isinstance(error, SimpulError):
        return Failure(error.code, error.detail, attempts)
    return Failure("handler-failed", type(error).__name__, attempts)


def dead_letter_id(consumer: str, record: Received) -> UUID:
    """The same record at the same place always makes the same dead letter."""
    digest = hashlib.sha256(record.value or b"").hexdigest()
    return uuid.uuid5(_NAMESPACE, f"{consumer}|{record.topic}|{record.partition}|{record.offset}|{digest}")


async def bury(
    tx: Transaction, consumer: str, service: str, record: Received, failure: Failure, *, sealer: Sealer, clock: Clock
) -> UUID | None:
    """Keep `record` as an open dead letter and tell `jkk.dead-letters`. None when it is one already."""
    letter_id = dead_letter_id(consumer, record)
    payload = record.value
    if payload is not None:
        payload = sealer.seal_bytes(payload, type=SEALED_AS, id=letter_id, version=1)
    headers = _storable_headers(record.headers)
    key = None if record.key is None else _storable(record.key)
    failed_at = clock.now()
    added = await tx.driver.fetchval(
        _INSERT,
        letter_id,
        consumer,
        record.topic,
        key,
        record.partition,
        record.offset,
        orjson.dumps(headers).decode(),
        payload,
        failure.code,
        failure.detail,
        failure.attempts,
        failed_at,
    )
    if added is None:
        return None
    await append(tx, [_event_failed(letter_id, service, record, headers, failure, failed_at)], sealer)
    return letter_id


def _event_failed(
    letter_id: UUID, service: str, record: Received, headers: dict[str, str], failure: Failure, failed_at: datetime
) -> Event:
    facts = EventFailed(
        dead_letter_id=letter_id,
        service=service,
        reason=failure.code,
        attempts=failure.attempts,
        failed_at=failed_at,
        original_topic=record.topic,
        original_partition=record.partition,
        original_offset=record.offset,
        original_event_id=headers.get("ce_id"),
        original_type=headers.get("ce_type"),
    )
    value = None if record.value is None else b64encode(record.value).decode()
    content = EventFailedContent(key=record.key, headers=headers, value_base64=value, detail=failure.detail)
    return new_event(
        EVENT_FAILED,
        subject=letter_id,
        version=1,
        key=_key_of_dead_letter(record.key),
        facts=facts,
        content=content,
        service=service,
    )


def _key_of_dead_letter(key: str | None) -> str:
    """The original key; a foreign writer's, which may be anything, only as its hash."""
    known = key is not None and key.isascii() and not any(part.isdigit() and len(part) > 10 for part in key.split(":"))
    return key if known and key else f"sha256:{hashlib.sha256((key or '').encode()).hexdigest()}"


def _storable_headers(headers: Mapping[str, str]) -> dict[str, str]:
    kept = list(headers.items())[:_HEADERS_MAX]
    return {_storable(name)[:_HEADER_LENGTH_MAX]: _storable(value)[:_HEADER_LENGTH_MAX] for name, value in kept}


def _storable(text: str) -> str:
    """PostgreSQL's text holds no NUL, and JSON in UTF-8 no lone surrogate."""
    return text.replace("\x00", "\\0").encode("utf-8", "backslashreplace").decode()


async def list_dead_letters(
    tx: Transaction, *, state: str | None = "open", after: UUID | None = None, limit: int = 50
) -> list[DeadLetter]:
    """A page of dead letters, oldest first; `after` is the last id of the page before."""
    return [_dead_letter(row) for row in await tx.driver.fetch(_LIST, state, after, limit)]


async def show_dead_letter(tx: Transaction, letter_id: UUID) -> DeadLetter:
    """One dead letter. Raises NotFound."""
    row = await tx.driver.fetchrow(_SHOW, letter_id)
    if row is None:
        raise NotFound("dead-letter.unknown", "there is no such dead letter")
    return _dead_letter(row)


def _dead_letter(row: asyncpg.Record) -> DeadLetter:
    # The driver's ids are a subclass of UUID that orjson does not take; nobody beyond this place has to know.
    return DeadLetter(**{**dict(row), "id": UUID(bytes=row["id"].bytes), "headers": orjson.loads(row["headers"])})
