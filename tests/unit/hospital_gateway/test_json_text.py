"""Edits of JSON text leave every other character as it was sent."""

import json

from hypothesis import given
from hypothesis import strategies as st

from services.hospital_gateway.adapters.fhir.json_text import (
    member_text,
    taken_apart,
    with_first_members,
    with_leading_members,
    with_strings_replaced,
)
from shared.errors import Unreadable
from shared.web.strict_json import parse_strict

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
objects = st.dictionaries(st.text(min_size=1), values, max_size=6)
layouts = st.sampled_from([None, 1, "\t"])


@given(st.lists(objects, max_size=5), layouts, st.booleans())
def test_a_bundle_is_taken_apart_into_its_envelope_and_its_entries(
    resources: list[dict[str, object]], indent: object, ascii_: bool
) -> None:
    entries: list[object] = [{"request": {"url": "x"}, "resource": one} for one in resources]
    entries += [{"request": {}}, "odd"]
    bundle = {"resourceType": "Bundle", "entry": entries, "type": "batch"}
    text = json.dumps(bundle, indent=indent, ensure_ascii=ascii_)  # type: ignore[arg-type]
    envelope, parts = taken_apart(text)
    assert json.loads(envelope) == {**bundle, "entry": []}
    assert [json.loads(text[slice(*part.entry)]) for part in parts] == entries
    assert [json.loads(text[slice(*part.resource)]) for part in parts if part.resource] == resources
    assert [part.resource for part in parts[-2:]] == [None, None]


@given(
    st.lists(objects, max_size=3), st.integers(min_value=0), st.sampled_from(["", ",", "}", "]", "{", ":", '"', "1"])
)
def test_what_strict_parsing_refuses_cannot_be_taken_apart_into_readable_parts(
    resources: list[dict[str, object]], place: int, instead: str
) -> None:
    whole = json.dumps({"resourceType": "Bundle", "entry": [{"resource": one} for one in resources], "type": "batch"})
    at = place % len(whole)
    text = whole[:at] + instead + whole[at + 1 :]
    try:
        value, readable = parse_strict(text.encode()), True
    except Unreadable:
        value, readable = None, False
    assert _reads_in_parts(text) == (readable and isinstance(value, dict))


def _reads_in_parts(text: str) -> bool:
    try:
        envelope, parts = taken_apart(text)
        for part in (envelope, *(text[slice(*one.entry)] for one in parts)):
            parse_strict(part.encode())
    except (ValueError, Unreadable):
        return False
    return True


@given(objects, layouts)
def test_members_are_put_in_front_and_the_rest_stays(value: dict[str, object], indent: object) -> None:
    text = json.dumps(value, indent=indent)  # type: ignore[arg-type]
    kept = {name: one for name, one in value.items() if name != "id"}
    replaced = json.loads(with_leading_members(text, frozenset({"id"}), '"id":"new"'))
    assert replaced == {"id": "new", **kept}
    assert json.loads(with_leading_members(text, frozenset({"id"}), "")) == kept
    if "first" not in value:
        assert json.loads(with_first_members(text, '"first":1')) == {"first": 1, **value}


def test_digits_and_escapes_stay_as_they_were() -> None:
    text = '{ "id" : "a", "value": 120.10, "small": 1.0E-2, "text": "\\u00e9\\/", "n": [1.500] }'
    assert with_leading_members(text, frozenset({"id"}), '"id":"b"') == (
        '{"id":"b","value": 120.10,"small": 1.0E-2,"text": "\\u00e9\\/","n": [1.500]}'
    )


def test_whole_strings_are_replaced_and_parts_of_strings_are_not() -> None:
    targets = {"urn:uuid:1": "Patient/9", "Patient?identifier=a|b": "Patient/8"}
    plain = '{"reference": "urn:uuid:1", "display": "see urn:uuid:1", "other": "Patient?identifier=a|b"}'
    assert json.loads(with_strings_replaced(plain, targets)) == {
        "reference": "Patient/9",
        "display": "see urn:uuid:1",
        "other": "Patient/8",
    }
    escaped = '{"reference": "urn:uuid:\\u0031", "quote": "\\"urn:uuid:1\\"", "slash": "a\\/b"}'
    assert with_strings_replaced(escaped, targets) == (
        '{"reference": "Patient/9", "quote": "\\"urn:uuid:1\\"", "slash": "a\\/b"}'
    )


def test_a_members_text_is_found() -> None:
    assert member_text('{"a": {"meta": 1}, "meta": {"versionId": "3"}}', "meta") == '{"versionId": "3"}'
    assert member_text("{}", "meta") is None
