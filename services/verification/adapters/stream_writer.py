"""Adding to the claim stream, in the transaction that changes the claims; positions come after commit."""

from collections.abc import Sequence

import orjson

from services.verification.application.records import StreamRow
from shared.postgres.late_rows import LateRows, RowsInto

STREAM_CHANNEL = "claim_stream"
UNSEQUENCED_CHANNEL = "claim_stream_unsequenced"
# ASCII's unit separator: an organisation's number may hold a blank.
SEPARATOR = "\x1f"

_ROWS = RowsInto(
    """INSERT INTO stream_event (org, event_id, case_number, claim_version, state, waiting_on, changes,
        region_code, flags, terms, before, at)
    SELECT 'bpjs', s.event_id, s.case_number, s.claim_version, s.state, s.waiting_on, string_to_array(s.changes, ' '),
        s.region_code, string_to_array(s.flags, ' '), string_to_array(s.terms, chr(31)), s.before::jsonb, s.at
    FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
        $9::text[], $10::text[], $11::timestamptz[]) WITH ORDINALITY
        AS s(event_id, case_number, claim_version, state, waiting_on, changes, region_code, flags, terms, before, at,
             place)
    ORDER BY s.place""",
    channel=UNSEQUENCED_CHANNEL,
)


def add_to_stream(late: LateRows, rows: Sequence[StreamRow]) -> None:
    """Have `rows` added in their order; the sequencer is woken at commit."""
    late.add(_ROWS, [_row(row) for row in rows])


def _row(row: StreamRow) -> tuple[object, ...]:
    return (
        row.event_id,
        row.case_number,
        row.claim_version,
        row.state,
        row.waiting_on,
        " ".join(row.changes),
        row.region_code,
        " ".join(row.flags),
        SEPARATOR.join(row.terms),
        orjson.dumps(row.before).decode() if row.before is not None else None,
        row.at,
    )
