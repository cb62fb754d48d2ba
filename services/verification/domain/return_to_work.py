"""Return to work (kembali kerja): triggered by the doctor's statement, carried by what company and worker agree to.

Form 3b KK 3 no. 10 (a disability, a prosthesis or an orthosis) or no. 11 (not able to work as usual) calls for it; a
case manager may offer it earlier to somebody who may become disabled. It is never imposed, and changes neither the
claim's state nor its money.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.verification.domain.eligibility import NOT_IN_PROGRAMME, NOT_MEMBER, UNKNOWN, Eligibility
from services.verification.domain.entries import Entry, ReturnToWorkStep, entries_of
from services.verification.domain.evidence import DoctorStatement, Evidence
from shared.errors import Conflict
from shared.regulation.return_to_work import RETURN_TO_WORK, Condition, Trigger

OFFERED_EARLY = "offered"
EMPLOYER_AGREED, EMPLOYER_DECLINED = "employer_agreed", "employer_declined"
WORKER_AGREED, WORKER_DECLINED = "worker_agreed", "worker_declined"
STARTED, COMPLETED = "started", "completed"
STEPS = (OFFERED_EARLY, EMPLOYER_AGREED, EMPLOYER_DECLINED, WORKER_AGREED, WORKER_DECLINED, STARTED, COMPLETED)

OFFERED, AGREED, DECLINED, UNDER_WAY, DONE = "offered", "agreed", "declined", "under_way", "completed"

_DISABLING = frozenset({"partial_functional", "partial_anatomical", "total_permanent"})
_USUAL_WORK = "normal"


@dataclass(frozen=True)
class ReturnToWork:
    """Where the programme stands for one worker; each condition with whether it holds, None while nobody knows.

    `evidence_id` is the medical report whose statement calls for it; None when no statement in force does and the
    programme was offered early or had been talked about before."""

    state: str
    evidence_id: str | None
    triggers: tuple[Trigger, ...]
    conditions: tuple[tuple[Condition, bool | None], ...]


@dataclass(frozen=True)
class _Word:
    """What people have said so far; the latest word of each party counts."""

    employer: bool | None = None
    worker: bool | None = None
    started: bool = False
    completed: bool = False


@dataclass(frozen=True)
class Programme:
    """What of a claim the programme rests on: the evidence that counts, the doctor's statement in force, the outcome,
    and how the worker was insured on the day."""

    evidence: Sequence[Evidence]
    statement: DoctorStatement | None
    outcome: str | None
    insured: Eligibility

    @property
    def statement_id(self) -> str | None:
        """The medical report that holds the statement."""
        holders = (p.id for p in self.evidence if p.medical and p.medical.statement is self.statement)
        return next(holders, None) if self.statement is not None else None


def return_to_work(programme: Programme, entries: Sequence[Entry]) -> ReturnToWork | None:
    """None as long as no doctor's statement calls for it and nobody offered it."""
    steps = entries_of(ReturnToWorkStep, entries)
    codes = triggers_of(programme.statement) if programme.outcome != "death" else ()
    if not codes and not steps:
        return None
    word = _word(steps)
    met = _conditions(word, programme.insured)
    return ReturnToWork(
        _state(word),
        programme.statement_id if codes else None,
        tuple(RETURN_TO_WORK.triggers[code] for code in codes),
        tuple((condition, met[condition.code]) for condition in RETURN_TO_WORK.conditions),
    )


def triggers_of(statement: DoctorStatement | None) -> tuple[str, ...]:
    """Codes of what in the statement calls for the programme (Form 3b KK 3 no. 10 and 11)."""
    if statement is None:
        return ()
    found = {
        "disability": statement.outcome in _DISABLING,
        "prosthesis": statement.prosthesis,
        "orthosis": statement.orthosis,
        "work-capacity": statement.work_capacity not in (None, _USUAL_WORK),
    }
    return tuple(code for code, says_so in found.items() if says_so)


def check_step(programme: ReturnToWork | None, step: str, outcome: str | None) -> None:
    """Raise Conflict unless `step` may be taken now; each guard is named as a sentence."""
    _check(programme.state if programme else None, step, outcome)


def possible_steps(state: str | None, outcome: str | None) -> tuple[str, ...]:
    """The steps that may be taken in this state of the programme; None stands for none that was called for."""
    found = []
    for step in STEPS:
        try:
            _check(state, step, outcome)
        except Conflict:
            continue
        found.append(step)
    return tuple(found)


def _check(state: str | None, step: str, outcome: str | None) -> None:
    _the_worker_is_alive(outcome)
    if state is None and step == OFFERED_EARLY:
        return
    if state is None:
        raise Conflict("return-to-work.not-triggered", "No doctor's statement calls for a return to work.")
    if state == DONE:
        raise Conflict("return-to-work.completed", "The worker is back at work; nothing more can be recorded.")
    if step == STARTED:
        _company_and_worker_have_agreed(state)
    if step == COMPLETED:
        _the_programme_is_under_way(state)


def _the_worker_is_alive(outcome: str | None) -> None:
    if outcome == "death":
        raise Conflict("return-to-work.worker-died", "The worker has died.")


def _company_and_worker_have_agreed(state: str) -> None:
    if state != AGREED:
        raise Conflict("return-to-work.not-agreed", "The programme starts once the company and the worker have agreed.")


def _the_programme_is_under_way(state: str) -> None:
    if state != UNDER_WAY:
        raise Conflict("return-to-work.not-started", "Only a programme that is under way can be completed.")


def _word(steps: Iterable[ReturnToWorkStep]) -> _Word:
    employer = worker = None
    started = completed = False
    for entry in steps:
        if entry.step in (EMPLOYER_AGREED, EMPLOYER_DECLINED):
            employer = entry.step == EMPLOYER_AGREED
        elif entry.step in (WORKER_AGREED, WORKER_DECLINED):
            worker = entry.step == WORKER_AGREED
        started = started or entry.step == STARTED
        completed = completed or entry.step == COMPLETED
    return _Word(employer, worker, started, completed)


def _state(word: _Word) -> str:
    if word.completed:
        return DONE
    if word.employer is False or word.worker is False:
        return DECLINED
    if word.started:
        return UNDER_WAY
    return AGREED if word.employer and word.worker else OFFERED


def _conditions(word: _Word, insured: Eligibility) -> dict[str, bool | None]:
    """By code of the condition; None where BPJS core has told nothing yet."""
    known = insured.status != UNKNOWN
    behind = insured.months_in_arrears
    return {
        "worker-active": insured.status not in (NOT_MEMBER, NOT_IN_PROGRAMME) if known else None,
        "employer-active": insured.membership is not None if known else None,
        "contributions-orderly": behind == 0 if behind is not None else None,
        "employer-agrees": word.employer,
        "worker-agrees": word.worker,
    }
