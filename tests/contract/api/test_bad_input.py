"""Bad input, of every kind that has nothing to do with what an operation is for: each is refused in the documented
form, names every problem at once, and nothing is stored."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from deploy.local.settings import SERVICES
from services.partners.domain.partners import ClientKind
from tests.contract.api.forms import assert_form, assert_refused, form_of
from tests.contract.api.operations import Operation, caller_of, known_to, operations_of
from tests.contract.api.requests_that_fit import body_for
from tests.support.claim_story import Story
from tests.support.served_hub import Api, ServedHub

# What no JSON reader should take in silence, and how it is refused.
_UNREADABLE: dict[str, bytes] = {
    "not JSON": b"{not json",
    "cut off": b'{"a": [1, 2',
    "two documents": b"{}{}",
    "nothing": b"",
    "a NUL byte": b'{"a": "\x00"}',
    "an escaped NUL": b'{"a": "\\u0000"}',
    "half a pair of surrogates": b'{"a": "\\ud800"}',
    "not UTF-8": b'{"a": "\xff\xfe"}',
    "a key twice": b'{"a": 1, "a": 2}',
    "a key twice, deep inside": b'{"a": {"b": [{"c": 1, "c": 1}]}}',
    "not a number": b'{"a": NaN}',
    "too deep": b'{"a":' * 500 + b"1" + b"}" * 500,
    "too deep, arrays": b"[" * 100_000 + b"]" * 100_000,
}
# A table of reports, which may be larger than one report.
_IMPORTED = "/v1/accident-reports/import"
_TOO_LARGE_BYTES = 40 * 1_048_576
# Read as a stream of lines, of which it has many; its own bounds are tested with the service.
_STREAMED = "/v1/participants/import"
_CHUNK = b" " * 65_536


def _bodied(hub: ServedHub, service: str) -> list[Operation]:
    return [operation for operation in operations_of(hub, service) if operation.takes_json]


def _send(hub: ServedHub, operation: Operation, story: Story, content: bytes, **headers: str) -> httpx.Response:
    """To something that exists, so that the body alone is what can be wrong."""
    given = {"Content-Type": "application/json", "If-Match": '"1"', **hub.once(caller_of(operation)), **headers}
    path = operation.at(**known_to(operation, story))
    return hub.apis[operation.service].http.request(operation.method, path, content=content, headers=given)


@pytest.fixture(scope="module")
def story(hub: ServedHub) -> Story:
    """What requests may lead to; bad ones change nothing of it."""
    return Story(hub).tell()


@pytest.fixture
def stored(hub: ServedHub, story: Story) -> Iterator[None]:
    """Whatever a test sends here, nothing of it is kept."""
    hub.quiet()
    before = {name: hub.stored(name) for name in SERVICES}
    yield
    hub.quiet()
    assert {name: hub.stored(name) for name in SERVICES} == before


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("service", SERVICES)
def test_unreadable_bodies_are_refused(hub: ServedHub, story: Story, service: str) -> None:
    for operation in _bodied(hub, service):
        for name, content in _UNREADABLE.items():
            if name == "nothing" and not operation.described["requestBody"].get("required"):
                continue
            answer = _send(hub, operation, story, content)
            assert_refused(answer, 400, form_of(operation), f"{operation}: {name}")


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("service", SERVICES)
def test_json_of_another_kind_is_refused(hub: ServedHub, story: Story, service: str) -> None:
    for operation in _bodied(hub, service):
        for content in (b"[]", b'"text"', b"7", b"true", b"null", b"[[[]]]"):
            answer = _send(hub, operation, story, content)
            # FHIR says of what is no resource at all that it cannot be read.
            status = 400 if operation.is_fhir else 422
            assert_refused(answer, status, form_of(operation), f"{operation}: {content!r}")


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("service", ["partners", "intake", "disnaker_gateway", "verification"])
def test_unknown_members_and_missing_ones_are_all_named_at_once(hub: ServedHub, story: Story, service: str) -> None:
    for operation in _bodied(hub, service):
        answer = _send(hub, operation, story, b'{"zz_one": 1, "zz_two": {"zz_three": []}}')
        assert_refused(answer, 422, form_of(operation), str(operation))
        found = {(each["pointer"], each["code"]) for each in answer.json()["errors"]}
        wanted = {("/zz_one", "unknown-field"), ("/zz_two", "unknown-field")}
        wanted |= {(f"/{name}", "required") for name in _required(hub.apis[service], operation)}
        assert wanted <= found, f"{operation}: {sorted(wanted - found)}"


def _forms(api: Api, operation: Operation) -> list[dict[str, Any]]:
    """The schemas of which a body has to fit one."""
    schema = operation.described["requestBody"]["content"]["application/json"]["schema"]
    return [_resolved(api, each) for each in schema.get("oneOf", [schema])]


def _required(api: Api, operation: Operation) -> list[str]:
    """Members that a body must have; of one of several forms it is not known which it fails to be."""
    forms = _forms(api, operation)
    return sorted(forms[0].get("required", ())) if len(forms) == 1 else []


def _members(api: Api, operation: Operation) -> list[str]:
    """Members that its first form may have."""
    return sorted(_forms(api, operation)[0]["properties"])


def _resolved(api: Api, schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        found: dict[str, Any] = api.openapi["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return found
    return schema


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("service", ["partners", "intake", "disnaker_gateway", "verification"])
def test_members_of_a_wrong_type_are_all_named_at_once(hub: ServedHub, story: Story, service: str) -> None:
    for operation in _bodied(hub, service):
        body = dict.fromkeys(_members(hub.apis[service], operation), 17.5)
        answer = _send(hub, operation, story, json.dumps(body).encode())
        assert_refused(answer, 422, form_of(operation), str(operation))
        named = {each["pointer"].split("/")[1] for each in answer.json()["errors"] if each["pointer"]}
        # `kind` that is no kind says that nothing else can be judged.
        assert named >= set(body) or named == {"kind"}, f"{operation}: {sorted(set(body) - named)} are not named"
        assert "17.5" not in answer.text, operation


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("service", SERVICES)
def test_other_media_types_are_refused(hub: ServedHub, story: Story, service: str) -> None:
    for operation in _bodied(hub, service):
        content, _ = body_for(hub, operation)
        for headers in (
            {"Content-Type": "text/plain"},
            {"Content-Type": "application/xml"},
            {"Content-Type": "application/json; charset=utf-16"},
            {"Content-Encoding": "gzip"},
            {"Content-Type": "multipart/form-data; boundary=x"},
        ):
            answer = _send(hub, operation, story, content or b"{}", **headers)
            assert_refused(answer, 415, form_of(operation), f"{operation}: {headers}")


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("service", SERVICES)
def test_too_large_bodies_are_refused_without_being_read(hub: ServedHub, story: Story, service: str) -> None:
    """Whether they say their size or not; of those that do not, no more is taken than the limit."""
    for operation in operations_of(hub, service):
        if not operation.media_types or operation.path == _STREAMED:
            continue
        limit = 33_554_432 if operation.is_fhir else 10_485_760 if "/documents/" in operation.path else 1_048_576
        if operation.path == _IMPORTED:
            limit = 5_242_880
        for declared, most in ((True, 0), (False, limit + 2 * len(_CHUNK))):
            status, headers, body, taken = _pour(hub, operation, story, declared=declared)
            told = f"{operation}, size {'said' if declared else 'not said'}"
            assert status == 413, f"{told}: {status}"
            assert_form(headers["content-type"], json.loads(body), 413, form_of(operation), told)
            assert taken <= most, f"{told}: {taken} bytes were read"


def _pour(
    hub: ServedHub, operation: Operation, story: Story, *, declared: bool
) -> tuple[int, dict[str, str], bytes, int]:
    """Send 40 MB in chunks as the service asks for them; answers the response and how much was asked for."""
    api = hub.apis[operation.service]
    given = {"content-type": operation.media_types[0], "if-match": '"1"'}
    given |= {name.lower(): value for name, value in hub.once(caller_of(operation)).items()}
    given |= {"content-length": str(_TOO_LARGE_BYTES)} if declared else {"transfer-encoding": "chunked"}
    path = operation.at(**known_to(operation, story))
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": operation.method, "path": path,
        "raw_path": path.encode(), "query_string": b"", "root_path": "", "scheme": "http", "state": {},
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
    }  # fmt: skip
    taken = 0
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        nonlocal taken
        taken += len(_CHUNK)
        return {"type": "http.request", "body": _CHUNK, "more_body": taken < _TOO_LARGE_BYTES}

    async def send(message: Any) -> None:
        sent.append(message)

    hub.wait_for(api.service.app(scope, receive, send))
    headers = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(each.get("body", b"") for each in sent[1:]), taken


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("service", SERVICES)
def test_a_large_body_over_a_socket_is_answered_too(hub: ServedHub, story: Story, service: str) -> None:
    operation = next(each for each in operations_of(hub, service) if each.media_types)

    def chunks() -> Iterator[bytes]:
        yield from (_CHUNK for _ in range(_TOO_LARGE_BYTES // len(_CHUNK)))

    headers = {"Content-Type": operation.media_types[0], **hub.once(caller_of(operation))}
    path = operation.at(**known_to(operation, story))
    try:
        answer = hub.apis[service].http.request(operation.method, path, content=chunks(), headers=headers)
    except httpx.TransportError:
        # The service hung up while we were still sending; what counts is that it is there for the next.
        pass
    else:
        assert answer.status_code == 413
    assert hub.apis[service].http.get("/healthz").status_code == 200


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("service", SERVICES)
def test_methods_that_an_address_does_not_take_are_refused(hub: ServedHub, story: Story, service: str) -> None:
    paths: dict[str, list[Operation]] = {}
    for operation in operations_of(hub, service):
        paths.setdefault(operation.path, []).append(operation)
    for operations in paths.values():
        # One type of resource with a route of its own keeps the routes of all types beside it.
        one_type = re.fullmatch(r"(/fhir[^/]*(?:/v1)?)/[A-Z]\w+", operations[0].path)
        of_all_types = paths.get(f"{one_type[1]}/{{type_name}}", []) if one_type else []
        taken = {operation.method for operation in (*operations, *of_all_types)}
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - taken:
            operation = operations[0]
            path = operation.at(**known_to(operation, story))
            headers = hub.once(ClientKind.HOSPITAL if operation.is_fhir else caller_of(operation))
            answer = hub.apis[service].http.request(method, path, content=b"{}", headers=headers)
            if operation.is_fhir:  # a word where a type would stand is a type that is not there
                assert answer.status_code in (404, 405), f"{method} {path}: {answer.status_code}"
            else:
                assert answer.status_code == 405, f"{method} {path}: {answer.status_code}"
            form = "problem" if form_of(operation) in ("oauth", "fault") else form_of(operation)
            assert_form(answer.headers["content-type"], answer.json(), answer.status_code, form, f"{method} {path}")


@pytest.mark.usefixtures("stored")
def test_no_refusal_repeats_what_was_sent(hub: ServedHub, story: Story) -> None:
    secret = "Siti-Rahasia-3671015203900001"
    for operation in operations_of(hub):
        if not operation.takes_json:
            continue
        content, _ = body_for(hub, operation)
        filled = {**_with_texts(json.loads(content or b"{}"), secret), "zz_unknown": secret}
        for body in (filled, [secret], secret):
            answer = _send(hub, operation, story, json.dumps(body).encode())
            # Validation answers what it was asked: what is wrong.
            taken = (200,) if operation.path.endswith("/$validate") else ()
            assert answer.status_code in (400, 403, 404, 415, 422, *taken), f"{operation}: {answer.status_code}"
            assert secret not in answer.text, f"{operation}: {answer.text[:500]}"


def _with_texts(value: Any, text: str) -> Any:
    if isinstance(value, dict):
        return {name: _with_texts(each, text) for name, each in value.items()}
    if isinstance(value, list):
        return [_with_texts(each, text) for each in value]
    return text
