"""What an operator is shown of an event, and what an operator may make of it."""

from copy import deepcopy
from typing import Any

import orjson
import pytest

from shared.errors import Conflict, Refusal
from shared.events import decode, encode
from shared.events.catalogue import CATALOGUE, CLAIM_STATE_RECORDED, REPORT_SUBMITTED
from shared.events.codec import WireEvent
from shared.events.envelope import Event, Tombstone
from shared.events.opened import MASK, TEXT_MAX, OpenedValue, close_value, masked, open_value
from shared.sealing import Keyring, Sealer
from tests.contract.event_samples import samples
from tests.contract.sample_documents import PERSON

SEALER = Sealer(Keyring.generate("data"))
SAMPLES = {f"{type_} {name}": event for (type_, name), event in samples().items()}


def sample(type_: str) -> Event:
    return next(event for event in SAMPLES.values() if event.type == type_)


def wire_of(type_: str) -> WireEvent:
    return encode(sample(type_), SEALER)


def opened(wire: WireEvent) -> OpenedValue:
    return open_value(wire.headers, wire.value, SEALER)


def parts(value: OpenedValue) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Facts and content, to be changed."""
    return deepcopy(dict(value.facts or {})), value.content if value.content is None else deepcopy(dict(value.content))


def refused(value: OpenedValue, wire: WireEvent, facts: Any, content: Any) -> dict[str, str]:
    with pytest.raises(Refusal) as refusal:
        close_value(wire.headers, value, facts, content, SEALER)
    return {problem.pointer: problem.code for problem in refusal.value.problems}


@pytest.mark.parametrize("name", SAMPLES)
def test_every_event_is_shown_whole_and_sound(name: str) -> None:
    event = SAMPLES[name]
    value = opened(encode(event, SEALER))
    if isinstance(event.facts, Tombstone):
        assert value == OpenedValue("empty")
        return
    assert (value.form, value.problems) == ("event", ())
    assert CATALOGUE[event.type].facts_model.model_validate(value.facts) == event.facts
    assert (value.content is None) == (event.content is None)


@pytest.mark.parametrize("name", SAMPLES)
def test_nothing_about_a_person_is_in_what_is_shown_first(name: str) -> None:
    shown = masked(opened(encode(SAMPLES[name], SEALER)))
    text = orjson.dumps([shown.facts, shown.content]).decode()
    assert not [said for said in PERSON if said in text]


def test_facts_that_are_not_sound_are_masked_too_and_the_problem_is_named() -> None:
    wire = wire_of(REPORT_SUBMITTED)
    assert wire.value is not None
    body = orjson.loads(wire.value)
    body["facts"] |= {"region_code": {"Siti Aminah": ["3671015203900001", None]}}
    shown = masked(open_value(wire.headers, orjson.dumps(body), SEALER))
    assert [(problem.pointer, problem.code) for problem in shown.problems] == [("/facts/region_code", "string_type")]
    assert shown.facts is not None
    assert shown.facts["region_code"] == {"?0": [MASK, None]}
    assert set(map(str, shown.facts.values())) <= {MASK, "None", str({"?0": [MASK, None]}), str([])}


@pytest.mark.parametrize(
    "value", [b"not json", b'"3671015203900001"', b'{"facts": 7}', b"[" * 2_000, b'{"facts": {}, "sealed": "open"}']
)
def test_what_is_no_event_is_text_that_is_left_out_until_it_is_revealed(value: bytes) -> None:
    wire = wire_of(REPORT_SUBMITTED)
    shown = open_value(wire.headers, value, SEALER)
    assert (shown.form, shown.text) == ("text", value.decode())
    assert masked(shown).text is None
    with pytest.raises(Conflict, match="not-editable"):
        close_value(wire.headers, shown, {}, {}, SEALER)


def test_a_long_text_is_cut_and_a_deep_event_is_not_gone_into() -> None:
    wire = wire_of(CLAIM_STATE_RECORDED)
    long = open_value(wire.headers, b"x" * (TEXT_MAX + 1), SEALER)
    assert (len(long.text or ""), long.truncated) == (TEXT_MAX, True)
    deep = open_value(wire.headers, b'{"clocks":' + b"[" * 200 + b"]" * 200 + b"}", SEALER)
    assert [problem.code for problem in deep.problems] == ["event.too-deep"]


def test_an_edit_says_what_was_changed_and_nothing_else_changes() -> None:
    wire = wire_of(REPORT_SUBMITTED)
    facts, content = parts(opened(wire))
    assert content is not None
    facts["region_code"] = "3674"
    content["report"]["worker"]["name"] = "Sari Aminah"
    closed = close_value(wire.headers, opened(wire), facts, content, SEALER)
    assert closed.changed == ("/content/report/worker/name", "/facts/region_code")
    assert b"Sari" not in closed.value
    mended = decode(wire.headers, closed.value, SEALER, key=wire.key)
    original = sample(REPORT_SUBMITTED)
    assert (mended.id, mended.subject, mended.version, mended.key) == (
        original.id,
        original.subject,
        original.version,
        original.key,
    )
    assert mended.content is not None
    assert mended.content.model_dump()["report"]["worker"]["name"] == "Sari Aminah"


def test_an_event_without_content_is_mended_as_well() -> None:
    wire = wire_of(CLAIM_STATE_RECORDED)
    facts, _ = parts(opened(wire))
    facts["region_code"] = "3674"
    closed = close_value(wire.headers, opened(wire), facts, None, SEALER)
    assert decode(wire.headers, closed.value, SEALER).facts.model_dump()["region_code"] == "3674"
    assert refused(opened(wire), wire, facts, {}) == {"/content": "extra_forbidden"}


def test_an_edit_that_the_contract_does_not_know_is_refused_field_by_field() -> None:
    wire = wire_of(REPORT_SUBMITTED)
    facts, content = parts(opened(wire))
    assert content is not None
    facts |= {"kind": "accidents", "regon_code": "3674"}
    content["report"]["event"]["chronolgy"] = "…"
    content["report"]["3671015203900001"] = 1
    assert refused(opened(wire), wire, facts, content) == {
        "/facts/kind": "enum",
        "/facts/regon_code": "extra_forbidden",
        "/content/report/event/chronolgy": "extra_forbidden",
        "/content/report/?": "extra_forbidden",
    }
    assert refused(opened(wire), wire, parts(opened(wire))[0], None) == {"/content": "model_type"}


def test_who_said_it_about_what_and_when_is_not_for_an_operator_to_change() -> None:
    wire = wire_of(REPORT_SUBMITTED)
    facts, content = parts(opened(wire))
    other = {
        "org": "employer:ZZ999999",
        "version": 99,
        "received_at": "2020-01-01T00:00:00Z",
        "report_id": "0193a1f0-0000-7000-8000-0000000000ff",
    }
    found = refused(opened(wire), wire, facts | other, content)
    assert found == dict.fromkeys((f"/facts/{name}" for name in other), "fixed")


def test_nobody_can_put_a_sender_where_none_was() -> None:
    wire = wire_of(REPORT_SUBMITTED)
    assert wire.value is not None
    facts, content = parts(opened(wire))
    body = orjson.loads(wire.value)
    del body["facts"]["org"]
    assert refused(open_value(wire.headers, orjson.dumps(body), SEALER), wire, facts, content) == {
        "/facts/org": "fixed"
    }


def test_what_it_is_about_and_when_it_came_may_be_mended_where_it_could_not_be_read() -> None:
    wire = wire_of(REPORT_SUBMITTED)
    assert wire.value is not None
    body = orjson.loads(wire.value)
    facts, content = parts(opened(wire))
    body["facts"]["received_at"], body["facts"]["report_id"] = "yesterday", 7
    broken = open_value(wire.headers, orjson.dumps(body), SEALER)
    assert close_value(wire.headers, broken, facts, content, SEALER).changed == (
        "/facts/received_at",
        "/facts/report_id",
    )
    other = facts | {"report_id": "0193a1f0-0000-7000-8000-0000000000ff"}
    assert refused(broken, wire, other, content) == {"/facts/report_id": "fixed"}


def test_an_edit_that_changes_nothing_is_none() -> None:
    wire = wire_of(REPORT_SUBMITTED)
    with pytest.raises(Refusal, match="edit-empty"):
        close_value(wire.headers, opened(wire), *parts(opened(wire)), SEALER)
