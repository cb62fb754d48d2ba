"""The form in which any comparison tells that sources contradict each other."""

from collections.abc import Iterable
from dataclasses import dataclass

HIGH, MEDIUM, LOW = "high", "medium", "low"
_ORDER = (LOW, MEDIUM, HIGH)


@dataclass(frozen=True)
class Against:
    """One source's value where it contradicts the reference."""

    evidence_id: str
    value: str
    severity: str


@dataclass(frozen=True)
class Contradiction:
    """All that is said against one field of the reference; `values` are pairs of evidence id and value."""

    field: str
    values: tuple[tuple[str, str], ...]
    severity: str


def contradiction(field: str, reference: tuple[str, str], against: Iterable[Against | None]) -> Contradiction | None:
    """The contradiction of a field, as grave as its gravest word; None when nobody says otherwise."""
    found = [item for item in against if item is not None]
    if not found:
        return None
    severity = max((item.severity for item in found), key=_ORDER.index)
    return Contradiction(field, (reference, *((item.evidence_id, item.value) for item in found)), severity)
