"""The law as data: what it says, and that a file that cannot be right is refused."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from shared.events import vocabulary
from shared.identifiers import zone_of
from shared.regulation.benefit_facts import BenefitFacts, Disability
from shared.regulation.benefits import calculate
from shared.regulation.checklist import Provision, checklist, missing
from shared.regulation.codes import CODE_LISTS, codes_of, title_of
from shared.regulation.document_rules import CaseFacts
from shared.regulation.document_table import DOCUMENT_TABLE
from shared.regulation.provinces import PROVINCES
from shared.regulation.rule_sets import DISABILITIES, RULE_SETS, rule_set_for, rule_set_named

W = 5_000_000


def amounts(rule_set: str, **facts: object) -> dict[str, int]:
    found = calculate(rule_set_named(rule_set), BenefitFacts(W, **facts))  # type: ignore[arg-type]
    return {line.benefit: line.amount_rupiah for line in found.lines}


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2015, 7, 1), "RS-2015"),
        (date(2019, 12, 1), "RS-2015"),
        (date(2019, 12, 2), "RS-2019"),
        (date(2021, 4, 1), "RS-2021"),
        (date(2025, 2, 23), "RS-2021"),
        (date(2025, 2, 24), "RS-2025"),
        (date(2014, 1, 1), "RS-2015"),
    ],
)
def test_the_date_of_the_event_selects_the_rule_set(day: date, expected: str) -> None:
    assert rule_set_for(day).rule_set == expected


def test_each_rule_set_has_its_own_content_hash() -> None:
    assert len({rules.content_hash for rules in RULE_SETS}) == len(RULE_SETS)


# The worked examples of the handbook, W = 5,000,000.
def test_death_pays_48_wages_periodic_grant_and_funeral() -> None:
    assert amounts("RS-2025", outcome="death") == {
        "DEATH": 240_000_000,
        "PERIODIC": 12_000_000,
        "FUNERAL": 10_000_000,
    }


def test_total_permanent_disability_pays_56_wages_and_periodic_grant() -> None:
    assert amounts("RS-2025", outcome="total_permanent") == {"TOTAL_PERMANENT": 280_000_000, "PERIODIC": 12_000_000}


def test_right_thumb_lost_pays_12_wages() -> None:
    found = amounts("RS-2021", outcome="partial_anatomical", disabilities=(Disability("P15"),))
    assert found == {"PARTIAL_ANATOMICAL": 60_000_000}


def test_right_thumb_with_forty_percent_loss_of_function() -> None:
    thumb = (Disability("P15", Decimal(40)),)
    facts = BenefitFacts(W, "partial_functional", disabilities=thumb)
    (line,) = calculate(rule_set_named("RS-2025"), facts).lines
    assert line.amount_rupiah == 24_000_000
    assert line.formula == "40 % × 15 % × 80 × 5.000.000"
    assert line.confidence == "uncertain"


def test_fourteen_months_of_incapacity_under_each_law() -> None:
    assert amounts("RS-2025", outcome="recovered", stmb_days=420) == {"STMB": 65_000_000}
    assert amounts("RS-2015", outcome="recovered", stmb_days=420) == {"STMB": 57_500_000}


def test_small_wage_is_raised_to_the_least_death_grant() -> None:
    found = calculate(rule_set_named("RS-2025"), BenefitFacts(400_000, "death"))
    assert found.lines[0].amount_rupiah == 20_000_000
    assert found.total_rupiah == 42_000_000


def test_transport_is_capped_by_mode() -> None:
    trips = (("land", 6_000_000), ("sea", 100_000))
    assert amounts("RS-2025", outcome="recovered", transport=trips) == {"TRANSPORT": 5_100_000}


def test_no_row_of_the_disability_table_is_over_the_total() -> None:
    assert all(0 < row.percent <= 70 for row in DISABILITIES.rows.values())


def codes(facts: CaseFacts, **provided: Provision) -> set[str]:
    return {item.document_code for item in missing(checklist(facts, provided))}


def test_every_case_needs_the_same_first_papers() -> None:
    assert codes(CaseFacts(segment="PU", place_type="inside_workplace")) == {"T1", "KPJ", "ID", "T2", "DOC"}


@pytest.mark.parametrize(
    ("facts", "more"),
    [
        (CaseFacts(segment="JAKON"), {"PROJ"}),
        (CaseFacts(segment="PMI"), {"PMI"}),
        (CaseFacts(place_type="outside_workplace"), {"ORDER"}),
        (CaseFacts(place_type="traffic"), {"CHRON", "JR"}),
        (CaseFacts(place_type="traffic", police_report=True), {"POL", "JR"}),
        (CaseFacts(violence=True, occurred_on=date(2025, 2, 24)), {"POL", "VISUM"}),
        (CaseFacts(violence=True, occurred_on=date(2025, 2, 23)), {"POL"}),
        (CaseFacts(kind="occupational_disease"), {"EXPO"}),
        (CaseFacts(outcome="partial_anatomical"), {"WAGE", "PHOTO"}),
        (CaseFacts(outcome="partial_functional"), {"WAGE", "PHOTO"}),
        (CaseFacts(outcome="total_permanent", children=True), {"WAGE", "PHOTO", "SCHOL"}),
        (CaseFacts(outcome="death", minor_heir=True), {"WAGE", "DEATH", "HEIR", "GUARD"}),
        (CaseFacts(stmb_claimed=True), {"REST", "WAGE"}),
        (CaseFacts(transport_claimed=True), {"TRSP"}),
        (CaseFacts(facility_type="non_plkk", treatment_claimed=True), {"RCPT"}),
        (CaseFacts(facility_type="plkk", treatment_claimed=True), set()),
        (CaseFacts(referred=True), {"REF"}),
    ],
)
def test_papers_of_the_special_case(facts: CaseFacts, more: set[str]) -> None:
    assert codes(facts) == {"T1", "KPJ", "ID", "T2", "DOC"} | more


def test_hospitals_statement_stands_for_the_doctors_letter() -> None:
    items = checklist(CaseFacts(), {"doctor_statement": Provision("provided", "visit")})
    doctor = next(item for item in items if item.document_code == "DOC")
    assert (doctor.state, doctor.satisfied_by) == ("satisfied_elsewhere", "visit")
    assert "DOC" not in codes(CaseFacts(), DOC=Provision("provided", "x"))
    assert "DOC" in codes(CaseFacts(), DOC=Provision("rejected", "x"))


def test_lists_agree_with_the_words_of_events() -> None:
    pairs = {
        "segments": vocabulary.Segment, "kinds": vocabulary.Kind, "wage_bases": vocabulary.WageBasis,
        "place_types": vocabulary.PlaceType, "consequences": vocabulary.Consequence,
        "facility_types": vocabulary.FacilityType, "conditions_after": vocabulary.ConditionAfter,
        "accident_types": vocabulary.AccidentType, "injury_sources": vocabulary.InjurySource,
        "precisions": vocabulary.Precision, "outcomes": vocabulary.Outcome, "payees": vocabulary.Payee,
        "cost_items": vocabulary.CostItem, "relations": vocabulary.NotifierRelation,
        "states": vocabulary.ClaimState, "waiting_on": vocabulary.WaitingOn,
        "payers_of_first_resort": vocabulary.Payer, "checklist_states": vocabulary.ChecklistState,
        "determinations": vocabulary.DeterminationDecision, "notification_types": vocabulary.NotificationType,
    }  # fmt: skip
    for name, words in pairs.items():
        assert set(codes_of(name)) == {word.value for word in words}, name
    assert {row.code for row in DOCUMENT_TABLE} == set(codes_of("documents"))
    assert all(code.title_id and code.title_en for codes in CODE_LISTS.values() for code in codes)


def test_body_parts_of_the_disability_table_are_coded() -> None:
    parts = {part for row in DISABILITIES.rows.values() for part in row.body_parts}
    assert parts <= set(codes_of("body_parts"))


def test_provinces_have_the_zone_that_identifiers_use() -> None:
    assert len(PROVINCES) == 38
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    for code, province in PROVINCES.items():
        assert noon.astimezone(province.zone).utcoffset() == noon.astimezone(zone_of(code)).utcoffset()


def test_a_part_told_without_its_side_has_a_title_all_the_same() -> None:
    assert title_of("body_parts", "hand").title == {"id": "Tangan", "en": "Hand"}
    assert title_of("body_parts", "hand_left").title == {"id": "Tangan kiri", "en": "Left hand"}
    assert title_of("body_parts", "of-a-later-version").title_id == "of-a-later-version"
    assert "hand" not in codes_of("body_parts")
