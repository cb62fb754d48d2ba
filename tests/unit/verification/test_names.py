"""Names as Indonesian papers write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.verification.domain import names
from services.verification.domain.names import compare_names, name_words, telling_words


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("Siti Aminah", "SITI AMINAH, S.Pd.", names.EQUAL),
        ("Siti Aminah", "Hj. St. Aminah", names.EQUAL),
        ("Siti Aminah", "Aminah Siti", names.EQUAL),
        ("H. Muhammad Yusuf", "Moh. Jusuf", names.EQUAL),
        ("Muhammad Rizal", "Mohd Rizal", names.EQUAL),
        ("M. Rizal", "Moch. Rizal", names.EQUAL),
        ("dr. Chairul Tanjung", "Khairul Tanjung", names.VARIANT),
        ("Bambang Soetrisno", "Bambang Sutrisno", names.VARIANT),
        ("Djoko Widodo", "Joko Widodo", names.VARIANT),
        ("Siti Nur Hayati", "Siti Nurhayati", names.VARIANT),
        ("Abd. Rahman", "Abdurrahman", names.VARIANT),
        ("Yulianti Maharani", "Yulianti M.", names.VARIANT),
        ("Muhammad Rizal", "Rizal", names.VARIANT),
        ("Achmad Fauzi bin Salim", "Ahmad Pauzi", names.PART),
        ("Agus", "Agus Salim", names.PART),
        ("Wulandari Kirana", "Wulandsri Kirana", names.TYPO),
        ("Suparman", "Suparnan", names.TYPO),
        ("Rina Wulandari", "Rini Wulandari", names.SIBLING),
        ("Hasan Basri", "Husen Basri", names.SIBLING),
        ("Salma Ritonga", "Salwa Ritonga", names.SIBLING),
        ("Budi Santoso", "Budi Susanto", names.DIFFERS),
        ("Siti Aminah", "Siti Fatimah", names.DIFFERS),
        ("Siti Aminah", "Tanpa Nama", names.UNKNOWN),
        ("Mr. X", None, names.UNKNOWN),
    ],
)
def test_names_agree_as_people_read_them(one: str, other: str | None, kind: str) -> None:
    assert compare_names(one, other).kind == kind
    assert compare_names(other, one) == compare_names(one, other)


def test_a_name_many_bear_says_less_than_a_rare_one() -> None:
    assert compare_names("Siti", "Siti").bits < compare_names("Zubaidah", "Zubaidah").bits
    assert compare_names("Muhammad", "Muhammad").bits < compare_names("Siti", "Siti").bits
    assert compare_names("Agus", "Agus Salim").bits < compare_names("Agus Salim", "Agus Salim").bits


def test_two_different_words_speak_against_one_person() -> None:
    assert compare_names("Budi Santoso", "Rudi Hartono").bits < 0
    assert compare_names("Rina Wulandari", "Rini Wulandari").bits < compare_names("Wulandari", "Wulandari").bits


def test_a_title_alone_is_a_name() -> None:
    assert name_words("Haji") == ("HAJI",)
    assert name_words("bin Salim") == ("BIN", "SALIM")


def test_initials_and_muhammad_are_not_looked_for() -> None:
    assert telling_words("Moh. Rizal A.") == ["RISAL"]


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_is_a_name_and_order_does_not_matter(one: str, other: str) -> None:
    assert compare_names(one, other) == compare_names(other, one)
