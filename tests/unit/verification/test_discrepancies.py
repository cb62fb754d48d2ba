"""Every kind of contradiction between sources, with both values, and what settles it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.verification.domain.claim import CaseInput, ClaimView, Discrepancy
from services.verification.domain.derivation import Policy, derive_claim
from services.verification.domain.entries import DiscrepancyResolution, Entry
from services.verification.domain.evidence import Determination, DoctorStatement, Evidence, Stage2Facts
from services.verification.domain.membership import Membership, Standing
from tests.support.evidence_makers import DAY_0, OTHER_NIK, at, report, told, visit

NOW = datetime(2026, 12, 22, tzinfo=UTC)
RECORDED = date(2026, 1, 1)


def claim(*pieces: Evidence, entries: tuple[Entry, ...] = (), memberships: tuple[Membership, ...] = ()) -> ClaimView:
    return derive_claim(CaseInput(pieces, entries, memberships=memberships), NOW, Policy(10**8))


def found(view: ClaimView) -> dict[str, tuple[list[str], str]]:
    return {item.field: ([value for _, value in item.values], item.severity) for item in view.discrepancies}


def stage_2(outcome: str = "recovered", days: int = 0, *periods: tuple[date, date]) -> Stage2Facts:
    return Stage2Facts(outcome, date(2026, 11, 30), days, (), False, False, at(15), periods)


def stated(**more: Any) -> Evidence:
    return visit("v", 0.05, medical={"statement": DoctorStatement(**more)})


def member(**more: Any) -> Membership:
    facts: dict[str, Any] = {"segment": "PU", "active_from": RECORDED, "employer_registration": "JJ012345", **more}
    wage = facts.pop("wage", 5_000_000)
    return Membership(standings=(Standing(RECORDED, wage),), **facts)


def determined(received: datetime, percent: Decimal | None = None) -> Determination:
    return Determination("x", "disnaker:36", "WORK_ACCIDENT", date(2026, 12, 1), received, disability_percent=percent)


DEAD = {"consequence": "death"}
SEVERITIES = [
    ({"condition_after": "outpatient"}, {"encounter_class": "IMP"}, (["outpatient", "inpatient"], "medium")),
    ({"condition_after": "inpatient"}, {"encounter_class": "AMB", "ended": True}, None),
    (DEAD, {"statement": DoctorStatement("recovered")}, (["deceased", "alive"], "high")),
    (DEAD, {"deceased": True}, None),
    # Who died later was alive before.
    ({"condition_after": "inpatient"}, {"deceased": True}, None),
]


@pytest.mark.parametrize(("mine", "theirs", "expected"), SEVERITIES)
def test_severity_is_held_against_the_hospital(mine: dict[str, Any], theirs: dict[str, Any], expected: Any) -> None:
    assert found(claim(report("r", accident=mine), visit("v", medical=theirs))).get("severity") == expected


def test_another_hour_of_the_same_day_is_told() -> None:
    onset = visit("v", 0.3, medical={"onset_at": at(0.2)})
    assert found(claim(report("r"), onset)) == {
        "occurred_hour": (["2026-11-16T09:30+07:00", "2026-11-16T14:18+07:00"], "medium")
    }
    assert not claim(report("r"), visit("v", 0.3, medical={"onset_at": at(0.07)})).discrepancies
    early = visit("v", -0.1)
    assert list(found(claim(report("r"), early))) == ["occurred_hour"]


def test_an_hour_that_is_not_known_contradicts_nothing() -> None:
    onset = {"onset_at": at(0.2), "onset_precision": "day"}
    assert not claim(report("r"), visit("v", 0.3, medical=onset)).discrepancies
    assert not claim(report("r", precision="day"), visit("v", 0.3, medical={"onset_at": at(0.2)})).discrepancies
    assert not claim(report("r"), visit("v", -0.1, medical={"period_precision": "day"})).discrepancies


def test_people_contradict_each_other_too() -> None:
    family = replace(told("t", 0.7), region_code="3201", worker_name="Budi Santoso", birth_date=date(1991, 1, 1))
    view = claim(report("r", worker_name="Siti Aminah", birth_date=date(1990, 3, 12)), family)
    assert found(view) == {
        "birth_date": (["1990-03-12", "1991-01-01"], "medium"),
        "occurred_on": (["2026-11-16", "2026-11-17"], "high"),
        "place": (["3671", "3201"], "medium"),
        "worker_name": (["Siti Aminah", "Budi Santoso"], "medium"),
    }


@pytest.mark.parametrize(
    ("name", "other", "alike"),
    [
        ("Muhammad Iqbal", "Moh. Iqbal", True),
        ("SITI AMINAH", "Aminah, Siti", True),
        ("Sukarno", "Soekarno", True),
        ("Siti Aminah", "Budi Santoso", False),
    ],
)
def test_another_spelling_is_not_another_name(name: str, other: str, alike: bool) -> None:
    view = claim(report("r", worker_name=name), visit("v", worker_name=other))
    assert ("worker_name" not in found(view)) is alike


def test_day_and_month_the_other_way_round_weigh_little() -> None:
    view = claim(report("r", birth_date=date(1990, 3, 12)), visit("v", birth_date=date(1990, 12, 3)))
    assert found(view)["birth_date"][1] == "low"


def test_niks_are_shown_masked() -> None:
    values, severity = found(claim(report("r"), visit("v", nik=OTHER_NIK)))["nik"]
    assert (values, severity) == (["3671********0001", "3671********0002"], "high")


@pytest.mark.parametrize(
    ("theirs", "severity"), [("3674", "low"), ("3201", "medium"), ("3671", None), ("367101", None), (None, None)]
)
def test_another_province_weighs_more_than_another_regency(theirs: str | None, severity: str | None) -> None:
    there = found(claim(report("r"), visit("v", region_code=theirs))).get("place")
    assert (there[1] if there else None) == severity


def test_icd_10_tells_the_part_where_the_hospital_codes_none() -> None:
    other = visit("v", medical={"diagnosis_codes": ("S82.1",)})
    assert found(claim(report("r"), other)) == {"body_part": (["hand_right", "lower_leg"], "medium")}
    assert not claim(report("r"), visit("v", medical={"diagnosis_codes": ("S67.0",)})).discrepancies
    assert not claim(report("r"), visit("v", medical={"diagnosis_codes": ("T07", "S82.1")})).discrepancies
    shoulder = visit("v", medical={"body_parts": ("shoulder_right",)})
    assert found(claim(report("r"), shoulder)) == {"body_part": (["hand_right", "shoulder_right"], "low")}


def test_outcome_is_held_against_the_last_statement() -> None:
    applied = report("r", accident={"stage_2": stage_2("recovered")})
    earlier = replace(stated(outcome="recovered"), id="u", occurred_at=at(0.01))
    final = stated(outcome="partial_functional")
    assert found(claim(applied, earlier, final)) == {"outcome": (["recovered", "partial_functional"], "high")}
    assert not claim(applied, stated(outcome="in_treatment")).discrepancies


@pytest.mark.parametrize(
    ("days", "expected"),
    [(10, None), (14, (["14", "10"], "medium")), (6, (["6", "10"], "low")), (0, None)],
)
def test_attendance_is_held_against_the_rest_that_was_ordered(days: int, expected: Any) -> None:
    rest = (date(2026, 11, 17), date(2026, 11, 26))
    applied = report("r", accident={"stage_2": stage_2("recovered", days)})
    ordered = stated(outcome="recovered", rest_days=10, rest_period=rest)
    assert found(claim(applied, ordered)).get("rest_days") == expected


def test_days_in_hospital_are_no_absence_without_reason() -> None:
    absent = (date(2026, 11, 17), date(2026, 11, 30))
    applied = report("r", accident={"stage_2": stage_2("recovered", 14, absent)})
    ordered = stated(
        outcome="recovered",
        rest_days=10,
        rest_period=(date(2026, 11, 21), date(2026, 11, 30)),
        treated_period=(date(2026, 11, 17), date(2026, 11, 21)),
    )
    assert not claim(applied, ordered).discrepancies


def test_a_lost_part_has_the_percentage_of_the_table() -> None:
    lost = {"outcome": "partial_anatomical", "disabled_part": "thumb_right"}
    wrong = claim(report("r"), stated(**lost, function_loss_percent=Decimal(40)))
    assert found(wrong) == {"disability_percent": (["40", "15"], "medium")}
    (item,) = wrong.discrepancies
    assert (item.owner, item.values[1][0]) == ("hospital", "disability-table:P15")
    for right in (Decimal(15), Decimal(100)):
        assert not claim(report("r"), stated(**lost, function_loss_percent=right)).discrepancies


def test_the_doctors_percentage_is_held_against_the_inspectors() -> None:
    statement = stated(outcome="partial_functional", disabled_part="thumb_right", function_loss_percent=Decimal("40.0"))
    early = determined(at(-1), Decimal(25))
    view = claim(report("r"), statement, entries=(early,))
    assert found(view) == {"disability_percent": (["40", "25"], "high")}
    assert not claim(report("r"), statement, entries=(replace(early, disability_percent=Decimal(40)),)).discrepancies


@pytest.mark.parametrize(
    ("wage", "expected"),
    [(5_000_000, None), (4_600_000, "medium"), (4_000_000, "high"), (None, None)],
)
def test_the_wage_is_held_against_the_participant_record(wage: int | None, expected: str | None) -> None:
    told_of = found(claim(report("r"), memberships=(member(wage=wage),))).get("wage")
    assert (told_of[1] if told_of else None) == expected


def test_a_daily_wage_is_compared_by_the_month_and_holds_up_nothing() -> None:
    daily = report("r", accident={"wage_rupiah": 200_000, "wage_basis": "daily"})
    assert not claim(daily, memberships=(member(wage=6_000_000),)).discrepancies
    assert found(claim(daily, memberships=(member(wage=4_000_000),))) == {"wage": (["6000000", "4000000"], "medium")}


def test_the_employer_is_held_against_the_memberships_of_that_day() -> None:
    elsewhere = (member(employer_registration="KK999999"),)
    assert found(claim(report("r"), memberships=elsewhere))["employer"] == (["JJ012345", "KK999999"], "high")
    both = (*elsewhere, member())
    assert not claim(report("r"), memberships=both).discrepancies
    ended = (member(employer_registration="KK999999", active_to=date(2026, 10, 1)),)
    assert not claim(report("r"), memberships=ended).discrepancies


def test_a_disease_has_no_day_of_an_accident() -> None:
    ill = report("r", precision="day", accident={"event_kind": "occupational_disease", "body_parts": ()})
    assert not claim(ill, visit("v", -20)).discrepancies


def test_a_field_has_one_discrepancy_with_every_word_against_the_report() -> None:
    left, leg = {"body_parts": ("hand_left",)}, {"body_parts": ("leg_left",)}
    view = claim(report("r"), visit("v", medical=left), visit("w", 0.1, medical=leg))
    values = {item.field: item.values for item in view.discrepancies}
    assert values["injury_side"] == (("r", "right"), ("v", "left"), ("w", "left"))
    assert values["body_part"] == (("r", "hand_right"), ("w", "leg_left"))


# -- what settles them --------------------------------------------------------------------------------------------

LEFT = {"body_parts": ("hand_left",)}


def resolved(item: Discrepancy, keep: str, hours: float = 1) -> DiscrepancyResolution:
    when = NOW + timedelta(hours=hours)
    return DiscrepancyResolution(
        f"s{hours}", when, "bpjs:x", "V-1", item.id, item.field, keep, item.values, "Sesuai rekam medis."
    )


def test_a_persons_word_settles_it_until_somebody_says_something_new() -> None:
    pieces = [report("r"), visit("v", medical=LEFT)]
    (item,) = claim(*pieces).discrepancies
    word = resolved(item, "v")
    (settled,) = claim(*pieces, entries=(word,)).discrepancies
    assert (settled.state, settled.kept, settled.settled_by) == ("resolved", "v", word.id)
    again = visit("w", 0.1, medical=LEFT)
    assert [i.state for i in claim(*pieces, again, entries=(word,)).discrepancies] == ["resolved"]
    both = [report("r", accident={"body_parts": ("foot_right",)}), pieces[1]]
    assert {i.field: i.state for i in claim(*both, entries=(word,)).discrepancies} == {
        "body_part": "open",
        "injury_side": "resolved",
    }
    taken_back = replace(pieces[1], status="withdrawn")
    assert not claim(pieces[0], taken_back, entries=(word,)).discrepancies


def test_the_later_word_counts() -> None:
    pieces = [report("r"), visit("v", medical=LEFT)]
    (item,) = claim(*pieces).discrepancies
    words = (resolved(item, "r", 2), resolved(item, "v", 1))
    assert [i.kept for i in claim(*pieces, entries=words).discrepancies] == ["r"]


def test_the_claim_is_reckoned_from_what_was_kept() -> None:
    earlier = stated(accident_on=date(2026, 11, 14))
    pieces = [report("r"), earlier]
    assert not claim(*pieces).late
    (item,) = claim(*pieces).discrepancies
    view = claim(*pieces, entries=(resolved(item, "v"),))
    assert (view.occurred_at.date(), view.precision) == (date(2026, 11, 14), "day")
    # Two days earlier, counted from the end of that day: 48 hours had not passed when the report came.
    assert not view.late
    much_earlier = [report("r"), stated(accident_on=date(2026, 11, 10))]
    (item,) = claim(*much_earlier).discrepancies
    assert claim(*much_earlier, entries=(resolved(item, "v"),)).payer_of_first_resort == "EMPLOYER"


def test_the_benefit_is_reckoned_from_the_wage_that_was_kept() -> None:
    pieces = [report("r"), stated(outcome="recovered", rest_days=30)]
    record = (member(wage=4_000_000),)
    (item,) = claim(*pieces, memberships=record).discrepancies
    view = claim(*pieces, memberships=record, entries=(resolved(item, "participant-record"),))
    assert view.benefit.total_rupiah == 4_000_000
    assert [piece.accident and piece.accident.wage_rupiah for piece in view.evidence] == [5_000_000, None]


def test_days_of_absence_that_were_kept_count() -> None:
    pieces = [report("r", accident={"stage_2": stage_2("recovered", 60)}), stated(outcome="recovered", rest_days=30)]
    (item,) = claim(*pieces).discrepancies
    assert claim(*pieces, entries=(resolved(item, "v"),)).benefit.total_rupiah == 5_000_000


def test_an_inspector_settles_what_happened_and_not_what_a_membership_says() -> None:
    pieces = [report("r"), visit("v", medical=LEFT)]
    view = claim(*pieces, memberships=(member(wage=1),), entries=(determined(NOW),))
    assert {item.field: item.state for item in view.discrepancies} == {"injury_side": "resolved", "wage": "open"}
    before = determined(DAY_0 - timedelta(days=1))
    assert {i.state for i in claim(*pieces, entries=(before,)).discrepancies} == {"open"}
