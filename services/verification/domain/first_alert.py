"""The first informal alert (telephone, message) named in a report: evidence that Tahap I was in time, once a verifier
has accepted it (Permenaker 1/2025 art. 8(4) lets reports come by any channel)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.verification.domain.entries import Entry, FirstAlertAcceptance, entries_of
from services.verification.domain.evidence import ACCIDENT_REPORT, Evidence
from shared.errors import Conflict
from shared.regulation.clocks import Clock


@dataclass(frozen=True)
class FirstAlert:
    """The earliest alert that a report of the claim names, and whether it counts."""

    evidence_id: str
    received_at: datetime
    accepted: bool


def first_alert_of(active: Sequence[Evidence], entries: Sequence[Entry]) -> FirstAlert | None:
    """None when no report names one."""
    named = [
        (piece.accident.first_alert_at, piece.id, piece)
        for piece in active
        if piece.kind == ACCIDENT_REPORT and piece.accident is not None and piece.accident.first_alert_at is not None
    ]
    if not named:
        return None
    received_at, _, piece = min(named, key=lambda item: item[:2])
    accepted = {(entry.evidence_id, entry.alerted_at) for entry in entries_of(FirstAlertAcceptance, entries)}
    # The same instant in the zone of the place.
    return FirstAlert(piece.id, received_at.astimezone(piece.occurred_at.tzinfo), (piece.id, received_at) in accepted)


def acceptable_alert(alert: FirstAlert | None, occurred_at: datetime, stage_1: Clock) -> FirstAlert:
    """The alert that may be accepted. Raises Conflict when there is none, when it counts already, or when it could
    not help: it lies before the event or after the due time itself."""
    if alert is None:
        raise Conflict("first-alert.none", "No report of this claim names a first alert.")
    if alert.accepted:
        raise Conflict("first-alert.accepted-already", "This first alert has been accepted before.")
    if alert.received_at < occurred_at:
        raise Conflict("first-alert.before-event", "The first alert lies before the event.")
    if stage_1.due_at is not None and alert.received_at > stage_1.due_at:
        raise Conflict("first-alert.late", "The first alert itself came after Tahap I was due.")
    return alert
