"""What of the agencies' events the checklist is asked with."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.verification.application.inputs import evidence_of
from services.verification.application.merging import merged
from services.verification.domain.evidence import Evidence, MedicalFacts
from shared.events import Event
from shared.identifiers import new_id
from tests.support.agency_events import ACCIDENT_AT, accident_report, medical_report, random_nik

NIK = random_nik()
STATEMENT = {"outcome": "recovered", "rest": {"from": "2026-11-16", "to": "2026-11-25"}}


def read(event: Event) -> Evidence:
    evidence = evidence_of(event)
    assert evidence is not None
    return evidence


def medical(**more: Any) -> MedicalFacts:
    found = read(medical_report(NIK, **more)).medical
    assert found is not None
    return found


def test_a_visit_tells_what_stands_for_papers() -> None:
    assert medical().tells == ()
    assert medical(statement=STATEMENT).tells == ("doctor_statement", "rest_period")
    assert medical(statement={"outcome": "in_treatment"}).tells == ("interim_statement",)
    assert medical(papers=(("visum", "1"), ("imaging", "2"), ("imaging", "3"))).tells == ("imaging", "visum")


def test_admission_from_another_hospital_is_a_referral() -> None:
    assert medical(admit_source="hosp-trans").referred
    assert not medical(admit_source="emd").referred


def test_a_new_version_of_a_visit_is_no_new_wording_of_its_papers() -> None:
    """Whatever the order in which the versions come."""
    encounter = str(new_id())

    def version(number: int, digest: str, statement: dict[str, Any] | None) -> Evidence:
        papers = (("visum", digest),)
        return read(medical_report(NIK, encounter_id=encounter, version=number, papers=papers, statement=statement))

    versions = [
        version(1, "a", None), version(2, "a", STATEMENT), version(3, "a", STATEMENT),
        version(4, "b", {**STATEMENT, "note": "Diperbaiki."}),
    ]  # fmt: skip
    times = [piece.received_at for piece in versions]
    for order in (versions, versions[::-1], [versions[2], versions[0], versions[3], versions[1]]):
        known: Evidence | None = None
        for piece in order:
            known = merged(known, piece)
        assert known is not None
        assert known.told_at("visum") == [times[0], times[3]]
        assert known.told_at("doctor_statement") == [times[1], times[3]]
        assert known.told_at("rest_period") == [times[1], times[3]]


def test_each_version_of_a_paper_in_force_has_its_time() -> None:
    again = datetime(2026, 11, 20, tzinfo=UTC)
    accident = read(accident_report(NIK, documents=("ID",), brought_again={"ID": again})).accident
    assert accident is not None
    assert accident.papers_at == (("ID", (ACCIDENT_AT + timedelta(hours=3)).astimezone(UTC)), ("ID", again))


@pytest.mark.parametrize(
    ("more", "needed", "named"),
    [
        ({"children_under_23": [{"name": "Adi", "birth_date": "2008-11-21"}]}, True, False),
        ({"children_under_23": [{"name": "Adi", "birth_date": "2008-11-20"}]}, False, False),
        ({"heirs": [{"name": "Adi", "relation": "child", "birth_date": "2020-02-29"}]}, True, False),
        ({"heirs": [{"name": "Ani", "relation": "spouse"}]}, False, False),
        ({"guardian": {"name": "Ani"}}, True, True),
    ],
)
def test_a_child_under_18_needs_a_guardian(more: dict[str, Any], needed: bool, named: bool) -> None:
    stage_2 = {"outcome": "death", "examined_on": date(2026, 11, 20), **more}
    accident = read(accident_report(NIK, stage_2=stage_2)).accident
    assert accident is not None
    assert accident.stage_2 is not None
    assert (accident.stage_2.minor_heir, accident.stage_2.guardian) == (needed, named)
