"""When, where and which part of the body: what sources say of the event itself."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from services.verification.domain.contradictions import HIGH, LOW, MEDIUM, Against, Contradiction, contradiction
from services.verification.domain.evidence import Evidence
from services.verification.domain.injuries import parts_of_codes, regions, sides, stretches

# A visit soon after midnight belongs to the evening before; only more than this is a contradiction of dates.
SAME_EVENT_WITHIN = timedelta(hours=12)
# Clocks of factories and of emergency rooms differ, and people round; more than this is another hour.
SAME_HOUR_WITHIN = timedelta(hours=2)
# Nobody is treated before the accident, but a register may be opened a little early.
TREATED_BEFORE = timedelta(hours=1)


def contradictions(reference: Evidence, others: Sequence[Evidence]) -> list[Contradiction | None]:
    """Of the date, the hour, the place, the side and the part of the body.

    A disease has no hour and no day but that of its diagnosis, before which the worker was ill already.
    """
    accident = reference.accident.event_kind == "accident" if reference.accident else True
    dated = others if accident else []
    days = contradiction(
        "occurred_on",
        (reference.id, reference.occurred_at.date().isoformat()),
        [_another_day(reference, other) for other in dated],
    )
    otherwise = {evidence_id for evidence_id, _ in days.values} if days else set()
    hours = contradiction(
        "occurred_hour",
        (reference.id, reference.occurred_at.isoformat(timespec="minutes")),
        [_another_hour(reference, other) for other in dated if other.id not in otherwise],
    )
    place = contradiction(
        "place", (reference.id, reference.region_code or ""), [_another_place(reference, other) for other in others]
    )
    parts = reference.accident.body_parts if reference.accident else ()
    side = contradiction(
        "injury_side",
        (reference.id, "/".join(sorted(sides(parts)))),
        [_another_side(parts, other) for other in others],
    )
    part = contradiction(
        "body_part", (reference.id, ",".join(parts)), [_another_part(parts, other) for other in others]
    )
    return [days, hours, place, side, part]


def _another_day(reference: Evidence, other: Evidence) -> Against | None:
    day = _day_of_report(reference, other) if other.medical is None else day_told_by_hospital(reference, other)
    return Against(other.id, day.isoformat(), HIGH) if day is not None else None


def _day_of_report(reference: Evidence, other: Evidence) -> date | None:
    """Two reports by people: another day unless both lie within a night of each other."""
    day = other.occurred_at.astimezone(reference.occurred_at.tzinfo).date()
    if day == reference.occurred_at.date():
        return None
    exact = "day" not in (reference.precision, other.precision)
    return None if exact and abs(other.occurred_at - reference.occurred_at) <= SAME_EVENT_WITHIN else day


def day_told_by_hospital(report: Evidence, visit: Evidence) -> date | None:
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


def _another_hour(reference: Evidence, other: Evidence) -> Against | None:
    if reference.precision == "day":
        return None
    told = _hour_of_visit(reference, other) if other.medical is not None else _hour_of_report(reference, other)
    if told is None:
        return None
    local = told.astimezone(reference.occurred_at.tzinfo)
    return Against(other.id, local.isoformat(timespec="minutes"), MEDIUM)


def _hour_of_report(reference: Evidence, other: Evidence) -> datetime | None:
    apart = abs(other.occurred_at - reference.occurred_at)
    return other.occurred_at if other.precision != "day" and apart > SAME_HOUR_WITHIN else None


def _hour_of_visit(reference: Evidence, visit: Evidence) -> datetime | None:
    """The onset where the hospital names one of its own, else the visit itself if it began before the accident."""
    medical = visit.medical
    if medical is None:
        return None
    onset, start = medical.onset_at, medical.period_start
    if onset is not None and onset != start and medical.onset_precision != "day":
        apart = abs(onset - reference.occurred_at)
        if SAME_HOUR_WITHIN < apart <= SAME_EVENT_WITHIN:
            return onset
    if start is not None and medical.period_precision != "day":
        early = reference.occurred_at - start
        if TREATED_BEFORE < early <= SAME_EVENT_WITHIN:
            return start
    return None


def _another_place(reference: Evidence, other: Evidence) -> Against | None:
    """By region: another province weighs more than another regency of it."""
    mine, theirs = reference.region_code, other.region_code
    if not mine or not theirs or mine[:4] == theirs[:4]:
        return None
    return Against(other.id, theirs, MEDIUM if mine[:2] != theirs[:2] else LOW)


def _another_side(parts: Sequence[str], other: Evidence) -> Against | None:
    mine = sides(parts)
    for theirs in (sides(_parts_of(other)), sides(_disabled_parts(other))):
        if mine and theirs and not mine & theirs:
            return Against(other.id, "/".join(sorted(theirs)), HIGH)
    return None


def _disabled_parts(other: Evidence) -> tuple[str, ...]:
    """The parts that the doctor found disabled, which may tell a side where the diagnoses tell none, or another."""
    statement = other.medical.statement if other.medical else None
    return tuple(one.part for one in statement.stated_disabilities if one.part) if statement else ()


def _another_part(parts: Sequence[str], other: Evidence) -> Against | None:
    """Another region of the body, or another stretch of the same limb."""
    told = _parts_of(other)
    my_regions, their_regions = regions(parts), regions(told)
    if not my_regions or not their_regions:
        return None
    if not my_regions & their_regions:
        return Against(other.id, ",".join(told), MEDIUM)
    mine, theirs = stretches(parts), stretches(told)
    return Against(other.id, ",".join(told), LOW) if mine and theirs and not mine & theirs else None


def _parts_of(piece: Evidence) -> tuple[str, ...]:
    """A hospital's coded parts, else what its ICD-10 codes mean."""
    if piece.medical is not None:
        return piece.medical.body_parts or parts_of_codes(piece.medical.diagnosis_codes)
    return piece.accident.body_parts if piece.accident else ()
