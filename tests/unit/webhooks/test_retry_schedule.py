"""When a message that was not taken is tried again."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.webhooks.endpoint_health import EndpointHealth
from shared.webhooks.retry_schedule import RetrySchedule
from shared.webhooks.sender import retry_after_seconds

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SCHEDULE = RetrySchedule()
ATTEMPT = timedelta(seconds=20)


def test_no_two_tries_are_more_than_fifteen_minutes_apart_and_the_last_is_after_fourteen_days() -> None:
    at, failures = NOW, 0
    while not SCHEDULE.gives_up(NOW, at):
        failures += 1
        following = at + SCHEDULE.delay(failures) + ATTEMPT
        assert following - at <= timedelta(minutes=15)
        at = following
    assert at - NOW >= timedelta(days=14)
    assert failures < 1_500


def test_the_first_tries_come_quickly_and_then_further_apart() -> None:
    delays = [SCHEDULE.delay(failures) for failures in range(1, 12)]
    assert delays[0] == timedelta(seconds=1)
    assert delays == sorted(delays)


@pytest.mark.parametrize(("asked", "given"), [(5, 5), (0, 1), (3_600, 840)])
def test_retry_after_is_honoured_within_the_bounds(asked: float, given: float) -> None:
    assert SCHEDULE.delay(9, asked) == timedelta(seconds=given)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("Mon, 23 Nov 2026 08:01:00 GMT", 60.0),
        ("Mon, 23 Nov 2020 08:01:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("9" * 40, None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(header, NOW) == seconds


def earliest(health: EndpointHealth, *, tried_before: bool) -> datetime:
    return health.earliest(tried_before=tried_before, due_at=NOW, untried_pause=timedelta(seconds=5))


def test_one_line_that_fails_leaves_the_other_lines_alone() -> None:
    health = EndpointHealth()
    for _ in range(50):
        health = health.after_failure(SCHEDULE, "case-a", NOW, endpoint_wide=False)
    assert not health.failing
    assert earliest(health, tried_before=False) == NOW


def test_two_lines_that_fail_one_after_the_other_make_the_endpoint_back_off() -> None:
    health = EndpointHealth().after_failure(SCHEDULE, "case-a", NOW, endpoint_wide=False)
    health = health.after_failure(SCHEDULE, "case-b", NOW, endpoint_wide=False)
    assert health.failing
    assert earliest(health, tried_before=True) == NOW + SCHEDULE.delay(2)
    assert earliest(health, tried_before=False) == NOW + timedelta(seconds=5)


def test_no_answer_makes_the_endpoint_back_off_at_once_and_a_success_ends_it() -> None:
    health = EndpointHealth().after_failure(SCHEDULE, "case-a", NOW, endpoint_wide=True)
    assert health.failing
    assert not health.after_success(NOW).failing


def test_a_receiver_that_asks_for_time_gets_it_for_new_messages_too() -> None:
    health = EndpointHealth().after_failure(SCHEDULE, "case-a", NOW, endpoint_wide=True, retry_after_seconds=300)
    assert earliest(health, tried_before=False) == NOW + timedelta(seconds=300)


def test_alarms_are_raised_once_at_an_hour_and_at_a_day() -> None:
    raised: list[str] = []
    health, at = EndpointHealth(), NOW
    while at < NOW + timedelta(hours=30):
        after = health.after_failure(SCHEDULE, "case-a", at, endpoint_wide=True)
        raised += after.alarms(health, at)
        health, at = after, at + timedelta(minutes=14)
    assert raised == ["failing-for-1-hours", "failing-for-24-hours"]
