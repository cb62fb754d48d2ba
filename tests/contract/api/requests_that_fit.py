"""Requests that nothing is wrong with, from the examples of the OpenAPI and, where a rule looks at the time or at other
objects, from a story."""

import json
from collections.abc import Iterator
from typing import Any

from tests.contract.api.operations import Operation
from tests.support.papers import PDF
from tests.support.served_hub import ServedHub


def examples_of(document: dict[str, Any], content: dict[str, Any]) -> Iterator[Any]:
    """What an OpenAPI shows as bodies of one media type, those of its schema's parts included."""
    if "example" in content:
        yield content["example"]
    waiting = [content["schema"]]
    while waiting:
        schema = waiting.pop(0)
        yield from schema.get("examples", ())
        if "$ref" in schema:
            waiting.append(document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
        waiting += [*schema.get("anyOf", ()), *schema.get("oneOf", ())]


def body_for(hub: ServedHub, operation: Operation) -> tuple[bytes | None, str | None]:
    """Body and media type; None for an operation that takes none."""
    content = operation.described.get("requestBody", {}).get("content", {})
    if not content:
        return None, None
    media_type = "application/json" if "application/json" in content else next(iter(content))
    if content[media_type]["schema"].get("format") == "binary":
        return PDF, media_type
    example = next(examples_of(hub.apis[operation.service].openapi, content[media_type]))
    return json.dumps(example).encode(), media_type
