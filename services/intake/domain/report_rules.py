"""What makes a Tahap I report unacceptable, and what only deserves a warning. Each rule is a sentence that must hold.

A rule whose facts are missing holds: that something is missing is said elsewhere, at the place where it is missing.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from services.intake.domain.report_facts import ReportFacts
from shared.errors import Problem
from shared.identifiers import (
    PROVINCES,
    is_kpj,
    is_passport_number,
    nik_birth_dates,
    nik_is_female,
    nik_problems,
    npp_is_usual,
    province_of,
)

CLOCK_SKEW = timedelta(minutes=5)
_NIK_DETAILS = {
    "nik-format": "A NIK has 16 digits.",
    "nik-date": "The NIK holds no real date of birth.",
    "nik-serial": "The serial of a NIK is never 0000.",
}
Rule = Callable[[ReportFacts, datetime], Iterator[Problem]]


def nik_faults(nik: str | None, pointer: str) -> Iterator[Problem]:
    """Everything that is wrong with one NIK."""
    for code in nik_problems(nik) if nik is not None else ():
        yield Problem(pointer, code, _NIK_DETAILS[code])


def worker_is_identified(facts: ReportFacts, _: datetime) -> Iterator[Problem]:
    if facts.nik is None and facts.kpj is None and facts.passport_number is None:
        detail = "One of nik, kpj and passport_number is needed."
        yield Problem("/worker", "worker-unidentified", detail)


def niks_are_well_formed(facts: ReportFacts, _: datetime) -> Iterator[Problem]:
    yield from nik_faults(facts.nik, "/worker/nik")
    for index, nik in facts.witness_niks:
        yield from nik_faults(nik, f"/event/witnesses/{index}/nik")


def kpj_is_well_formed(facts: ReportFacts, _: datetime) -> Iterator[Problem]:
    if facts.kpj is not None and not is_kpj(facts.kpj):
        yield Problem("/worker/kpj", "kpj-format", "A participant number (KPJ) has 11 digits.")


def accident_lies_in_the_past(facts: ReportFacts, now: datetime) -> Iterator[Problem]:
    if facts.occurred_at is None:
        return
    if facts.occurred_at_precision == "day":
        in_future = facts.occurred_at.astimezone(facts.zone).date() > (now + CLOCK_SKEW).astimezone(facts.zone).date()
    elif facts.occurred_at_precision == "hour":
        in_future = facts.occurred_at.replace(minute=0, second=0, microsecond=0) > now + CLOCK_SKEW
    else:
        in_future = facts.occurred_at > now + CLOCK_SKEW
    if in_future:
        yield Problem("/event/occurred_at", "accident-in-future", "The accident lies in the future.")


def diagnosis_lies_in_the_past(facts: ReportFacts, now: datetime) -> Iterator[Problem]:
    if facts.diagnosed_on is not None and facts.diagnosed_on > (now + CLOCK_SKEW).astimezone(facts.zone).date():
        yield Problem("/disease/diagnosed_on", "diagnosis-in-future", "The diagnosis lies in the future.")


def first_alert_lies_in_the_past(facts: ReportFacts, now: datetime) -> Iterator[Problem]:
    if facts.first_alert_at is not None and facts.first_alert_at > now + CLOCK_SKEW:
        yield Problem("/first_alert/received_at", "first-alert-in-future", "The first alert lies in the future.")


def birth_precedes_the_event(facts: ReportFacts, now: datetime) -> Iterator[Problem]:
    latest = facts.event_date or now.astimezone(facts.zone).date()
    if facts.birth_date is not None and facts.birth_date >= latest:
        yield Problem(
            "/worker/birth_date", "birth-after-event", "The worker was born on or after the day of the event."
        )


def injury_names_the_part_of_the_body(facts: ReportFacts, _: datetime) -> Iterator[Problem]:
    if facts.kind == "accident" and facts.consequence == "injury" and not facts.has_body_parts:
        yield Problem("/event/body_parts", "required", "An injury names at least one part of the body.")


def last_job_lies_within_all_service(facts: ReportFacts, _: datetime) -> Iterator[Problem]:
    if facts.service_years is not None and facts.service_years[1] > facts.service_years[0]:
        detail = "The years in the last job exceed the years of service in total."
        yield Problem("/disease/service_years_last_job", "service-years", detail)


RULES: tuple[Rule, ...] = (
    worker_is_identified,
    niks_are_well_formed,
    kpj_is_well_formed,
    accident_lies_in_the_past,
    diagnosis_lies_in_the_past,
    first_alert_lies_in_the_past,
    birth_precedes_the_event,
    injury_names_the_part_of_the_body,
    last_job_lies_within_all_service,
)


def refusals(facts: ReportFacts, now: datetime) -> list[Problem]:
    """Every rule that the report breaks."""
    return [problem for rule in RULES for problem in rule(facts, now)]


def warnings(facts: ReportFacts) -> list[Problem]:
    """What a person should look at; never a reason to refuse (real data errors and old codes exist)."""
    return [*_nik_warnings(facts), *_other_warnings(facts), *_pmi_warnings(facts)]


def _nik_warnings(facts: ReportFacts) -> Iterator[Problem]:
    if facts.nik is None or nik_problems(facts.nik):
        return
    if province_of(facts.nik) not in PROVINCES:
        yield Problem("/worker/nik", "nik-province-unknown", "The NIK begins with a province that is not known.")
    if facts.birth_date is not None and facts.birth_date not in nik_birth_dates(facts.nik):
        yield Problem("/worker/birth_date", "nik-birth-date-mismatch", "The NIK names another date of birth.")
    if facts.sex is not None and (facts.sex == "female") != nik_is_female(facts.nik):
        yield Problem("/worker/sex", "nik-sex-mismatch", "The NIK names another sex.")


def _other_warnings(facts: ReportFacts) -> Iterator[Problem]:
    employs = facts.segment in ("PU", "PU_NON_ASN")
    if employs and facts.registration_number is not None and not npp_is_usual(facts.registration_number):
        detail = "A company's number (NPP) is usually two letters and six or nine digits."
        yield Problem("/employer/registration_number", "npp-unusual", detail)
    if facts.passport_number is not None and not is_passport_number(facts.passport_number):
        yield Problem("/worker/passport_number", "passport-unusual", "A passport number usually has another form.")
    if facts.region_code is not None and province_of(facts.region_code) not in PROVINCES:
        yield Problem("/event/region_code", "region-unknown", "The region lies in a province that is not known.")
    if facts.first_alert_at is not None and facts.occurred_at is not None and facts.first_alert_at < facts.occurred_at:
        yield Problem("/first_alert/received_at", "first-alert-before-event", "The first alert precedes the accident.")


def _pmi_warnings(facts: ReportFacts) -> Iterator[Problem]:
    if facts.segment != "PMI":
        return
    if facts.pmi_phase is None:
        yield Problem(
            "/event/pmi_phase", "pmi-phase-missing", "A migrant worker's form says in which phase it happened."
        )
    elif facts.pmi_phase == "during" and facts.pmi_country is None:
        yield Problem("/event/pmi_country", "pmi-country-missing", "During placement the form names the country.")
