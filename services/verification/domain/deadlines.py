"""The clocks of a claim: which run, since when, whether they stand still, and whether what was due came in time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.verification.domain.entries import CompletionAnswer, Decision, Entry, FirstAlertAcceptance, entries_of
from services.verification.domain.evidence import (
    ACCIDENT_REPORT,
    MEDICAL_REPORT,
    AccidentFacts,
    Determination,
    DoctorStatement,
    Evidence,
)
from services.verification.domain.stance import NOT_COVERED, REFER, REQUEST_COMPLETION, Stance
from shared.identifiers import WIB, WIT, WITA, zone_of
from shared.regulation.clocks import (
    COMPLETION_REQUESTED,
    DETERMINATION_REQUESTED,
    Clock,
    Counting,
    Pause,
    pause_rule,
    run_clock,
    stage_1_clock,
    start_of_count,
)
from shared.regulation.document_table import DOCUMENT_TABLE
from shared.regulation.rule_sets import RuleSet

FINAL_OUTCOMES = frozenset({"recovered", "partial_functional", "partial_anatomical", "total_permanent", "death"})
# A request for a paper that was found wanting names it so; who brings that paper is who is asked.
DOCUMENT_REJECTED = "document-rejected:"
_ZONES_BY_HOURS = {7: WIB, 8: WITA, 9: WIT}
_WITHOUT_EMPLOYER = frozenset({"BPU", "PMI"})
_HOSPITALS_PAPERS = frozenset(rule.code for rule in DOCUMENT_TABLE if rule.responsible == "hospital")


@dataclass(frozen=True)
class Course:
    """By what the clocks of a claim start, stand still and stop. `lead` says when it happened; `active` is the
    evidence that counts, or what there was once all of it was withdrawn; `complete_at` when the last required paper
    came."""

    lead: Evidence
    active: tuple[Evidence, ...]
    accident: AccidentFacts | None
    statement: DoctorStatement | None
    stance: Stance
    entries: tuple[Entry, ...]
    complete_at: datetime | None
    # Reports of a participant who has no employer: they stand for Tahap I.
    own_reports: tuple[Evidence, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """Legal time of the place: the event's region, else the reporting hospital's, else the clock they used."""
        hospital = self.lead.medical.hospital_region if self.lead.medical else None
        region = self.lead.region_code or hospital
        if region:
            return zone_of(region)
        offset = self.lead.occurred_at.utcoffset()
        return _ZONES_BY_HOURS.get(round(offset.total_seconds() / 3_600), WIB) if offset is not None else WIB

    @property
    def event_date(self) -> date:
        """The local day of the accident or diagnosis, which selects the law."""
        return self.lead.occurred_at.astimezone(self.zone).date()

    @property
    def is_disease(self) -> bool:
        return self.accident is not None and self.accident.event_kind == "occupational_disease"


def clocks_of(rules: RuleSet, course: Course, now: datetime, counting: Counting) -> list[Clock]:
    """Tahap I first, then the others that the claim has; a clock that has not begun has no times. Once a claim was
    turned down or withdrawn, nothing more is due: its clocks stay as they stood then, but for those of objections."""
    zone, over_at = course.zone, _over_at(course)

    def run(clock: str, start: datetime | None, stopped_at: datetime | None, *pauses: Pause) -> Clock:
        if over_at is None:
            return run_clock(rules, clock, start, stopped_at, now, zone, counting, pauses)
        found = run_clock(rules, clock, start, stopped_at, min(now, over_at), zone, counting, pauses)
        return replace(found, running=False)

    kind = course.accident.event_kind if course.accident else "accident"
    begins = start_of_count(course.lead.occurred_at, course.lead.precision, zone)
    clocks = [
        _as_duty_of(course, run(stage_1_clock(kind), begins, _reported_at(course))),
        run("T2", _declared_at(course, zone), _applied_at(course)),
        run("PAYOUT", _payable_at(course), _paid_at(course, zone), *_pauses("PAYOUT", course)),
        # Years count from the day itself, whether or not its hour is known.
        run("CLAIM_EXPIRY", course.lead.occurred_at, _asked_at(course)),
    ]
    request = _last_request(course)
    if request is not None:
        clocks.append(run("INFO_FOLLOWUP", request.decided_at, answered_at(request, course)))
    ended_on = course.accident.employment_ended_on if course.accident and course.is_disease else None
    if ended_on is not None:
        diagnosed_at = course.lead.occurred_at
        clocks.append(run("PAK_POST_EMPLOYMENT", _midnight(ended_on, zone), diagnosed_at))
    # One clock for each objection, from the day on which it came before whoever has to answer it.
    clocks += [
        run_clock(rules, f"OBJECTION_{d.path.upper()}", d.since, d.answered_at, now, zone, counting)
        for d in course.stance.disputes
    ]
    return clocks


def _over_at(course: Course) -> datetime | None:
    """When the claim was turned down, or all that was told of it withdrawn; None while something may come of it."""
    if not any(piece.is_active for piece in course.active):
        return max(piece.received_at for piece in course.active)
    stance = course.stance
    if stance.rejected is not None:
        return stance.rejected.decided_at
    return stance.concluded_at if stance.conclusion == NOT_COVERED else None


def _as_duty_of(course: Course, stage_1: Clock) -> Clock:
    """Art. 8(1) binds employers; that those without one have as much time is how it is read, not what is written."""
    without_employer = course.accident is not None and course.accident.segment in _WITHOUT_EMPLOYER
    return replace(stage_1, confidence="uncertain") if without_employer else stage_1


def has_lapsed(clocks: Sequence[Clock]) -> bool:
    """The right lapsed before anybody asked for it (PP 82/2019 art. 26)."""
    return any(clock.clock == "CLAIM_EXPIRY" and clock.met is False for clock in clocks)


def answered_at(request: Decision, course: Course) -> datetime | None:
    """When who was asked for completion next sent something: the hospital for a paper of its own, else who signed
    the report (Form 3 KK 1); where nobody reported yet, whoever sends. What a worker who was asked says on the status
    page answers a question, and is no paper."""
    active = course.active
    reported = any(piece.accident is not None for piece in active)
    code = (request.reason_code or "").removeprefix(DOCUMENT_REJECTED)
    hospital_asked = (request.reason_code or "").startswith(DOCUMENT_REJECTED) and code in _HOSPITALS_PAPERS
    times = [
        receipt.received_at
        for piece in active
        if not reported or (piece.kind == MEDICAL_REPORT) == hospital_asked
        for receipt in piece.receipts
        if receipt.received_at > request.decided_at
    ]
    if not (request.reason_code or "").startswith(DOCUMENT_REJECTED):
        told = (answer.at for answer in entries_of(CompletionAnswer, course.entries))
        times += [at for at in told if at > request.decided_at]
    return min(times, default=None)


def _reported_at(course: Course) -> datetime | None:
    """Tahap I is met by the first report, or by the first alert that a verifier accepted as evidence of it."""
    reports = [piece.accepted_at for piece in course.active if piece.kind == ACCIDENT_REPORT]
    reports += [piece.accepted_at for piece in course.own_reports]
    if not reports:
        return None
    here = {piece.id for piece in course.active}
    accepted = [entry for entry in entries_of(FirstAlertAcceptance, course.entries) if entry.evidence_id in here]
    return min([*reports, *(entry.alerted_at for entry in accepted)])


def _declared_at(course: Course, zone: ZoneInfo) -> datetime | None:
    """The end of the day on which a doctor declared the worker recovered, disabled or dead (art. 19(1))."""
    stage_2 = course.accident.stage_2 if course.accident else None
    told = [part for part in (stage_2, course.statement) if part is not None]
    final = any(part.outcome in FINAL_OUTCOMES for part in told)
    examined_on = next((part.examined_on for part in told if part.examined_on is not None), None)
    if not final or examined_on is None:
        return None
    return start_of_count(_midnight(examined_on, zone), "day", zone)


def _applied_at(course: Course) -> datetime | None:
    stage_2 = course.accident.stage_2 if course.accident else None
    return stage_2.received_at if stage_2 is not None and stage_2.outcome in FINAL_OUTCOMES else None


def _payable_at(course: Course) -> datetime | None:
    """Requirements are complete; nothing is to be paid once the claim was turned down."""
    return None if _over_at(course) is not None else course.complete_at


def _asked_at(course: Course) -> datetime | None:
    """When somebody first asked for the right: employer, worker, or a hospital that marked its visit."""
    return min(
        (
            piece.accepted_at
            for piece in course.active
            if piece.accident is not None or (piece.medical is not None and piece.medical.explicit_notice)
        ),
        default=None,
    )


def _paid_at(course: Course, zone: ZoneInfo) -> datetime | None:
    """The day on which all that was approved had been paid."""
    paid_on = course.stance.paid_on
    return _midnight(paid_on, zone) if paid_on is not None else None


def _last_request(course: Course) -> Decision | None:
    requests = [decision for decision in entries_of(Decision, course.entries) if decision.kind == REQUEST_COMPLETION]
    return requests[-1] if requests else None


def _pauses(clock: str, course: Course) -> list[Pause]:
    """The stretches in which the law lets `clock` stand still, from what people asked for and when it came."""
    found: list[Pause] = []
    asking = pause_rule(clock, COMPLETION_REQUESTED, course.event_date)
    referring = pause_rule(clock, DETERMINATION_REQUESTED, course.event_date)
    for decision in entries_of(Decision, course.entries):
        if decision.kind == REQUEST_COMPLETION and asking is not None:
            until = _earliest(answered_at(decision, course), _went_on_at(decision, course.entries))
            found.append(Pause(decision.decided_at, until, asking))
        elif decision.kind == REFER and referring is not None:
            determined = (entry.received_at for entry in entries_of(Determination, course.entries))
            answer = min((at for at in determined if at > decision.decided_at), default=None)
            found.append(
                Pause(decision.decided_at, _earliest(answer, _went_on_at(decision, course.entries)), referring)
            )
    return _joined(found)


def _went_on_at(asked: Decision, entries: Sequence[Entry]) -> datetime | None:
    """When BPJS decided after all, without waiting for what it had asked for."""
    later = [d for d in entries_of(Decision, entries) if d.decided_at > asked.decided_at]
    return next((d.decided_at for d in later if d.kind not in (REFER, REQUEST_COMPLETION)), None)


def _earliest(*instants: datetime | None) -> datetime | None:
    return min((at for at in instants if at is not None), default=None)


def _joined(pauses: Sequence[Pause]) -> list[Pause]:
    """Pauses that overlap are one, by the rule of the first."""
    joined: list[Pause] = []
    for pause in sorted(pauses, key=lambda pause: pause.since):
        last = joined[-1] if joined else None
        if last is not None and (last.until is None or pause.since <= last.until):
            until = None if last.until is None or pause.until is None else max(last.until, pause.until)
            joined[-1] = Pause(last.since, until, last.rule)
        else:
            joined.append(pause)
    return joined


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)
