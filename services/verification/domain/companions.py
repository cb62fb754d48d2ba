"""Companions: people whom the worker lets follow the claim and speak for them, until the worker takes it back."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.verification.domain.entries import CompanionEnded, CompanionNamed, Entry, entries_of
from shared.errors import Conflict

# More than this are no companions.
COMPANIONS_MAX = 5


@dataclass(frozen=True)
class Companion:
    """One of them; `ended` is what ended it, None while it holds."""

    named: CompanionNamed
    ended: CompanionEnded | None

    @property
    def is_active(self) -> bool:
        return self.ended is None


def companions(entries: Iterable[Entry]) -> tuple[Companion, ...]:
    """All that were ever named, by time; the first ending of each counts."""
    kept = list(entries)
    ends: dict[str, CompanionEnded] = {}
    for end in entries_of(CompanionEnded, kept):
        ends.setdefault(end.companion_id, end)
    return tuple(Companion(named, ends.get(named.id)) for named in entries_of(CompanionNamed, kept))


def check_room(found: Iterable[Companion]) -> None:
    """Raises Conflict when there are as many as there may be."""
    if sum(companion.is_active for companion in found) >= COMPANIONS_MAX:
        raise Conflict("companion.too-many", f"A claim has at most {COMPANIONS_MAX} companions.")
