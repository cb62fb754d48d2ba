"""What makes a self-report unacceptable (arts. 8A and 48A: a suspected case needs little)."""

from collections.abc import Iterator
from datetime import datetime

from services.intake.domain.report_facts import ReportFacts
from services.intake.domain.report_rules import (
    accident_lies_in_the_past,
    birth_precedes_the_event,
    diagnosis_lies_in_the_past,
    kpj_is_well_formed,
    last_job_lies_within_all_service,
    niks_are_well_formed,
)
from shared.errors import Problem


def worker_without_nik_has_a_birth_date(facts: ReportFacts, _: datetime) -> Iterator[Problem]:
    if facts.nik is None and facts.birth_date is None:
        yield Problem("/worker/birth_date", "required", "Without a NIK the date of birth is needed.")


RULES = (
    worker_without_nik_has_a_birth_date,
    niks_are_well_formed,
    kpj_is_well_formed,
    accident_lies_in_the_past,
    diagnosis_lies_in_the_past,
    birth_precedes_the_event,
    last_job_lies_within_all_service,
)


def self_report_refusals(facts: ReportFacts, now: datetime) -> list[Problem]:
    """Every rule that the self-report breaks."""
    return [problem for rule in RULES for problem in rule(facts, now)]
