"""A claim as a pure function of its evidence, decisions and determinations (decisions 21): order cannot matter."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from services.verification.domain.benefit_case import Case
from services.verification.domain.claim import Benefit, CaseInput, ClaimView, Discrepancy, Employer, Worker
from services.verification.domain.complaints import complaint_clock, complaints
from services.verification.domain.deadlines import FINAL_OUTCOMES, Course, clocks_of, has_lapsed
from services.verification.domain.discrepancies import Sources, discrepancies
from services.verification.domain.eligibility import Eligibility, eligibility_on
from services.verification.domain.entries import Decision, DiscrepancyResolution, entries_of
from services.verification.domain.evidence import (
    ACCIDENT_REPORT,
    AccidentFacts,
    DoctorStatement,
    Evidence,
)
from services.verification.domain.first_alert import first_alert_of
from services.verification.domain.flags import FlagPolicy, Seen, flags
from services.verification.domain.hand_over import hand_over
from services.verification.domain.jurisdiction import jurisdiction
from services.verification.domain.kept_words import as_settled
from services.verification.domain.membership import segment_on
from services.verification.domain.money import benefit, latest_accident, latest_statement
from services.verification.domain.papers import Asked, case_checklist, completed_at, participants_reports
from services.verification.domain.payers import EMPLOYER, SEGMENTS_WITH_EMPLOYER, Paying, payers_of
from services.verification.domain.return_to_work import Programme, return_to_work
from services.verification.domain.settlement import owed_for_lateness, reimbursement
from services.verification.domain.stance import CONCLUDE, Stance, fold
from services.verification.domain.state_machine import Situation, state_of
from services.verification.domain.timeline import timeline
from services.verification.domain.turn import turn_of
from shared.identifiers import mask_nik
from shared.regulation.checklist import ChecklistItem
from shared.regulation.clocks import COUNTING, Clock, Counting
from shared.regulation.rule_sets import RuleSet, rule_set_for

# How long after the last sign of treatment a visit may still belong to the accident; told to the hospital gateway.
TREATMENT_GOES_ON = timedelta(days=180)


@dataclass(frozen=True)
class Policy:
    """What an operator may set. `rules` stands in for the rule set of the event's day, to see what it would change."""

    four_eyes_rupiah: int
    counting: Counting = COUNTING
    flags: FlagPolicy = field(default_factory=FlagPolicy)
    rules: RuleSet | None = None


@dataclass(frozen=True)
class _Basis:
    """What every part of a claim is derived from. `told` is the evidence as sent; `evidence` the same with what was
    found right where sources contradict each other; `active` what of it was not withdrawn; `lead` says when it
    happened."""

    told: tuple[Evidence, ...]
    evidence: tuple[Evidence, ...]
    active: tuple[Evidence, ...]
    contradictions: tuple[Discrepancy, ...]
    stance: Stance
    lead: Evidence
    report: Evidence | None
    accident: AccidentFacts | None
    statement: DoctorStatement | None
    outcome: str | None
    segment: str | None

    @property
    def asked(self) -> Asked:
        """What decides which papers are needed."""
        return Asked(self.lead.occurred_at.date(), self.accident, self.statement, self.outcome, self.segment)

    @property
    def counted(self) -> tuple[Evidence, ...]:
        """What stands; everything once all was withdrawn, so that the claim can still be shown."""
        return self.active or self.evidence


def _basis(case: CaseInput, policy: Policy) -> _Basis:
    told = tuple(sorted(case.evidence, key=lambda piece: (piece.accepted_at, piece.id)))
    stance = fold(case.entries, policy.four_eyes_rupiah)
    contradictions = _contradictions(case, told, stance)
    evidence = tuple(as_settled(told, contradictions))
    active = tuple(piece for piece in evidence if piece.is_active)
    accident, statement = latest_accident(evidence), latest_statement(evidence)
    lead = _lead(active or evidence)
    # Until somebody reports who employs the worker, the participant register tells of a lone membership.
    segment = (accident.segment if accident else None) or segment_on(case.memberships, lead.occurred_at.date())
    return _Basis(
        told=told,
        evidence=evidence,
        active=active,
        contradictions=contradictions,
        stance=stance,
        lead=lead,
        report=_first_report(active),
        accident=accident,
        statement=statement,
        outcome=_outcome(active, accident, statement),
        segment=segment,
    )


