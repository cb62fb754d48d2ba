"""The tables of this service. What a resource says is sealed; what stands in the clear is ids, types, times, hashes
and codes of states."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from shared.postgres.standard_columns import declare_standard_tables
from shared.postgres.throttle_table import ThrottleColumns

_INSTANT = DateTime(timezone=True)


class Base(SQLModel, registry=registry()):
    """One registry for this service alone."""


declare_standard_tables(Base)


class ResourceRow(Base, table=True):
    """One version of a resource. `sealed` is its JSON text (sealed with type, id and version), `sha256` of that text,
    `content_sha256` of the text without the hub's id and meta; `latest` marks the current version. `named` are the
    resources it refers to, `receipt_id` is of the request it came in."""

    __tablename__ = "resource"

    org: str = Field(primary_key=True)
    type: str = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    latest: bool
    encounter_id: UUID | None = None
    patient_id: UUID | None = None
    updated_at: datetime = Field(sa_type=_INSTANT)
    sha256: bytes = Field(sa_type=LargeBinary)
    content_sha256: bytes = Field(sa_type=LargeBinary)
    entry_index: int | None = None
    sealed: bytes = Field(sa_type=LargeBinary)
    named: list[UUID] = Field(sa_type=ARRAY(Uuid))
    receipt_id: UUID | None = None


class ResourceIdentifierRow(Base, table=True):
    """A business identifier as a blind-index hash. `exclusive`: the hospital has one resource with it."""

    __tablename__ = "resource_identifier"

    org: str = Field(primary_key=True)
    type: str = Field(primary_key=True)
    token: str = Field(primary_key=True)
    resource_id: UUID = Field(primary_key=True)
    exclusive: bool


class MedicalReportRow(Base, table=True):
    """The state of an Encounter's report, and the lock of everything that belongs to it. `version` counts what was
    published; `digest` is of the last published content. `worker_hashes` are of its patient's numbers."""

    __tablename__ = "medical_report"

    org: str = Field(primary_key=True)
    encounter_id: UUID = Field(primary_key=True)
    version: int
    digest: bytes | None = Field(default=None, sa_type=LargeBinary)
    encounter_status: str | None = None
    changed_at: datetime = Field(sa_type=_INSTANT)
    worker_hashes: list[str] = Field(sa_type=ARRAY(Text))
    started_at: datetime | None = Field(default=None, sa_type=_INSTANT)
    ended_at: datetime | None = Field(default=None, sa_type=_INSTANT)


class PurgedResourceRow(Base, table=True):
    """That something was here and has been purged; nothing of what it said."""

    __tablename__ = "purged_resource"

    org: str = Field(primary_key=True)
    type: str = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    purged_at: datetime = Field(sa_type=_INSTANT)


class ParticipantProjectionRow(Base, table=True):
    """A worker's memberships as `jkk.participants` last told them, sealed, by keyed hashes of the worker's numbers."""

    __tablename__ = "participant_projection"

    subject: str = Field(primary_key=True)
    version: int = Field(sa_type=BigInteger)
    recorded_at: datetime = Field(sa_type=_INSTANT)
    identity_hashes: list[str] = Field(sa_type=ARRAY(Text))
    sealed: bytes = Field(sa_type=LargeBinary)


class BundleReceiptRow(Base, table=True):
    """A Bundle's bytes and the answer they got, both sealed. `sealed_request` is empty where nothing of the Bundle is
    held."""

    __tablename__ = "bundle_receipt"

    org: str = Field(primary_key=True)
    client_id: str = Field(primary_key=True)
    sha256: bytes = Field(primary_key=True, sa_type=LargeBinary)
    id: UUID
    received_at: datetime = Field(sa_type=_INSTANT)
    entries: int
    sealed_request: bytes = Field(sa_type=LargeBinary)
    sealed_response: bytes = Field(sa_type=LargeBinary)


class ReceiptDigestRow(Base, table=True):
    """SHA-256 of the bytes of one request, by the id under which its receipt was given."""

    __tablename__ = "receipt_digest"

    id: UUID = Field(primary_key=True)
    org: str
    sha256: bytes = Field(sa_type=LargeBinary)


class ThrottleRow(Base, ThrottleColumns, table=True):
    """How often somebody without a token tried a receipt's code."""

    __tablename__ = "throttle"


class RegisteredPartnerRow(Base, table=True):
    """An organisation of the hub as `jkk.partners` last told it."""

    __tablename__ = "registered_partner"

    org: str = Field(primary_key=True)
    version: int = Field(sa_type=BigInteger)
    status: str
    region_code: str | None = None
    kinds: list[str] = Field(sa_type=ARRAY(Text))


class ClaimProjectionRow(Base, table=True):
    """A claim as `jkk.claim-state` last told it, by keyed hashes of its worker; no person can be read from it. `asked`
    is the digest of what it asks of hospitals."""

    __tablename__ = "claim_projection"

    case_number: str = Field(primary_key=True)
    version: int = Field(sa_type=BigInteger)
    is_open: bool
    region_code: str | None = None
    occurred_at: datetime | None = Field(default=None, sa_type=_INSTANT)
    treatment_until: datetime | None = Field(default=None, sa_type=_INSTANT)
    report_ids: list[str] = Field(sa_type=ARRAY(Text))
    encounter_ids: list[str] = Field(sa_type=ARRAY(Text))
    identity_hashes: list[str] = Field(sa_type=ARRAY(Text))
    asked: bytes | None = Field(default=None, sa_type=LargeBinary)


class HospitalRequestRow(Base, table=True):
    """A Task or Communication by which the hub asks a hospital for papers of a claim, kept as a resource of the
    hospital's."""

    __tablename__ = "hospital_request"

    org: str = Field(primary_key=True)
    type: str = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    case_number: str
    document_code: str | None = None
