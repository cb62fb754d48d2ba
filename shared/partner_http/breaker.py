"""Stops asking a partner that does not answer, so that callers fail at once instead of waiting for its timeout."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass
class CircuitBreaker:
    """Open after `failures_max` failures in a row; then one trial each `pause_seconds` until one succeeds."""

    failures_max: int = 5
    pause_seconds: float = 10.0
    failures: int = 0
    closed_until: datetime | None = None  # no request before this time

    def admits(self, now: datetime) -> bool:
        """Whether a request may go out. A trial taken moves the next one away."""
        if self.closed_until is None:
            return True
        if now < self.closed_until:
            return False
        self.closed_until = now + timedelta(seconds=self.pause_seconds)
        return True

    def succeeded(self) -> None:
        self.failures, self.closed_until = 0, None

    def failed(self, now: datetime) -> None:
        self.failures += 1
        if self.failures >= self.failures_max:
            self.closed_until = now + timedelta(seconds=self.pause_seconds)

    def seconds_to_wait(self, now: datetime) -> float:
        return max((self.closed_until - now).total_seconds(), 0.0) if self.closed_until else 0.0