def derive_claim(case: CaseInput, now: datetime, policy: Policy) -> ClaimView:
    """The whole claim. `case.evidence` is not empty."""
    known = _basis(case, policy)
    lead, report, accident, stance = known.lead, known.report, known.accident, known.stance
    rules = policy.rules or rule_set_for(lead.occurred_at.date())
    region = _region(known.counted)
    papers = tuple(case_checklist(known.counted, known.asked, case.entries))
    course = _course(known, case, papers)
    clocks = clocks_of(rules, course, now, policy.counting)
    late = report is not None and clocks[0].met is False and known.segment in SEGMENTS_WITH_EMPLOYER
    money = _money(rules, known, case, course, clocks)
    lapsed, owed = has_lapsed(clocks), owed_for_lateness(money, stance)
    reported = report is not None or bool(course.own_reports)
    late_shifts = late and rules.late_stage_1_payer == EMPLOYER
    insured, paying = _insurance(case, known, course.event_date, late_shifts=late_shifts, reported=reported)
    situation = Situation(bool(known.active), reported, known.outcome, lapsed, papers, stance, owed)
    state = state_of(situation)
    waiting_on, reason = turn_of(state, situation, known.active, known.contradictions, known.segment, paying)
    view = ClaimView(
        state=state,
        waiting_on=waiting_on,
        waiting_reason=reason,
        kind=accident.event_kind if accident else "accident",
        segment=known.segment,
        occurred_at=lead.occurred_at,
        precision=lead.precision,
        region_code=region,
        rule_set=rules.rule_set,
        rule_set_hash=rules.content_hash,
        outcome=known.outcome,
        worker=_worker(known.evidence),
        employer=_employer(accident),
        clocks=tuple(clocks),
        checklist=papers,
        evidence=known.told,
        entries=case.entries,
        discrepancies=known.contradictions,
        flags=flags(case, _seen(known, region, late, money), policy.flags),
        benefit=money,
        timeline=timeline(case, clocks),
        late=late,
        lapsed=lapsed,
        reported_at=report.accepted_at if report else None,
        stance=stance,
        eligibility=insured,
        paying=paying,
        jurisdiction=jurisdiction(region, accident, _nik(known.evidence)),
        treatment_until=(max(piece.occurred_at for piece in known.told) + TREATMENT_GOES_ON).date(),
    )
    return _with_company(view, rules, case, course, now, policy.counting)


def _with_company(
    view: ClaimView, rules: RuleSet, case: CaseInput, course: Course, now: datetime, counting: Counting
) -> ClaimView:
    """What goes along with a claim and changes nothing of it: the note that hands it over, the employer's
    reimbursement, the first alert, the return to work, complaints with their clocks, what likeness joined."""
    received = complaints(rules, case.entries, now, course.zone, counting)
    programme = Programme(course.active, course.statement, view.outcome, view.eligibility)
    own_clocks = [each.clock for each in received if each.clock is not None]
    return replace(
        view,
        matches=case.matches,
        clocks=(*view.clocks, *complaint_clock(received)),
        timeline=timeline(case, (*view.clocks, *own_clocks)),
        hand_over=hand_over(
            view.paying, view.stance.conclusion, view.stance.determination, case.entries, course.active
        ),
        reimbursement=reimbursement(view.paying, course.accident, view.stance),
        first_alert=first_alert_of(course.active, case.entries),
        return_to_work=return_to_work(programme, case.entries),
        complaints=received,
    )


def _insurance(
    case: CaseInput, known: _Basis, day: date, *, late_shifts: bool, reported: bool
) -> tuple[Eligibility, Paying]:
    """Whether the worker was insured on the day, and who pays in which order."""
    accident = known.accident
    employer = accident.employer_registration if accident else None
    insured = eligibility_on(day, case.memberships, employer, known.segment)
    facts = replace(accident or AccidentFacts(), segment=known.segment)
    reasons = [decision.reason_code for decision in entries_of(Decision, case.entries) if decision.kind == CONCLUDE]
    return insured, payers_of(
        day,
        facts,
        insured,
        late_shifts=late_shifts,
        reported=reported,
        conclusion=known.stance.conclusion,
        reason_code=reasons[-1] if reasons else None,
    )


