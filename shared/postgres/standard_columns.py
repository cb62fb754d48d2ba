"""The columns of the tables that `standard_tables` creates, declared for the service that mixes them in.

Apart from what uses these tables: at run time SQL goes through the driver, and no process needs an ORM for it.
"""

import types
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Identity, LargeBinary, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

_INSTANT = DateTime(timezone=True)
_NOW = {"server_default": text("clock_timestamp()")}
_NAME = Text(collation="C")


class OutboxColumns(SQLModel):
    """Events that are to be published, in the order of `id` within an aggregate. `shard` is the slot that the
    aggregate falls into; `created_at` becomes `ce_time`; `payload` null is a tombstone."""

    id: int | None = Field(default=None, sa_type=BigInteger, sa_column_args=(Identity(always=True),), primary_key=True)
    shard: int = Field(sa_type=SmallInteger)
    event_id: UUID = Field(unique=True)
    aggregate_id: str = Field(sa_type=_NAME)
    aggregate_version: int = Field(sa_type=BigInteger)
    topic: str = Field(sa_type=_NAME)
    key: str = Field(sa_type=_NAME)
    headers: dict[str, str] = Field(sa_type=JSONB)
    payload: bytes | None = Field(default=None, sa_type=LargeBinary)
    created_at: datetime = Field(sa_type=_INSTANT, sa_column_kwargs=_NOW)
    sent_at: datetime | None = Field(default=None, sa_type=_INSTANT)


class InboxColumns(SQLModel):
    """Events whose effect is in the database, by consumer."""

    consumer: str = Field(sa_type=_NAME, primary_key=True)
    event_id: UUID = Field(primary_key=True)
    handled_at: datetime = Field(sa_type=_INSTANT, sa_column_kwargs=_NOW)


class DeadLetterColumns(SQLModel):
    """Events that could not be handled. `payload` is the value as it was read, sealed once more as a whole with
    type `dead-letter` and this row's id: what cannot be read may hold anything. `state`: open, redriven, discarded."""

    id: UUID = Field(primary_key=True)
    consumer: str = Field(sa_type=_NAME)
    topic: str = Field(sa_type=_NAME)
    key: str | None = Field(default=None, sa_type=_NAME)
    partition: int
    offset: int = Field(sa_type=BigInteger)
    headers: dict[str, str] = Field(sa_type=JSONB)
    payload: bytes | None = Field(default=None, sa_type=LargeBinary)
    reason_code: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    attempts: int
    failed_at: datetime = Field(sa_type=_INSTANT, sa_column_kwargs=_NOW)
    state: str = Field(sa_type=Text)
    resolved_at: datetime | None = Field(default=None, sa_type=_INSTANT)
    resolved_by: str | None = Field(default=None, sa_type=Text)
    resolution: str | None = Field(default=None, sa_type=Text)


class DeadLetterEditColumns(SQLModel):
    """What operators made of a dead letter: 1, 2, 3, … of each, the last of which is handled. `payload` is the value
    that takes the original's place, sealed as a whole with type `dead-letter-edit`, the letter's id and `number`.
    `changed` are pointers to what differs from the version before."""

    letter_id: UUID = Field(primary_key=True, foreign_key="dead_letter.id", ondelete="CASCADE")
    number: int = Field(primary_key=True)
    edited_at: datetime = Field(sa_type=_INSTANT, sa_column_kwargs=_NOW)
    edited_by: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    changed: list[str] = Field(sa_type=JSONB)
    payload: bytes = Field(sa_type=LargeBinary)


class PartnerContactColumns(SQLModel):
    """Requests of an organisation on one day (UTC), by how they were answered: 2xx and 3xx, 4xx, 5xx."""

    org: str = Field(sa_type=_NAME, primary_key=True)
    day: date = Field(primary_key=True)
    answered: int = Field(sa_type=BigInteger)
    refused: int = Field(sa_type=BigInteger)
    failed: int = Field(sa_type=BigInteger)
    last_at: datetime = Field(sa_type=_INSTANT)
    last_status: int = Field(sa_type=SmallInteger)


class ParkedEventColumns(SQLModel):
    """Events that wait behind a dead letter of their key, in the order of `id`, as they were read."""

    id: int | None = Field(default=None, sa_type=BigInteger, sa_column_args=(Identity(always=True),), primary_key=True)
    consumer: str = Field(sa_type=_NAME)
    event_id: UUID
    topic: str = Field(sa_type=_NAME)
    key: str = Field(sa_type=_NAME)
    partition: int
    offset: int = Field(sa_type=BigInteger)
    headers: dict[str, str] = Field(sa_type=JSONB)
    payload: bytes | None = Field(default=None, sa_type=LargeBinary)
    parked_at: datetime = Field(sa_type=_INSTANT, sa_column_kwargs=_NOW)


class AuditColumns(SQLModel):
    """Columns of `audit_log`. `detail` holds codes and ids, never personal data."""

    id: int | None = Field(default=None, sa_type=BigInteger, sa_column_args=(Identity(always=True),), primary_key=True)
    at: datetime = Field(sa_type=_INSTANT, sa_column_kwargs=_NOW)
    org: str
    client_id: str
    officer: str | None = None
    action: str
    object_type: str
    object_id: str
    outcome: str
    detail: dict[str, Any] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'{}'::jsonb")})
    trace_id: str | None = None


class IdempotencyColumns(SQLModel):
    """Columns of `idempotency_key`. The key itself is kept as a hash: clients put what they like into it."""

    org: str
    client_id: str = Field(primary_key=True)
    route: str = Field(primary_key=True)
    key_sha256: bytes = Field(sa_type=LargeBinary, primary_key=True)
    fingerprint: bytes = Field(sa_type=LargeBinary)
    status: int = Field(sa_type=SmallInteger)
    headers: dict[str, str] = Field(sa_type=JSONB)
    sealed_body: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = Field(sa_type=_INSTANT, sa_column_kwargs=_NOW)


_TABLES: dict[str, type[SQLModel]] = {
    "outbox": OutboxColumns,
    "inbox": InboxColumns,
    "dead_letter": DeadLetterColumns,
    "dead_letter_edit": DeadLetterEditColumns,
    "parked_event": ParkedEventColumns,
    "partner_contact": PartnerContactColumns,
    "audit_log": AuditColumns,
    "idempotency_key": IdempotencyColumns,
}


def declare_standard_tables(base: type[SQLModel]) -> None:
    """Declare these tables in the registry of `base`."""
    for name, columns in _TABLES.items():
        members = {"__tablename__": name, "__module__": base.__module__, "__doc__": columns.__doc__}
        types.new_class(columns.__name__.removesuffix("Columns"), (base, columns), {"table": True}, _filler(members))


def _filler(members: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
    def fill(body: dict[str, Any]) -> None:
        body.update(members)

    return fill
