"""What happened in one claim, with the milliseconds from each accepted request to its appearance on the stream."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from deploy.simulators.partner_client import StepFailed
from deploy.simulators.people import WIB
from deploy.simulators.verifier import ClaimChange, ClaimStream, Verifier

Made = TypeVar("Made")
# What a claim's surroundings change by themselves: a hub that has played the demo before raises flags on the employer.
_BESIDE_THE_STEP = frozenset({"flag-raised", "flag-lowered"})


@dataclass(frozen=True)
class Line:
    """One line of a timeline. `milliseconds` is None for what changes no claim; `state` is the claim's afterwards."""

    at: datetime
    who: str
    what: str
    milliseconds: float | None
    state: str


@dataclass
class Story:
    """One claim's timeline as the demo lives it. `steps` are timed against the stream."""

    title: str
    stream: ClaimStream
    verifier: Verifier
    case_number: str | None = None
    lines: list[Line] = field(default_factory=list)
    _version: int = 0

    def first_step(self, who: str, what: str, act: Callable[[], Made], case_of: Callable[[Made], str]) -> Made:
        """The request that opens the claim; `case_of` finds its number."""
        began = time.monotonic()
        at = datetime.now(WIB)
        made = act()
        self.case_number = case_of(made)
        self._appeared(at, began, who, what)
        return made

    def step(self, who: str, what: str, act: Callable[[], Made]) -> Made:
        """A request that changes the claim."""
        began, at = time.monotonic(), datetime.now(WIB)
        made = act()
        self._appeared(at, began, who, what)
        return made

    def note(self, who: str, what: str, milliseconds: float | None = None) -> None:
        """Something that changes no claim, such as a notification that arrived."""
        self.lines.append(Line(datetime.now(WIB), who, what, milliseconds, ""))

    def expect(self, **wanted: Any) -> dict[str, Any]:
        """The claim as it stands. Raises StepFailed when a member is not as wanted."""
        claim = self.verifier.claim(self._case())
        found = {name: claim.get(name) for name in wanted}
        if found != wanted:
            raise StepFailed(f"{self.case_number}: expected {wanted}, found {found}")
        return claim

    def _case(self) -> str:
        if self.case_number is None:
            raise StepFailed("there is no claim yet")
        return self.case_number

    def _appeared(self, at: datetime, began: float, who: str, what: str) -> None:
        change: ClaimChange = self.stream.wait_for(
            lambda each: (
                each.case_number == self.case_number
                and each.claim_version > self._version
                and not set(each.changes) <= _BESIDE_THE_STEP
            )
        )
        self._version = change.claim_version
        reason = self.verifier.claim(self._case())["waiting_reason"]
        state = f"{change.state}, waiting on {change.waiting_on}" + (f" ({reason})" if reason else "")
        self.lines.append(Line(at, who, what, (change.at - began) * 1000, state))
