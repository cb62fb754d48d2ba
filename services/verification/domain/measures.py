"""How long a claim took and at whose desk: what the agencies compare when they meet.

A measure follows from the claim as it stands and from its events on the stream, so it can be made again at any time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from services.verification.domain import claim as states

# Whose turn a claim can be at, besides nobody's.
AGENCIES = ("employer", "hospital", "disnaker", "bpjs", "worker")

# A claim came whole when nothing had to be asked for within this time of the benefit application (Tahap II): papers are
# sent one by one, and the last may follow the form by hours.
WHOLE_WITHIN = timedelta(days=1)

_CONCLUDED = {
    states.CONCLUDED_WORK_ACCIDENT,
    states.CONCLUDED_OCCUPATIONAL_DISEASE,
    states.CONCLUDED_NOT_COVERED,
}
_COMPLETE = {states.READY_FOR_REVIEW, states.AWAITING_SECOND_APPROVAL, states.BENEFIT_APPROVED, states.PAID}
_APPROVED = {states.BENEFIT_APPROVED, states.PAID}
# Nobody waits for a claim any more once it is there.
_OVER = states.SETTLED - {states.PAID}


@dataclass(frozen=True)
class Told:
    """One event of a claim on the stream: from then on it stood like this."""

    at: datetime
    state: str
    waiting_on: str


@dataclass(frozen=True)
class Happening:
    """One entry of a claim's timeline: `what` is its code, `who` an organisation."""

    received_at: datetime
    who: str
    what: str


@dataclass(frozen=True)
class Milestones:
    """When each step was reached, in the hub's time; None where it was not."""

    reported_at: datetime | None = None
    treated_at: datetime | None = None
    applied_at: datetime | None = None
    complete_at: datetime | None = None
    concluded_at: datetime | None = None
    approved_at: datetime | None = None
    paid_at: datetime | None = None


@dataclass(frozen=True)
class Waiting:
    """Seconds that a claim waited on each agency until `since`, from when it waits on `on` (None: on nobody)."""

    seconds: Mapping[str, int] = field(default_factory=dict)
    on: str | None = None
    since: datetime | None = None


def milestones(told: Sequence[Told], happenings: Iterable[Happening]) -> Milestones:
    """`told` in the order of the claim's versions. Of a step that was reached twice the first time counts: a claim that
    was reopened took its time to the first decision all the same."""
    first: dict[str, datetime] = {}
    for one in sorted(happenings, key=lambda one: one.received_at):
        first.setdefault(one.what, one.received_at)
        first.setdefault(one.who.partition(":")[0], one.received_at)
    return Milestones(
        reported_at=first.get("accident-report.submitted"),
        treated_at=first.get("hospital"),
        applied_at=first.get("accident-report.stage-2-submitted"),
        complete_at=_first_in(told, _COMPLETE),
        concluded_at=_first_in(told, _CONCLUDED),
        approved_at=_first_in(told, _APPROVED),
        paid_at=_first_in(told, {states.PAID}),
    )


def _first_in(told: Sequence[Told], wanted: set[str]) -> datetime | None:
    return next((one.at for one in told if one.state in wanted), None)


def waiting(told: Sequence[Told]) -> Waiting:
    """Each stretch between two events belongs to whose turn it was at its beginning."""
    seconds: dict[str, int] = {}
    for one, after in pairwise(told):
        if one.waiting_on in AGENCIES:
            seconds[one.waiting_on] = seconds.get(one.waiting_on, 0) + int((after.at - one.at).total_seconds())
    last = told[-1] if told else None
    if last is None or last.waiting_on not in AGENCIES or last.state in _OVER:
        return Waiting(seconds)
    return Waiting(seconds, last.waiting_on, last.at)


def asked_to_complete(happenings: Iterable[Happening]) -> bool:
    """BPJS had to ask for papers that were missing or wrong."""
    return any(one.what == "decision.request-completion" for one in happenings)
