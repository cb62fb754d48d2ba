"""Decides when a Kafka client has to be given up.

aiokafka 0.14 can stand still after a broker's restart or a rebalance without any sign of it. So its progress is
watched from outside: records to read and none coming for a minute means a new client; three new clients in a row that
bring nothing mean that the process should end and be started afresh.
"""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from shared.observability import log


class Verdict(Enum):
    """What is to be done with the client."""

    FINE = "fine"
    PROBE = "probe"
    REBUILD = "rebuild"
    GIVE_UP = "give-up"


@dataclass(frozen=True)
class SupervisorLimits:
    """When patience ends."""

    stall_seconds: float = 60.0
    rebuilds_max: int = 3


class Watchdog:
    """Progress of one subscription over the lives of its clients. Knows no Kafka, so that it is tested in no time."""

    def __init__(self, limits: SupervisorLimits, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._monotonic = monotonic
        self._since = monotonic()
        self._rebuilds = 0

    def progressed(self) -> None:
        """Records came, or there are none to come."""
        self._since = self._monotonic()
        self._rebuilds = 0

    def quiet_seconds(self) -> float:
        """How long nothing has come."""
        return self._monotonic() - self._since

    def due(self) -> Verdict:
        """PROBE when it has been quiet so long that the lag should be asked of the broker."""
        return Verdict.PROBE if self.quiet_seconds() >= self._limits.stall_seconds else Verdict.FINE

    def judge(self, lag: int | None) -> Verdict:
        """After a probe: `lag` records wait at the broker; None when the broker did not answer, which a new client
        would not cure."""
        if lag == 0:
            self.progressed()
            return Verdict.FINE
        self._since = self._monotonic()
        if lag is None:
            return Verdict.FINE
        self._rebuilds += 1
        return Verdict.GIVE_UP if self._rebuilds > self._limits.rebuilds_max else Verdict.REBUILD


def end_process(reason: str) -> None:
    """The default end: an orderly stop; whoever started the process starts it again."""
    log.error("kafka.given-up", reason=reason)
    os.kill(os.getpid(), signal.SIGTERM)
