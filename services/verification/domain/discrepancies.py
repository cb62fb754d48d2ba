"""Where two agencies say different things of the same accident, field by field."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from uuid import NAMESPACE_URL, uuid5

from services.verification.domain.claim import Discrepancy
from services.verification.domain.evidence import ACCIDENT_REPORT, SELF_REPORT, Determination, Evidence

# A visit soon after midnight belongs to the evening before; only more than this is a contradiction of dates.
SAME_EVENT_WITHIN = timedelta(hours=12)

_REGIONS_OF_BODY = {
    "upper_limb": (
        "shoulder", "upper_arm", "elbow", "forearm", "arm", "wrist", "hand", "thumb", "index_finger", "finger", "hands",
        "arms",
    ),
    "lower_limb": ("hip", "thigh", "knee", "lower_leg", "leg", "ankle", "foot", "big_toe", "toe", "legs", "feet"),
    "head": ("head", "skull", "face", "eye", "eyes", "ear", "ears", "nose", "mouth", "teeth"),
    "trunk": ("neck", "chest", "back", "spine", "abdomen", "pelvis", "groin", "internal_organs"),
}  # fmt: skip
_REGION_OF_PART = {part: region for region, parts in _REGIONS_OF_BODY.items() for part in parts}


def discrepancies(evidence: Sequence[Evidence], determination: Determination | None) -> tuple[Discrepancy, ...]:
    """Every contradiction between a report of the accident and a hospital's report.

    A determination received after both sides settles it (the inspector has seen them).
    """
    found: list[Discrepancy] = []
    told = [piece for piece in evidence if piece.kind in (ACCIDENT_REPORT, SELF_REPORT) and piece.is_active]
    treated = [piece for piece in evidence if piece.medical is not None and piece.is_active]
    for report in told:
        for visit in treated:
            found += _between(report, visit, determination)
    return tuple(found)


def _between(report: Evidence, visit: Evidence, determination: Determination | None) -> Iterable[Discrepancy]:
    ids = (report.id, visit.id)
    last_heard = max(report.received_at, visit.received_at)
    settled = determination if determination and determination.received_at >= last_heard else None

    def open_or_settled(field: str, one: str, other: str, severity: str) -> Discrepancy:
        return Discrepancy(
            id=str(uuid5(NAMESPACE_URL, f"urn:simpul:discrepancy:{field}:{':'.join(ids)}")),
            field=field,
            values=((report.id, one), (visit.id, other)),
            severity=severity,
            owner="bpjs",
            state="resolved" if settled else "open",
            settled_by=settled.id if settled else None,
        )

    hospital_day = _day_told_by_hospital(report, visit)
    if hospital_day is not None:
        yield open_or_settled("occurred_on", report.occurred_at.date().isoformat(), hospital_day.isoformat(), "high")
    mine, theirs = (
        report.accident.body_parts if report.accident else (),
        visit.medical.body_parts if visit.medical else (),
    )
    my_sides, their_sides = _sides(mine), _sides(theirs)
    if my_sides and their_sides and not my_sides & their_sides:
        yield open_or_settled("injury_side", "/".join(sorted(my_sides)), "/".join(sorted(their_sides)), "high")
    my_regions, their_regions = _regions(mine), _regions(theirs)
    if my_regions and their_regions and not my_regions & their_regions:
        yield open_or_settled("body_part", ",".join(mine), ",".join(theirs), "medium")


def _day_told_by_hospital(report: Evidence, visit: Evidence) -> date | None:
    """The hospital's date of the accident when it contradicts the report's, else None."""
    medical = visit.medical
    if medical is None:
        return None
    reported_on = report.occurred_at.date()
    if medical.statement is not None and medical.statement.accident_on is not None:
        stated = medical.statement.accident_on
        return stated if stated != reported_on else None
    if medical.onset_at is not None and medical.onset_at != medical.period_start:
        onset = medical.onset_at.astimezone(report.occurred_at.tzinfo)
        far = abs(onset - report.occurred_at) > SAME_EVENT_WITHIN or report.precision == "day"
        return onset.date() if far and onset.date() != reported_on else None
    # Without an onset of its own the visit only contradicts when it came before the accident, or much later.
    start = medical.onset_at or medical.period_start
    if start is None:
        return None
    local = start.astimezone(report.occurred_at.tzinfo)
    gap = local - report.occurred_at
    before = gap < -SAME_EVENT_WITHIN
    onset_later = medical.onset_at is not None and gap > timedelta(days=1)
    return local.date() if (before or onset_later) and local.date() != reported_on else None


def _sides(parts: Iterable[str]) -> set[str]:
    sides: set[str] = set()
    for part in parts:
        if part.endswith("_both"):
            sides |= {"left", "right"}
        elif part.endswith(("_left", "_right")):
            sides.add(part.rsplit("_", 1)[1])
    return sides


def _regions(parts: Iterable[str]) -> set[str]:
    bare = {part.removesuffix("_left").removesuffix("_right").removesuffix("_both") for part in parts}
    if bare & {"multiple", "whole_body", "other"}:
        return set()
    return {_REGION_OF_PART[part] for part in bare if part in _REGION_OF_PART}
