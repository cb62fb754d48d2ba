"""Which changes of a schema break somebody. Within v1 of a type only optional additions are allowed.

Old readers must read new events (a rolling deploy, an outside consumer) and new readers must read old ones (a replay
of `jkk.claims`). So a property may not vanish, change its type, its default or its limits, become required or stop
being required; a set of words may grow but not shrink.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

# Texts for people; everything else in a schema is part of the contract.
_FREE = frozenset({"title", "description", "examples", "deprecated", "$comment"})
_COMPARED_APART = frozenset({"properties", "required", "enum", "$defs", "$ref", "anyOf", "oneOf", "allOf", "items"})


def incompatibilities(old: Schema, new: Schema) -> list[str]:
    """Every breaking difference from `old` to `new`, as sentences that begin with a JSON pointer; empty when none."""
    return list(_differences(_Node(old, old), _Node(new, new), ""))


class _Node:
    """A schema with the document it stands in, so that references can be followed."""

    def __init__(self, schema: Schema, document: Schema) -> None:
        while "$ref" in schema:
            target: Any = document
            for step in schema["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            schema = {**target, **{k: v for k, v in schema.items() if k != "$ref"}}
        self.schema = schema
        self.document = document

    def child(self, schema: Schema) -> "_Node":
        return _Node(schema, self.document)


def _differences(old: _Node, new: _Node, at: str) -> Iterator[str]:
    yield from _keyword_differences(old.schema, new.schema, at)
    yield from _enum_differences(old.schema, new.schema, at)
    yield from _property_differences(old, new, at)
    for keyword in ("anyOf", "oneOf", "allOf"):
        branches, new_branches = old.schema.get(keyword, []), new.schema.get(keyword, [])
        if len(branches) != len(new_branches):
            yield f"{at or '/'}: the alternatives changed"
            continue
        for branch, new_branch in zip(branches, new_branches, strict=True):
            yield from _differences(old.child(branch), new.child(new_branch), at)
    if ("items" in old.schema) != ("items" in new.schema):
        yield f"{at or '/'}: what the list holds changed"
    elif "items" in old.schema:
        yield from _differences(old.child(old.schema["items"]), new.child(new.schema["items"]), f"{at}/*")


def _keyword_differences(old: Schema, new: Schema, at: str) -> Iterator[str]:
    for keyword in sorted((old.keys() | new.keys()) - _FREE - _COMPARED_APART):
        if keyword not in old or keyword not in new or old[keyword] != new[keyword]:
            yield f"{at or '/'}: {keyword} changed from {old.get(keyword)!r} to {new.get(keyword)!r}"


def _enum_differences(old: Schema, new: Schema, at: str) -> Iterator[str]:
    if ("enum" in old) != ("enum" in new):
        yield f"{at or '/'}: a closed set of words became open or an open one closed"
        return
    for word in old.get("enum", []):
        if word not in new["enum"]:
            yield f"{at or '/'}: the word {word!r} is no longer known"


def _property_differences(old: _Node, new: _Node, at: str) -> Iterator[str]:
    properties, new_properties = old.schema.get("properties", {}), new.schema.get("properties", {})
    required, new_required = set(old.schema.get("required", [])), set(new.schema.get("required", []))
    for name in properties:
        if name not in new_properties:
            yield f"{at}/{name}: removed"
        else:
            yield from _differences(old.child(properties[name]), new.child(new_properties[name]), f"{at}/{name}")
    for name in sorted(new_required - required):
        yield f"{at}/{name}: newly required"
    for name in sorted(required - new_required):
        yield f"{at}/{name}: no longer required"
