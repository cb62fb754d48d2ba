"""JSON Schemas (2020-12) of what is on the wire and of the opened content, generated from the models."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from shared.events.catalogue import CATALOGUE, EventType
from shared.events.topics import TOPICS

FOLDER = Path(__file__).parent
SCHEMAS = FOLDER / "schemas"
BASELINE = SCHEMAS / "baseline"

_SEALED = {
    "type": "object",
    "title": "Sealed",
    "description": (
        "AES-256-GCM with the data key `key_id`; associated data is `type|id|version`: ce_type, ce_id and "
        "ce_aggregateversion. The plaintext is JSON as the `.content.json` schema beside this one says."
    ),
    "properties": {
        "key_id": {"type": "string", "description": "Id of the data key in the hub's keyring."},
        "nonce": {"type": "string", "contentEncoding": "base64", "description": "Twelve bytes."},
        "ciphertext": {
            "type": "string",
            "contentEncoding": "base64",
            "description": "Ciphertext and, at its end, the tag of sixteen bytes.",
        },
    },
    "required": ["key_id", "nonce", "ciphertext"],
}


class _WithoutFieldTitles(GenerateJsonSchema):
    """Leaves out the titles that pydantic makes from field names; they say nothing."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def wire_schema(event_type: EventType) -> dict[str, Any]:
    """What the value of a record of this type looks like."""
    facts = _schema_of(event_type.facts_model)
    if not event_type.sealed:
        return _headed(event_type.type, event_type, facts)
    definitions = facts.pop("$defs", {})
    definitions["Sealed"] = _SEALED
    body: dict[str, Any] = {
        "type": "object",
        "properties": {"facts": facts, "sealed": {"$ref": "#/$defs/Sealed"}},
        "required": ["facts", "sealed"],
        "$defs": definitions,
    }
    return _headed(event_type.type, event_type, body)


def content_schema(event_type: EventType) -> dict[str, Any] | None:
    """What the sealed part holds once it is opened; None for a type without one."""
    if event_type.content_model is None:
        return None
    return _headed(f"{event_type.type}:content", event_type, _schema_of(event_type.content_model))


def all_schemas() -> dict[str, dict[str, Any]]:
    """File name to schema, for every type in the catalogue."""
    schemas = {}
    for event_type in CATALOGUE.values():
        schemas[f"{event_type.type}.json"] = wire_schema(event_type)
        content = content_schema(event_type)
        if content is not None:
            schemas[f"{event_type.type}.content.json"] = content
    return schemas


def _schema_of(model: type[BaseModel]) -> dict[str, Any]:
    # The reader's view: a field with a default may be missing, since an earlier writer did not know it.
    return model.model_json_schema(mode="validation", schema_generator=_WithoutFieldTitles)


def _headed(name: str, event_type: EventType, schema: dict[str, Any]) -> dict[str, Any]:
    topic = TOPICS[event_type.topic]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:simpul:event:{name}",
        **schema,
        "title": name,
        "description": event_type.description,
        "x-topic": topic.name,
        "x-key": topic.key,
        "x-subject": event_type.subject,
        "x-source": f"/{event_type.source}" if event_type.source else "/<service>",
    }
