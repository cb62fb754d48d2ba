"""Events travel sealed and come back the same; what cannot be read says why without repeating it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Unreadable
from shared.events import CATALOGUE, TOPICS, Event, Tombstone, WireEvent, decode, encode, format_time, new_event
from shared.events.claim import ClaimChanged
from shared.sealing import Keyring, Sealer
from tests.contract.event_samples import samples
from tests.contract.sample_documents import KEY, NIK, PERSON

SEALER = Sealer(Keyring.generate("data"))
SAMPLES = samples()
REPORT = SAMPLES["jkk.accident-report.submitted.v1", "full"]
CLAIM = SAMPLES["jkk.claim.changed.v1", "full"]


def round_trip(event: Event, sealer: Sealer = SEALER) -> Event:
    wire = encode(event, sealer)
    return decode(wire.headers, wire.value, sealer, key=wire.key)


def refusal(headers: dict[str, str], value: bytes | None, sealer: Sealer = SEALER) -> Unreadable:
    with pytest.raises(Unreadable) as refused:
        decode(headers, value, sealer)
    return refused.value


@pytest.mark.parametrize("name", list(SAMPLES), ids="/".join)
def test_an_event_comes_back_as_it_was_sent(name: tuple[str, str]) -> None:
    assert round_trip(SAMPLES[name]) == SAMPLES[name]


@pytest.mark.parametrize("name", list(SAMPLES), ids="/".join)
def test_nothing_of_a_person_shows_on_the_wire(name: tuple[str, str]) -> None:
    wire = encode(SAMPLES[name], SEALER)
    # What is sealed is random letters, among which a short name turns up now and then.
    clear = re.sub(r'"(nonce|ciphertext)":\s*"[^"]*"', "", (wire.value or b"").decode())
    shown = f"{wire.topic} {wire.key} {wire.headers} {clear}"
    assert not [canary for canary in PERSON if canary in shown]


def test_the_canaries_are_in_the_sealed_part_at_all() -> None:
    assert REPORT.content is not None
    opened = REPORT.content.model_dump_json()
    assert [canary for canary in PERSON if canary in opened]


def test_a_record_has_the_headers_of_cloudevents_binary_mode() -> None:
    headers = encode(REPORT, SEALER).headers
    assert headers == {
        "ce_specversion": "1.0",
        "ce_id": str(REPORT.id),
        "ce_type": "jkk.accident-report.submitted.v1",
        "ce_source": "/intake",
        "ce_subject": REPORT.subject,
        "ce_time": "2026-11-20T08:00:02.123456Z",
        "ce_aggregateversion": "1",
        "content-type": "application/json",
        "traceparent": REPORT.traceparent,
    }


def test_the_time_is_left_to_the_relay_until_the_row_has_one() -> None:
    wire = encode(replace(REPORT, time=None, traceparent=None), SEALER)
    assert "ce_time" not in wire.headers
    assert "traceparent" not in wire.headers
    assert decode(wire.headers, wire.value, SEALER).time is None


def test_time_is_written_in_utc_with_microseconds() -> None:
    at = datetime(2026, 11, 20, 9, 30, tzinfo=timezone(timedelta(hours=7)))
    assert format_time(at) == "2026-11-20T02:30:00.000000Z"
    assert datetime.fromisoformat(format_time(at)) == at


def test_a_sealed_type_travels_as_facts_and_sealed_part() -> None:
    value = orjson.loads(encode(REPORT, SEALER).value or b"")
    assert set(value) == {"facts", "sealed"}
    assert set(value["sealed"]) == {"key_id", "nonce", "ciphertext"}


def test_a_claim_event_has_the_same_data_on_kafka_as_on_the_stream() -> None:
    assert orjson.loads(encode(CLAIM, SEALER).value or b"") == {
        "case_number": CLAIM.subject,
        "claim_version": 7,
        "state": "AWAITING_DOCUMENTS",
        "waiting_on": "employer",
        "changes": ["evidence-added", "state-changed"],
    }


def test_a_tombstone_has_no_value() -> None:
    tombstone = SAMPLES["jkk.claim-state.recorded.v1", "tombstone"]
    assert encode(tombstone, SEALER).value is None
    assert isinstance(round_trip(tombstone).facts, Tombstone)


def test_only_compacted_topics_have_tombstones() -> None:
    with pytest.raises(ValueError, match="no tombstones"):
        encode(replace(CLAIM, facts=Tombstone()), SEALER)
    assert refusal(encode(CLAIM, SEALER).headers, None).code == "event.not-json"


def test_a_new_event_has_its_writer_as_source_and_a_time_ordered_id() -> None:
    events = [new_event("jkk.claim.changed.v1", subject="s", version=1, key="k", facts=CLAIM.facts) for _ in range(3)]
    assert {event.source for event in events} == {"/verification"}
    assert [event.id for event in events] == sorted(event.id for event in events)
    assert {event.id.version for event in events} == {7}
    assert events[0].time is None


def test_a_type_that_every_service_writes_needs_to_know_which() -> None:
    failed = SAMPLES["jkk.event.failed.v1", "full"]
    with pytest.raises(ValueError, match="say which"):
        new_event(failed.type, subject="s", version=1, key=KEY, facts=failed.facts, content=failed.content)
    made = new_event(failed.type, subject="s", version=1, key=KEY, facts=failed.facts, service="intake")
    assert made.source == "/intake"


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: replace(REPORT, facts=CLAIM.facts),
        lambda: replace(REPORT, content=None),
        lambda: replace(CLAIM, content=REPORT.content),
        lambda: replace(REPORT, key=NIK),
        lambda: replace(REPORT, key="employer:JJ012345"),
        lambda: replace(CLAIM, key=NIK),
    ],
)
def test_a_programming_error_is_stopped_before_it_travels(wrong: Callable[[], Event]) -> None:
    with pytest.raises(ValueError, match=r"jkk\.") as refused:
        encode(wrong(), SEALER)
    assert NIK not in str(refused.value)


def test_a_dead_letter_takes_whatever_key_its_original_had() -> None:
    failed = replace(SAMPLES["jkk.event.failed.v1", "full"], key=NIK)
    assert encode(failed, SEALER).key == NIK


def test_fields_that_a_later_writer_added_are_ignored() -> None:
    value = {**orjson.loads(encode(CLAIM, SEALER).value or b""), "mood": "good"}
    assert decode(encode(CLAIM, SEALER).headers, orjson.dumps(value), SEALER).facts == CLAIM.facts
    sealed = orjson.loads(encode(REPORT, SEALER).value or b"")
    sealed["facts"]["mood"] = sealed["mood"] = "good"
    assert decode(encode(REPORT, SEALER).headers, orjson.dumps(sealed), SEALER).content == REPORT.content


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ce_type": "jkk.claim.changed.v2"}, "event.unknown-type"),
        ({"ce_type": "order.placed.v1"}, "event.unknown-type"),
        ({"ce_type": ""}, "event.bad-headers"),
        ({"ce_id": "7"}, "event.bad-headers"),
        ({"ce_specversion": "0.3"}, "event.bad-headers"),
        ({"ce_aggregateversion": "x"}, "event.bad-headers"),
        ({"ce_aggregateversion": "0"}, "event.bad-headers"),
        ({"ce_time": "yesterday"}, "event.bad-headers"),
        ({"ce_time": "2026-11-20T08:00:02"}, "event.bad-headers"),
        ({"ce_subject": ""}, "event.bad-headers"),
    ],
)
def test_headers_that_cannot_be_read_say_so(changes: dict[str, str], code: str) -> None:
    wire = encode(CLAIM, SEALER)
    assert refusal({**wire.headers, **changes}, wire.value).code == code


@pytest.mark.parametrize("name", ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject"])
def test_a_missing_header_is_named(name: str) -> None:
    wire = encode(CLAIM, SEALER)
    del wire.headers[name]
    refused = refusal(wire.headers, wire.value)
    assert refused.code == "event.bad-headers"
    assert name in refused.detail


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (b"", "event.not-json"),
        (b"{", "event.not-json"),
        (b"\xff\xfe", "event.not-json"),
        (b'{"a": NaN}', "event.not-json"),
        (b"[]", "event.schema"),
        (b"7", "event.schema"),
        (b"{}", "event.schema"),
        (b'{"facts": 1, "sealed": 1}', "event.schema"),
    ],
)
@pytest.mark.parametrize("event", [CLAIM, REPORT], ids=["clear", "sealed"])
def test_a_value_that_cannot_be_read_says_so(event: Event, value: bytes, code: str) -> None:
    assert refusal(encode(event, SEALER).headers, value).code == code


@given(st.binary(max_size=200))
def test_no_bytes_bring_anything_but_unreadable(value: bytes) -> None:
    for event in (CLAIM, REPORT):
        refusal(encode(event, SEALER).headers, value)


def changed(wire: WireEvent, change: Callable[[dict[str, Any]], None]) -> bytes:
    value: dict[str, Any] = orjson.loads(wire.value or b"")
    change(value)
    return orjson.dumps(value)


def test_every_wrong_field_is_named_and_no_value_repeated() -> None:
    def spoil(value: dict[str, Any]) -> None:
        value["facts"]["kind"] = NIK
        value["facts"]["received_at"] = "Siti Aminah"
        del value["facts"]["org"]

    wire = encode(REPORT, SEALER)
    refused = refusal(wire.headers, changed(wire, spoil))
    assert refused.code == "event.schema"
    assert {problem.pointer for problem in refused.problems} == {"/facts/kind", "/facts/received_at", "/facts/org"}
    told = f"{refused} {refused.problems} {refused.__cause__!r} {refused.__context__!r}"
    assert not [canary for canary in PERSON if canary in told]


@pytest.mark.parametrize(
    "part",
    [None, {}, {"key_id": 1, "nonce": "", "ciphertext": ""}, {"key_id": "k", "nonce": "?", "ciphertext": ""}, "x"],
)
def test_a_sealed_part_of_another_shape_is_refused(part: Any) -> None:
    wire = encode(REPORT, SEALER)
    value = changed(wire, lambda value: value.update(sealed=part))
    assert refusal(wire.headers, value).code in ("event.schema", "event.cannot-open")


@pytest.mark.parametrize("header", ["ce_id", "ce_type", "ce_aggregateversion"])
def test_a_sealed_part_moved_to_another_event_does_not_open(header: str) -> None:
    wire = encode(REPORT, SEALER)
    other = encode(SAMPLES["jkk.accident-report.corrected.v1", "full"], SEALER).headers
    assert refusal({**wire.headers, header: other[header]}, wire.value).code == "event.cannot-open"


def test_without_the_key_it_does_not_open() -> None:
    wire = encode(REPORT, SEALER)
    assert refusal(wire.headers, wire.value, Sealer(Keyring.generate("data"))).code == "event.cannot-open"


def test_sealed_content_that_breaks_the_schema_is_refused_without_repeating_it() -> None:
    wire = encode(REPORT, SEALER)
    plaintext = orjson.dumps({"report": {"segment": NIK}})
    sealed = SEALER.seal(plaintext, type=REPORT.type, id=REPORT.id, version=REPORT.version)
    part = encode_part(sealed.key_id, sealed.nonce, sealed.ciphertext)
    refused = refusal(wire.headers, changed(wire, lambda value: value.update(sealed=part)))
    assert refused.code == "event.schema"
    assert "/sealed/report/kind" in {problem.pointer for problem in refused.problems}
    assert NIK not in f"{refused} {refused.problems}"


def encode_part(key_id: str, nonce: bytes, ciphertext: bytes) -> dict[str, str]:
    from base64 import b64encode

    return {"key_id": key_id, "nonce": b64encode(nonce).decode(), "ciphertext": b64encode(ciphertext).decode()}


def test_every_type_names_its_version_its_topic_and_its_subject() -> None:
    for name, event_type in CATALOGUE.items():
        assert name.startswith("jkk.")
        assert name.endswith(".v1")
        assert event_type.topic in TOPICS
        assert event_type.source in (None, *TOPICS[event_type.topic].written_by)


def test_an_offset_of_the_place_survives_the_journey() -> None:
    facts = round_trip(REPORT).facts
    assert facts.model_dump(mode="json")["occurred_at"] == "2026-11-20T09:30:00+07:00"


def test_a_time_without_an_offset_is_no_time() -> None:
    with pytest.raises(ValueError, match="timezone"):
        type(SAMPLES["jkk.worker.erased.v1", "full"].facts).model_validate(
            {
                **SAMPLES["jkk.worker.erased.v1", "full"].facts.model_dump(),
                "requested_at": datetime(2026, 1, 1),  # noqa: DTZ001
            }
        )


def test_facts_are_frozen() -> None:
    assert isinstance(CLAIM.facts, ClaimChanged)
    with pytest.raises(ValueError, match="frozen"):
        setattr(CLAIM.facts, "claim_version", 9)  # noqa: B010
    assert CLAIM.time == datetime(2026, 11, 20, 8, 0, 2, 123456, tzinfo=UTC)
