"""Companions as the claim shows them."""

from collections.abc import Iterable
from typing import Any

from services.verification.domain.companions import companions
from services.verification.domain.entries import Entry


def companions_document(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Everybody who ever was one, with when it began and ended."""
    return [
        {
            "id": each.named.id,
            "name": each.named.name,
            "relation": each.named.relation,
            "letters": each.named.letters,
            "since": each.named.at.isoformat(timespec="seconds"),
            "ended_at": each.ended.at.isoformat(timespec="seconds") if each.ended else None,
        }
        for each in companions(entries)
    ]
