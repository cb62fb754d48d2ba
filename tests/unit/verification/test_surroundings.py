"""What other workers' claims say of one: cases of an employer, one doctor's percentages, benefits among their peers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.verification.application.claim_document import document_of
from services.verification.domain.claim import CaseInput, ClaimView, Finding
from services.verification.domain.derivation import Policy, derive_claim
from services.verification.domain.entries import FlagDismissal
from services.verification.domain.evidence import DoctorStatement, Evidence
from services.verification.domain.surroundings import (
    DOCTOR,
    EMPLOYER,
    PEERS,
    Neighbour,
    SurroundingsPolicy,
    findings_among,
    traits_of,
)
from tests.support.evidence_makers import DAY_0, NIK, report, visit

NOW = datetime(2026, 12, 22, tzinfo=UTC)
FAR = (
    "Counted in monthly wages, this benefit is more than 3 times the median of cases with the same injury and outcome."
)
POLICY = SurroundingsPolicy(employer_levels=(3, 6), doctor_levels=(3, 6), peers_min=4)
STATED: dict[str, Any] = {
    "statement": DoctorStatement(
        "partial_functional", disabled_part="thumb_right", doctor="IHS-1", function_loss_percent=Decimal("40.0")
    )
}


def neighbours(*days: float, **more: Any) -> list[Neighbour]:
    return [Neighbour(f"c{n}", DAY_0 + timedelta(days=day), f"w{n}", **more) for n, day in enumerate(days)]


def levels(family: str, claims: list[Neighbour]) -> dict[str, str]:
    return {number: finding.level for number, finding in findings_among(family, claims, POLICY).items()}


def test_cases_of_an_employer_count_within_any_window_that_holds_them() -> None:
    assert levels(EMPLOYER, neighbours(0, 1)) == {}
    assert levels(EMPLOYER, neighbours(0, 15, 30)) == {"c0": "3", "c1": "3", "c2": "3"}
    assert levels(EMPLOYER, neighbours(0, 15, 31)) == {}
    # The middle ones are in a full window, the first is not.
    assert levels(EMPLOYER, neighbours(0, 20, 40, 45)) == {"c1": "3", "c2": "3", "c3": "3"}


def test_a_finding_names_the_cases_that_first_make_it_and_at_the_highest_level_none() -> None:
    found = findings_among(EMPLOYER, neighbours(0, 1, 2, 3), POLICY)
    assert found["c0"] == Finding("many-cases-of-employer", "3", ("c1", "c2"))
    assert found["c3"] == Finding("many-cases-of-employer", "3", ("c0", "c1", "c2"))
    assert findings_among(EMPLOYER, neighbours(*range(6)), POLICY)["c0"].cases == ()


def test_the_order_in_which_neighbours_are_read_changes_nothing() -> None:
    claims = neighbours(0, 2, 2, 9, 12, 40, 41)
    assert findings_among(EMPLOYER, claims, POLICY) == findings_among(EMPLOYER, claims[::-1], POLICY)


def test_a_doctor_is_counted_by_workers() -> None:
    claims = neighbours(0, 10, 20)
    assert levels(DOCTOR, claims) == {"c0": "3", "c1": "3", "c2": "3"}
    again = replace(claims[2], worker="w1")
    assert levels(DOCTOR, [*claims[:2], again]) == {}
    assert (
        levels(DOCTOR, [*claims, replace(claims[0], case_number="d", occurred_at=DAY_0 + timedelta(days=5))])["d"]
        == "3"
    )


@pytest.mark.parametrize(
    ("value", "level"),
    [(1_000, None), (3_000, None), (3_001, "above_3"), (10_001, "above_10"), (333, "below_3"), (334, None)],
)
def test_a_benefit_is_held_against_the_median_of_the_others(value: int, level: str | None) -> None:
    peers = [replace(one, wages_hundredths=1_000) for one in neighbours(0, 1, 2, 3)]
    own = Neighbour("own", DAY_0, "w", value)
    assert levels(PEERS, [*peers, own]).get("own") == level
    assert levels(PEERS, [*peers[:3], own]) == {}


# -- on the claim -------------------------------------------------------------------------------------------------


def claim(*pieces: Evidence, findings: tuple[Finding, ...] = (), **more: Any) -> ClaimView:
    return derive_claim(CaseInput(pieces, findings=findings, **more), NOW, Policy(10**8))


def test_a_claim_is_compared_by_employer_by_doctor_and_percentage_and_by_benefit() -> None:
    seen = visit("v", 0.05, medical={**STATED, "diagnosis_codes": ("S67.0",)})
    traits = traits_of(claim(report("r"), seen))
    assert dict(traits.keys) == {
        EMPLOYER: "JJ012345",
        DOCTOR: "IHS-1 40",
        PEERS: "RS-2025 partial_functional S67",
    }
    # 40 % of 15 % of 80 monthly wages.
    assert (traits.worker, traits.wages_hundredths) == (NIK, 480)
    assert traits_of(claim(report("r", status="withdrawn"))).keys == ()


def test_a_finding_is_a_flag_that_says_why() -> None:
    findings = (
        Finding("many-cases-of-employer", "5", ("JKK-2",)),
        Finding("same-doctor-same-percent", "3", ("JKK-3",)),
        Finding("benefit-far-from-peers", "above_3"),
    )
    shown = document_of(claim(report("r"), visit("v", 0.05, medical=STATED), findings=findings))["flags"]
    assert [(flag["evidence_ids"], flag["related_cases"], flag["explanation"]["en"]) for flag in shown] == [
        (["r"], ["JKK-2"], "This employer has at least 5 cases within 30 days."),
        (["v"], ["JKK-3"], "The same doctor stated 40 percent for at least 3 workers within 180 days."),
        (
            ["r"],
            [],
            FAR,
        ),
    ]


def test_who_looked_at_many_cases_has_looked_at_fewer() -> None:
    many, few = (Finding("many-cases-of-employer", level) for level in ("25", "5"))
    (flag,) = claim(report("r"), findings=(many,)).flags
    word = FlagDismissal("f", NOW, "bpjs:x", "V-1", flag.id, flag.code, flag.grounds, "Pabrik besar.")
    assert [f.state for f in claim(report("r"), findings=(few,), entries=(word,)).flags] == ["dismissed"]
    (flag,) = claim(report("r"), findings=(few,)).flags
    word = replace(word, grounds=flag.grounds)
    assert [f.state for f in claim(report("r"), findings=(many,), entries=(word,)).flags] == ["open"]
