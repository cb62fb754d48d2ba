"""The tables of this service."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from shared.postgres.standard_columns import declare_standard_tables

_INSTANT = DateTime(timezone=True)


class Base(SQLModel, registry=registry()):
    """One registry for this service alone."""


declare_standard_tables(Base)


class OrganisationRow(Base, table=True):
    """One organisation; what its clients make of it is counted from their rows."""

    __tablename__ = "organisation"

    org: str = Field(primary_key=True)
    name: str
    region_code: str | None = None
    version: int = Field(sa_type=BigInteger)
    created_at: datetime = Field(sa_type=_INSTANT)
    updated_at: datetime = Field(sa_type=_INSTANT)


class ClientRow(Base, table=True):
    """One client. `region_code` is what it asked for, until it is approved."""

    __tablename__ = "client"

    client_id: str = Field(primary_key=True)
    org: str = Field(foreign_key="organisation.org")
    kind: str
    name: str
    status: str
    region_code: str | None = None
    asked_by: str
    asked_by_name: str | None = None
    approved_by: str | None = None
    created_at: datetime = Field(sa_type=_INSTANT)
    approved_at: datetime | None = Field(default=None, sa_type=_INSTANT)
    revoked_at: datetime | None = Field(default=None, sa_type=_INSTANT)


class ClientCredential(Base, table=True):
    """A public key, the address of a set of them with what was read there last, or the hash of a secret: nothing here
    signs in by itself."""

    __tablename__ = "client_credential"

    id: UUID = Field(primary_key=True)
    client_id: str = Field(foreign_key="client.client_id")
    org: str
    kind: str
    public_jwk: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    secret_sha256: bytes | None = Field(default=None, sa_type=LargeBinary)
    jwks_uri: str | None = None
    published_keys: list[dict[str, Any]] | None = Field(default=None, sa_type=JSONB)
    keys_read_at: datetime | None = Field(default=None, sa_type=_INSTANT)
    keys_tried_at: datetime | None = Field(default=None, sa_type=_INSTANT)
    keys_failure: str | None = None
    added_by: str
    added_by_name: str | None = None
    added_at: datetime = Field(sa_type=_INSTANT)
    approved_by: str | None = None
    approved_at: datetime | None = Field(default=None, sa_type=_INSTANT)
    expires_at: datetime | None = Field(default=None, sa_type=_INSTANT)
    retired_at: datetime | None = Field(default=None, sa_type=_INSTANT)


class SpentAssertion(Base, table=True):
    """An assertion that has been used, until it would have expired anyway."""

    __tablename__ = "spent_assertion"

    client_id: str = Field(primary_key=True)
    jti_sha256: bytes = Field(primary_key=True, sa_type=LargeBinary)
    org: str
    expires_at: datetime = Field(sa_type=_INSTANT)


class NoticeRow(Base, table=True):
    """What the hub tells its partners of itself; `org` is who wrote it, and what was told are its updates."""

    __tablename__ = "notice"

    id: UUID = Field(primary_key=True)
    org: str
    kind: str
    audience: str
    services: list[str] = Field(sa_type=ARRAY(Text))
    title_id: str
    title_en: str
    begins_at: datetime = Field(sa_type=_INSTANT)
    ends_at: datetime | None = Field(default=None, sa_type=_INSTANT)
    created_at: datetime = Field(sa_type=_INSTANT)
    closed_at: datetime | None = Field(default=None, sa_type=_INSTANT)


class NoticeUpdateRow(Base, table=True):
    """One thing that was told of a notice."""

    __tablename__ = "notice_update"

    notice_id: UUID = Field(primary_key=True, foreign_key="notice.id")
    number: int = Field(primary_key=True)
    org: str
    state: str
    text_id: str
    text_en: str
    told_by: str
    told_at: datetime = Field(sa_type=_INSTANT)


class ConformanceRunRow(Base, table=True):
    """What a partner's own run of the conformance kit found."""

    __tablename__ = "conformance_run"

    id: UUID = Field(primary_key=True)
    org: str
    client_id: str
    kit: str
    kit_version: str
    url: str
    began_at: datetime = Field(sa_type=_INSTANT)
    received_at: datetime = Field(sa_type=_INSTANT)
    passed: int
    failed: int
    not_checked: int
    rules: list[dict[str, Any]] = Field(sa_type=JSONB)
