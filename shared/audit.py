"""Who accessed and changed what: an append-only log in every service, written in the transaction it tells about."""

from dataclasses import dataclass, field
from typing import Any

import orjson

from shared.observability import trace_id
from shared.postgres.database import Transaction


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
