"""Adding to the claim stream, in the transaction that changes the claims; positions come after commit."""

from collections.abc import Sequence

import asyncpg
import orjson

from services.verification.application.records import StreamRow

STREAM_CHANNEL = "claim_stream"
UNSEQUENCED_CHANNEL = "claim_stream_unsequenced"
# ASCII's unit separator: an organisation's number may hold a blank.
SEPARATOR = "\x1f"

_STREAM = """INSERT INTO stream_event (org, event_id, case_number, claim_version, state, waiting_on, changes,
        region_code, flags, terms, before, at)
    SELECT $1, s.event_id, s.case_number, s.claim_version, s.state, s.waiting_on, string_to_array(s.changes, ' '),
        s.region_code, string_to_array(s.flags, ' '), string_to_array(s.terms, chr(31)), s.before::jsonb, s.at
    FROM unnest($2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
        $10::text[], $11::text[], $12::timestamptz[]) WITH ORDINALITY
        AS s(event_id, case_number, claim_version, state, waiting_on, changes, region_code, flags, terms, before, at,
             place)
    ORDER BY s.place"""


async def write_stream(driver: "asyncpg.Connection", org: str, rows: Sequence[StreamRow]) -> None:
    """Add `rows` in their order, and wake the sequencer at commit."""
    if not rows:
        return
    await driver.execute(
        _STREAM,
        org,
        [row.event_id for row in rows],
        [row.case_number for row in rows],
        [row.claim_version for row in rows],
        [row.state for row in rows],
        [row.waiting_on for row in rows],
        [" ".join(row.changes) for row in rows],
        [row.region_code for row in rows],
        [" ".join(row.flags) for row in rows],
        [SEPARATOR.join(row.terms) for row in rows],
        [orjson.dumps(row.before).decode() if row.before is not None else None for row in rows],
        [row.at for row in rows],
    )
    await driver.execute("SELECT pg_notify($1, '')", UNSEQUENCED_CHANNEL)
