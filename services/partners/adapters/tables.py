"""The tables of this service."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
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
    """One client. Public key and hash of the secret only: nothing here signs in by itself."""

    __tablename__ = "client"

    client_id: str = Field(primary_key=True)
    org: str = Field(foreign_key="organisation.org")
    kind: str
    name: str
    public_jwk: dict[str, Any] = Field(sa_type=JSONB)
    secret_sha256: bytes | None = Field(default=None, sa_type=LargeBinary)
    status: str
    created_at: datetime = Field(sa_type=_INSTANT)
    revoked_at: datetime | None = Field(default=None, sa_type=_INSTANT)


class SpentAssertion(Base, table=True):
    """An assertion that has been used, until it would have expired anyway."""

    __tablename__ = "spent_assertion"

    client_id: str = Field(primary_key=True)
    jti_sha256: bytes = Field(primary_key=True, sa_type=LargeBinary)
    org: str
    expires_at: datetime = Field(sa_type=_INSTANT)
