"""One claim event as the stream keeps it."""

from datetime import datetime
from uuid import UUID

from services.verification.application.records import ClaimRecord, StreamRow


def filtered_on(claim: ClaimRecord) -> dict[str, object]:
    """What a filter of queue or stream looks at."""
    document = claim.document or {}
    return {
        "state": document["state"],
        "waiting_on": document["waiting_on"],
        "region_code": document["region_code"],
        "flags": [flag["code"] for flag in document["flags"] if flag["state"] == "open"],
        "terms": list(claim.terms),
    }


def stream_row(
    claim: ClaimRecord, event_id: UUID, codes: tuple[str, ...], before: dict[str, object] | None, at: datetime
) -> StreamRow:
    """The row of one claim event; `before` is what filters saw until then."""
    document = claim.document or {}
    return StreamRow(
        event_id=event_id,
        case_number=claim.case_number,
        claim_version=claim.version,
        state=document["state"],
        waiting_on=document["waiting_on"],
        changes=codes,
        region_code=document["region_code"],
        flags=tuple(flag["code"] for flag in document["flags"] if flag["state"] == "open"),
        terms=claim.terms,
        before=before,
        at=at,
    )
