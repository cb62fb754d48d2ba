"""The table of messages that wait. Frozen like every migration."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, LargeBinary
from sqlmodel import Field, SQLModel

from shared.postgres.rls import Operations, Tables

_INSTANT = DateTime(timezone=True)


class MessageColumns(SQLModel):
    """One message, sealed. `state`: waiting, sent, given_up; once it is over nothing is left of whom it went to."""

    id: UUID = Field(primary_key=True)
    org: str
    sealed: bytes = Field(sa_type=LargeBinary)
    state: str
    attempts: int
    next_attempt_at: datetime = Field(sa_type=_INSTANT)
    created_at: datetime = Field(sa_type=_INSTANT)
    ended_at: datetime | None = Field(default=None, sa_type=_INSTANT)
    last_error: str | None = None


def message_table_v1(op: Operations, service: str) -> None:
    """Whoever has something to tell adds a row and sees none."""
    op.execute(
        """CREATE TABLE message (
            id uuid PRIMARY KEY,
            org text NOT NULL,
            sealed bytea NOT NULL,
            state text NOT NULL,
            attempts integer NOT NULL,
            next_attempt_at timestamptz NOT NULL,
            created_at timestamptz NOT NULL,
            ended_at timestamptz,
            last_error text)"""
    )
    op.execute("CREATE INDEX message_due ON message (next_attempt_at) WHERE state = 'waiting'")
    Tables(op, service).write_only("message")
