"""Who did what when, across all agencies, with the lag of each step."""

from services.verification.domain.claim import CaseInput, TimelineEntry
from services.verification.domain.evidence import Determination


def timeline(case: CaseInput) -> tuple[TimelineEntry, ...]:
    """Every accepted version of every report, every entry, by receipt."""
    entries = [
        TimelineEntry(receipt.occurred_at, receipt.received_at, piece.org, receipt.what, piece.id)
        for piece in case.evidence
        for receipt in piece.receipts
    ]
    entries += [
        TimelineEntry(entry.at, entry.at, entry.org, entry.what, entry.id if isinstance(entry, Determination) else None)
        for entry in case.entries
    ]
    return tuple(sorted(entries, key=lambda entry: (entry.received_at, entry.what, entry.evidence_id or "")))
