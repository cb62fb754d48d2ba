"""What a form sends is read as whoever typed it meant it."""

import uuid

import pytest
from starlette.datastructures import FormData

from shared.errors import Refusal
from shared.web.pages.forms import PageForm


def test_a_line_end_is_one_character_as_the_browser_counted_it() -> None:
    form = PageForm(FormData({"text": "satu\r\ndua"}))
    assert form.required("text", length_max=8) == "satu\ndua"


def test_what_was_refused_for_its_length_is_shown_again_as_it_was_typed() -> None:
    form = PageForm(FormData({"reason": " terlalu panjang "}))
    with pytest.raises(Refusal):
        form.text("reason", length_max=5)
    assert form.typed("reason") == "terlalu panjang"
    assert form.typed("never sent") == ""


def test_the_same_form_is_known_again_and_one_without_an_id_is_not() -> None:
    sent = "0192f3a4-0000-7000-8000-000000000001"
    assert PageForm(FormData({"once": sent.upper()})).once() == sent
    bare = PageForm(FormData({"once": "not an id"}))
    assert uuid.UUID(bare.once())
    assert bare.once() != bare.once()
