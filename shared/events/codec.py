"""Events to the wire and back: CloudEvents 1.0 in Kafka's binary mode, content sealed.

The value is compact JSON. A type with content travels as `{"facts": {…}, "sealed": {"key_id", "nonce",
"ciphertext"}}` (both in base64), the sealed part bound to type, event id and version; a type without content travels
as its facts themselves, so that `jkk.claims` has the same `data` on Kafka as on the HTTP stream. A tombstone has no
value. `ce_aggregateversion` is our CloudEvents extension with the aggregate's version.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import orjson
from pydantic import ValidationError

from shared.errors import Problem, Unreadable
from shared.events import topics
from shared.events.catalogue import CATALOGUE, EventType
from shared.events.envelope import Content, Event, Facts, Part, Tombstone
from shared.events.topics import TOPICS
from shared.sealing import Sealed, Sealer

SPECIFICATION_VERSION = "1.0"
CONTENT_TYPE = "application/json"
_WORKER_KEY = re.compile(r"[nkpd]:[0-9a-f]{64}")
_LONG_NUMBER = re.compile(r"[0-9]{11}")
_PartT = TypeVar("_PartT", bound=Part)


@dataclass(frozen=True, slots=True)
class WireEvent:
    """A Kafka record to be: header values become UTF-8, `value` None is a tombstone."""

    topic: str
    key: str
    headers: dict[str, str]
    value: bytes | None


def encode(event: Event, sealer: Sealer) -> WireEvent:
    """The record of an event. `ce_time` is left out while `event.time` is None; the relay adds it.

    Raises KeyError for a type that is not in the catalogue, ValueError when key, facts or content are not the type's.
    """
    event_type = CATALOGUE[event.type]
    _check_key(event, event_type)
    return WireEvent(event_type.topic, event.key, _headers(event), encode_value(event, sealer))


def decode(headers: Mapping[str, str], value: bytes | None, sealer: Sealer, *, key: str = "") -> Event:
    """The event of a record; `key` is the record's key. Fields that we don't know are ignored.

    Raises Unreadable: `event.bad-headers`, `event.unknown-type` (also for a newer version of a type),
    `event.not-json`, `event.schema` (naming every field), `event.cannot-open`. No error repeats a value.
    """
    event_type, event_id, version, time = read_headers(headers)
    facts: Facts
    content: Content | None = None
    if value is None:
        if not TOPICS[event_type.topic].compacted:
            raise Unreadable("event.not-json", "only compacted topics have empty values")
        facts = Tombstone()
    else:
        body = json_object(value)
        if event_type.content_model is None:
            facts = _validated(event_type.facts_model, body, "")
        else:
            facts = _validated(event_type.facts_model, body.get("facts"), "/facts")
            opened = open_sealed(body.get("sealed"), sealer, event_type.type, event_id, version)
            content = _validated(event_type.content_model, json_object(opened), "/sealed")
    return Event(
        id=event_id,
        type=event_type.type,
        source=headers["ce_source"],
        subject=headers["ce_subject"],
        version=version,
        key=key,
        facts=facts,
        content=content,
        time=time,
        traceparent=headers.get("traceparent"),
    )


def format_time(time: datetime) -> str:
    """RFC 3339 in UTC with microseconds, as in `ce_time`."""
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _check_key(event: Event, event_type: EventType) -> None:
    # A key is clear on the broker and in every tool, so a raw identifier there would be a leak that nobody sees.
    kind = TOPICS[event_type.topic].key
    if kind == topics.ORIGINAL_KEY:  # whatever it was: a dead letter must not fail on what it sets aside
        return
    by_worker = kind == topics.WORKER_KEY
    if (by_worker and not _WORKER_KEY.fullmatch(event.key)) or _LONG_NUMBER.search(event.key.partition(":")[0]):
        raise ValueError(f"the key of {event.type} is not a {kind}")


def _headers(event: Event) -> dict[str, str]:
    headers = {
        "ce_specversion": SPECIFICATION_VERSION,
        "ce_id": str(event.id),
        "ce_type": event.type,
        "ce_source": event.source,
        "ce_subject": event.subject,
        "ce_aggregateversion": str(event.version),
        "content-type": CONTENT_TYPE,
    }
    if event.time is not None:
        headers["ce_time"] = format_time(event.time)
    if event.traceparent is not None:
        headers["traceparent"] = event.traceparent
    return headers


def encode_value(event: Event, sealer: Sealer) -> bytes | None:
    """The record's value alone. Raises as `encode`, but does not look at the key."""
    event_type = CATALOGUE[event.type]
    if isinstance(event.facts, Tombstone):
        if not TOPICS[event_type.topic].compacted:
            raise ValueError(f"{event.type} is not on a compacted topic and has no tombstones")
        return None
    if not isinstance(event.facts, event_type.facts_model):
        raise ValueError(f"the facts of {event.type} are {event_type.facts_model.__name__}")
    facts = event.facts.__pydantic_serializer__.to_json(event.facts)
    if event_type.content_model is None:
        if event.content is not None:
            raise ValueError(f"{event.type} has no sealed part")
        return facts
    if not isinstance(event.content, event_type.content_model):
        raise ValueError(f"the content of {event.type} is {event_type.content_model.__name__}")
    plaintext = event.content.__pydantic_serializer__.to_json(event.content, exclude_none=True)
    sealed = sealer.seal(plaintext, type=event.type, id=event.id, version=event.version)
    # Joined as bytes: the parts are JSON already, and ids and base64 need no escaping.
    return b'{"facts":%b,"sealed":{"key_id":"%b","nonce":"%b","ciphertext":"%b"}}' % (
        facts,
        sealed.key_id.encode("ascii"),
        b64encode(sealed.nonce),
        b64encode(sealed.ciphertext),
    )


