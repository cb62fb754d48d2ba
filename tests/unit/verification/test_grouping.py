"""Which evidence is one accident (decisions 4 and 21)."""

from datetime import timedelta

from services.verification.domain.case_numbers import Founding, assign
from services.verification.domain.evidence import Evidence
from services.verification.domain.grouping import Grouping, PersonLinks, group_evidence
from tests.support.evidence_makers import KPJ, OTHER_NIK, report, told, visit

WINDOW = timedelta(days=6)


def grouped(*pieces: Evidence, links: PersonLinks | None = None, founders: dict[str, str] | None = None) -> Grouping:
    return group_evidence(pieces, links or PersonLinks(), founders or {}, WINDOW)


def ids(grouping: Grouping) -> set[str]:
    return {"".join(sorted(group)) for group in grouping.groups}


def test_anchors_within_a_day_are_one_accident_and_beyond_it_two() -> None:
    assert ids(grouped(report("a"), told("b", 1.0))) == {"ab"}
    assert ids(grouped(report("a"), told("b", 1.01))) == {"a", "b"}


def test_dates_without_hours_are_compared_as_days() -> None:
    assert ids(grouped(report("a"), told("b", 1.4, precision="day"))) == {"ab"}
    assert ids(grouped(report("a"), told("b", 2.0, precision="day"))) == {"a", "b"}


def test_a_visit_joins_the_nearest_accident_within_the_window() -> None:
    assert ids(grouped(report("a"), report("b", 4), visit("c", 3))) == {"a", "bc"}
    assert ids(grouped(report("a"), visit("c", 6))) == {"ac"}
    assert ids(grouped(report("a"), visit("c", 6.1))) == {"a", "c"}
    assert ids(grouped(report("a"), visit("c", -6))) == {"ac"}


def test_a_tie_goes_to_the_earlier_accident() -> None:
    assert ids(grouped(report("a"), report("b", 4), visit("c", 2))) == {"ac", "b"}


def test_visits_without_a_report_gather_around_the_earliest() -> None:
    assert ids(grouped(visit("a"), visit("b", 5), visit("c", 7))) == {"ab", "c"}


def test_withdrawn_report_is_no_anchor() -> None:
    assert ids(grouped(report("a", status="withdrawn"), report("b", 3), visit("c", 2.5))) == {"abc"}


def test_two_niks_are_two_workers_whatever_the_kpj_says() -> None:
    found = grouped(report("a", kpj=KPJ), report("b", nik=OTHER_NIK, kpj=KPJ))
    assert ids(found) == {"a", "b"}
    assert found.shared_kpj_evidence == {"a", "b"}


def test_kpj_alone_joins_its_only_nik() -> None:
    assert ids(grouped(report("a", kpj=KPJ), visit("b", nik=None, kpj=KPJ))) == {"ab"}
    assert ids(grouped(report("a", nik=None, kpj=KPJ), visit("b", nik=None, kpj=KPJ))) == {"ab"}


def test_kpj_of_two_niks_stays_alone_with_a_pair_for_each() -> None:
    found = grouped(report("a", kpj=KPJ), report("b", nik=OTHER_NIK, kpj=KPJ), visit("c", nik=None, kpj=KPJ))
    assert ids(found) == {"a", "b", "c"}
    assert {(pair.one, pair.other) for pair in found.pairs} == {("a", "c"), ("b", "c")}


def test_evidence_without_any_number_is_its_own_accident() -> None:
    assert ids(grouped(told("a", nik=None), told("b", nik=None))) == {"a", "b"}


def test_explicit_numbers_join_across_any_time() -> None:
    assert ids(grouped(report("a"), visit("b", 100, report_id="a"))) == {"ab"}
    assert ids(grouped(report("a"), visit("b", 100, nik=None, case_number="JKK-1"), founders={"JKK-1": "a"})) == {"ab"}
    assert ids(grouped(report("a"), report("b", 100, case_number="JKK-1"), founders={"JKK-1": "a"})) == {"ab"}


def test_explicit_number_across_two_niks_is_a_pair_and_a_conflict() -> None:
    found = grouped(report("a"), visit("b", nik=OTHER_NIK, report_id="a"))
    assert ids(found) == {"a", "b"}
    assert found.nik_conflict_evidence == {"a", "b"}
    assert [(pair.one, pair.other) for pair in found.pairs] == [("a", "b")]


def test_what_a_person_split_stays_split_and_what_they_linked_stays_linked() -> None:
    apart = PersonLinks(apart=frozenset({frozenset("ab")}))
    assert ids(grouped(report("a"), visit("b"), visit("c"), links=apart)) == {"ac", "b"}
    together = PersonLinks(together=frozenset({frozenset("ab")}))
    assert ids(grouped(report("a"), report("b", 50, nik=OTHER_NIK), links=together)) == {"ab"}


def test_later_visit_of_a_worker_with_an_accident_is_offered_as_a_follow_up() -> None:
    (pair,) = grouped(report("a"), visit("b", 20)).pairs
    assert pair.reasons == ("same-worker", "visit-after-accident")


def test_oldest_number_survives_a_merge_and_comes_back_after_a_split() -> None:
    pieces = {piece.id: piece for piece in (visit("a", -4), visit("b", 4), report("c"))}
    foundings = [Founding("JKK-2", "b", (2,)), Founding("JKK-1", "a", (1,))]
    (merged,) = assign([frozenset("abc")], foundings, pieces)
    assert (merged.case_number, merged.absorbed) == ("JKK-1", ("JKK-2",))
    split = assign([frozenset("ac"), frozenset("b")], foundings, pieces)
    assert [(one.case_number, one.absorbed) for one in split] == [("JKK-1", ()), ("JKK-2", ())]


def test_group_without_a_number_is_opened_by_its_anchor() -> None:
    pieces = {piece.id: piece for piece in (visit("a"), report("b", 1))}
    (opened,) = assign([frozenset("ab")], [], pieces)
    assert (opened.case_number, opened.founder_id) == (None, "b")
