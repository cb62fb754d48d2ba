"""Resources to judge: one good one of each type that a visit brings, and each spoilt in one place at a time.

Nothing here knows what is right: two judges are asked, and a test compares what they say.
"""

import copy
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.support.fhir_cases import CASES

SAMPLES = Path(__file__).parents[1] / "samples"
Resource = dict[str, Any]
Place = tuple[str | int, ...]

# One place in so many is spoilt: a comparison should take a minute.
_EVERY = 4
_OF_EACH_HISTORY = 2
# What stands in for a value, by its kind; each place in a resource gets the next one in turn.
_STRINGS: list[Any] = ["bogus", "", 5, None, " x", ["x"], {"x": 1}, True, "a  b", "2026-02-30", "2026-11-20T09:30"]
_BOOLEANS: list[Any] = ["true", 1, None, {}]
_NUMBERS: list[Any] = ["5", -1, True, 1.5, None, 3_000_000_000]
_OBJECTS: list[Any] = [{}, "x", None, "listed", "unknown", 5]
_LISTS: list[Any] = [[], "first", [None], "x", None, "and text"]


def corpus() -> dict[str, Resource]:
    """Everything by name."""
    return good() | made_elsewhere() | by_hand() | spoilt()


def good() -> dict[str, Resource]:
    """By name: one of each type, and every resource of the sample visits."""
    found = {}
    for resource in _ones():
        found[resource["resourceType"]] = resource
    for file in sorted((SAMPLES / "satusehat").glob("*.json")):
        for index, entry in enumerate(json.loads(file.read_text("utf-8"))["entry"]):
            found[f"{file.stem} {index} {entry['resource']['resourceType']}"] = entry["resource"]
    return found


def made_elsewhere() -> dict[str, Resource]:
    """By name: the first two of each type in each of Synthea's histories, without the profiles of the United States
    that they name and nobody here holds."""
    found = {}
    for file in sorted((SAMPLES / "synthea").glob("*.json")):
        count: Counter[str] = Counter()
        for entry in json.loads(file.read_text("utf-8"))["entry"]:
            type_name = entry["resource"]["resourceType"]
            count[type_name] += 1
            if count[type_name] <= _OF_EACH_HISTORY:
                resource = {name: value for name, value in entry["resource"].items() if name != "meta"}
                found[f"{file.stem} {type_name} {count[type_name]}"] = resource
    return found


def by_hand() -> dict[str, Resource]:
    """By name: each of `good`'s types with the changes of `fhir_cases`."""
    found = {}
    ones = {one["resourceType"]: one for one in _ones()}
    for type_name, cases in CASES.items():
        for name, changes in cases.items():
            whole = {**ones[type_name], **changes}
            found[f"{type_name}: {name}"] = {key: value for key, value in whole.items() if value is not None}
    return found


def _ones() -> list[Resource]:
    """One good resource of each type."""
    read: list[Resource] = json.loads((SAMPLES / "fhir" / "one_of_each.json").read_text("utf-8"))
    return read


def spoilt() -> dict[str, Resource]:
    """By name: each of `good`'s types with one element left out, or with something else in its place."""
    found: dict[str, Resource] = {}
    number = 0
    for resource in _ones():
        turns: dict[type, int] = {}
        for place in _places(resource):
            if place == ("resourceType",):
                continue
            value = _at(resource, place)
            kinds, kind = _kinds(value)
            turn = turns[kind] = turns.get(kind, sum(map(ord, resource["resourceType"]))) + 1
            put = kinds[turn % len(kinds)]
            number += 1
            if isinstance(place[-1], str) and (len(place) == 1 or number % _EVERY == 0):
                found[f"{_named(resource, place)} left out"] = _without(resource, place)
            if number % _EVERY == 1:
                found[f"{_named(resource, place)} = {json.dumps(put)}"] = _with(resource, place, _put(value, put))
    return found


def _places(value: Any, above: Place = ()) -> Iterator[Place]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield (*above, key)
        yield from _places(child, (*above, key))


def _at(value: Any, place: Place) -> Any:
    for part in place:
        value = value[part]
    return value


def _kinds(value: Any) -> tuple[list[Any], type]:
    if isinstance(value, bool):
        return _BOOLEANS, bool
    if isinstance(value, str):
        return _STRINGS, str
    if isinstance(value, dict):
        return _OBJECTS, dict
    return (_LISTS, list) if isinstance(value, list) else (_NUMBERS, float)


def _put(value: Any, put: Any) -> Any:
    if isinstance(value, dict):
        return [value] if put == "listed" else {**value, "unknown": 1} if put == "unknown" else put
    if isinstance(value, list):
        return value[0] if put == "first" else [*value, "text"] if put == "and text" else put
    return put


def _with(resource: Resource, place: Place, value: Any) -> Resource:
    changed = copy.deepcopy(resource)
    _at(changed, place[:-1])[place[-1]] = value
    return changed


def _without(resource: Resource, place: Place) -> Resource:
    changed = copy.deepcopy(resource)
    del _at(changed, place[:-1])[place[-1]]
    return changed


def _named(resource: Resource, place: Place) -> str:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return f"{resource['resourceType']}{path}"
