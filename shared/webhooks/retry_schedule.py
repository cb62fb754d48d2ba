"""When a message that was not taken is tried again: pure functions of the attempt's number and outcome.

Quick at first, since most failures are restarts; then never more than fifteen minutes apart, so that a receiver that
comes back has its news within the half hour; and for fourteen days, so that a long holiday loses nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

_FIRST_DELAYS_SECONDS = (1, 5, 15, 30, 60, 120, 240, 480)


@dataclass(frozen=True)
class RetrySchedule:
    """The bounds. An attempt itself takes up to the request's timeout, so the longest delay stays a minute below the
    fifteen minutes promised between tries."""

    delay_seconds_max: int = 840
    give_up_after: timedelta = timedelta(days=14)

    def delay(self, failures: int, retry_after_seconds: float | None = None) -> timedelta:
        """How long to wait after the `failures`-th failure in a row (from 1). A receiver's Retry-After makes it
        longer or shorter, within the bounds."""
        index = min(max(failures, 1), len(_FIRST_DELAYS_SECONDS) + 1) - 1
        seconds: float = (*_FIRST_DELAYS_SECONDS, self.delay_seconds_max)[index]
        if retry_after_seconds is not None:
            seconds = max(retry_after_seconds, 1.0)
        return timedelta(seconds=min(seconds, self.delay_seconds_max))

    def gives_up(self, first_attempt_at: datetime, now: datetime) -> bool:
        """Whether an attempt that failed at `now` was the last."""
        return now - first_attempt_at >= self.give_up_after
