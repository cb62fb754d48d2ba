"""Eligibility on a day, and who pays in which order."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.verification.domain.claim import CaseInput, ClaimView
from services.verification.domain.derivation import Policy, derive_claim
from services.verification.domain.eligibility import Eligibility, eligibility_on, months_in_arrears, same_employer
from services.verification.domain.entries import Decision
from services.verification.domain.evidence import Evidence
from services.verification.domain.membership import Membership, Standing
from shared.regulation.payers import PAYER_TABLE
from tests.support.evidence_makers import KPJ, NIK, at, report, told, visit

DAY = date(2026, 11, 16)
EARLY = date(2026, 11, 1)


def member(
    paid: date | None = date(2026, 10, 31), wage: int | None = 5_000_000, *later: Standing, **more: Any
) -> Membership:
    facts: dict[str, Any] = {
        "segment": "PU",
        "active_from": date(2020, 1, 1),
        "nik": NIK,
        "kpj": KPJ,
        "employer_registration": "JJ012345",
        "programmes": ("JKK",),
        **more,
    }
    return Membership(standings=(Standing(EARLY, wage, paid), *later), **facts)


def on_day(*members: Membership, employer: str | None = "JJ012345", segment: str | None = "PU") -> Eligibility:
    return eligibility_on(DAY, members, employer, segment)


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ((), "unknown"),
        ((member(),), "eligible"),
        ((member(paid=None),), "eligible"),
        ((member(active_to=date(2026, 11, 16)),), "eligible"),
        ((member(active_to=date(2026, 11, 15)),), "not_member"),
        ((member(active_from=date(2026, 11, 17)),), "not_member"),
        ((member(programmes=("JHT",)),), "not_in_programme"),
        ((member(employer_registration="KK999999"),), "other_employment"),
        ((member(employer_registration="JJ012345001"),), "eligible"),
        ((member(segment="BPU", employer_registration=None),), "other_employment"),
        ((member(paid=date(2026, 7, 31)),), "arrears_within_grace"),
        ((member(paid=date(2026, 6, 30)),), "arrears_beyond_grace"),
        ((member(paid=date(2026, 6, 30)), member(kpj="98765432109", active_from=date(2024, 1, 1))), "eligible"),
        ((member(active_to=date(2022, 1, 1)), member(active_from=date(2023, 1, 1))), "eligible"),
    ],
)
def test_the_status_of_a_wage_earner(members: tuple[Membership, ...], status: str) -> None:
    assert on_day(*members).status == status


@pytest.mark.parametrize(
    ("day", "paid_until", "months"),
    [
        # October falls due on 15 November; on the 15th itself it may still be paid.
        (date(2026, 11, 15), date(2026, 9, 30), 0),
        (date(2026, 11, 16), date(2026, 9, 30), 1),
        (date(2026, 11, 16), date(2026, 10, 31), 0),
        (date(2026, 11, 16), date(2027, 3, 31), 0),
        (date(2027, 1, 10), date(2026, 10, 31), 1),
        (date(2027, 1, 16), date(2025, 12, 31), 12),
    ],
)
def test_months_in_arrears_count_what_had_fallen_due(day: date, paid_until: date, months: int) -> None:
    assert months_in_arrears(day, paid_until, PAYER_TABLE.contribution_rule(day)) == months


def test_arrears_paid_after_the_accident_remain_arrears_of_that_day() -> None:
    behind = member(
        date(2026, 5, 31),
        5_000_000,
        Standing(date(2026, 11, 20), 5_000_000, date(2026, 6, 30)),
        Standing(date(2026, 12, 2), 5_000_000, date(2026, 11, 30)),
    )
    found = on_day(behind)
    assert (found.status, found.months_in_arrears, found.settled_on) == ("arrears_beyond_grace", 4, date(2026, 12, 2))


def test_the_wage_is_that_of_the_employment_in_which_it_happened() -> None:
    second = member(wage=9_000_000, employer_registration="KK999999", kpj="98765432109")
    found = on_day(member(), second)
    assert (found.wage_rupiah, len(found.active)) == (5_000_000, 2)


def test_self_employed_members_wait_until_they_have_paid() -> None:
    own = member(paid=date(2026, 9, 30), segment="BPU", employer_registration=None)
    assert on_day(own, employer=None, segment="BPU").status == "contributions_unpaid"


def test_a_migrant_workers_package_knows_no_arrears() -> None:
    own = member(paid=date(2025, 1, 31), segment="PMI", employer_registration="P3MI-1")
    assert on_day(own, employer="P3MI-1", segment="PMI").status == "eligible"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("JJ012345", "jj012345 ", True),
        ("JJ012345", "JJ012345002", True),
        ("JJ012345001", "JJ012345002", True),
        ("JJ012345", "JJ012346", False),
        ("PROYEK-1", "PROYEK-12", False),
    ],
)
def test_a_division_is_its_employers(one: str, other: str, same: bool) -> None:
    assert same_employer(one, other) is same


def claim(*pieces: Evidence, members: tuple[Membership, ...] = (), decisions: tuple[Decision, ...] = ()) -> ClaimView:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    return derive_claim(CaseInput(pieces, decisions, members), now, Policy(four_eyes_rupiah=100_000_000))


def not_covered(reason_code: str | None = None) -> Decision:
    return Decision(
        "d1",
        "conclude",
        at(4).astimezone(UTC),
        "bpjs:cikokol",
        "V-1",
        outcome="not_covered",
        legal_basis="UU 40/2004",
        reason_code=reason_code,
    )


def accident(**facts: Any) -> Evidence:
    return report("r1", accident=facts)


LATE: dict[str, Any] = {"received_at": at(5)}
IN_ARREARS = (member(paid=date(2026, 1, 31)),)
GONE = (member(active_to=date(2025, 1, 1)),)
# Case, claim, payers with their shares in order, payer of first resort.
CASCADE: list[tuple[str, ClaimView, list[tuple[str, str]], str]] = [
    ("insured", claim(accident()), [("BPJS", "all")], "BPJS"),
    ("suspected", claim(visit("v1")), [("BPJS", "care_until_conclusion")], "BPJS"),
    ("suspected, told by the family", claim(told("s1")), [("BPJS", "care_until_conclusion")], "BPJS"),
    ("late", claim(report("r1", **LATE)), [("EMPLOYER", "all"), ("BPJS", "reimbursement")], "EMPLOYER"),
    ("not registered", claim(accident(), members=GONE), [("EMPLOYER", "all")], "EMPLOYER"),
    ("not registered and late", claim(report("r1", **LATE), members=GONE), [("EMPLOYER", "all")], "EMPLOYER"),
    (
        "long in arrears",
        claim(accident(), members=IN_ARREARS),
        [("EMPLOYER", "all"), ("BPJS", "reimbursement_once_settled")],
        "EMPLOYER",
    ),
    ("a little in arrears", claim(accident(), members=(member(paid=date(2026, 8, 31)),)), [("BPJS", "all")], "BPJS"),
    ("suspected, long in arrears", claim(visit("v1"), members=IN_ARREARS), [("BPJS", "care_until_conclusion")], "BPJS"),
    (
        "in traffic",
        claim(accident(place_type="traffic")),
        [("JASA_RAHARJA", "care"), ("BPJS", "excess")],
        "BPJS",
    ),
    (
        "in traffic and late",
        claim(report("r1", accident={"place_type": "traffic"}, **LATE)),
        [("JASA_RAHARJA", "care"), ("EMPLOYER", "excess"), ("BPJS", "reimbursement")],
        "EMPLOYER",
    ),
    ("no work accident", claim(accident(), decisions=(not_covered(),)), [("BPJS_KESEHATAN", "care")], "BPJS"),
    (
        "no work accident, in traffic",
        claim(accident(place_type="traffic"), decisions=(not_covered(),)),
        [("JASA_RAHARJA", "care"), ("BPJS_KESEHATAN", "care")],
        "BPJS",
    ),
    (
        "self-employed, not a member",
        claim(accident(segment="BPU", employer_registration=None), members=GONE),
        [("BPJS_KESEHATAN", "care")],
        "BPJS",
    ),
    (
        "found to be a civil servant by the verifier",
        claim(accident(), decisions=(not_covered("routed-out:TASPEN"),)),
        [("TASPEN", "all")],
        "BPJS",
    ),
    ("civil servant", claim(accident(state_service="ASN")), [("TASPEN", "all")], "BPJS"),
    ("soldier", claim(accident(state_service="TNI")), [("ASABRI", "all")], "BPJS"),
    ("police, late", claim(report("r1", accident={"state_service": "POLRI"}, **LATE)), [("ASABRI", "all")], "BPJS"),
    (
        "migrant worker abroad",
        claim(accident(segment="PMI", pmi_phase="during")),
        [("HOST_INSURANCE", "care"), ("BPJS", "excess")],
        "BPJS",
    ),
    ("migrant worker before leaving", claim(accident(segment="PMI", pmi_phase="before")), [("BPJS", "all")], "BPJS"),
    (
        "self-employed, unpaid",
        claim(
            accident(segment="BPU", employer_registration=None),
            members=(member(paid=date(2026, 1, 31), segment="BPU", employer_registration=None),),
        ),
        [("BPJS", "once_settled")],
        "BPJS",
    ),
]


@pytest.mark.parametrize(("view", "payers", "first"), [row[1:] for row in CASCADE], ids=[row[0] for row in CASCADE])
def test_who_pays_in_which_order(view: ClaimView, payers: list[tuple[str, str]], first: str) -> None:
    assert [(step.payer, step.share) for step in view.paying.steps] == payers
    assert view.payer_of_first_resort == first


def test_only_what_the_law_pays_back_is_a_reimbursement() -> None:
    assert claim(report("r1", **LATE)).reimbursement is not None
    assert claim(accident(), members=IN_ARREARS).reimbursement is not None
    assert claim(accident(), members=GONE).reimbursement is None


def test_nothing_is_asked_of_the_employer_of_another_insurers_worker() -> None:
    view = claim(accident(state_service="ASN"))
    assert (view.waiting_on, view.waiting_reason) == ("bpjs", "routed-out:TASPEN")
    assert view.hand_over is not None
    assert (view.hand_over.to, view.hand_over.concluded_at) == ("TASPEN", None)


def test_a_person_who_concludes_a_work_accident_overrides_the_form() -> None:
    decision = Decision("d1", "conclude", at(4).astimezone(UTC), "bpjs:cikokol", "V-1", outcome="work_accident")
    view = claim(accident(state_service="ASN"), decisions=(decision,))
    assert view.paying.routed_to is None
    assert view.hand_over is None


def test_a_case_that_is_no_work_accident_is_handed_to_bpjs_kesehatan_with_what_was_cared_for() -> None:
    note = claim(accident(), visit("v1", 0.1), decisions=(not_covered(),)).hand_over
    assert note is not None
    assert (note.to, note.reason, note.legal_basis) == ("BPJS_KESEHATAN", "not_covered", "UU 40/2004")
    assert (note.concluded_by, note.care_from, note.facilities) == ("bpjs:cikokol", DAY, ("hospital:1",))


@pytest.mark.parametrize(
    ("facts", "home", "outside"),
    [
        ({"home_region": "3273"}, ("32", "residence"), True),
        ({"home_region": "3671", "employer_region": "3273"}, ("36", "residence"), False),
        ({"employer_region": "3171"}, ("31", "employer"), True),
        ({}, ("36", "nik"), False),
    ],
)
def test_an_accident_outside_the_province_of_residence_is_seen(
    facts: dict[str, Any], home: tuple[str, str], outside: bool
) -> None:
    found = claim(accident(**facts)).jurisdiction
    assert (found.home_province, found.home_known_by) == home
    assert (found.province, found.outside_home_province) == ("36", outside)


def test_the_number_alone_does_not_prove_where_a_worker_lives() -> None:
    found = claim(report("r1", region_code="3273")).jurisdiction
    assert (found.province, found.home_province, found.outside_home_province) == ("32", "36", False)