def _money(rules: RuleSet, known: _Basis, case: CaseInput, course: Course, clocks: Sequence[Clock]) -> Benefit:
    payout = next((clock for clock in clocks if clock.clock == "PAYOUT"), None)
    if known.accident is None:
        return benefit(rules, None, known.stance, payout)
    determination = known.stance.determination
    told = Case(known.active, known.accident, known.outcome, course.event_date, determination, case.memberships)
    return benefit(rules, told, known.stance, payout)


def _contradictions(case: CaseInput, told: Sequence[Evidence], stance: Stance) -> tuple[Discrepancy, ...]:
    active = [piece for piece in told if piece.is_active]
    sources = Sources(active, stance.determination, case.memberships, case.nik_conflicts)
    return discrepancies(sources, entries_of(DiscrepancyResolution, case.entries))


def _course(known: _Basis, case: CaseInput, papers: Sequence[ChecklistItem]) -> Course:
    own_reports = participants_reports(known.active, known.segment)
    complete_at = completed_at(papers)
    return Course(
        known.lead,
        known.counted,
        known.accident,
        known.statement,
        known.stance,
        case.entries,
        complete_at,
        own_reports,
    )


def _seen(known: _Basis, region: str | None, late: bool, money: Benefit) -> Seen:
    reports = [piece for piece in known.active if piece.kind == ACCIDENT_REPORT]
    return Seen(known.active, reports, known.accident, known.lead.occurred_at, region, late, money.disability_percent)


def _lead(pieces: Sequence[Evidence]) -> Evidence:
    """Whose word counts for when it happened: the employer's report, else a self-report, else the earliest visit."""
    rank = {ACCIDENT_REPORT: 0, "self-report": 1}
    return min(pieces, key=lambda piece: (rank.get(piece.kind, 2), piece.occurred_at, piece.id))


def _first_report(active: Sequence[Evidence]) -> Evidence | None:
    reports = [piece for piece in active if piece.kind == ACCIDENT_REPORT]
    return min(reports, key=lambda piece: (piece.accepted_at, piece.id), default=None)


def _region(pieces: Sequence[Evidence]) -> str | None:
    """The event's region, else the reporting hospital's registered one (interface 5)."""
    told = sorted(pieces, key=lambda piece: (piece.kind != ACCIDENT_REPORT, piece.accepted_at, piece.id))
    event_region = next((piece.region_code for piece in told if piece.region_code), None)
    hospital = next((p.medical.hospital_region for p in told if p.medical and p.medical.hospital_region), None)
    return event_region or hospital


def _outcome(
    active: Sequence[Evidence], accident: AccidentFacts | None, statement: DoctorStatement | None
) -> str | None:
    """Tahap II's word, unless it says that treatment goes on and the doctor knows better; a death is always final."""
    if accident is not None and accident.consequence == "death":
        return "death"
    if any(piece.medical is not None and piece.medical.deceased for piece in active):
        return "death"
    applied = accident.stage_2.outcome if accident and accident.stage_2 else None
    if applied in FINAL_OUTCOMES:
        return applied
    return (statement.outcome if statement else None) or applied


def _worker(evidence: Sequence[Evidence]) -> Worker:
    told = sorted(evidence, key=lambda piece: (piece.kind != ACCIDENT_REPORT, piece.accepted_at, piece.id))
    name = next((piece.worker_name for piece in told if piece.worker_name), None)
    nik = _nik(evidence)
    return Worker(name, mask_nik(nik) if nik else None)


def _nik(evidence: Sequence[Evidence]) -> str | None:
    told = sorted(evidence, key=lambda piece: (piece.kind != ACCIDENT_REPORT, piece.accepted_at, piece.id))
    return next((piece.identity.nik for piece in told if piece.identity.nik), None)


def _employer(accident: AccidentFacts | None) -> Employer | None:
    if accident is None or accident.employer_registration is None:
        return None
    return Employer(accident.employer_registration, accident.employer_name, accident.employer_sector)
