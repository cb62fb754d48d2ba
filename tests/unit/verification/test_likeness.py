"""Evidence without a common number: what is joined, what is left to a person, what is apart."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.verification.domain import names
from services.verification.domain.evidence import Evidence, MedicalFacts
from services.verification.domain.grouping import Grouping, PersonLinks, group_evidence
from services.verification.domain.likeness import WEIGHTS, alike, compare, likeness_keys
from shared.regulation.codes import codes_of
from tests.support.evidence_makers import KPJ, report, told, visit

WINDOW = timedelta(days=6)
NIK, TWIN_NIK, OTHER_KPJ = "3671011203900001", "3671011203900002", "98765432109"
BORN = date(1990, 3, 12)
PERSON: dict[str, Any] = {"worker_name": "Bagas Hardjanto", "birth_date": BORN, "sex": "male"}


def person(**more: Any) -> dict[str, Any]:
    return {**PERSON, **more}


def grouped(*pieces: Evidence, **said: Any) -> Grouping:
    return group_evidence(pieces, PersonLinks(**said), {}, WINDOW)


def ids(grouping: Grouping) -> set[str]:
    return {"".join(sorted(group)) for group in grouping.groups}


def nameless(id_: str, days: float = 0.05, **more: Any) -> Evidence:
    return visit(id_, days, nik=None, **person(**more))


def test_name_and_birth_date_join_a_visit_without_a_number_and_say_why() -> None:
    found = grouped(report("a", nik=NIK, **PERSON), nameless("b"))
    assert ids(found) == {"ab"}
    (match,) = found.matches
    assert match.likeness.score > 0.999
    assert match.likeness.reasons[:2] == ("name-equal", "birth-date-equal")


@pytest.mark.parametrize(
    "written",
    [
        {"worker_name": "H. BAGAS HARJANTO, S.E."},
        {"worker_name": "Bagas Hardjamto"},
        {"birth_date": date(1990, 12, 3)},
        {"birth_date": date(1990, 3, 13)},
    ],
)
def test_another_spelling_a_typo_or_a_swapped_date_still_joins(written: dict[str, Any]) -> None:
    assert ids(grouped(report("a", nik=NIK, **PERSON), nameless("b", **written))) == {"ab"}


def test_kpj_on_one_side_and_nik_on_the_other_are_no_common_number() -> None:
    assert ids(grouped(report("a", nik=None, kpj=KPJ, **PERSON), visit("b", 0.05, nik=NIK, **PERSON))) == {"ab"}


def test_the_nik_tells_the_birth_date_that_its_paper_does_not() -> None:
    known = report("a", nik=NIK, **person(birth_date=None))
    assert ids(grouped(known, nameless("b"))) == {"ab"}


def test_the_employer_stands_in_for_a_missing_birth_date() -> None:
    known = report("a", nik=NIK, accident={"employer_name": "PT Contoh Baja"}, **PERSON)
    medical = {"employer_name": "Contoh Baja, PT.", "hospital_region": "3671"}
    unborn = visit("b", 0.05, nik=None, medical=medical, **person(birth_date=None))
    assert ids(grouped(known, unborn)) == {"ab"}
    assert ids(grouped(known, nameless("c", birth_date=None))) == {"a", "c"}


def test_a_twin_is_left_to_a_person() -> None:
    found = grouped(
        report("a", nik=NIK, **person(worker_name="Rini Hardjanto")), nameless("b", worker_name="Rina Hardjanto")
    )
    assert ids(found) == {"a", "b"}
    (pair,) = found.pairs
    assert "name-sibling" in pair.reasons
    assert 0.5 <= pair.score < 1


def test_two_who_are_as_like_are_both_left_to_a_person() -> None:
    """Namesakes born on the same day: whichever came first."""
    one, two = report("a", nik=NIK, **PERSON), report("b", nik=TWIN_NIK, **PERSON)
    found = grouped(one, two, nameless("c"))
    assert ids(found) == {"a", "b", "c"}
    assert {(pair.one, pair.other) for pair in found.pairs} == {("a", "c"), ("b", "c")}


def test_a_person_who_rules_one_out_leaves_the_other() -> None:
    one, two = report("a", nik=NIK, **PERSON), report("b", nik=TWIN_NIK, **PERSON)
    found = grouped(one, two, nameless("c"), apart=frozenset({frozenset("ac")}))
    assert ids(found) == {"a", "bc"}


def test_what_a_person_linked_is_not_asked_again() -> None:
    one, two = report("a", nik=NIK, **PERSON), report("b", nik=TWIN_NIK, **PERSON)
    found = grouped(one, two, nameless("c"), together=frozenset({frozenset("ac")}))
    assert ids(found) == {"ac", "b"}
    assert found.pairs == ()


def test_likeness_never_lays_two_niks_together() -> None:
    found = grouped(report("a", nik=NIK, **PERSON), visit("b", nik=TWIN_NIK, **PERSON))
    assert ids(found) == {"a", "b"}


@pytest.mark.parametrize("contrary", [{"sex": "female"}, {"birth_date": date(1971, 8, 30)}])
def test_what_contradicts_is_never_joined_by_itself(contrary: dict[str, Any]) -> None:
    assert ids(grouped(report("a", nik=NIK, **PERSON), nameless("b", **contrary))) == {"a", "b"}


def test_two_kpj_of_one_worker_are_a_persons_decision_until_a_nik_tells() -> None:
    """A worker of two employers has a number from each."""
    one = report("a", nik=None, kpj=KPJ, **PERSON)
    two = report("b", nik=None, kpj=OTHER_KPJ, accident={"employer_registration": "KK765432"}, **PERSON)
    found = grouped(one, two)
    assert ids(found) == {"a", "b"}
    assert "kpj-differs" in found.pairs[0].reasons
    assert ids(grouped(one, two, visit("c", nik=NIK, kpj=KPJ), visit("d", nik=NIK, kpj=OTHER_KPJ))) == {"abcd"}


def test_two_employers_of_one_worker_who_tell_of_one_day_tell_of_one_accident() -> None:
    one = report("a", nik=NIK, kpj=KPJ, **PERSON)
    two = report("b", 0.2, nik=NIK, kpj=OTHER_KPJ, accident={"employer_registration": "KK765432"}, **PERSON)
    assert ids(grouped(one, two, nameless("c"))) == {"abc"}


def test_evidence_without_a_number_goes_to_the_nearest_of_the_workers_accidents() -> None:
    one, two = report("a", nik=NIK, **PERSON), report("b", 4, nik=NIK, **PERSON)
    assert ids(grouped(one, two, nameless("c", 3.5))) == {"a", "bc"}


def test_time_rules_before_likeness() -> None:
    assert ids(grouped(report("a", nik=NIK, **PERSON), nameless("b", 6.5))) == {"a", "b"}
    assert ids(grouped(report("a", nik=NIK, **PERSON), told("b", 2, nik=None, **PERSON))) == {"a", "b"}


def test_several_without_a_number_gather_and_follow_the_one_with_a_nik() -> None:
    pieces = [told("a", nik=None, **PERSON), nameless("b"), report("c", nik=None, kpj=KPJ, **PERSON)]
    assert ids(grouped(*pieces)) == {"abc"}
    assert ids(grouped(*pieces, visit("d", 0.1, nik=NIK, **PERSON))) == {"abcd"}


def test_a_named_report_outweighs_likeness() -> None:
    one, two = report("a", nik=NIK, **person(worker_name="Zubaidah")), report("b", nik=TWIN_NIK, **PERSON)
    named = visit("c", 0.05, nik=None, report_id="a", **PERSON)
    assert ids(grouped(one, two, named)) == {"ac", "b"}


def test_nobody_named_is_alone_in_the_basket() -> None:
    found = grouped(told("a", nik=None, worker_name="Tanpa Nama"))
    assert ids(found) == {"a"}
    assert found.pairs == ()
    assert found.unnamed == frozenset("a")
    assert grouped(report("a", nik=NIK, **PERSON), nameless("b")).unnamed == frozenset()
    assert grouped(told("a", nik=None, status="withdrawn")).unnamed == frozenset()


def test_name_and_time_alone_are_not_enough() -> None:
    one = report("a", nik=NIK, accident={"body_parts": ()}, region_code=None, **PERSON)
    assert ids(grouped(one, nameless("b", birth_date=None))) == {"a", "b"}


def test_strangers_are_not_compared() -> None:
    one, other = report("a", nik=NIK, **PERSON), nameless("b", worker_name="Zubaidah", birth_date=date(1971, 8, 30))
    assert alike(one, other, WINDOW) is None
    assert not {key.text for key in likeness_keys(one)} & {key.text for key in likeness_keys(other)}


def test_every_ground_is_told_with_its_weight() -> None:
    one = report("a", nik=NIK, accident={"employer_name": "PT Contoh Baja"}, **PERSON)
    other = Evidence(
        **{
            **nameless("b").__dict__,
            "medical": MedicalFacts(hospital_region="3671", body_parts=("hand_left",), employer_name="PT Lain Sekali"),
        }
    )
    found = {ground.field: ground.reason for ground in compare(one, other).grounds}
    assert found == {
        "name": "name-equal",
        "birth_date": "birth-date-equal",
        "sex": "sex-equal",
        "employer": "employer-differs",
        "time": "time-close",
        "region": "region-equal",
        "body_part": "body-part-equal",
    }
    assert compare(one, other) == compare(other, one)


def test_the_same_words_in_another_week_are_another_key() -> None:
    one, later = nameless("a"), nameless("b", 30)
    assert {key.text for key in likeness_keys(one)} == {key.text for key in likeness_keys(later)}
    assert not likeness_keys(one) & likeness_keys(later)


def test_every_reason_has_a_title_in_both_languages() -> None:
    kinds = (names.EQUAL, names.VARIANT, names.TYPO, names.PART, names.SIBLING, names.DIFFERS)
    reasons = {*WEIGHTS, *(f"name-{kind}" for kind in kinds)}
    assert reasons <= set(codes_of("match_reasons"))
