"""Who did what when, across all agencies, with the lag of each step."""

from services.verification.domain.claim import CaseInput, TimelineEntry


def timeline(case: CaseInput) -> tuple[TimelineEntry, ...]:
    """Every accepted version of every report, every determination, decision and note, by receipt."""
    entries = [
        TimelineEntry(receipt.occurred_at, receipt.received_at, piece.org, receipt.what, piece.id)
        for piece in case.evidence
        for receipt in piece.receipts
    ]
    entries += [
        TimelineEntry(item.received_at, item.received_at, item.org, "determination.issued", item.id)
        for item in case.determinations
    ]
    entries += [
        TimelineEntry(item.decided_at, item.decided_at, item.org, f"decision.{item.kind.replace('_', '-')}", None)
        for item in case.decisions
    ]
    entries += [TimelineEntry(note.at, note.at, note.org, "note.added", None) for note in case.notes]
    return tuple(sorted(entries, key=lambda entry: (entry.received_at, entry.what, entry.evidence_id or "")))
