"""The event as it is handled inside a process, and the shapes every event shares."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

from shared.events.vocabulary import ChecklistState

Rupiah = Annotated[int, Field(description="Whole rupiah.")]
Percent = Annotated[
    Decimal,
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "description": "Percent, decimal text."}),
]
Version = Annotated[int, Field(ge=1)]
CaseNumber = Annotated[str, Field(description="The hub's number of a case, JKK-YYYY- and eleven characters.")]
RegionCode = Annotated[str, Field(description="Kemendagri code: 4 digits a regency or city, 2 a province.")]
OccurredAt = Annotated[AwareDatetime, Field(description="When it happened, with the offset of the place.")]
ReportedAt = Annotated[AwareDatetime, Field(description="When its source says that it reported it.")]
ReceivedAt = Annotated[AwareDatetime, Field(description="When the hub accepted it.")]
# The patterns keep a bare NIK, KPJ or passport number from ever standing where its hash belongs.
IndexHash = Annotated[str, Field(pattern=r"^i[0-9A-Za-z]{1,16}:[0-9a-f]{24}$", description="Blind-index hash.")]
WorkerKey = Annotated[str, Field(pattern=r"^[nkpd]:[0-9a-f]{64}$", description="Kafka key of a worker.")]


class Part(BaseModel):
    """Anything inside an event: frozen, and tolerant of fields that a later writer added."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", validate_by_alias=True, validate_by_name=True, serialize_by_alias=True
    )


class Facts(Part):
    """The clear part of an event: ids, times and codes that routing needs. No person, no diagnosis."""


class Content(Part):
    """The sealed part of an event: everything with personal data."""


class Tombstone(Facts):
    """Stands in an event's facts for an empty value on a compacted topic: what the key held is gone."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event, opened. On the wire its content is sealed; see `shared.events.codec`.

    `subject` is the aggregate's id, `version` the aggregate's version (1, 2, 3, … and part of what the sealed part
    is bound to), `key` the Kafka key. `time` is None until the outbox row has its database time.
    """

    id: UUID
    type: str
    source: str
    subject: str
    version: int
    key: str
    facts: Facts
    content: Content | None = None
    time: datetime | None = None
    traceparent: str | None = None


class IdentityHashes(Facts):
    """Blind-index hashes of every identifier known of one worker; none can be turned back."""

    nik: tuple[IndexHash, ...] = ()
    kpj: tuple[IndexHash, ...] = ()
    passport: tuple[IndexHash, ...] = ()


class ClockState(Facts):
    """One deadline as it stands. `met` is null while it runs."""

    clock: str = Field(description="Clock code, for example T1_KK.")
    starts_at: AwareDatetime | None = None
    due_at: AwareDatetime | None = None
    met: bool | None = None
    paused: bool = False
    legal_basis: str = ""


class ChecklistEntry(Facts):
    """One paper of a claim's checklist; its titles are in the coded list `documents`."""

    document_code: str
    required: bool
    state: ChecklistState
    responsible: str = Field(description="employer, hospital, disnaker, bpjs or worker.")
    satisfied_by: str | None = Field(None, description="Id of the evidence that stands for the paper.")
    legal_basis: str = ""
    stage: int | None = Field(None, description="The report it goes with: 1 (Tahap I) or 2 (Tahap II).")
    confidence: str | None = Field(None, description="How sure the rule is: certain or uncertain.")
