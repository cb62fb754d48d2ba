"""Matching on made-up pairs, a tenth of what `make bench` measures."""

from benchmarks.made_up_pairs import made_up_pairs
from benchmarks.matching_quality import matching_quality


def test_what_is_joined_by_itself_is_right_and_nearly_all_is_found() -> None:
    measured = matching_quality(made_up_pairs(2_400))
    assert measured["pairs"] == 2_400
    assert measured["all"]["precision"] >= 0.999
    assert measured["all"]["recall"] >= 0.95
    assert measured["without_common_number"]["recall_with_basket"] >= 0.97


def test_the_same_seed_makes_the_same_pairs() -> None:
    assert list(made_up_pairs(50)) == list(made_up_pairs(50))
    assert list(made_up_pairs(50, seed=1)) != list(made_up_pairs(50))


def test_half_of_the_pairs_are_one_accident_and_every_kind_of_stranger_is_among_the_rest() -> None:
    pairs = list(made_up_pairs(400))
    assert sum(pair.same for pair in pairs) == 200
    strange = {"strangers", "born-alike", "namesakes", "twins", "workmates", "kin", "again"}
    assert {pair.kind for pair in pairs if not pair.same} == strange
