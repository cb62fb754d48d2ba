"""An event's value as people read and mend it: facts and content in the clear or masked, and closed again.

What was read may be anything, and what is shown holds personal data: nothing here repeats a value in an error.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from shared.errors import Conflict, Problem, Refusal, Unreadable
from shared.events.catalogue import EventType
from shared.events.codec import encode_value, field_problems, json_object, open_sealed, read_headers
from shared.events.envelope import Content, Event, Part
from shared.sealing import Sealer

MASK: Final = "•••"
TEXT_MAX: Final = 65_536
_DEPTH_MAX = 48
_CHANGED_MAX = 100
# Who said it, about which version of what, and when it came: an edit mends what was said, not who said it.
_FIXED = ("org", "version", "received_at", "recorded_at")
_MISSING: Final = object()
_PartT = TypeVar("_PartT", bound=Part)
_FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z_0-9]{0,39}|[0-9]{1,4}")


@dataclass(frozen=True, slots=True)
class OpenedValue:
    """A value, opened as far as it can be. `form` is `event` (facts, and content where the type has it, are JSON
    objects), `text` (anything else, the first TEXT_MAX characters) or `empty`. `problems` say what is not as the
    event's schema wants it; their pointers begin with /facts or /content."""

    form: str
    type: EventType | None = None
    facts: Mapping[str, Any] | None = None
    content: Mapping[str, Any] | None = None
    text: str | None = None
    truncated: bool = False
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class ClosedValue:
    """A value ready to take the place of another, and pointers to what differs."""

    value: bytes
    changed: tuple[str, ...]


def open_value(headers: Mapping[str, str], value: bytes | None, sealer: Sealer) -> OpenedValue:
    """Never fails: what cannot be read becomes text."""
    if value is None:
        return OpenedValue("empty")
    try:
        event_type, event_id, version, _ = read_headers(headers)
        body = json_object(value)
        facts, content = body, None
        if event_type.sealed:
            facts, content = (
                body.get("facts", {}),
                json_object(open_sealed(body.get("sealed"), sealer, event_type.type, event_id, version)),
            )
        if not isinstance(facts, dict):
            raise Unreadable("event.schema", "the facts are not a JSON object")
        if _is_deep(facts) or _is_deep(content):
            raise Unreadable("event.too-deep", "it is nested too deep to be shown as JSON")
    except Unreadable as error:
        text = value[: 4 * TEXT_MAX].decode("utf-8", "backslashreplace")
        problem = Problem("", error.code, error.detail)
        return OpenedValue("text", text=text[:TEXT_MAX], truncated=len(text) > TEXT_MAX, problems=(problem,))
    _, wrong = _judged(event_type.facts_model, facts, "/facts")
    if event_type.content_model is not None:
        wrong += _judged(event_type.content_model, content, "/content")[1]
    return OpenedValue("event", event_type, facts, content, problems=tuple(wrong))


def masked(opened: OpenedValue) -> OpenedValue:
    """Without anything about a person: the facts of a sound event, which hold none; of all else names of fields."""
    facts = opened.facts
    if opened.type is not None and facts is not None:
        read, _ = _judged(opened.type.facts_model, facts, "/facts")
        facts = _masked(facts) if read is None else read.model_dump(mode="json", exclude_unset=True)
    return OpenedValue(
        opened.form, opened.type, facts, _masked(opened.content), None, opened.truncated, opened.problems
    )


