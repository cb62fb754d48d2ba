"""Each rule of Tahap I as the sentence it is, and the warnings beside them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.intake.application.facts import report_facts
from services.intake.application.forms.examples import ACCIDENT_REPORT, DISEASE_REPORT
from services.intake.domain.report_facts import ReportFacts
from services.intake.domain.report_rules import refusals, warnings

NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)  # 12.00 WIB
ACCIDENT, DISEASE = report_facts(ACCIDENT_REPORT), report_facts(DISEASE_REPORT)


def codes(facts: ReportFacts, now: datetime = NOW) -> list[str]:
    return [problem.code for problem in refusals(facts, now)]


def test_the_examples_break_no_rule_and_raise_no_warning() -> None:
    assert codes(ACCIDENT) == codes(DISEASE) == []
    assert warnings(ACCIDENT) == warnings(DISEASE) == []


@pytest.mark.parametrize(("ahead", "refused"), [(timedelta(minutes=5), False), (timedelta(minutes=5, seconds=1), True)])
def test_an_accident_may_be_ahead_of_our_clock_by_five_minutes(ahead: timedelta, refused: bool) -> None:
    facts = replace(ACCIDENT, occurred_at=NOW + ahead)
    assert (codes(facts) == ["accident-in-future"]) is refused


@pytest.mark.parametrize(
    ("precision", "hour", "refused"),
    [("day", "2026-11-20T23:59:00+07:00", False), ("day", "2026-11-21T00:00:00+07:00", True),
     ("hour", "2026-11-20T12:59:00+07:00", False), ("hour", "2026-11-20T13:00:00+07:00", True)],
)  # fmt: skip
def test_a_rough_time_is_in_the_future_only_as_a_whole(precision: str, hour: str, refused: bool) -> None:
    facts = replace(ACCIDENT, occurred_at=datetime.fromisoformat(hour), occurred_at_precision=precision)
    assert (codes(facts) == ["accident-in-future"]) is refused


def test_the_day_is_the_one_at_the_place() -> None:
    late_evening_utc = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)  # already the 21st in Papua
    facts = replace(ACCIDENT, occurred_at=datetime(2026, 11, 21, tzinfo=UTC), occurred_at_precision="day")
    assert codes(replace(facts, region_code="9171"), late_evening_utc) == []
    assert codes(replace(facts, region_code="3671"), late_evening_utc) == ["accident-in-future"]


@pytest.mark.parametrize("born", [date(2026, 11, 20), date(2026, 11, 21)])
def test_the_worker_was_born_before_the_event(born: date) -> None:
    assert "birth-after-event" in codes(replace(ACCIDENT, birth_date=born))
    assert codes(replace(ACCIDENT, birth_date=date(2026, 11, 19))) == []


def test_a_death_needs_no_part_of_the_body_and_an_injury_does() -> None:
    without = replace(ACCIDENT, has_body_parts=False)
    assert codes(without) == ["required"]
    assert codes(replace(without, consequence="death")) == []
    assert codes(replace(DISEASE, consequence="injury")) == []


def test_every_nik_of_the_form_is_looked_at() -> None:
    facts = replace(ACCIDENT, nik="3671019903900000", witness_niks=((0, "1"), (2, "3671015203900000")))
    assert [(problem.pointer, problem.code) for problem in refusals(facts, NOW)] == [
        ("/worker/nik", "nik-date"),
        ("/worker/nik", "nik-serial"),
        ("/event/witnesses/0/nik", "nik-format"),
        ("/event/witnesses/2/nik", "nik-serial"),
    ]


def test_years_in_the_last_job_lie_within_all_years() -> None:
    assert codes(replace(DISEASE, service_years=(3.0, 4.0))) == ["service-years"]


def test_a_first_alert_lies_in_the_past_and_after_the_accident() -> None:
    assert codes(replace(ACCIDENT, first_alert_at=NOW + timedelta(hours=1))) == ["first-alert-in-future"]
    before = replace(ACCIDENT, first_alert_at=datetime(2026, 11, 19, tzinfo=UTC))
    assert codes(before) == []
    assert [problem.code for problem in warnings(before)] == ["first-alert-before-event"]


@pytest.mark.parametrize(
    ("segment", "number", "warned"),
    [("PU", "JJ012345", False), ("PU", "JJ012345001", False), ("PU", "12345", True),
     ("JAKON", "12345", False), ("BPU", "W-1", False)],
)  # fmt: skip
def test_only_a_companys_number_has_a_usual_form(segment: str, number: str, warned: bool) -> None:
    facts = replace(ACCIDENT, segment=segment, registration_number=number)
    assert ([problem.code for problem in warnings(facts)] == ["npp-unusual"]) is warned


def test_a_passport_of_another_form_is_only_a_warning() -> None:
    facts = replace(ACCIDENT, nik=None, kpj=None, passport_number="ZZ99")
    assert codes(facts) == []
    assert [problem.code for problem in warnings(facts)] == ["passport-unusual"]


def test_a_region_that_is_not_known_is_only_a_warning() -> None:
    facts = replace(ACCIDENT, region_code="9901")
    assert codes(facts) == []
    assert [problem.code for problem in warnings(facts)] == ["region-unknown"]


def test_what_cannot_be_read_breaks_no_rule_of_its_own() -> None:
    nothing = report_facts("not even an object")
    assert codes(nothing) == ["worker-unidentified"]
    assert codes(report_facts({"event": [], "worker": 7, "disease": {"service_years_total": True}})) == [
        "worker-unidentified"
    ]
