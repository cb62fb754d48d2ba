"""Tahap II: what makes it unacceptable, and the clock it stops (art. 19 Permenaker 1/2025)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from services.intake.domain.report_facts import ReportFacts, end_of_day
from services.intake.domain.report_rules import CLOCK_SKEW, nik_faults
from shared.errors import Problem
from shared.regulation.clocks import Clock, run_clock
from shared.regulation.rule_sets import rule_set_for

IN_TREATMENT = "in_treatment"
_ADULT_YEARS = 18


@dataclass(frozen=True)
class Stage2Facts:
    """Drawn from the form. Fields are None or empty when they were left out or could not be read."""

    outcome: str | None
    examined_on: date | None
    absence_periods: tuple[tuple[int, date, date], ...]
    niks: tuple[tuple[str, str], ...]
    children_born: tuple[tuple[int, date], ...]
    claimed_items: frozenset[str]
    has_children: bool
    has_guardian: bool
    births: tuple[date, ...] = ()
    # Places of costs with a mode of transport that are no transport.
    modes_misplaced: tuple[int, ...] = ()

    @property
    def needs_guardian(self) -> bool:
        """A child or heir is under 18 on the day of the last examination (Form 3a KK 2, item 7b)."""
        on = self.examined_on
        return self.has_guardian or (
            on is not None and any(_years_old(born, on) < _ADULT_YEARS for born in self.births)
        )


def _years_old(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def stage_2_refusals(facts: Stage2Facts, report: ReportFacts, now: datetime) -> list[Problem]:
    """Every rule that the form breaks; pointers are into the form."""
    return list(_refusals(facts, report, (now + CLOCK_SKEW).astimezone(report.zone).date()))


def _refusals(facts: Stage2Facts, report: ReportFacts, today: date) -> Iterator[Problem]:
    examined_on, event_date = facts.examined_on, report.event_date
    if examined_on is not None and examined_on > today:
        yield Problem("/examined_on", "examination-in-future", "The examination lies in the future.")
    if examined_on is not None and event_date is not None and examined_on < event_date:
        yield Problem("/examined_on", "examination-before-event", "The examination precedes the event.")
    for index, first, last in facts.absence_periods:
        pointer = f"/absence_periods/{index}"
        if last < first:
            yield Problem(f"{pointer}/to", "period-reversed", "The period ends before it begins.")
        if event_date is not None and first < event_date:
            yield Problem(f"{pointer}/from", "absence-before-event", "The absence begins before the event.")
        if facts.outcome == "death" and examined_on is not None and first <= last and last > examined_on:
            yield Problem(f"{pointer}/to", "rest-after-death", "There are days of absence after the death was found.")
    for index in facts.modes_misplaced:
        yield Problem(f"/costs/{index}/transport_mode", "mode-unused", "Only transport has a mode of transport.")
    for pointer, nik in facts.niks:
        yield from nik_faults(nik, pointer)
    for index, born in facts.children_born:
        if born > today:
            yield Problem(f"/children_under_23/{index}/birth_date", "birth-in-future", "The birth lies in the future.")


def stage_2_clock(facts: Stage2Facts, report: ReportFacts, received_at: datetime) -> Clock | None:
    """Due 2x24 hours after the day on which the doctor declared the worker recovered, disabled or dead; none while
    the treatment goes on."""
    if facts.outcome == IN_TREATMENT or facts.examined_on is None or report.event_date is None:
        return None
    start = end_of_day(facts.examined_on, report.zone)
    return run_clock(rule_set_for(report.event_date), "T2", start, received_at, received_at, report.zone)
