"""The benefit of a claim: estimated from the first report on, final and kept once approved."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import pytest

from services.verification.application.case_desk import CaseDesk
from services.verification.application.replay_rules import replay
from services.verification.domain.claim import Benefit, CaseInput, ClaimView
from services.verification.domain.derivation import Policy, derive_claim
from services.verification.domain.entries import Decision, Entry, Payment
from services.verification.domain.evidence import (
    ChildFacts,
    Determination,
    DoctorStatement,
    Evidence,
    HeirFacts,
    Stage2Facts,
)
from services.verification.domain.membership import Membership, Standing
from services.verification.domain.money import approvable_lines
from shared.regulation.benefits import BenefitLine
from shared.regulation.rule_sets import RuleSet, rule_set_named
from tests.support.evidence_makers import NIK, at, report, visit

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def claim(*pieces: Evidence, entries: tuple[Entry, ...] = (), **more: Any) -> ClaimView:
    return derive_claim(CaseInput(pieces, entries, **more), NOW, Policy(10**12))


def money(*pieces: Evidence, **more: Any) -> Benefit:
    return claim(*pieces, **more).benefit


def amounts(found: Benefit) -> dict[str, int]:
    return {line.benefit: line.amount_rupiah for line in found.lines}


def remarks(found: Benefit) -> set[str]:
    return {remark.code for remark in found.remarks}


def stage_2(outcome: str = "recovered", **more: Any) -> Stage2Facts:
    facts: dict[str, Any] = {"absence_days": 0, "cost_rupiah": (), "children": False, "minor_heir": False, **more}
    return Stage2Facts(outcome, date(2026, 11, 20), received_at=at(4), **facts)


def applied(outcome: str = "recovered", *, accident: dict[str, Any] | None = None, **more: Any) -> Evidence:
    return report("r", accident={"stage_2": stage_2(outcome, **more), **(accident or {})})


def statement(id_: str, days: float, part: str, loss: int | None = None, **more: Any) -> Evidence:
    found = DoctorStatement(
        outcome="partial_functional",
        examined_on=at(days).date(),
        disabled_part=part,
        function_loss_percent=Decimal(loss) if loss is not None else None,
        **more,
    )
    return visit(id_, days, medical={"statement": found})


def test_a_hospital_alone_gives_no_amount_and_the_first_report_does() -> None:
    assert money(visit("v")).lines == ()
    rest = DoctorStatement(rest_days=10, rest_period=(date(2026, 11, 16), date(2026, 11, 25)))
    assert amounts(money(report("r"), visit("v", medical={"statement": rest}))) == {"STMB": 1_666_667}
    dead = report("r", accident={"consequence": "death"})
    assert amounts(money(dead)) == {"DEATH": 240_000_000, "PERIODIC": 12_000_000, "FUNERAL": 10_000_000}


def test_without_a_wage_only_what_does_not_rest_on_it_is_told() -> None:
    found = money(report("r", accident={"consequence": "death", "wage_rupiah": None}))
    assert amounts(found) == {"PERIODIC": 12_000_000, "FUNERAL": 10_000_000}
    assert "wage-unknown" in remarks(found)


def test_the_wage_of_the_membership_stands_in_for_one_that_nobody_reported() -> None:
    paid_for = Membership("PU", date(2020, 1, 1), (Standing(date(2026, 1, 1), 6_000_000),), nik=NIK)
    of_another = Membership("PU", date(2020, 1, 1), (Standing(date(2026, 1, 1), 9_000_000),), employer_registration="X")
    own = Membership("PU", date(2020, 1, 1), (Standing(date(2026, 1, 1), 7_000_000),), employer_registration="JJ012345")
    silent = report("r", accident={"consequence": "death", "wage_rupiah": None})
    assert amounts(money(silent, memberships=(paid_for,)))["DEATH"] == 48 * 6_000_000
    found = money(silent, memberships=(of_another, own))
    assert (amounts(found)["DEATH"], "wage-of-membership" in remarks(found)) == (48 * 7_000_000, True)
    told = money(report("r", accident={"consequence": "death"}), memberships=(own,))
    assert (amounts(told)["DEATH"], "wage-of-membership" in remarks(told)) == (240_000_000, False)


def test_a_daily_wage_makes_uncertain_what_rests_on_it() -> None:
    found = money(report("r", accident={"consequence": "death", "wage_rupiah": 150_000, "wage_basis": "daily"}))
    assert amounts(found)["DEATH"] == 48 * 30 * 150_000
    assert {line.benefit: line.confidence for line in found.lines}["DEATH"] == "uncertain"
    assert "daily-wage" in remarks(found)


def test_several_periods_of_absence_count_together_and_a_day_once() -> None:
    periods = ((date(2026, 11, 16), date(2026, 11, 25)), (date(2026, 11, 20), date(2026, 12, 15)))
    assert amounts(money(applied(absence_days=36, absence_periods=periods))) == {"STMB": 5_000_000}


def test_rest_ordered_by_several_doctors_counts_together() -> None:
    first = statement("a", 0, "thumb_right", rest_period=(date(2026, 11, 16), date(2026, 11, 30)), rest_days=15)
    second = statement("b", 3, "thumb_right", rest_period=(date(2026, 11, 26), date(2026, 12, 15)), rest_days=20)
    assert amounts(money(report("r"), first, second))["STMB"] == 5_000_000


def test_disabilities_of_several_statements_add_up_and_the_latest_word_on_a_part_counts() -> None:
    found = money(
        applied("partial_functional"),
        statement("a", 1, "thumb_right", 80),
        statement("b", 2, "thumb_right", 40),
        statement("c", 3, "foot_left", 50),
    )
    assert amounts(found) == {"PARTIAL_FUNCTIONAL": (40 * 15 + 50 * 25) * 80 * 500}
    # A hand holds its thumb: the later word replaces the earlier, whichever is the larger part.
    assert (
        amounts(
            money(applied("partial_functional"), statement("a", 1, "thumb_right"), statement("b", 2, "hand_right"))
        )["PARTIAL_FUNCTIONAL"]
        == 32 * 80 * 50_000
    )


def test_the_inspectors_word_on_the_disability_is_the_one_that_counts() -> None:
    def determined(code: str, percent: str | None) -> Determination:
        return Determination(
            "d", "disnaker:36", "WORK_ACCIDENT", date(2026, 11, 21), at(5), disability_code=code,
            disability_percent=Decimal(percent) if percent else None,
        )  # fmt: skip

    pieces = (applied("partial_functional"), statement("a", 1, "thumb_right", 80))
    for code, percent, expected in (
        ("P15", "40", 40 * 15 * 80 * 500),
        ("P15", None, 15 * 80 * 50_000),
        ("X01", "20", 20 * 80 * 50_000),
        ("X04", "30", 5 * 6 * 80 * 50_000),
        ("P77", "40", 80 * 15 * 80 * 500),
    ):
        found = money(*pieces, entries=(determined(code, percent),))
        assert amounts(found) == {"PARTIAL_FUNCTIONAL": expected}, code


def test_disabilities_over_seventy_percent_are_flagged_for_a_person_and_still_added_up() -> None:
    arms = applied("partial_anatomical", accident={"body_parts": ("arms_both",)})
    view = claim(arms)
    assert amounts(view.benefit) == {"PARTIAL_ANATOMICAL": 75 * 80 * 50_000}
    assert remarks(view.benefit) == {"disability-assumed", "disability-over-70-percent"}
    (flag,) = [flag for flag in view.flags if flag.code == "disability-over-70-percent"]
    assert (flag.details, flag.evidence_ids) == ((("percent", "75"),), ("r",))


def test_transport_is_capped_by_the_mode_told_and_by_land_where_none_was() -> None:
    costs = (("transport", 9_000_000), ("transport", 6_000_000))
    told = money(applied(cost_rupiah=costs, transport_rupiah=(("air", 9_000_000), ("land", 6_000_000))))
    assert (amounts(told), "mode-assumed" in remarks(told)) == ({"TRANSPORT": 14_000_000}, False)
    silent = money(applied(cost_rupiah=costs))
    assert (amounts(silent), "mode-assumed" in remarks(silent)) == ({"TRANSPORT": 5_000_000}, True)


def test_dentures_of_the_application_are_capped() -> None:
    assert amounts(money(applied(cost_rupiah=(("dentures", 6_000_000),)))) == {"DENTURES": 5_000_000}


def test_scholarships_of_two_children_in_the_order_of_the_form() -> None:
    children = (
        ChildFacts(date(2001, 1, 1), None),  # 25: beyond school
        ChildFacts(date(2015, 6, 1), "TK_SD"),  # 11: one year, then 3, 3 and 5
        ChildFacts(date(2009, 1, 1), "SMA"),  # 17: one year, then 5
        ChildFacts(date(2020, 1, 1), None),  # the third that counts
    )
    found = money(applied("total_permanent", children=True, children_told=children))
    eleven = 1_500_000 + 3 * 2_000_000 + 3 * 3_000_000 + 5 * 12_000_000
    seventeen = 3_000_000 + 5 * 12_000_000
    assert amounts(found)["SCHOLARSHIP"] == eleven + seventeen
    assert remarks(found) == {"years-assumed", "child-not-counted"}
    assert {line.benefit: line.confidence for line in found.lines}["SCHOLARSHIP"] == "uncertain"


def payees(found: Benefit) -> dict[str, tuple[str, tuple[str, ...], int | None, bool]]:
    return {each.benefit: (each.payee, each.relations, each.rank, each.guardian) for each in found.recipients}


@pytest.mark.parametrize(
    ("heirs", "expected"),
    [
        ((HeirFacts("parent"), HeirFacts("child", minor=True), HeirFacts("spouse")), (("spouse", "child"), 1, True)),
        ((HeirFacts("sibling"), HeirFacts("grandparent"), HeirFacts("parent")), (("parent", "grandparent"), 2, False)),
        ((HeirFacts("parent_in_law"), HeirFacts("sibling", minor=True)), (("sibling",), 3, True)),
        ((HeirFacts("testament"), HeirFacts("parent_in_law")), (("parent_in_law",), 4, False)),
        ((HeirFacts("testament"),), (("testament",), 5, False)),
    ],
)
def test_heirs_receive_in_the_order_of_the_law(
    heirs: tuple[HeirFacts, ...], expected: tuple[tuple[str, ...], int, bool]
) -> None:
    found = payees(money(applied("death", heirs=heirs)))
    assert found == dict.fromkeys(("DEATH", "PERIODIC", "FUNERAL"), ("heir", *expected))


def test_without_heirs_whoever_buries_and_the_social_security_fund_receive() -> None:
    found = payees(money(applied("death")))
    assert (found["FUNERAL"][0], found["DEATH"][0]) == ("whoever_buries", "social_security_fund")
    unknown = payees(money(report("r", accident={"consequence": "death"})))
    assert unknown["DEATH"] == ("heir", (), None, False)


def test_whoever_advanced_a_cost_is_repaid() -> None:
    found = money(
        applied(
            cost_rupiah=(("transport", 100_000), ("stmb", 5_000_000)),
            asked_by=(("transport", "participant"), ("stmb", "employer")),
            absence_days=30,
        )
    )
    assert {each.benefit: each.payee for each in found.recipients} == {"STMB": "employer", "TRANSPORT": "participant"}


def approval(amount: int, lines: tuple[BenefitLine, ...], hours: float = 0) -> Decision:
    at_ = NOW + timedelta(hours=hours)
    return Decision(f"a{hours}", "approve_benefit", at_, "bpjs:x", "V-1", amount_rupiah=amount, benefit_lines=lines)


def test_an_approval_keeps_its_lines_whatever_comes_later() -> None:
    before = applied(absence_days=30)
    estimate = money(before)
    decided = approval(estimate.total_rupiah, approvable_lines(estimate))
    final = money(before, entries=(decided,))
    assert (final.status, final.total_rupiah, final.lines) == ("final", 5_000_000, estimate.lines)
    assert not remarks(final)
    later = money(applied(absence_days=60), entries=(decided,))
    assert (later.lines, later.total_rupiah, later.calculated_rupiah) == (estimate.lines, 5_000_000, 10_000_000)
    assert remarks(later) == {"changed-since-approval"}


def test_an_amount_beside_its_lines_is_told() -> None:
    before = applied(absence_days=30)
    final = money(before, entries=(approval(4_000_000, approvable_lines(money(before))),))
    assert (final.total_rupiah, remarks(final)) == (4_000_000, {"approved-otherwise"})


class Desk:
    """A desk with one claim on it, derived under `rules`."""

    def __init__(self, case: CaseInput, rules: RuleSet | None = None) -> None:
        self._case = case
        self._policy = Policy(10**12, rules=rules)

    async def open(self, *_: object) -> None: ...

    def view(self, _: str) -> ClaimView:
        return derive_claim(self._case, NOW, self._policy)


async def test_a_replay_leaves_what_was_approved_and_tells_what_it_would_be() -> None:
    dead = applied("death")
    estimate = money(dead)
    law = rule_set_named("RS-2015")
    for entries, fields in (
        ((), {"benefit.PERIODIC", "benefit.FUNERAL", "benefit.total"}),
        ((approval(estimate.total_rupiah, approvable_lines(estimate)),), {"benefit.calculated"}),
    ):
        case = CaseInput((dead,), entries)
        found = await replay(cast("CaseDesk", Desk(case)), cast("CaseDesk", Desk(case, law)), "JKK-2026-X")
        assert {each.field for each in found.changes if each.field.startswith("benefit.")} == fields
        assert found.rule_set == "RS-2025"


def test_a_late_payment_owes_one_percent_a_day_of_what_was_late() -> None:
    papers = {"document_codes": ("KPJ", "ID", "REST", "WAGE"), "documents_at": at(0)}
    pieces = (
        applied(absence_days=30, accident=papers),
        visit("v", medical={"statement": DoctorStatement("recovered", date(2026, 11, 20), rest_days=30)}),
    )
    view = claim(*pieces)
    payout = next(clock for clock in view.clocks if clock.clock == "PAYOUT")
    assert payout.due_at is not None
    due_on = payout.due_at.date()
    decided = approval(5_000_000, approvable_lines(view.benefit))

    def paid(*payments: tuple[int, int]) -> Benefit:
        entries = tuple(
            Payment(f"p{days}", NOW + timedelta(days=30), "bpjs:core", "STMB", amount, due_on + timedelta(days=days))
            for days, amount in payments
        )
        return money(*pieces, entries=(decided, *entries))

    assert "LATE_PAYMENT" not in amounts(paid((0, 5_000_000)))
    assert amounts(paid((3, 5_000_000)))["LATE_PAYMENT"] == 150_000
    late = paid((-1, 2_000_000), (2, 1_000_000), (4, 2_000_000))
    assert amounts(late)["LATE_PAYMENT"] == 20_000 + 80_000
    assert late.total_rupiah == 5_100_000
    assert late.lines[-1].formula == "2 × 1 % × 1.000.000 + 4 × 1 % × 2.000.000"
