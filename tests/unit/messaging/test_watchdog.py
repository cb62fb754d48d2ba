"""When a Kafka client is given up, in virtual time."""

from shared.kafka.supervisor import SupervisorLimits, Verdict, Watchdog


class Seconds:
    """A monotonic clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def watchdog() -> tuple[Watchdog, Seconds]:
    seconds = Seconds()
    return Watchdog(SupervisorLimits(stall_seconds=60, rebuilds_max=3), seconds), seconds


def test_a_quiet_minute_is_a_reason_to_ask() -> None:
    dog, seconds = watchdog()
    seconds.now += 59
    assert dog.due() is Verdict.FINE
    seconds.now += 1
    assert dog.due() is Verdict.PROBE


def test_records_that_come_start_the_minute_again() -> None:
    dog, seconds = watchdog()
    seconds.now += 59
    dog.progressed()
    seconds.now += 59
    assert dog.due() is Verdict.FINE


def test_quiet_without_lag_is_fine() -> None:
    dog, seconds = watchdog()
    seconds.now += 60
    assert dog.judge(0) is Verdict.FINE
    assert dog.due() is Verdict.FINE


def test_a_broker_that_does_not_answer_is_no_fault_of_the_client() -> None:
    dog, seconds = watchdog()
    for _ in range(20):
        seconds.now += 60
        assert dog.judge(None) is Verdict.FINE


def test_lag_without_progress_rebuilds_three_times_and_then_gives_up() -> None:
    dog, seconds = watchdog()
    verdicts = []
    for _ in range(4):
        seconds.now += 60
        assert dog.due() is Verdict.PROBE
        verdicts.append(dog.judge(7))
        assert dog.due() is Verdict.FINE
    assert verdicts == [Verdict.REBUILD, Verdict.REBUILD, Verdict.REBUILD, Verdict.GIVE_UP]


def test_progress_after_a_rebuild_forgives_the_earlier_ones() -> None:
    dog, seconds = watchdog()
    for _ in range(3):
        seconds.now += 60
        assert dog.judge(7) is Verdict.REBUILD
    dog.progressed()
    seconds.now += 60
    assert dog.judge(7) is Verdict.REBUILD
