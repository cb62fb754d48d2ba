"""The tables of this service. Everything with a person in it is sealed; the other columns are for finding."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, DateTime, Double, Identity, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from shared.messages.tables import MessageColumns
from shared.postgres.standard_columns import declare_standard_tables
from shared.postgres.throttle_table import ThrottleColumns

_INSTANT = DateTime(timezone=True)
_NOW = {"server_default": text("clock_timestamp()")}
_NAME = Text(collation="C")


class Base(SQLModel, registry=registry()):
    """One registry for this service alone."""


declare_standard_tables(Base)


class EvidenceRow(Base, table=True):
    """One report of an agency with its latest version; `facts` are the narrow facts, `document` the whole form."""

    __tablename__ = "evidence"

    id: str = Field(sa_type=_NAME, primary_key=True)
    org: str
    source: str
    kind: str
    source_org: str
    version: int = Field(sa_type=BigInteger)
    revision: int = Field(sa_type=BigInteger)
    status: str
    nik_index: str | None = Field(default=None, sa_type=_NAME)
    kpj_index: str | None = Field(default=None, sa_type=_NAME)
    passport_index: str | None = Field(default=None, sa_type=_NAME)
    named_case_number: str | None = Field(default=None, sa_type=_NAME)
    named_report_id: str | None = Field(default=None, sa_type=_NAME)
    occurred_at: datetime = Field(sa_type=_INSTANT)
    received_at: datetime = Field(sa_type=_INSTANT)
    facts: bytes = Field(sa_type=LargeBinary)
    document: bytes | None = Field(default=None, sa_type=LargeBinary)
    likeness: list[str] = Field(sa_type=ARRAY(Text), sa_column_kwargs={"server_default": text("'{}'")})


class ClaimRow(Base, table=True):
    """One claim; `document` is the public claim, sealed. `terms` are look-up hashes and organisations.
    `overdue_at` is when its next clock runs out that has not yet."""

    __tablename__ = "claim"

    case_number: str = Field(sa_type=_NAME, primary_key=True)
    org: str
    founder_id: str = Field(sa_type=_NAME, foreign_key="evidence.id")
    opened_at: datetime = Field(sa_type=_INSTANT)
    version: int = Field(sa_type=BigInteger)
    decision_version: int = Field(sa_type=BigInteger)
    decision_digest: str
    state: str
    waiting_on: str
    region_code: str | None = Field(default=None, sa_type=_NAME)
    flags: list[str] = Field(sa_type=ARRAY(Text))
    terms: list[str] = Field(sa_type=ARRAY(Text))
    next_due_at: datetime | None = Field(default=None, sa_type=_INSTANT)
    overdue_at: datetime | None = Field(default=None, sa_type=_INSTANT)
    merged_into: str | None = Field(default=None, sa_type=_NAME, foreign_key="claim.case_number")
    assigned_to: str | None = None
    notification_sequence: int = Field(sa_type=BigInteger)
    notification_digest: str
    document: bytes = Field(sa_type=LargeBinary)
    updated_at: datetime = Field(sa_type=_INSTANT, sa_column_kwargs=_NOW)


class EvidenceLinkRow(Base, table=True):
    """Which claim holds a piece of evidence, with history (decisions 12)."""

    __tablename__ = "evidence_link"

    id: int | None = Field(default=None, sa_type=BigInteger, sa_column_args=(Identity(always=True),), primary_key=True)
    org: str
    evidence_id: str = Field(sa_type=_NAME, foreign_key="evidence.id")
    case_number: str = Field(sa_type=_NAME, foreign_key="claim.case_number")
    linked_at: datetime = Field(sa_type=_INSTANT, sa_column_kwargs=_NOW)
    ended_at: datetime | None = Field(default=None, sa_type=_INSTANT)


class PersonLinkRow(Base, table=True):
    """A verifier's word that two pieces of evidence are one accident, or two."""

    __tablename__ = "person_link"

    id: UUID = Field(primary_key=True)
    org: str
    one: str = Field(sa_type=_NAME)
    other: str = Field(sa_type=_NAME)
    relation: str
    person: str
    decided_at: datetime = Field(sa_type=_INSTANT)
    ended_at: datetime | None = Field(default=None, sa_type=_INSTANT)


class ClaimEntryRow(Base, table=True):
    """A decision, determination or note, sealed; never changed."""

    __tablename__ = "claim_entry"

    id: UUID = Field(primary_key=True)
    org: str
    case_number: str = Field(sa_type=_NAME, foreign_key="claim.case_number")
    kind: str
    recorded_at: datetime = Field(sa_type=_INSTANT, sa_column_kwargs=_NOW)
    document: bytes = Field(sa_type=LargeBinary)


