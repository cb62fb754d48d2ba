"""What an endpoint's failures mean for its other lines of messages: pure decisions.

One line (such as one case) that the receiver cannot digest must not hold up the others; a receiver that is away must
not be asked once for every line. So an endpoint *fails* when it gives no answer at all, or when two different lines
failed one after the other; while it fails it is tried with one message at a time, on the schedule of the endpoint,
and a little sooner when there is a message that was never tried. The first success ends it for all lines.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.webhooks.retry_schedule import RetrySchedule

_ALARM_AFTER = (timedelta(hours=1), timedelta(hours=24))


@dataclass(frozen=True)
class EndpointHealth:
    """`failures` in a row; `suspect_line` is the line of the last failure while it alone has failed."""

    failures: int = 0
    failing: bool = False
    failing_since: datetime | None = None
    suspect_line: str | None = None
    not_before: datetime | None = None
    throttled_until: datetime | None = None
    last_attempt_at: datetime | None = None

    def after_success(self, now: datetime) -> "EndpointHealth":
        return EndpointHealth(last_attempt_at=now)

    def after_failure(
        self,
        schedule: RetrySchedule,
        line: str,
        now: datetime,
        *,
        endpoint_wide: bool,
        retry_after_seconds: float | None = None,
    ) -> "EndpointHealth":
        """`endpoint_wide` when the answer, or its absence, cannot be one message's fault."""
        another_line = self.suspect_line is not None and self.suspect_line != line
        failing = self.failing or endpoint_wide or another_line
        failures = self.failures + 1
        delay = schedule.delay(failures, retry_after_seconds)
        return replace(
            self,
            failures=failures,
            failing=failing,
            failing_since=self.failing_since or now,
            suspect_line=line,
            not_before=now + delay if failing else None,
            throttled_until=now + delay if retry_after_seconds is not None else None,
            last_attempt_at=now,
        )

    def earliest(self, *, tried_before: bool, due_at: datetime, untried_pause: timedelta) -> datetime:
        """The earliest time at which a head of line may be sent."""
        if not self.failing or self.not_before is None:
            return due_at
        if tried_before:
            return self.not_before
        soon = max(due_at, (self.last_attempt_at or due_at) + untried_pause)
        return max(min(soon, self.not_before), self.throttled_until or soon)

    def alarms(self, before: "EndpointHealth", now: datetime) -> list[str]:
        """Names of alarms that this failure raises: failing for an hour, for a day."""
        if self.failing_since is None or before.last_attempt_at is None:
            return []
        return [
            f"failing-for-{int(age.total_seconds()) // 3600}-hours"
            for age in _ALARM_AFTER
            if before.last_attempt_at - self.failing_since < age <= now - self.failing_since
        ]
