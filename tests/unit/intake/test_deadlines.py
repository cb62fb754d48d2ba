"""Tahap I and II against their clocks: 2x24 elapsed hours, whole days when only a day is known."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.intake.application.facts import report_facts, stage_2_facts
from services.intake.application.forms.examples import ACCIDENT_REPORT, DISEASE_REPORT, STAGE_2
from services.intake.domain.stage_1 import judge_stage_1
from services.intake.domain.stage_2 import stage_2_clock
from shared.regulation.clocks import Counting

ACCIDENT, DISEASE = report_facts(ACCIDENT_REPORT), report_facts(DISEASE_REPORT)
HAPPENED = datetime.fromisoformat("2026-11-20T09:30:00+07:00")


@pytest.mark.parametrize(("after", "late"), [(timedelta(hours=48), False), (timedelta(hours=48, seconds=1), True)])
def test_the_48th_hour_is_the_last_in_time(after: timedelta, late: bool) -> None:
    judged = judge_stage_1(ACCIDENT, HAPPENED + after)
    assert judged.late is late
    assert judged.payer_of_first_resort == ("EMPLOYER" if late else "BPJS")


def test_by_policy_days_off_are_left_out_of_the_48_hours() -> None:
    # Friday 09.30; with the weekend left out the 48 hours end on Tuesday 09.30.
    skipping = Counting(t1_skips_holidays=True)
    judged = judge_stage_1(ACCIDENT, HAPPENED + timedelta(days=4), skipping)
    assert (judged.late, judged.payer_of_first_resort) == (False, "BPJS")
    assert judge_stage_1(ACCIDENT, HAPPENED + timedelta(days=4, seconds=1), skipping).late


@pytest.mark.parametrize("segment", ["PU", "PU_NON_ASN", "JAKON", "BPU", "PMI"])
def test_only_where_there_is_an_employer_does_the_payer_shift(segment: str) -> None:
    judged = judge_stage_1(replace(ACCIDENT, segment=segment), HAPPENED + timedelta(hours=49))
    assert judged.late
    assert judged.payer_of_first_resort == ("BPJS" if segment in ("BPU", "PMI") else "EMPLOYER")


def test_a_day_alone_is_counted_from_its_end_at_the_place() -> None:
    facts = replace(ACCIDENT, occurred_at_precision="day", region_code="8171")
    clock = judge_stage_1(facts, HAPPENED).clock
    assert clock.starts_at is not None
    assert clock.starts_at.isoformat() == "2026-11-21T00:00:00+09:00"


def test_a_disease_counts_from_the_end_of_the_day_of_its_diagnosis() -> None:
    clock = judge_stage_1(DISEASE, HAPPENED).clock
    assert clock.clock == "T1_PAK"
    assert clock.due_at is not None
    assert clock.due_at.isoformat() == "2026-11-22T00:00:00+07:00"
    assert clock.legal_basis == "Permenaker 1/2025 art. 8(2)"


def test_the_law_of_the_day_of_the_event_is_applied() -> None:
    old = replace(ACCIDENT, occurred_at=datetime(2020, 5, 1, 3, tzinfo=UTC))
    assert judge_stage_1(old, HAPPENED).clock.legal_basis != "Permenaker 1/2025 art. 8(1)"


@pytest.mark.parametrize(
    ("received", "met"), [("2026-12-23T00:00:00+07:00", True), ("2026-12-23T00:00:01+07:00", False)]
)
def test_stage_2_is_due_two_days_after_the_day_of_the_finding(received: str, met: bool) -> None:
    clock = stage_2_clock(stage_2_facts(STAGE_2), ACCIDENT, datetime.fromisoformat(received))
    assert clock is not None
    assert (clock.clock, clock.met) == ("T2", met)


def test_there_is_no_stage_2_clock_while_treatment_goes_on() -> None:
    facts = replace(stage_2_facts(STAGE_2), outcome="in_treatment", examined_on=date(2026, 12, 1))
    assert stage_2_clock(facts, ACCIDENT, HAPPENED) is None