class StreamEventRow(Base, table=True):
    """One event of the claim stream. `position` is given after commit (decisions 7)."""

    __tablename__ = "stream_event"

    id: int | None = Field(default=None, sa_type=BigInteger, sa_column_args=(Identity(always=True),), primary_key=True)
    org: str
    event_id: UUID
    case_number: str = Field(sa_type=_NAME)
    claim_version: int = Field(sa_type=BigInteger)
    state: str
    waiting_on: str
    changes: list[str] = Field(sa_type=ARRAY(Text))
    region_code: str | None = None
    flags: list[str] = Field(sa_type=ARRAY(Text))
    terms: list[str] = Field(sa_type=ARRAY(Text))
    before: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    at: datetime = Field(sa_type=_INSTANT, sa_column_kwargs=_NOW)
    position: int | None = Field(default=None, sa_type=BigInteger)


class UnmatchedPairRow(Base, table=True):
    """Two pieces of evidence whose claims may be one, waiting for a verifier; without `other`, one of a worker whom
    nobody has named by a number."""

    __tablename__ = "unmatched_pair"

    id: UUID = Field(primary_key=True)
    org: str
    one: str = Field(sa_type=_NAME, foreign_key="evidence.id")
    other: str | None = Field(default=None, sa_type=_NAME, foreign_key="evidence.id")
    score: float = Field(sa_type=Double)
    reasons: list[str] = Field(sa_type=ARRAY(Text))
    state: str
    found_at: datetime = Field(sa_type=_INSTANT, sa_column_kwargs=_NOW)
    closed_at: datetime | None = Field(default=None, sa_type=_INSTANT)
    closed_by: str | None = None


class ParticipantRow(Base, table=True):
    """A worker's whole set of memberships as BPJS core tells it, sealed; `id` is the worker key."""

    __tablename__ = "participant"

    id: str = Field(sa_type=_NAME, primary_key=True)
    org: str
    version: int = Field(sa_type=BigInteger)
    nik_index: str | None = Field(default=None, sa_type=_NAME)
    kpj_index: list[str] = Field(sa_type=ARRAY(Text))
    recorded_at: datetime = Field(sa_type=_INSTANT, sa_column_kwargs=_NOW)
    memberships: bytes = Field(sa_type=LargeBinary)


class ParticipantImportRow(Base, table=True):
    """How far an import has come, so that sending it again goes on from there. No person is in it."""

    __tablename__ = "participant_import"

    client_id: str = Field(primary_key=True)
    key_sha256: bytes = Field(sa_type=LargeBinary, primary_key=True)
    org: str
    lines: int = Field(sa_type=BigInteger)
    body_sha256: bytes = Field(sa_type=LargeBinary)
    counts: dict[str, int] = Field(sa_type=JSONB)
    refused: list[dict[str, Any]] = Field(sa_type=JSONB)
    finished: bool
    touched_at: datetime = Field(sa_type=_INSTANT, sa_column_kwargs=_NOW)


class ClaimSurroundingRow(Base, table=True):
    """By what a claim is compared with others (keyed hashes), and what was found around it."""

    __tablename__ = "claim_surrounding"

    case_number: str = Field(sa_type=_NAME, primary_key=True, foreign_key="claim.case_number")
    org: str
    occurred_at: datetime = Field(sa_type=_INSTANT)
    worker_key: str | None = Field(default=None, sa_type=_NAME)
    employer_key: str | None = Field(default=None, sa_type=_NAME)
    doctor_key: str | None = Field(default=None, sa_type=_NAME)
    peers_key: str | None = Field(default=None, sa_type=_NAME)
    wages_hundredths: int | None = Field(default=None, sa_type=BigInteger)
    findings: list[Any] = Field(sa_type=JSONB)
    revision: int = Field(sa_type=BigInteger)
    looked_at_revision: int = Field(sa_type=BigInteger)
    looked_at: list[Any] = Field(sa_type=JSONB)


class TrackingCodeRow(Base, table=True):
    """A tracking code as a keyed hash, and the report it was given out for; one that is replaced has ended."""

    __tablename__ = "tracking_code"

    code_hash: str = Field(sa_type=_NAME, primary_key=True)
    org: str
    evidence_id: str = Field(sa_type=_NAME, foreign_key="evidence.id")
    companion_id: UUID | None = None
    minted_at: datetime = Field(sa_type=_INSTANT, sa_column_kwargs=_NOW)
    ended_at: datetime | None = Field(default=None, sa_type=_INSTANT)


class ThrottleRow(Base, ThrottleColumns, table=True):
    __tablename__ = "throttle"


