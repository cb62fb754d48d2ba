"""Who did what when, across all agencies, with the lag of each step."""

from collections.abc import Sequence

from services.verification.domain.claim import CaseInput, TimelineEntry
from services.verification.domain.evidence import Determination
from shared.regulation.clocks import Clock

# Who is named for what nobody did.
HUB = "hub"


def timeline(case: CaseInput, clocks: Sequence[Clock]) -> tuple[TimelineEntry, ...]:
    """Every accepted version of every report, every entry, every clock that ran out, by receipt."""
    entries = [
        TimelineEntry(receipt.occurred_at, receipt.received_at, piece.org, receipt.what, piece.id)
        for piece in case.evidence
        for receipt in piece.receipts
    ]
    entries += [
        TimelineEntry(entry.at, entry.at, entry.org, entry.what, entry.id if isinstance(entry, Determination) else None)
        for entry in case.entries
    ]
    entries += [
        TimelineEntry(clock.due_at, clock.due_at, HUB, f"clock.overdue:{clock.clock}", None)
        for clock in clocks
        if clock.met is False and clock.due_at is not None
    ]
    return tuple(sorted(entries, key=lambda entry: (entry.received_at, entry.what, entry.evidence_id or "")))
