"""Only work accidents leave: the signs, one by one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.hospital_gateway.adapters.clinical_lists import body_part_rules, relevance_rules
from services.hospital_gateway.domain.body_parts import injured_parts
from services.hospital_gateway.domain.relevance import is_explicit_notice, patient_died, signs_of_work_accident
from services.hospital_gateway.domain.visit import Coded, Moment, Person, Visit
from shared.events.vocabulary import Sign
from shared.regulation.codes import codes_of

RULES = relevance_rules()
START = datetime(2026, 11, 20, 3, tzinfo=UTC)


def visit(*codes: str, **changes: object) -> Visit:
    conditions = tuple(Coded(code) for code in codes)
    made = Visit("e", "finished", "EMER", Moment(START), Moment(START + timedelta(hours=5)), Person(), conditions)
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "sign"),
    [
        ("S00", "injury-code"), ("S62.5", "injury-code"), ("T98", "injury-code"), ("T98.3", "injury-code"),
        ("V01", "external-cause"), ("W31", "external-cause"), ("X09.9", "external-cause"), ("Y98", "external-cause"),
        ("Y96", "work-related-condition"), ("Z56", "occupational-exposure"), ("Z57.1", "occupational-exposure"),
        ("C45.0", "occupational-disease"), ("J62.8", "occupational-disease"), ("C22.3", "occupational-disease"),
        ("R99", None), ("T99", None), ("U07.1", None), ("Y99", None), ("Z55", None), ("Z58", None), ("I10", None),
        ("C22.0", None), ("C44", None), ("J45.9", None), ("J69", None), ("G62.1", None),
    ],
)  # fmt: skip
def test_each_code_gives_its_sign_or_none(code: str, sign: str | None) -> None:
    assert signs_of_work_accident(visit(code), RULES) == ((sign,) if sign else ())


def test_every_sign_is_a_word_of_the_contract() -> None:
    known = {str(sign) for sign in Sign}
    assert set(RULES.code_signs) <= known
    assert RULES.explicit_signs <= known
    assert set(RULES.confidence) == known
    assert {sign for sign, sure in RULES.confidence.items() if sure == "uncertain"} == {
        "occupational-disease", "sudden-death-at-work",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "sign", "explicit"),
    [
        ({"has_jkk_coverage": True}, "jkk-coverage", True),
        ({"has_kpj": True}, "kpj", False),
        ({"accident_report": "r"}, "accident-report", True),
        ({"case_number": "JKK-2026-X"}, "accident-report", False),
        ({"has_claim_accident": True}, "claim-accident", False),
    ],
)
def test_each_mark_gives_its_sign(changes: dict[str, object], sign: str, explicit: bool) -> None:
    marked = visit("I10", **changes)
    assert signs_of_work_accident(marked, RULES) == (sign,)
    assert is_explicit_notice(marked, (sign,), RULES) is explicit


@pytest.mark.parametrize(("code", "explicit"), [("Y96", True), ("Z57.3", True), ("Z56.6", False), ("S62.5", False)])
def test_only_y96_and_z57_among_codes_are_an_explicit_notice(code: str, explicit: bool) -> None:
    coded = visit(code)
    assert is_explicit_notice(coded, signs_of_work_accident(coded, RULES), RULES) is explicit


def test_sudden_death_counts_within_a_day_of_arriving_at_the_emergency_department() -> None:
    died = visit("I46.1", disposition="exp")
    assert signs_of_work_accident(died, RULES) == ("sudden-death-at-work",)
    assert signs_of_work_accident(replace(died, disposition="home"), RULES) == ()
    assert signs_of_work_accident(replace(died, class_code="IMP"), RULES) == ()
    admitted = replace(died, class_code="IMP", earlier_classes=("EMER",))
    assert signs_of_work_accident(admitted, RULES) == ("sudden-death-at-work",)
    assert signs_of_work_accident(replace(died, end=Moment(START + timedelta(hours=25))), RULES) == ()
    assert patient_died(died, RULES)


@pytest.mark.parametrize("code", ["exp", "exp-lt48h", "exp-gt48h"])
def test_a_death_is_told_by_either_code_system_of_dispositions(code: str) -> None:
    assert patient_died(visit("S06.5", disposition=code), RULES)
    assert not patient_died(visit("S06.5", disposition="other-hcf"), RULES)


def test_a_death_years_after_the_visit_is_not_the_visits() -> None:
    later = Person(deceased=True, deceased_at=Moment(START + timedelta(days=900)))
    assert not patient_died(visit("S62.5", patient=later), RULES)


@pytest.mark.parametrize(
    ("code", "words", "expected"),
    [
        ("S62.5", "Fraktur ibu jari kanan", ("hand_right", "right")),
        ("S61.9", "left hand", ("hand_left", "left")),
        ("S61.9", "", ("hand", None)),
        ("T23.0", "kedua tangan", ("hands_both", "both")),
        ("S05.9", "mata kanan dan mata kiri", ("eyes_both", "both")),
        ("S06.0", "kanan", ("skull", None)),
        ("S82.2", "tungkai kiri", ("lower_leg_left", "left")),
    ],
)
def test_the_part_and_its_side_are_told(code: str, words: str, expected: tuple[str, str | None]) -> None:
    (part,) = injured_parts([Coded(code, words=words)], body_part_rules())
    assert (part.code, part.side) == expected


def test_every_part_is_in_the_coded_list() -> None:
    rules, known = body_part_rules(), set(codes_of("body_parts"))
    for _, part in rules.parts:
        assert part in known or {f"{part}_left", f"{part}_right"} <= known, part
    assert {both for both in rules.paired.values() if both} <= known
