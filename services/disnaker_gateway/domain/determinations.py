"""What a determination (penetapan) supersedes, and when one can be taken. PP 44/2015 arts. 49 and 50."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from shared.identifiers import zone_of


def decided_in_the_future(decided_on: date, region_code: str | None, now: datetime) -> bool:
    """Whether the day has not begun at the place of the case."""
    return decided_on > now.astimezone(zone_of(region_code or "")).date()


def superseded_by_new(named: UUID | None, in_order: Sequence[UUID]) -> tuple[UUID | None, bool]:
    """What a new determination supersedes, and whether that holds: the one it names, which must be one of the case's
    (`in_order` of their coming); else the latest."""
    if named is not None:
        return named, named in in_order
    return (in_order[-1] if in_order else None), True
