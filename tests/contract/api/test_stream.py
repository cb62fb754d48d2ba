"""The claim stream, which never ends and so is no matter for fuzzing, over a real socket."""

import json
from typing import Any

import httpx
import jsonschema
import pytest

from services.partners.domain.partners import ClientKind
from tests.contract.api.forms import PROBLEM, assert_refused
from tests.contract.api.operations import STREAM
from tests.support.claim_story import Story
from tests.support.served_hub import ServedHub

_CLOUD_EVENT = {
    "type": "object",
    "required": ["specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"],
    "properties": {
        "specversion": {"const": "1.0"},
        "source": {"const": "/verification"},
        "type": {"const": "jkk.claim.changed.v1"},
        "datacontenttype": {"const": "application/json"},
        "data": {
            "type": "object",
            "required": ["case_number", "claim_version", "state", "waiting_on", "changes"],
            "properties": {"changes": {"type": "array", "items": {"type": "string"}}},
        },
    },
}


def _events(answer: httpx.Response, case_number: str, most: int) -> list[tuple[str, dict[str, Any]]]:
    """The first events of a case: position and content."""
    found: list[tuple[str, dict[str, Any]]] = []
    position = ""
    for line in answer.iter_lines():
        name, _, value = line.partition(": ")
        if name == "id":
            position = value
        elif name == "event":
            assert value == "claim"
        elif name == "data" and json.loads(value)["subject"] == case_number:
            found.append((position, json.loads(value)))
            if len(found) == most:
                break
    return found


@pytest.mark.parametrize("kind", [ClientKind.BPJS_CORE, ClientKind.BPJS_VERIFIER, ClientKind.AUDITOR])
def test_it_tells_each_change_once_and_resumes(hub: ServedHub, kind: ClientKind) -> None:
    story = Story(hub).tell()
    http, headers = hub.apis["verification"].http, hub.bearer(kind)
    with http.stream("GET", STREAM, params={"after": 0}, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        first = _events(answer, story.case_number, 3)
    for _, event in first:
        jsonschema.validate(event, _CLOUD_EVENT)
    versions = [event["data"]["claim_version"] for _, event in first]
    assert versions == sorted(set(versions))
    with http.stream("GET", STREAM, headers={**headers, "Last-Event-ID": first[0][0]}) as answer:
        assert _events(answer, story.case_number, 2) == first[1:]


@pytest.mark.parametrize(
    ("query", "header"),
    [
        ({"after": "-1"}, None),
        ({"after": "x"}, None),
        ({"after": str(10**30)}, None),
        ({"state": "NONE"}, None),
        ({"waiting_on": "x"}, None),
        ({"region": "a"}, None),
        ({"q": "\x00"}, None),
        ({}, "x"),
        ({}, "-1"),
        ({}, "9" * 100),
    ],
)
def test_a_position_or_filter_that_cannot_be_is_refused(
    hub: ServedHub, query: dict[str, str], header: str | None
) -> None:
    headers = hub.bearer(ClientKind.BPJS_CORE) | ({} if header is None else {"Last-Event-ID": header})
    answer = hub.apis["verification"].http.get(STREAM, params=query, headers=headers)
    assert_refused(answer, 422, PROBLEM)
