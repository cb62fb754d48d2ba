"""Tahap I: when it was due, whether it came late, and who pays first (art. 8 Permenaker 1/2025)."""

from dataclasses import dataclass
from datetime import datetime

from services.intake.domain.report_facts import ReportFacts
from shared.regulation.clocks import COUNTING, Clock, Counting, run_clock, stage_1_clock
from shared.regulation.rule_sets import rule_set_for

# Who has an employer that owes the report; nobody else's payer shifts when it is late.
_SEGMENTS_WITH_EMPLOYER = frozenset({"PU", "PU_NON_ASN", "JAKON"})


@dataclass(frozen=True)
class Stage1:
    """How the report stands. `payer_of_first_resort` is `BPJS` or `EMPLOYER`."""

    clock: Clock
    late: bool
    payer_of_first_resort: str


def judge_stage_1(facts: ReportFacts, received_at: datetime, counting: Counting = COUNTING) -> Stage1:
    """A report received after 2x24 hours is late: the benefit is then first owed by whom the rule set of the event's
    day names (the employer, reimbursable: art. 8(2a)-(2b)). A first alert counts once accepted."""
    event_date = facts.event_date
    assert event_date is not None  # a form without its date is refused before
    rules = rule_set_for(event_date)
    clock = run_clock(
        rules, stage_1_clock(facts.kind or ""), facts.count_starts_at, received_at, received_at, facts.zone, counting
    )
    late = clock.met is False
    shifts = late and facts.segment in _SEGMENTS_WITH_EMPLOYER
    return Stage1(clock, late, rules.late_stage_1_payer if shifts else "BPJS")
