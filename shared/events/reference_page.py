"""`docs/events.md`, generated from the catalogue: topics, headers, and every event with its fields."""

from typing import Any

from shared.events.catalogue import CATALOGUE, EventType
from shared.events.json_schemas import content_schema, wire_schema
from shared.events.topics import TOPICS, Topic

_HEAD = """# Events

Generated from `shared/events` by `python -m shared.events.generate`; do not edit.

Apache Kafka, CloudEvents 1.0 in binary mode. JSON Schemas: `shared/events/schemas/`; samples as they travel and,
beside them, opened: `shared/events/golden/`; AsyncAPI 3.0: `shared/events/asyncapi.json`.

## On the wire

| header | what |
|---|---|
| `ce_specversion` | `1.0` |
| `ce_id` | UUIDv7 of the event; the same on every delivery, so a reader that has seen it skips it |
| `ce_type` | `jkk.<noun>.<past-participle>.v<N>` |
| `ce_source` | `/` and the service that wrote it |
| `ce_subject` | the id of what it is about |
| `ce_time` | the database's time of the change, RFC 3339 |
| `ce_aggregateversion` | the version of the subject, 1, 2, 3, … |
| `content-type` | `application/json` |
| `traceparent` | W3C trace context |

A type with personal data has the value `{"facts": {…}, "sealed": {"key_id", "nonce", "ciphertext"}}`: the facts are
clear and name no person; the sealed part is AES-256-GCM, bound to `ce_type|ce_id|ce_aggregateversion`, in base64. A
type without personal data has its facts as the whole value. On compacted topics an empty value means that the key's
object was erased.

Within v1 of a type fields are only added, always optional, and closed sets of words only grow; ignore what you don't
know. Delivery is at least once, in order within a key.
"""


def reference_page() -> str:
    """The page in Markdown, ending with a newline."""
    parts = [_HEAD, _topics_table()]
    for topic in TOPICS.values():
        parts.append(f"## `{topic.name}`\n\n{topic.description}\n")
        parts.extend(_event(t) for t in CATALOGUE.values() if t.topic == topic.name)
    return "\n".join(parts).rstrip("\n") + "\n"


def _topics_table() -> str:
    rows = ["## Topics", "", "| topic | key | written by | partitions | kept | value |", "|---|---|---|---|---|---|"]
    for topic in TOPICS.values():
        writers = "every service" if len(topic.written_by) > 1 else topic.written_by[0]
        sealed = any(t.sealed for t in CATALOGUE.values() if t.topic == topic.name)
        value = "facts and sealed part" if sealed else "facts"
        rows.append(f"| `{topic.name}` | {topic.key} | {writers} | {topic.partitions} | {_kept(topic)} | {value} |")
    return "\n".join(rows) + "\n"


def _kept(topic: Topic) -> str:
    if topic.compacted:
        return "latest of each key"
    return "without limit" if topic.retention is None else f"{topic.retention.days} days"


def _same_shape(event_type: EventType) -> EventType:
    """The first type with the same models; it carries the tables for all of them."""
    shape = (event_type.facts_model, event_type.content_model)
    return next(t for t in CATALOGUE.values() if (t.facts_model, t.content_model) == shape)


def _event(event_type: EventType) -> str:
    wire = wire_schema(event_type)
    facts = wire["properties"]["facts"] if event_type.sealed else wire
    lines = [f"### `{event_type.type}`", "", event_type.description, "", f"Subject: {event_type.subject}.", ""]
    shown = _same_shape(event_type)
    if shown is not event_type:
        return "\n".join([*lines, f"Facts and sealed content: as of `{shown.type}`."]) + "\n"
    lines += ["Facts:", "", *_fields_table(facts, wire.get("$defs", {}))]
    content = content_schema(event_type)
    if content is not None:
        lines += ["", "Sealed content:", "", *_fields_table(content, content.get("$defs", {}))]
    return "\n".join(lines) + "\n"


def _fields_table(schema: dict[str, Any], definitions: dict[str, Any]) -> list[str]:
    rows = ["| field | type | required | meaning |", "|---|---|---|---|"]
    rows += _rows(schema, definitions, "")
    return rows


def _rows(schema: dict[str, Any], definitions: dict[str, Any], prefix: str) -> list[str]:
    rows = []
    required = schema.get("required", [])
    for name, field in schema.get("properties", {}).items():
        kind, inner, nested = _kind(field, definitions)
        meaning = field.get("description") or inner.get("description", "")
        needed = "yes" if name in required else ""
        rows.append(f"| `{prefix}{name}` | {kind} | {needed} | {' '.join(meaning.split())} |")
        if nested:
            rows += _rows(inner, definitions, f"{prefix}{name}{'[]' if kind.startswith('list') else ''}.")
    return rows


def _kind(field: dict[str, Any], definitions: dict[str, Any]) -> tuple[str, dict[str, Any], bool]:
    """A short name of a field's type, the schema behind it, and whether that schema has fields of its own."""
    if "$ref" in field:
        field = {**definitions[field["$ref"].rsplit("/", 1)[1]], **{k: v for k, v in field.items() if k != "$ref"}}
    if "anyOf" in field:
        kept = [branch for branch in field["anyOf"] if branch.get("type") != "null"]
        kind, inner, nested = _kind(kept[0], definitions)
        return f"{kind} or null", inner, nested
    if field.get("type") == "array":
        kind, inner, nested = _kind(field["items"], definitions)
        return f"list of {kind}", inner, nested
    if "enum" in field:
        return " \\| ".join(f"`{word}`" for word in field["enum"]), field, False
    kind = field.get("format") or field.get("type", "any")
    return kind, field, "properties" in field