def read_headers(headers: Mapping[str, str]) -> tuple[EventType, UUID, int, datetime | None]:
    """Type, event id, the aggregate's version and time. Raises Unreadable."""
    required = ("ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject", "ce_aggregateversion")
    missing = [name for name in required if not headers.get(name)]
    if missing:
        raise Unreadable("event.bad-headers", f"missing: {', '.join(missing)}")
    if headers["ce_specversion"] != SPECIFICATION_VERSION:
        raise Unreadable("event.bad-headers", "ce_specversion is not 1.0")
    event_type = CATALOGUE.get(headers["ce_type"])
    if event_type is None:
        raise Unreadable("event.unknown-type", "this release does not know the event's type or its version")
    try:
        event_id = UUID(headers["ce_id"])
        version = int(headers["ce_aggregateversion"])
        time = datetime.fromisoformat(headers["ce_time"]) if "ce_time" in headers else None
    except ValueError:
        raise Unreadable("event.bad-headers", "ce_id, ce_aggregateversion or ce_time cannot be read") from None
    if version < 1 or (time is not None and time.tzinfo is None):
        raise Unreadable("event.bad-headers", "ce_aggregateversion is below 1 or ce_time is without an offset")
    return event_type, event_id, version, time


def json_object(raw: bytes) -> dict[str, Any]:
    """Raises Unreadable."""
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise Unreadable("event.not-json", "the value is not JSON in UTF-8") from None
    if not isinstance(body, dict):
        raise Unreadable("event.schema", "the value is not a JSON object")
    return body


def open_sealed(part: Any, sealer: Sealer, type_: str, event_id: UUID, version: int) -> bytes:
    """What the sealed part of a value holds. Raises Unreadable."""
    try:
        sealed = Sealed(
            part["key_id"], b64decode(part["nonce"], validate=True), b64decode(part["ciphertext"], validate=True)
        )
    except (KeyError, TypeError, ValueError):
        raise Unreadable("event.schema", "the sealed part is not key_id, nonce and ciphertext in base64") from None
    try:
        return sealer.open(sealed, type=type_, id=event_id, version=version)
    except Unreadable as error:
        raise Unreadable("event.cannot-open", error.detail) from None


def field_problems(error: ValidationError, pointer: str) -> list[Problem]:
    """Which fields are wrong and in what way; `pointer` is where the validated part stands.

    Pydantic's own text and its cause quote the input; only places, kinds of problems and the schema's own words leave.
    """
    found = []
    for each in error.errors(include_url=False, include_input=False):
        place = f"{pointer}/{'/'.join(map(str, each['loc']))}" if each["loc"] else pointer
        wanted = each["ctx"]["expected"] if each["type"] in ("enum", "literal_error") else None
        found.append(Problem(place, each["type"], f"expected {wanted}" if wanted else each["type"]))
    return found


def _validated(model: type[_PartT], document: Any, pointer: str) -> _PartT:
    try:
        return model.model_validate(document)
    except ValidationError as error:
        problems = field_problems(error, pointer)
    raise Unreadable("event.schema", f"{len(problems)} fields are not as the event's schema says", problems)
