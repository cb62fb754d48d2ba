"""Who gets messages of a claim: whoever agreed to it and has not taken that back since."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.verification.domain.entries import Entry, MessagesStopped, entries_of
from services.verification.domain.evidence import Evidence
from shared.regulation.codes import codes_of


@dataclass(frozen=True)
class Contact:
    """A telephone number (E.164) or an e-mail address, and the language to write in: `id` or `en`."""

    address: str
    language: str = "id"


def contacts(evidence: Sequence[Evidence], entries: Iterable[Entry]) -> tuple[Contact, ...]:
    """Each address once, in the order of the reports that named it, in the language of the first that named one."""
    stopped_at = max((entry.at for entry in entries_of(MessagesStopped, entries)), default=None)
    agreed = sorted((p for p in evidence if p.is_active and p.message_contact), key=lambda p: (p.accepted_at, p.id))
    languages: dict[str, str | None] = {}
    for piece in agreed:
        if piece.message_contact and (stopped_at is None or piece.accepted_at > stopped_at):
            spoken = piece.message_language if piece.message_language in codes_of("message_languages") else None
            languages[piece.message_contact] = languages.get(piece.message_contact) or spoken
    return tuple(Contact(address, language or "id") for address, language in languages.items())