class ConsoleSessionRow(Base, table=True):
    """One sign-in to the console, under the hash of its cookie; `person` is sealed."""

    __tablename__ = "console_session"

    token_hash: bytes = Field(sa_type=LargeBinary, primary_key=True)
    person: bytes = Field(sa_type=LargeBinary)
    begun_at: datetime = Field(sa_type=_INSTANT, sa_column_kwargs=_NOW)
    seen_at: datetime = Field(sa_type=_INSTANT)
    expires_at: datetime = Field(sa_type=_INSTANT)


class ConsoleLinkRow(Base, table=True):
    """A link that signs a person in once; gone when it is used."""

    __tablename__ = "console_link"

    token_hash: bytes = Field(sa_type=LargeBinary, primary_key=True)
    person: bytes = Field(sa_type=LargeBinary)
    expires_at: datetime = Field(sa_type=_INSTANT)


class ConsoleFilterRow(Base, table=True):
    """A filter of the queue that an officer keeps; `wanted` is sealed, since one may search for a person."""

    __tablename__ = "console_filter"

    id: UUID = Field(primary_key=True)
    officer: str = Field(sa_type=_NAME)
    wanted: bytes = Field(sa_type=LargeBinary)
    made_at: datetime = Field(sa_type=_INSTANT, sa_column_kwargs=_NOW)


class ClaimMeasureRow(Base, table=True):
    """How long a claim took and at whose desk; `waited` are seconds by agency until `waiting_since`."""

    __tablename__ = "claim_measure"

    case_number: str = Field(sa_type=_NAME, primary_key=True, foreign_key="claim.case_number")
    org: str
    version: int = Field(sa_type=BigInteger)
    kind: str
    occurred_at: datetime = Field(sa_type=_INSTANT)
    opened_at: datetime = Field(sa_type=_INSTANT)
    province: str | None = Field(default=None, sa_type=_NAME)
    sector: str | None = Field(default=None, sa_type=_NAME)
    employer: str | None = Field(default=None, sa_type=_NAME)
    hospital: str | None = Field(default=None, sa_type=_NAME)
    late: bool | None = None
    asked_to_complete: bool
    open_discrepancies: int = Field(sa_type=BigInteger)
    reported_at: datetime | None = Field(default=None, sa_type=_INSTANT)
    treated_at: datetime | None = Field(default=None, sa_type=_INSTANT)
    applied_at: datetime | None = Field(default=None, sa_type=_INSTANT)
    complete_at: datetime | None = Field(default=None, sa_type=_INSTANT)
    concluded_at: datetime | None = Field(default=None, sa_type=_INSTANT)
    approved_at: datetime | None = Field(default=None, sa_type=_INSTANT)
    paid_at: datetime | None = Field(default=None, sa_type=_INSTANT)
    waited: dict[str, int] = Field(sa_type=JSONB)
    waiting_on: str | None = None
    waiting_since: datetime | None = Field(default=None, sa_type=_INSTANT)


class ClaimMeasureCursorRow(Base, table=True):
    """Up to which position of the stream claims were measured; one row."""

    __tablename__ = "claim_measure_cursor"

    id: int = Field(sa_type=BigInteger, primary_key=True)
    org: str
    position: int = Field(sa_type=BigInteger)


class ClaimLetterRow(Base, table=True):
    """A letter as it was issued, sealed; never changed. `told_id` is the entry that it tells of, `addressee` and
    `copies` are parties."""

    __tablename__ = "claim_letter"

    id: UUID = Field(primary_key=True)
    org: str
    case_number: str = Field(sa_type=_NAME, foreign_key="claim.case_number")
    kind: str
    told_id: UUID
    number: str
    issued_at: datetime = Field(sa_type=_INSTANT)
    claim_version: int = Field(sa_type=BigInteger)
    addressee: str
    copies: list[str] = Field(sa_type=ARRAY(Text))
    replaces: UUID | None = Field(default=None, foreign_key="claim_letter.id")
    sha256: str
    content: bytes = Field(sa_type=LargeBinary)


class ClaimLetterPrintRow(Base, table=True):
    """The PDF of a letter for one party, from the first time that somebody opened it; sealed. `party` is empty for
    whom it is addressed to."""

    __tablename__ = "claim_letter_print"

    letter_id: UUID = Field(primary_key=True, foreign_key="claim_letter.id")
    party: str = Field(primary_key=True)
    language: str = Field(primary_key=True)
    org: str
    sha256: str
    pdf: bytes = Field(sa_type=LargeBinary)
    printed_at: datetime = Field(sa_type=_INSTANT, sa_column_kwargs=_NOW)


class MessageRow(Base, MessageColumns, table=True):
    __tablename__ = "message"
