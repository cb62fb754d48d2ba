"""Codes of receipts follow from what was accepted, and a slip of the pen is noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.identifiers import CROCKFORD, in_fours
from shared.receipts.codes import LETTERS, ReceiptCodes, read_code, service_of

CODES = ReceiptCodes(b"k" * 32)
CODE = CODES.code("intake", "document", "0190-…", "KPJ", 1)


def test_the_same_thing_has_the_same_code_and_other_things_have_others() -> None:
    assert CODES.code("intake", "document", "0190-…", "KPJ", 1) == CODE
    others = {
        CODES.code("intake", "document", "0190-…", "KPJ", 2),
        CODES.code("intake", "stage_2", "0190-…", "KPJ", 1),
        CODES.code("verification", "document", "0190-…", "KPJ", 1),
        ReceiptCodes(b"l" * 32).code("intake", "document", "0190-…", "KPJ", 1),
    }
    assert len(others) == 4
    assert CODE not in others


@pytest.mark.parametrize("service", LETTERS)
def test_the_first_letter_tells_the_service(service: str) -> None:
    assert service_of(CODES.code(service, "payment", 1)) == service


def test_a_code_is_read_as_people_write_it() -> None:
    typed = in_fours(CODE).lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert read_code(typed) == CODE
    for wrong in ("", CODE[:-1], CODE + "0", "U" + CODE[1:], "Z" + CODE[1:], "R" * 400):
        assert read_code(wrong) is None


@given(st.integers(1, 15), st.sampled_from(CROCKFORD))
def test_every_wrong_character_is_noticed(place: int, character: str) -> None:
    wrong = CODE[:place] + character + CODE[place + 1 :]
    assert (read_code(wrong) is None) == (wrong != CODE)


@given(st.integers(1, 15), st.integers(1, 15))
def test_every_two_characters_that_changed_places_are_noticed(one: int, other: int) -> None:
    letters = list(CODE)
    letters[one], letters[other] = letters[other], letters[one]
    assert (read_code("".join(letters)) is None) == ("".join(letters) != CODE)