def close_value(
    headers: Mapping[str, str],
    before: OpenedValue,
    facts: Mapping[str, Any],
    content: Mapping[str, Any] | None,
    sealer: Sealer,
) -> ClosedValue:
    """The value that says `facts` and `content` instead of what `before` says, under the same headers.

    Raises Conflict when `before` could not be opened or is empty, Refusal naming every field that is not as the
    event's schema has it, that the schema does not know, or that is not for an operator to change.
    """
    if before.form != "event" or before.type is None or before.facts is None:
        raise Conflict("dead-letter.not-editable", "It cannot be opened as an event, so nobody can mend what it says.")
    event_type, event_id, version, time = read_headers(headers)
    read, problems = _judged(event_type.facts_model, facts, "/facts", strict=True)
    sealed: Content | None = None
    if event_type.content_model is None:
        if content is not None:
            problems.append(Problem("/content", "extra_forbidden", "events of this type have no content"))
    else:
        sealed, wrong = _judged(event_type.content_model, content, "/content", strict=True)
        problems += wrong
    problems += _changed_facts(before, before.facts, facts, headers["ce_subject"])
    if problems or read is None:
        raise Refusal("dead-letter.edit-invalid", "It is not what an event of its type says.", problems)
    was, is_now = ({"facts": before.facts, "content": before.content}, {"facts": facts, "content": content})
    changed = tuple(_differences(was, is_now, ""))
    if not changed:
        raise Refusal("dead-letter.edit-empty", "Nothing was changed.")
    event = Event(
        id=event_id,
        type=event_type.type,
        source=headers["ce_source"],
        subject=headers["ce_subject"],
        version=version,
        key="",
        facts=read,
        content=sealed,
        time=time,
    )
    value = encode_value(event, sealer)
    assert value is not None  # only tombstones have none
    return ClosedValue(value, changed[:_CHANGED_MAX])


def _judged(
    model: type[_PartT], document: Any, pointer: str, *, strict: bool = False
) -> tuple[_PartT | None, list[Problem]]:
    """`strict` refuses fields that the model does not know: a misspelt one would be lost without a word."""
    try:
        return model.model_validate(document, extra="forbid" if strict else None), []
    except ValidationError as error:
        return None, [Problem(_known(each.pointer), each.code, each.detail) for each in field_problems(error, pointer)]


def _changed_facts(
    before: OpenedValue, was: Mapping[str, Any], facts: Mapping[str, Any], subject: str
) -> Iterator[Problem]:
    """What is not for an operator to change, unless it could not be read as it came. Who said it never is: that also
    tells a test from the real thing."""
    assert before.type is not None
    wrong = {problem.pointer for problem in before.problems}
    for name in (*_FIXED, before.type.subject):
        if name not in before.type.facts_model.model_fields:
            continue
        if name == "org" or (name in was and f"/facts/{name}" not in wrong):
            is_same = facts.get(name) == was.get(name)
        else:
            is_same = name != before.type.subject or facts.get(name) == subject
        if not is_same:
            yield Problem(f"/facts/{name}", "fixed", "this is not for an operator to change")


def _differences(was: Any, is_now: Any, pointer: str) -> Iterator[str]:
    if isinstance(was, dict) and isinstance(is_now, dict):
        for name in sorted({*was, *is_now}):
            yield from _differences(was.get(name, _MISSING), is_now.get(name, _MISSING), f"{pointer}/{name}")
    elif isinstance(was, list) and isinstance(is_now, list) and len(was) == len(is_now):
        for place, pair in enumerate(zip(was, is_now, strict=True)):
            yield from _differences(*pair, f"{pointer}/{place}")
    elif type(was) is not type(is_now) or was != is_now:
        yield _known(pointer)


def _known(pointer: str) -> str:
    """The pointer without what cannot be the name of a field: in what somebody sent, a name may be anything."""
    return "/".join(part if not part or _FIELD_NAME.fullmatch(part) else "?" for part in pointer.split("/"))


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        names = (name if _FIELD_NAME.fullmatch(name) else f"?{place}" for place, name in enumerate(value))
        return dict(zip(names, map(_masked, value.values()), strict=True))
    if isinstance(value, list):
        return [_masked(each) for each in value]
    return None if value is None else MASK


def _is_deep(value: Any) -> bool:
    layer = [value]
    for _ in range(_DEPTH_MAX):
        layer = [
            inner
            for each in layer
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not layer:
            return False
    return True
