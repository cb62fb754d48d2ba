"""Who accessed and changed what: an append-only log in every service, written in the transaction it tells about."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import BigInteger, DateTime, Identity, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from shared.observability import trace_id
from shared.postgres.database import Transaction


class AuditColumns(SQLModel):
    """Columns of `audit_log`. `detail` holds codes and ids, never personal data."""

    id: int | None = Field(default=None, sa_type=BigInteger, sa_column_args=(Identity(always=True),), primary_key=True)
    at: datetime = Field(
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": text("clock_timestamp()")},
    )
    org: str
    client_id: str
    officer: str | None = None
    action: str
    object_type: str
    object_id: str
    outcome: str
    detail: dict[str, Any] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'{}'::jsonb")})
    trace_id: str | None = None


@dataclass(frozen=True)
class AuditEntry:
    """One access or change. `action` reads `<object>.<verb>`, such as `accident-report.submit` or `claim.read`."""

    org: str
    client_id: str
    action: str
    object_type: str
    object_id: str
    outcome: str = "ok"
    officer: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)


# The key of the row is left to the database; RETURNING would need a SELECT right that writers don't have.
_INSERT = """INSERT INTO audit_log (org, client_id, officer, action, object_type, object_id, outcome, detail, trace_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text::jsonb, $9)"""


async def record(transaction: Transaction, entry: AuditEntry) -> None:
    """Add one row. It commits or vanishes with what it tells about."""
    await transaction.driver.execute(
        _INSERT,
        entry.org,
        entry.client_id,
        entry.officer,
        entry.action,
        entry.object_type,
        entry.object_id,
        entry.outcome,
        orjson.dumps(entry.detail).decode(),
        trace_id(),
    )
