"""The AsyncAPI document describes every topic and type, and every reference in it leads somewhere."""

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from jsonschema import Draft7Validator

from shared.events import CATALOGUE, TOPICS, encode
from shared.events.asyncapi import asyncapi_document
from shared.events.json_schemas import all_schemas
from tests.contract.event_samples import samples
from tests.contract.golden import published_sealer

DOCUMENT = asyncapi_document()
SEALER = published_sealer()
_COMPONENT_NAME = re.compile(r"[a-zA-Z0-9._-]+")

# The objects of AsyncAPI 3.0 that we use: required fields, then all fields allowed (besides x-…).
SHAPES: dict[str, tuple[set[str], set[str]]] = {
    "root": (
        {"asyncapi", "info"},
        {"asyncapi", "id", "info", "servers", "defaultContentType", "channels", "operations", "components"},
    ),
    "info": (
        {"title", "version"},
        {"title", "version", "description", "termsOfService", "contact", "license", "tags", "externalDocs"},
    ),
    "server": (
        {"host", "protocol"},
        {"host", "protocol", "protocolVersion", "pathname", "description", "title", "summary", "variables",
         "security", "tags", "externalDocs", "bindings"},
    ),
    "channel": (
        set(),
        {"address", "messages", "title", "summary", "description", "servers", "parameters", "tags", "externalDocs",
         "bindings"},
    ),
    "operation": (
        {"action", "channel"},
        {"action", "channel", "title", "summary", "description", "security", "tags", "externalDocs", "bindings",
         "traits", "messages", "reply"},
    ),
    "message": (
        set(),
        {"headers", "payload", "correlationId", "contentType", "name", "title", "summary", "description", "tags",
         "externalDocs", "bindings", "examples", "traits"},
    ),
    "kafka-channel": (set(), {"topic", "partitions", "replicas", "topicConfiguration", "bindingVersion"}),
    "kafka-topic": (
        set(),
        {"cleanup.policy", "retention.ms", "retention.bytes", "delete.retention.ms", "max.message.bytes"},
    ),
    "kafka-message": (set(), {"key", "schemaIdLocation", "schemaIdPayloadEncoding", "schemaLookupStrategy",
                              "bindingVersion"}),
}  # fmt: skip


def objects(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(shape, place, object) of everything that has a shape."""
    yield "root", "#", document
    yield "info", "#/info", document["info"]
    for name, server in document["servers"].items():
        yield "server", f"#/servers/{name}", server
    for name, channel in document["channels"].items():
        yield "channel", f"#/channels/{name}", channel
        yield "kafka-channel", f"#/channels/{name}/bindings", channel["bindings"]["kafka"]
        yield "kafka-topic", f"#/channels/{name}/topic", channel["bindings"]["kafka"]["topicConfiguration"]
    for name, operation in document["operations"].items():
        yield "operation", f"#/operations/{name}", operation
    for name, message in document["components"]["messages"].items():
        yield "message", f"#/components/messages/{name}", message
        yield "kafka-message", f"#/components/messages/{name}/bindings", message["bindings"]["kafka"]


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for item in part:
            yield from references(item)


def resolve(document: dict[str, Any], reference: str) -> Any:
    target: Any = document
    for step in reference.removeprefix("#/").split("/"):
        target = target[step]
    return target


def faults(document: dict[str, Any]) -> list[str]:
    """What is wrong with the document's structure."""
    found = [] if document.get("asyncapi") == "3.0.0" else ["asyncapi is not 3.0.0"]
    for shape, place, thing in objects(document):
        required, allowed = SHAPES[shape]
        found += [f"{place} lacks {name}" for name in sorted(required - set(thing))]
        found += [f"{place} has {name}" for name in sorted(set(thing) - allowed) if not name.startswith("x-")]
    for reference in references(document):
        try:
            resolve(document, reference)
        except (KeyError, TypeError):
            found.append(f"{reference} leads nowhere")
    found += [
        f"action {o['action']}" for o in document["operations"].values() if o["action"] not in ("send", "receive")
    ]
    for operation in document["operations"].values():
        channel = operation["channel"]["$ref"]
        # AsyncAPI 3: an operation's messages are those of its own channel, by reference to the channel.
        found += [f"{m['$ref']} is not of {channel}" for m in operation["messages"]
                  if not m["$ref"].startswith(f"{channel}/messages/")]  # fmt: skip
    for kind in ("messages", "schemas"):
        found += [f"bad name {name}" for name in document["components"][kind] if not _COMPONENT_NAME.fullmatch(name)]
    return found


def test_the_document_is_well_formed() -> None:
    assert faults(DOCUMENT) == []


PLANTED: dict[str, Callable[[dict[str, Any]], object]] = {
    "another version": lambda d: d.update(asyncapi="2.6.0"),
    "no title": lambda d: d["info"].pop("title"),
    "a field of version 2": lambda d: d["channels"]["jkk.claims"].update(subscribe={}),
    "an unknown action": lambda d: next(iter(d["operations"].values())).update(action="publish"),
    "a dangling reference": lambda d: d["components"]["schemas"].pop("ClaimState"),
    "a message of another channel": lambda d: d["operations"]["intake.jkk.accident-reports"]["messages"].append(
        {"$ref": "#/channels/jkk.claims/messages/jkk.claim.changed.v1"}
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found(name: str) -> None:
    broken = copy.deepcopy(DOCUMENT)
    PLANTED[name](broken)
    assert faults(broken)


def test_every_topic_is_a_channel_with_its_types() -> None:
    assert set(DOCUMENT["channels"]) == set(TOPICS)
    described = {name: topic for topic, channel in DOCUMENT["channels"].items() for name in channel["messages"]}
    assert described == {name: event_type.topic for name, event_type in CATALOGUE.items()}


def test_every_writer_of_a_topic_has_its_operation() -> None:
    assert set(DOCUMENT["operations"]) == {f"{w}.{t.name}" for t in TOPICS.values() for w in t.written_by}


def test_a_definition_that_two_types_share_is_the_same() -> None:
    seen: dict[str, Any] = {}
    for name, schema in all_schemas().items():
        if not name.endswith(".content.json"):
            for definition, body in schema.get("$defs", {}).items():
                assert seen.setdefault(definition, body) == body, f"two different {definition}"


@pytest.mark.parametrize("name", [name for name, event in samples().items()], ids="/".join)
def test_a_record_fits_the_message_that_describes_it(name: tuple[str, str]) -> None:
    import json

    wire = encode(samples()[name], SEALER)
    message = DOCUMENT["components"]["messages"][name[0]]
    for part, value in (("headers", wire.headers), ("payload", json.loads(wire.value) if wire.value else None)):
        if value is not None:
            Draft7Validator({**message[part], "components": DOCUMENT["components"]}).validate(value)


def test_the_broker_is_the_callers() -> None:
    assert asyncapi_document("kafka.example:9092")["servers"]["kafka"]["host"] == "kafka.example:9092"
