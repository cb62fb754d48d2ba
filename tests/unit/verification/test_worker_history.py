"""What a worker's other claims say of one: flags over all claims of the same worker."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.verification.application.case_desk import CaseDesk
from services.verification.domain.claim import CaseInput, Flag, OtherClaim
from services.verification.domain.derivation import Policy, derive_claim
from services.verification.domain.evidence import DoctorStatement, Evidence, Stage2Facts
from shared.clock import FixedClock
from tests.support.case_store_in_memory import InMemoryCases
from tests.support.evidence_makers import KPJ, NIK, OTHER_NIK, at, report, visit
from tests.support.letter_cases import InMemoryLetters, clerk_of

NOW = datetime(2026, 12, 22, tzinfo=UTC)
STORY = "Tangan kanan terjepit mesin press saat mengganti cetakan."
CAUGHT: dict[str, Any] = {"accident_type": "caught"}


def flags(own: Evidence | list[Evidence], *others: Evidence) -> dict[str, Flag]:
    claims = tuple(OtherClaim(f"JKK-{piece.id}", (piece,)) for piece in others)
    pieces = tuple(own) if isinstance(own, list) else (own,)
    view = derive_claim(CaseInput(pieces, others=claims), NOW, Policy(10**8))
    return {flag.code: flag for flag in view.flags}


def absent(first: str, last: str) -> dict[str, Any]:
    period = (date.fromisoformat(first), date.fromisoformat(last))
    return {"stage_2": Stage2Facts("recovered", None, 0, (), False, False, at(9), (period,))}


TWINS: list[tuple[float, dict[str, Any], bool]] = [
    (3, CAUGHT, True),
    (-3, CAUGHT, True),
    (9, CAUGHT, False),
    (3, {"accident_type": "bitten"}, False),
    (3, {**CAUGHT, "body_parts": ("foot_left",)}, False),
    (200, {"accident_type": "other", "chronology": STORY.upper()}, True),
    (200, {"chronology": "Terjepit."}, False),
]


@pytest.mark.parametrize(("days", "facts", "twice"), TWINS)
def test_the_same_accident_under_two_numbers(days: float, facts: dict[str, Any], twice: bool) -> None:
    found = flags(report("r", accident={**CAUGHT, "chronology": STORY}), report("s", days, accident=facts))
    assert ("same-accident-twice" in found) is twice
    if twice:
        assert found["same-accident-twice"].related_cases == ("JKK-s",)


def test_day_and_month_the_other_way_round_are_the_same_accident() -> None:
    one = replace(report("r", accident=CAUGHT), occurred_at=datetime(2026, 3, 9, 9, tzinfo=UTC))
    other = replace(report("s", accident=CAUGHT), occurred_at=datetime(2026, 9, 3, 9, tzinfo=UTC))
    assert "same-accident-twice" in flags(one, other)


def test_an_accident_and_a_disease_are_two() -> None:
    ill = {**CAUGHT, "event_kind": "occupational_disease"}
    assert "same-accident-twice" not in flags(report("r", accident=CAUGHT), report("s", 3, accident=ill))


def test_incapacity_is_paid_once() -> None:
    own = report("r", accident=absent("2026-11-17", "2026-11-30"))
    found = flags(own, report("s", -40, accident=absent("2026-10-10", "2026-11-18")))["overlapping-stmb"]
    assert dict(found.details) == {"from": "2026-11-17", "to": "2026-11-18", "cases": "JKK-s"}
    assert "overlapping-stmb" not in flags(own, report("s", -40, accident=absent("2026-10-10", "2026-11-16")))


def test_rest_that_a_doctor_ordered_counts_where_none_is_claimed() -> None:
    period = (date(2026, 11, 17), date(2026, 11, 20))
    seen = visit("v", 0.05, medical={"statement": DoctorStatement(rest_period=period)})
    assert "overlapping-stmb" in flags(
        [report("r"), seen], report("s", -40, accident=absent("2026-10-10", "2026-11-18"))
    )


def test_the_third_claim_within_a_year_bears_the_flag() -> None:
    one, two, three = report("a", -300), report("b", -100), report("c")
    assert "repeated-claims" not in flags(one, two, three)
    assert "repeated-claims" not in flags(two, one, three)
    flag = flags(three, one, two)["repeated-claims"]
    assert (dict(flag.details)["count"], flag.related_cases) == ("3", ("JKK-a", "JKK-b"))
    assert "repeated-claims" not in flags(three, two, replace(one, occurred_at=at(-400)))
    assert "repeated-claims" not in flags(three, two, replace(one, status="withdrawn"))


async def _received(*pieces: Evidence) -> InMemoryCases:
    cases = InMemoryCases()
    for piece in pieces:
        desk = CaseDesk(cases, FixedClock(NOW), Policy(10**8), timedelta(days=6), clerk_of(InMemoryLetters()))
        named = {piece.id} | ({piece.report_id} if piece.report_id else set())
        await desk.open([piece.identity], named, [])
        desk.receive_evidence(piece, None)
        await desk.close()
    return cases


def _codes(cases: InMemoryCases) -> dict[str, list[str]]:
    return {
        record.founder_id: [flag["code"] for flag in (record.document or {})["flags"]]
        for record in cases.claims.values()
    }


async def test_both_claims_learn_of_each_other_whichever_came_first() -> None:
    one, other = report("r", accident=CAUGHT), report("s", 3, accident=CAUGHT)
    for order in ((one, other), (other, one)):
        cases = await _received(*order)
        assert _codes(cases) == {"r": ["same-accident-twice"], "s": ["same-accident-twice"]}
    numbers = {record.founder_id: record.case_number for record in cases.claims.values()}
    shown = next(r.document for r in cases.claims.values() if r.founder_id == "r") or {}
    assert shown["flags"][0]["related_cases"] == [numbers["s"]]
    assert numbers["s"] in shown["flags"][0]["explanation"]["id"]


async def test_another_worker_with_the_same_kpj_has_no_part_in_it() -> None:
    one = report("r", accident=CAUGHT, nik=NIK, kpj=KPJ)
    cases = await _received(one, report("s", 3, accident=CAUGHT, nik=OTHER_NIK, kpj=KPJ))
    assert _codes(cases) == {"r": ["kpj-shared"], "s": ["kpj-shared"]}


async def test_a_number_under_two_niks_is_a_discrepancy_on_both_sides() -> None:
    other = report("s", 0.01, nik=OTHER_NIK, report_id="r")
    cases = await _received(report("r"), other)
    found = {
        record.founder_id: [
            (item["field"], [v["evidence_id"] for v in item["values"]]) for item in shown["discrepancies"]
        ]
        for record in cases.claims.values()
        if (shown := record.document or {})
    }
    assert found == {"r": [("nik", ["r", "s"])], "s": [("nik", ["s", "r"])]}
