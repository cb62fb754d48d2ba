"""The clocks of a claim: which run, since when, and whether what was due came in time."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from services.verification.domain.evidence import AccidentFacts, DoctorStatement, Evidence
from services.verification.domain.stance import Stance
from shared.identifiers import zone_of
from shared.regulation.clocks import Clock, run_clock, stage_1_clock, start_of_count
from shared.regulation.rule_sets import RuleSet

FINAL_OUTCOMES = frozenset({"recovered", "partial_functional", "partial_anatomical", "total_permanent", "death"})


def clocks_of(
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
    final = (stage_2 and stage_2.outcome in FINAL_OUTCOMES) or (statement and statement.outcome in FINAL_OUTCOMES)
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


def has_lapsed(clocks: Sequence[Clock], evidence: Sequence[Evidence]) -> bool:
    """The right lapsed before anybody told the hub (PP 82/2019 art. 26)."""
    due = next(clock.due_at for clock in clocks if clock.clock == "CLAIM_EXPIRY")
    return due is not None and all(piece.accepted_at > due for piece in evidence)
