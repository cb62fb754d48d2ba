"""Who accessed and changed what: an append-only log in every service, written in the transaction it tells about."""

from dataclasses import dataclass, field
from typing import Any

import orjson

from shared.observability import trace_id
from shared.postgres.database import Transaction
from shared.postgres.late_rows import RowsInto


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
_ROWS = RowsInto(
    """INSERT INTO audit_log (org, client_id, officer, action, object_type, object_id, outcome, detail, trace_id)
    SELECT a.org, a.client_id, a.officer, a.action, a.object_type, a.object_id, a.outcome, a.detail::jsonb, a.trace_id
      FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                  $9::text[]) WITH ORDINALITY
           AS a(org, client_id, officer, action, object_type, object_id, outcome, detail, trace_id, place)
     ORDER BY a.place"""
)


async def record(transaction: Transaction, entry: AuditEntry) -> None:
    """Have one row added at the end of the transaction. It commits or vanishes with what it tells about."""
    transaction.late.add(
        _ROWS,
        [
            (
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
        ],
    )
