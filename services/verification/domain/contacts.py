"""Who gets messages of a claim: whoever agreed to it and has not taken that back since."""

from collections.abc import Iterable, Sequence

from services.verification.domain.entries import Entry, MessagesStopped, entries_of
from services.verification.domain.evidence import Evidence


def contacts(evidence: Sequence[Evidence], entries: Iterable[Entry]) -> tuple[str, ...]:
    """Each address once, in the order of the reports that named it."""
    stopped_at = max((entry.at for entry in entries_of(MessagesStopped, entries)), default=None)
    agreed = sorted((p for p in evidence if p.is_active and p.message_contact), key=lambda p: (p.accepted_at, p.id))
    return tuple(
        dict.fromkeys(
            piece.message_contact
            for piece in agreed
            if piece.message_contact and (stopped_at is None or piece.accepted_at > stopped_at)
        )
    )
