"""Measures for the forum: steps, whose desk a claim lay on and for how long, and what a table of them looks like."""

from datetime import UTC, date, datetime, timedelta

from services.verification.application.coordination import Group, Period, Spread, as_csv
from services.verification.domain.measures import (
    AGENCIES,
    Happening,
    Told,
    asked_to_complete,
    milestones,
    waiting,
)

BEGIN = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


def at(hours: float) -> datetime:
    return BEGIN + timedelta(hours=hours)


TOLD = [
    Told(at(0), "SUSPECTED", "employer"),
    Told(at(10), "REPORTED", "employer"),
    Told(at(30), "AWAITING_DOCUMENTS", "hospital"),
    Told(at(54), "READY_FOR_REVIEW", "bpjs"),
    Told(at(60), "CONCLUDED_WORK_ACCIDENT", "bpjs"),
    Told(at(70), "BENEFIT_APPROVED", "bpjs"),
    Told(at(100), "PAID", "none"),
]


def test_each_stretch_belongs_to_whose_turn_it_was_at_its_beginning() -> None:
    waited = waiting(TOLD)
    assert waited.seconds == {"employer": 30 * 3600, "hospital": 24 * 3600, "bpjs": 46 * 3600}
    assert (waited.on, waited.since) == (None, None)


def test_open_claim_waits_on_since_its_last_event() -> None:
    waited = waiting(TOLD[:4])
    assert (waited.on, waited.since) == ("bpjs", at(54))
    assert "bpjs" not in waited.seconds


def test_nobody_waits_for_a_settled_claim_whatever_it_says() -> None:
    waited = waiting([*TOLD[:3], Told(at(40), "WITHDRAWN", "employer")])
    assert waited.on is None


def test_steps_are_told_by_states_and_by_who_sent_what() -> None:
    happenings = [
        Happening(at(12), "employer:JJ1", "accident-report.submitted"),
        Happening(at(0), "hospital:100", "medical-report.received"),
        Happening(at(48), "employer:JJ1", "accident-report.stage-2-submitted"),
    ]
    steps = milestones(TOLD, happenings)
    assert steps.reported_at == at(12)
    assert steps.treated_at == at(0)
    assert steps.applied_at == at(48)
    assert steps.complete_at == at(54)
    assert steps.concluded_at == at(60)
    assert steps.approved_at == at(70)
    assert steps.paid_at == at(100)


def test_of_a_step_reached_twice_the_first_time_counts() -> None:
    again = [*TOLD, Told(at(200), "READY_FOR_REVIEW", "bpjs"), Told(at(300), "BENEFIT_APPROVED", "bpjs")]
    assert milestones(again, []) == milestones(TOLD, [])


def test_request_for_completion_is_seen() -> None:
    assert asked_to_complete([Happening(at(1), "bpjs:cikokol", "decision.request-completion")])
    assert not asked_to_complete([Happening(at(1), "bpjs:cikokol", "decision.conclude")])


def test_days_of_a_period_are_days_in_jakarta() -> None:
    period = Period.of_days(date(2026, 11, 1), date(2026, 11, 30))
    assert period.begin.isoformat() == "2026-11-01T00:00:00+07:00"
    assert period.end.isoformat() == "2026-12-01T00:00:00+07:00"


def test_table_holds_every_figure_and_no_formula() -> None:
    nothing = Spread(0, None, None)
    steps = dict.fromkeys(("reported", "treated", "complete", "concluded", "approved", "paid"), nothing)
    waits = dict.fromkeys(AGENCIES, nothing) | {"bpjs": Spread(3, 1.5, 2.25)}
    head, row = as_csv("employer", [Group("=cmd()", 3, 1, 2, 0, 1, 2, steps, waits)]).splitlines()
    values = dict(zip(head.split(","), row.split(","), strict=True))
    assert values["employer"] == "'=cmd()"
    assert values["days_waiting_on_bpjs_p90"] == "2.25"
    assert values["days_to_paid_median"] == ""
    assert values["late"] == "1"
