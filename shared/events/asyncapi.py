"""The AsyncAPI 3.0 document of the hub's topics, generated from the catalogue."""

from typing import Any

from shared.events.catalogue import CATALOGUE, EventType
from shared.events.codec import CONTENT_TYPE, SPECIFICATION_VERSION
from shared.events.json_schemas import wire_schema
from shared.events.topics import TOPICS, Topic

_BINDING_VERSION = "0.5.0"
_TRACEPARENT = "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"
_INTRODUCTION = (
    "CloudEvents 1.0 in binary mode. Events with personal data have clear facts and a sealed part that only the "
    "hub's own services open. An event may arrive more than once with the same ce_id; order holds within a key."
)


def asyncapi_document(kafka_host: str = "127.0.0.1:8111") -> dict[str, Any]:
    """The whole document; `kafka_host` is `host:port` of a broker of this hub."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Simpul",
            "version": "1",
            "description": _INTRODUCTION,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": {"kafka": {"host": kafka_host, "protocol": "kafka", "description": "Apache Kafka 4."}},
        "channels": {name: _channel(topic) for name, topic in TOPICS.items()},
        "operations": _operations(),
        "components": {
            "messages": {name: _message(event_type) for name, event_type in CATALOGUE.items()},
            "schemas": _schemas(),
        },
    }


def _types_of(topic: str) -> list[EventType]:
    return [event_type for event_type in CATALOGUE.values() if event_type.topic == topic]


def _channel(topic: Topic) -> dict[str, Any]:
    config = topic.kafka_config()
    return {
        "address": topic.name,
        "title": topic.name,
        "description": f"{topic.description} Written by {', '.join(topic.written_by)}; keyed by {topic.key}.",
        "servers": [{"$ref": "#/servers/kafka"}],
        "messages": {t.type: {"$ref": f"#/components/messages/{t.type}"} for t in _types_of(topic.name)},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": [config["cleanup.policy"]],
                    "retention.ms": int(config["retention.ms"]),
                    "max.message.bytes": topic.message_bytes_max,
                },
                "bindingVersion": _BINDING_VERSION,
            }
        },
    }


def _operations() -> dict[str, Any]:
    operations = {}
    for topic in TOPICS.values():
        for service in topic.written_by:
            operations[f"{service}.{topic.name}"] = {
                "action": "send",
                "title": f"{service} writes {topic.name}",
                "channel": {"$ref": f"#/channels/{topic.name}"},
                "messages": [{"$ref": f"#/channels/{topic.name}/messages/{t.type}"} for t in _types_of(topic.name)],
            }
    return operations


def _message(event_type: EventType) -> dict[str, Any]:
    topic = TOPICS[event_type.topic]
    key = {"type": "string", "description": topic.key}
    return {
        "name": event_type.type,
        "title": event_type.type,
        "summary": event_type.description,
        "contentType": CONTENT_TYPE,
        "headers": {"$ref": f"#/components/schemas/{event_type.type}.headers"},
        "payload": {"$ref": f"#/components/schemas/{event_type.type}"},
        "bindings": {"kafka": {"key": key, "bindingVersion": _BINDING_VERSION}},
    }


def _headers(event_type: EventType) -> dict[str, Any]:
    source: dict[str, Any] = {"const": f"/{event_type.source}"} if event_type.source else {}
    return {
        "type": "object",
        "required": ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject", "ce_aggregateversion"],
        "properties": {
            "ce_specversion": {"type": "string", "const": SPECIFICATION_VERSION},
            "ce_id": {"type": "string", "format": "uuid", "description": "UUIDv7; the same on every delivery."},
            "ce_type": {"type": "string", "const": event_type.type},
            "ce_source": {"type": "string", **source, "description": "The service that wrote it."},
            "ce_subject": {"type": "string", "description": event_type.subject},
            "ce_time": {"type": "string", "format": "date-time", "description": "The database's time of the change."},
            "ce_aggregateversion": {"type": "string", "pattern": "^[1-9][0-9]*$", "description": "Of the subject."},
            "content-type": {"type": "string", "const": CONTENT_TYPE},
            "traceparent": {"type": "string", "pattern": _TRACEPARENT},
        },
    }


def _schemas() -> dict[str, Any]:
    """Payload schemas with their references pointing into this document. A definition that two types share by name
    is the same model, since names are unique in the facts models (a test holds that)."""
    schemas: dict[str, Any] = {}
    for event_type in CATALOGUE.values():
        payload = wire_schema(event_type)
        for name, definition in payload.pop("$defs", {}).items():
            schemas[name] = _repointed(definition)
        kept = {k: v for k, v in payload.items() if k not in ("$schema", "$id") and not k.startswith("x-")}
        schemas[event_type.type] = _repointed(kept)
        schemas[f"{event_type.type}.headers"] = _headers(event_type)
    return schemas


def _repointed(part: Any) -> Any:
    if isinstance(part, dict):
        return {
            k: v.replace("#/$defs/", "#/components/schemas/") if k == "$ref" else _repointed(v) for k, v in part.items()
        }
    return [_repointed(item) for item in part] if isinstance(part, list) else part
