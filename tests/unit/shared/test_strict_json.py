"""The strict reader refuses what two systems could read differently, and names it."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Unreadable
from shared.web.strict_json import parse_strict

REFUSED = {
    b"": "not-json",
    b"{": "not-json",
    b"\xff\xfe": "not-json",
    b'{"a": 1, "a": 2}': "duplicate-key",
    b'[{"a": {"b": 1, "b": 1}}]': "duplicate-key",
    b'{"a": "x\x00y"}': "nul",
    b'{"a": "x\\u0000y"}': "nul",
    b'{"a\\u0000": 1}': "nul",
    b'{"a": "\\ud800"}': "not-json",
    b'{"a": NaN}': "number-range",
    b'{"a": -Infinity}': "number-range",
    b'{"a": 1e400}': "number-range",
    b'{"a": 1234567890123456789012345}': "number-range",
    b"[" * 65 + b"]" * 65: "too-deep",
    b'{"a":' * 100_000 + b"1" + b"}" * 100_000: "too-deep",
    b"[" * 1_000_000: "too-deep",
}


@pytest.mark.parametrize("raw", REFUSED, ids=lambda raw: repr(raw[:24]))
def test_what_is_ambiguous_is_refused_by_name(raw: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        parse_strict(raw)
    assert refused.value.code == REFUSED[raw]


def test_brackets_inside_strings_are_not_depth() -> None:
    text = "[" * 200 + '\\"' + "{" * 200
    assert parse_strict(json.dumps({"a": text}).encode()) == {"a": text}


def test_the_deepest_allowed_document_is_read() -> None:
    assert parse_strict(b"[" * 64 + b"]" * 64) is not None


def test_digits_can_be_kept_as_sent() -> None:
    assert parse_strict(b'{"value": 120.10}', parse_float=str) == {"value": "120.10"}


def test_a_paired_surrogate_is_one_character() -> None:
    assert parse_strict(b'"\\ud83d\\ude00"') == "\U0001f600"


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=4),
    max_leaves=20,
)


@given(json_values, st.booleans())
def test_plain_json_is_read_as_everybody_reads_it(value: Any, ascii_only: bool) -> None:
    raw = json.dumps(value, ensure_ascii=ascii_only).encode()
    assert parse_strict(raw) == json.loads(raw)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    with suppress(Unreadable):
        parse_strict(raw)
