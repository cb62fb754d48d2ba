"""Complaints and feedback on a claim, each with its own clock until it is answered (UU 24/2011 art. 48).

A complaint changes nothing of the claim itself: neither its state nor whose turn it is. Who is not content with the
answer may ask for mediation (art. 49) and go to court (art. 50); an objection to a decision is something else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from services.verification.domain.entries import ComplaintAnswer, ComplaintReceived, Entry, entries_of
from shared.errors import Conflict, NotFound
from shared.regulation.clocks import COUNTING, Clock, Counting, run_clock
from shared.regulation.rule_sets import RuleSet

COMPLAINT, FEEDBACK = "complaint", "feedback"
COMPLAINT_CLOCK = "COMPLAINT"


@dataclass(frozen=True)
class Complaint:
    """One complaint with its answer. `clock` is None for feedback, which nobody has to answer by a day."""

    received: ComplaintReceived
    answer: ComplaintAnswer | None
    clock: Clock | None

    @property
    def state(self) -> str:
        return "answered" if self.answer is not None else "open"


def complaints(
    rules: RuleSet, entries: Iterable[Entry], now: datetime, zone: ZoneInfo, counting: Counting = COUNTING
) -> tuple[Complaint, ...]:
    """All of them, by receipt; the first answer to each counts. Days are counted in `zone`, the place's legal time."""
    kept = list(entries)
    answers: dict[str, ComplaintAnswer] = {}
    for answer in entries_of(ComplaintAnswer, kept):
        answers.setdefault(answer.complaint_id, answer)

    def clock_of(received: ComplaintReceived) -> Clock | None:
        if received.kind != COMPLAINT:
            return None
        answer = answers.get(received.id)
        answered_at = answer.at if answer else None
        return run_clock(rules, COMPLAINT_CLOCK, received.received_at, answered_at, now, zone, counting)

    return tuple(
        Complaint(received, answers.get(received.id), clock_of(received))
        for received in entries_of(ComplaintReceived, kept)
    )


def complaint_clock(found: Sequence[Complaint]) -> tuple[Clock, ...]:
    """What the claim's own list of clocks says of all of them: the one that is due first, else the last answered."""
    running = [each.clock for each in found if each.clock is not None and each.clock.running]
    if running:
        return (min(running, key=lambda clock: (clock.due_at is None, clock.due_at)),)
    ended = [each.clock for each in found if each.clock is not None]
    return tuple(ended[-1:])


def check_answerable(found: Iterable[Complaint], complaint_id: str) -> Complaint:
    """The complaint. Raises NotFound for an unknown one, Conflict when it has been answered."""
    wanted = next((each for each in found if each.received.id == complaint_id), None)
    if wanted is None:
        raise NotFound("complaint.not-found", "There is no such complaint.")
    if wanted.answer is not None:
        raise Conflict("complaint.answered", "This complaint has been answered.")
    return wanted
