"""Edits of JSON text that leave every other character as it was sent.

A parse and a dump would lose digits of decimals (120.10), escapes and order. These functions find the span of a value
in the text instead. All but `taken_apart` expect text that the strict reader has already accepted.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

_scan: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder().scan_once  # type: ignore[attr-defined]
_skip_space = re.compile(r"[ \t\n\r]*").match
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


class Span(NamedTuple):
    """A value's place in the text: `text[start:end]`."""

    start: int
    end: int


class Member(NamedTuple):
    """One member of an object: its name, where the name begins, and its value's span."""

    name: str
    name_start: int
    value: Span


def _after_space(text: str, position: int) -> int:
    found = _skip_space(text, position)
    return found.end() if found else position


def members(text: str, start: int = 0) -> Iterator[Member]:
    """The members of the object that begins at `start` (or after white space there), in order."""
    position = _after_space(text, _after_space(text, start) + 1)
    while text[position] != "}":
        name, end = _scan(text, position)
        value_start = _after_space(text, _after_space(text, end) + 1)
        value_end = _scan(text, value_start)[1]
        yield Member(str(name), position, Span(value_start, value_end))
        position = _after_space(text, value_end)
        if text[position] == ",":
            position = _after_space(text, position + 1)


class EntryText(NamedTuple):
    """Where an entry of a Bundle stands, and the resource in it if there is one."""

    entry: Span
    resource: Span | None


class BundleText(NamedTuple):
    """A Bundle taken apart without parsing it: its text with an empty list of entries, and where each entry stands."""

    envelope: str
    entries: list[EntryText]


def taken_apart(text: str) -> BundleText:
    """The parts of a Bundle's text, which need not be JSON yet: the parts are to be read strictly. Raises ValueError
    for what cannot be taken apart, which is not JSON or no object."""
    try:
        return _taken_apart(text)
    except (StopIteration, IndexError, RecursionError):
        raise ValueError("not JSON") from None


def _taken_apart(text: str) -> BundleText:
    entries: list[EntryText] = []
    kept, cut = [], 0
    position = _opened(text, _after_space(text, 0), "{")
    while text[position] != "}":
        name, value = _named(text, position)
        if name == "entry" and text[value] == "[":
            end = _entries(text, value, entries)
            kept += [text[cut:value], "[]"]
            cut = end
        else:
            end = _scan(text, value)[1]
        position = _next(text, end, "}")
    return BundleText("".join([*kept, text[cut:]]), entries)


def _opened(text: str, position: int, bracket: str) -> int:
    """From an opening bracket to what follows."""
    if text[position] != bracket:
        raise ValueError("not as expected")
    return _after_space(text, position + 1)


def _named(text: str, position: int) -> tuple[str, int]:
    """The name of the member that begins here, and where its value begins."""
    if text[position] != '"':
        raise ValueError("a member without a name")
    name, end = _scan(text, position)
    colon = _after_space(text, end)
    if text[colon] != ":":
        raise ValueError("a name without a value")
    return name, _after_space(text, colon + 1)


def _next(text: str, position: int, closing: str) -> int:
    """From the end of a value to the beginning of the next one, or to the closing bracket."""
    position = _after_space(text, position)
    if text[position] == closing:
        return position
    if text[position] != ",":
        raise ValueError("values without a comma between them")
    position = _after_space(text, position + 1)
    if text[position] == closing:
        raise ValueError("a comma and no value after it")
    return position


def _entries(text: str, start: int, entries: list[EntryText]) -> int:
    """Collect the entries of the array at `start`; answers where it ends."""
    position = _opened(text, start, "[")
    while text[position] != "]":
        if text[position] == "{":
            end, resource = _entry(text, position)
        else:
            end, resource = _scan(text, position)[1], None
        entries.append(EntryText(Span(position, end), resource))
        position = _next(text, end, "]")
    return position + 1


def _entry(text: str, start: int) -> tuple[int, Span | None]:
    found: Span | None = None
    position = _opened(text, start, "{")
    while text[position] != "}":
        name, value = _named(text, position)
        end = _scan(text, value)[1]
        if name == "resource":
            found = Span(value, end)
        position = _next(text, end, "}")
    return position + 1, found


def with_leading_members(text: str, names: frozenset[str], leading: str) -> str:
    """The object with its members `names` taken out and `leading` (members as JSON text, may be empty) put in front."""
    kept = [text[m.name_start : m.value.end] for m in members(text) if m.name not in names]
    return "{" + ",".join([leading, *kept] if leading else kept) + "}"


def with_first_members(text: str, leading: str) -> str:
    """The object, which has none of them yet, with the members `leading` put in front of its own."""
    opening = _after_space(text, 0) + 1
    empty = text[_after_space(text, opening)] == "}"
    return f"{text[:opening]}{leading}{'' if empty else ','}{text[opening:]}"


def with_strings_replaced(text: str, replacements: Mapping[str, str]) -> str:
    """The text with every string that equals a key of `replacements` replaced by its value."""
    if "\\" not in text:
        for old, new in replacements.items():
            text = text.replace(json.dumps(old, ensure_ascii=False), json.dumps(new, ensure_ascii=False))
        return text

    def replaced(found: re.Match[str]) -> str:
        literal = found[0]
        new = replacements.get(json.loads(literal) if "\\" in literal else literal[1:-1])
        return literal if new is None else json.dumps(new, ensure_ascii=False)

    return _STRING.sub(replaced, text)


def member_text(text: str, name: str) -> str | None:
    """The value of a member of the top-level object, as text."""
    return next((text[m.value.start : m.value.end] for m in members(text) if m.name == name), None)
