"""A claim as a pure function of its evidence, decisions and determinations (decisions 21): order cannot matter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from services.verification.domain.claim import CaseInput, ClaimView, Employer, Worker
from services.verification.domain.discrepancies import discrepancies
from services.verification.domain.evidence import ACCIDENT_REPORT, AccidentFacts, DoctorStatement, Evidence
from services.verification.domain.flags import flags
from services.verification.domain.money import benefit, latest_accident, latest_statement
from services.verification.domain.papers import case_checklist, completed_at
from services.verification.domain.stance import Stance, fold
from services.verification.domain.timeline import timeline
from services.verification.domain.turn import state_of, turn_of
from shared.identifiers import mask_nik, zone_of
from shared.regulation.checklist import ChecklistItem
from shared.regulation.clocks import Clock, run_clock, stage_1_clock, start_of_count
from shared.regulation.rule_sets import RuleSet, rule_set_for

# Whose late Tahap I shifts the first payer: those with an employer (or PPK) who owes it (art. 8(1), (1a)).
_SEGMENTS_WITH_REPORTER = frozenset({"PU", "PU_NON_ASN", "JAKON"})
_FINAL_OUTCOMES = frozenset({"recovered", "partial_functional", "partial_anatomical", "total_permanent", "death"})
# How long after the last sign of treatment a visit may still belong to the accident; told to the hospital gateway.
TREATMENT_GOES_ON = timedelta(days=180)


@dataclass(frozen=True)
class Policy:
    """What an operator may set."""

    four_eyes_rupiah: int


def derive_claim(case: CaseInput, now: datetime, policy: Policy) -> ClaimView:
    """The whole claim. `case.evidence` is not empty."""
    evidence = tuple(sorted(case.evidence, key=lambda piece: (piece.accepted_at, piece.id)))
    active = [piece for piece in evidence if piece.is_active]
    lead = _lead(active or list(evidence))
    accident, statement = latest_accident(evidence), latest_statement(evidence)
    report = _first_report(active)
    rules = rule_set_for(lead.occurred_at.date())
    region = _region(active or list(evidence))
    stance = fold(case.decisions, case.determinations, policy.four_eyes_rupiah)
    outcome = _outcome(active, accident, statement)
    papers = case_checklist(active or evidence, accident, statement, outcome)
    segment = accident.segment if accident else None
    clocks = _clocks(rules, lead, report, accident, statement, stance, completed_at(active, papers), now)
    late = report is not None and clocks[0].met is False and segment in _SEGMENTS_WITH_REPORTER
    contradictions = discrepancies(evidence, stance.determination)
    lapsed = _expired(clocks, evidence)
    state = state_of(bool(active), report is not None, outcome, lapsed, papers, stance)
    turn = turn_of(state, papers, contradictions, segment)
    return ClaimView(
        state=state,
        waiting_on=turn[0],
        waiting_reason=turn[1],
        kind=accident.event_kind if accident else "accident",
        segment=segment,
        occurred_at=lead.occurred_at,
        precision=lead.precision,
        region_code=region,
        rule_set=rules.rule_set,
        rule_set_hash=rules.content_hash,
        payer_of_first_resort=rules.late_stage_1_payer if late else "BPJS",
        outcome=outcome,
        worker=_worker(evidence),
        employer=_employer(accident),
        clocks=tuple(clocks),
        checklist=tuple(papers),
        evidence=evidence,
        determinations=tuple(sorted(case.determinations, key=lambda item: (item.received_at, item.id))),
        determination_in_force=stance.determination.id if stance.determination else None,
        discrepancies=contradictions,
        flags=flags(case, region=region, late=late, reports=[p for p in active if p.kind == ACCIDENT_REPORT]),
        benefit=benefit(rules, active, outcome, stance.determination, stance.approved),
        timeline=timeline(case),
        late=late,
        reported_at=report.accepted_at if report else None,
        decision_count=len(case.decisions),
        treatment_until=(max(piece.occurred_at for piece in evidence) + TREATMENT_GOES_ON).date(),
    )


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
    if applied in _FINAL_OUTCOMES:
        return applied
    return (statement.outcome if statement else None) or applied


def _clocks(
    rules: RuleSet,
    lead: Evidence,
    report: Evidence | None,
    accident: AccidentFacts | None,
    statement: DoctorStatement | None,
    stance: Stance,
    complete_at: datetime | None,
    now: datetime,
) -> list[Clock]:
    zone = _zone(lead)
    kind = accident.event_kind if accident else "accident"
    begins = start_of_count(lead.occurred_at, lead.precision, zone)
    reported_at = report.accepted_at if report else None
    stage_2 = accident.stage_2 if accident else None
    clocks = [run_clock(rules, stage_1_clock(kind), begins, reported_at, now, zone)]
    examined_on = (stage_2.examined_on if stage_2 else None) or (statement.examined_on if statement else None)
    final = (stage_2 and stage_2.outcome in _FINAL_OUTCOMES) or (statement and statement.outcome in _FINAL_OUTCOMES)
    t2_begins = None
    if final and examined_on is not None:
        midnight = datetime(examined_on.year, examined_on.month, examined_on.day, tzinfo=zone)
        t2_begins = start_of_count(midnight, "day", zone)
    clocks.append(run_clock(rules, "T2", t2_begins, stage_2.received_at if stage_2 else None, now, zone))
    clocks.append(run_clock(rules, "PAYOUT", complete_at, None, now, zone))
    clocks.append(run_clock(rules, "CLAIM_EXPIRY", begins, reported_at, now, zone))
    if stance.completion_requested_at is not None:
        clocks.append(run_clock(rules, "INFO_FOLLOWUP", stance.completion_requested_at, None, now, zone))
    return clocks


def _zone(lead: Evidence) -> ZoneInfo:
    zone = lead.occurred_at.tzinfo
    hospital = lead.medical.hospital_region if lead.medical else None
    return zone if isinstance(zone, ZoneInfo) else zone_of(lead.region_code or hospital or "")


def _expired(clocks: Sequence[Clock], evidence: Sequence[Evidence]) -> bool:
    """The right lapsed before anybody told the hub (PP 82/2019 art. 26)."""
    due = next(clock.due_at for clock in clocks if clock.clock == "CLAIM_EXPIRY")
    return due is not None and all(piece.accepted_at > due for piece in evidence)


def _worker(evidence: Sequence[Evidence]) -> Worker:
    told = sorted(evidence, key=lambda piece: (piece.kind != ACCIDENT_REPORT, piece.accepted_at, piece.id))
    name = next((piece.worker_name for piece in told if piece.worker_name), None)
    nik = next((piece.identity.nik for piece in told if piece.identity.nik), None)
    return Worker(name, mask_nik(nik) if nik else None)


def _employer(accident: AccidentFacts | None) -> Employer | None:
    if accident is None or accident.employer_registration is None:
        return None
    return Employer(accident.employer_registration, accident.employer_name, accident.employer_sector)


def required_papers(view: ClaimView) -> list[ChecklistItem]:
    """The papers that must be there before a benefit may be approved."""
    return [item for item in view.checklist if item.required]
